/** For `node:test`: a server for a test file, and an organisation for each test. */
import { after, before } from 'node:test';
import { FlowMock } from './mock.js';
import type { Organisation } from './organisation.js';
import { diagnosis, organisationOf, type RunOptions, split } from './testing.js';

export type { RunOptions } from './testing.js';

/** The parts of a test's context that are used here. */
export interface TestContext {
  readonly name: string;
  readonly fullName?: string;
  readonly filePath?: string | undefined;
  /** Whether the test passed so far; absent in old versions of Node. */
  readonly passed?: boolean;
  after(hook: () => Promise<void>): void;
  diagnostic(message: string): void;
}

/** Gives each test an organisation of its own. */
export interface NodeTestFlowMock {
  /** The organisation of this test, with its `baseUrl` and `headers()`. */
  (context: TestContext): Promise<Organisation>;
  /** The server. Use it inside tests and hooks. */
  readonly server: FlowMock;
}

/**
 * Starts a server before the tests of this file and stops it after them. With `FLOWMOCK_URL` it uses the server there.
 *
 * ```js
 * const flowmock = useFlowMock({ contract: 'error' });
 * test('creates a connection', async (t) => {
 *   const mock = await flowmock(t); // mock.baseUrl, mock.headers()
 * });
 * ```
 */
export function useFlowMock(options: RunOptions = {}): NodeTestFlowMock {
  const { server, gate } = split(options);
  let mock: FlowMock | undefined;
  before(async () => {
    mock = await FlowMock.start(server);
  });
  after(async () => {
    if (mock === undefined) return; // it could not start, which the hook above has said
    try {
      await gate(mock);
    } finally {
      await mock.stop();
    }
  });

  const running = (): FlowMock => {
    if (mock === undefined) throw new Error('flowmock has not started: use it inside a test or a hook');
    return mock;
  };
  const flowmock = async (context: TestContext): Promise<Organisation> => {
    const name = context.fullName ?? context.name;
    const organisation = await organisationOf(running(), { file: context.filePath ?? process.argv[1], name });
    context.after(async () => {
      if (context.passed === false) context.diagnostic(await diagnosis(running(), organisation));
    });
    return organisation;
  };
  return Object.defineProperty(flowmock, 'server', { get: running }) as unknown as NodeTestFlowMock;
}
