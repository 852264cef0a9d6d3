/// <reference lib="esnext.disposable" preserve="true" />
import { Controls } from './controls.js';
import { FlowMockError, reason } from './errors.js';
import { call, type Endpoint, type Query } from './http.js';
import { list, type StartOptions, startOnly } from './options.js';
import { newOrganisationId, Organisation } from './organisation.js';
import { ServerProcess, tail } from './server.js';
import type { HeaderOptions, StateDocument } from './types.js';

const { setTimeout } = globalThis;
const now = Date.now.bind(Date);

/**
 * A flowmock server.
 *
 * ```js
 * const mock = await FlowMock.start();
 * // ... run the client under test against mock.baseUrl
 * await mock.stop();
 * ```
 */
export class FlowMock extends Controls {
  /** For `await using mock = await FlowMock.start()`: stops the server. */
  declare readonly [Symbol.asyncDispose]: () => Promise<void>;
  readonly #process: ServerProcess | undefined;
  #stopping: Promise<void> | undefined;
  /** The fault rules that this object has added to a server that it did not start. */
  #faults: string[] = [];

  private constructor(endpoint: Endpoint, process?: ServerProcess) {
    super(endpoint, {});
    this.#process = process;
  }

  /**
   * Starts a server on a free port, and returns when it listens. It stops with `stop`, or when this process ends, however
   * that happens. If `FLOWMOCK_URL` is set, it uses the server there instead, adds the seed and the fault rules to it, and
   * never stops it.
   *
   * @throws FlowMockError with the server's message if it cannot start.
   */
  static async start(options: StartOptions = {}): Promise<FlowMock> {
    const running = process.env.FLOWMOCK_URL;
    if (running) return FlowMock.#use(running, options);
    const server = await ServerProcess.start(options);
    const controlToken = options.controlToken ?? process.env.FLOWMOCK_CONTROL_TOKEN;
    const log = () => tail(server.logFile);
    return new FlowMock({ url: server.url, controlToken, log }, server);
  }

  /** Uses a server that runs already, such as a container, once it is healthy. `stop` leaves it alone. */
  static async connect(url: string, options: { controlToken?: string; timeoutMs?: number } = {}): Promise<FlowMock> {
    const endpoint: Endpoint = {
      url: origin(url),
      controlToken: options.controlToken ?? process.env.FLOWMOCK_CONTROL_TOKEN,
      log: () => (process.env.FLOWMOCK_SERVER_LOG ? tail(process.env.FLOWMOCK_SERVER_LOG) : ''),
    };
    const deadline = now() + (options.timeoutMs ?? 10_000);
    for (;;) {
      try {
        await call(endpoint, 'GET', '/health');
        return new FlowMock(endpoint);
      } catch (error) {
        if (now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  static async #use(url: string, options: StartOptions): Promise<FlowMock> {
    const ignored = startOnly(options);
    if (ignored.length > 0) {
      process.emitWarning(
        `FLOWMOCK_URL names a server that runs already, so these options have no effect: ${ignored.join(', ')}`,
      );
    }
    const mock = await FlowMock.connect(url, {
      ...(options.controlToken === undefined ? {} : { controlToken: options.controlToken }),
      ...(options.startTimeoutMs === undefined ? {} : { timeoutMs: options.startTimeoutMs }),
    });
    for (const seed of list(options.seed)) {
      if (typeof seed === 'string') {
        throw new FlowMockError(
          `the seed ${seed} is a file, which the server at FLOWMOCK_URL cannot read: seed a document, or start it with --seed-file`,
        );
      }
      await mock.seed(seed);
    }
    if (typeof options.faults === 'string') {
      throw new FlowMockError(
        `the faults ${options.faults} are a file, which the server at FLOWMOCK_URL cannot read: give the rules themselves`,
      );
    }
    if (options.faults) {
      // A run that was killed may have left rules with these ids.
      const wanted = options.faults.map((rule) => rule.id);
      for (const { id } of await mock.faults.list()) if (wanted.includes(id)) await mock.faults.remove(id);
      mock.#faults = (await mock.faults.add(options.faults)).map(({ id }) => id);
    }
    return mock;
  }

  /** Whether this object started the server, and stops it. */
  get started(): boolean {
    return this.#process !== undefined;
  }

  /** The file with the server's log, if it is known. */
  get logFile(): string | undefined {
    return this.#process?.logFile ?? process.env.FLOWMOCK_SERVER_LOG;
  }

  /** The last lines of the server's log; empty if another program started the server. */
  log(lines = 20): string {
    return this.logFile === undefined ? '' : tail(this.logFile, lines);
  }

  /** Replaces the whole state by a document. */
  async setState(document: StateDocument | string): Promise<void> {
    await this.send('PUT', '/state', { body: document });
  }

  /** A view of one organisation; without an id, of a new one. */
  organisation(id: string = newOrganisationId(), headers: Omit<HeaderOptions, 'org'> = {}): Organisation {
    return new Organisation(this.endpoint, id, headers);
  }

  /**
   * Stops the server, if this object started it, and returns when its process has ended. Otherwise removes the fault rules with
   * which it began.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#process?.stop() ?? this.#removeFaults();
    return this.#stopping;
  }

  async #removeFaults(): Promise<void> {
    const left = new Set((await this.faults.list()).map(({ id }) => id));
    for (const id of this.#faults) if (left.has(id)) await this.faults.remove(id);
  }

  /** @internal */
  protected override runQuery(sandbox: string | undefined): Query {
    return { sandbox };
  }
}

// Old versions of Node have no such symbol.
if (Symbol.asyncDispose) {
  Object.defineProperty(FlowMock.prototype, Symbol.asyncDispose, {
    value(this: FlowMock): Promise<void> {
      return this.stop();
    },
  });
}

function origin(url: string): string {
  try {
    const { protocol, host } = new URL(url);
    if (protocol === 'http:' || protocol === 'https:') return `${protocol}//${host}`;
  } catch (error) {
    throw new FlowMockError(`${url} is no address of a server, such as http://127.0.0.1:8080: ${reason(error)}`);
  }
  throw new FlowMockError(`${url} is no address of a server, such as http://127.0.0.1:8080`);
}
