// Starts and stops the server's process. It never outlives this one: its standard input is a pipe that only this process
// holds, and it stops when that pipe ends. No pipe is left unread: it writes its log and its errors to files.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBinary } from './binary.js';
import { FlowMockError, reason, StartError } from './errors.js';
import { commandLine, type StartOptions } from './options.js';

// Taken before a test can replace them by fake ones.
const { setTimeout, clearTimeout } = globalThis;
const now = Date.now.bind(Date);

const POLL_MS = 5;
const STOP_MS = 15_000; // longer than the server waits for requests in flight

/** A server that this process started. */
export class ServerProcess {
  readonly url: string;
  readonly version: string;
  readonly logFile: string;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(child: ChildProcess, folder: string, ready: { url: string; version: string }) {
    this.url = ready.url;
    this.version = ready.version;
    this.logFile = join(folder, 'log');
    this.#child = child;
    this.#folder = folder;
  }

  /** Starts a server, and returns when it listens. */
  static async start(options: StartOptions): Promise<ServerProcess> {
    const binary = findBinary();
    const folder = mkdtempSync(join(tmpdir(), 'flowmock-'));
    removeAtExit(folder);
    try {
      const child = launch(binary, folder, options);
      return new ServerProcess(child, folder, await listening(child, binary, folder, options.startTimeoutMs ?? 30_000));
    } catch (error) {
      remove(folder);
      throw error;
    }
  }

  /** Stops the server, and returns when its process has ended. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
      this.#child.stdin?.end();
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(timer);
    }
    const { exitCode, signalCode } = this.#child;
    const log = tail(this.logFile);
    remove(this.#folder);
    if (exitCode !== 0) {
      throw new FlowMockError(
        `flowmock ended with ${signalCode ?? `exit code ${exitCode}`}. The end of its log:\n${log}`,
      );
    }
  }
}

function launch(binary: string, folder: string, options: StartOptions): ChildProcess {
  const line = [...commandLine(options, folder), '--stop-with-stdin'];
  line.push('--port-file', join(folder, 'port.json'), '--log-file', join(folder, 'log'));
  // Variables for this package, and those that would be at odds with the flags.
  const { FLOWMOCK_URL, FLOWMOCK_BINARY, FLOWMOCK_SERVER_LOG, FLOWMOCK_PARENT_PID, ...env } = process.env;
  if (options.controlToken !== undefined) env.FLOWMOCK_CONTROL_TOKEN = options.controlToken;
  const errors = openSync(join(folder, 'errors'), 'w');
  try {
    const child = spawn(binary, line, { stdio: ['pipe', 'ignore', errors], env, windowsHide: true });
    // The server must not keep this process alive; a test file that forgets `stop` ends all the same.
    child.unref();
    (child.stdin as unknown as { unref(): void } | null)?.unref();
    child.stdin?.on('error', () => {}); // a server that is gone already
    return child;
  } finally {
    closeSync(errors);
  }
}

async function listening(
  child: ChildProcess,
  binary: string,
  folder: string,
  timeoutMs: number,
): Promise<{ url: string; version: string }> {
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = `cannot run ${binary}: ${reason(error)}`;
  });
  child.once('exit', (code, signal) => {
    failure ??= read(join(folder, 'errors')).trim() || `${binary} ended with ${signal ?? `exit code ${code}`}`;
  });
  const deadline = now() + timeoutMs;
  for (;;) {
    const line = read(join(folder, 'port.json'));
    if (line !== '') return JSON.parse(line) as { url: string; version: string };
    if (failure !== undefined) throw new StartError(failure);
    if (now() > deadline) {
      child.kill('SIGKILL');
      const log = tail(join(folder, 'log'));
      throw new StartError(`${binary} does not listen after ${timeoutMs} ms. The end of its log:\n${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** The last lines of a file; empty if there is none. */
export function tail(file: string, lines = 20): string {
  return read(file).trimEnd().split('\n').slice(-lines).join('\n');
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const folders = new Set<string>();
let cleansAtExit = false;

function removeAtExit(folder: string): void {
  if (!cleansAtExit) process.once('exit', () => folders.forEach(remove));
  cleansAtExit = true;
  folders.add(folder);
}

function remove(folder: string): void {
  folders.delete(folder);
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
