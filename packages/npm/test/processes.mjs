// Starts programs and waits for what they do.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
export const LAUNCHER = join(dirname(require.resolve('flowmock/package.json')), 'bin/flowmock.js');
export const FOLDER = import.meta.dirname ?? dirname(new URL(import.meta.url).pathname);

/** A variable for flowmock would be at odds with the tests. */
export function environment(more = {}) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('FLOWMOCK_')));
  if (process.env.FLOWMOCK_BINARY) env.FLOWMOCK_BINARY = process.env.FLOWMOCK_BINARY;
  for (const [name, value] of Object.entries(more)) {
    if (value === undefined) delete env[name];
    else env[name] = value;
  }
  return env;
}

/** Runs node with a module as text or arguments; `ended` is its code, signal and output. */
export function run(args, { env = environment(), input, cwd = FOLDER } = {}) {
  const child = spawn(process.execPath, typeof args === 'string' ? ['--input-type=module', '-e', args] : args, {
    env,
    cwd,
  });
  const output = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].setEncoding('utf8').on('data', (text) => {
      output[stream] += text;
    });
  }
  if (input !== undefined) child.stdin.end(input);
  const ended = new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, ...output })));
  return { child, output, ended };
}

/** Waits until the output has a match; fails if the program ends before. */
export async function says(running, pattern) {
  const found = () => pattern.exec(running.output.stdout);
  let ended = false;
  running.ended.then(() => {
    ended = true;
  });
  await until(() => found() || ended);
  if (!found()) throw new Error(`it ended: ${running.output.stdout}${running.output.stderr}`);
  return found();
}

/** Waits until the condition holds, for ten seconds at most. */
export async function until(condition) {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`it never came about: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Whether nothing listens at this address. */
export async function gone(url) {
  return fetch(`${url}/_flowmock/health`).then(
    () => false,
    () => true,
  );
}
