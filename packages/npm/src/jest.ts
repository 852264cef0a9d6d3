/** For Jest: one server for a run, and an organisation for each test. */
import { FlowMock } from './mock.js';
import type { Organisation } from './organisation.js';
import { diagnosis, organisationOf, type RunOptions, startRun } from './testing.js';

export type { RunOptions } from './testing.js';

// Jest has these in the global scope of a test file. Declared here, so that no types of Jest are needed.
interface JestGlobals {
  beforeAll(hook: () => Promise<void>): void;
  beforeEach(hook: () => Promise<void>): void;
  afterEach(hook: () => Promise<void>): void;
  afterAll(hook: () => Promise<void>): void;
  expect: { getState(): { currentTestName?: string; testPath?: string } };
}

const END = Symbol.for('flowmock.jest.end');
type Global = { [END]?: (() => Promise<void>) | undefined };

/**
 * Starts the server of a run; the file that `globalSetup` names in Jest's configuration exports the result.
 * {@link globalTeardown} ends it.
 *
 * ```js
 * module.exports = globalSetup({ contract: 'error' });
 * ```
 */
export function globalSetup(options: RunOptions = {}): () => Promise<void> {
  return async () => {
    (globalThis as Global)[END] = await startRun(options);
  };
}

/** Ends the run: fails it if the contract gate is not passed, and stops the server. */
export async function globalTeardown(): Promise<void> {
  await (globalThis as Global)[END]?.();
}

/**
 * Gives each test of this file an organisation of its own: the function that it returns tells the one of the running test.
 * Without {@link globalSetup} each file has a server of its own.
 *
 * ```js
 * const flowmock = useFlowMock();
 * test('creates a connection', async () => {
 *   const mock = flowmock(); // mock.baseUrl, mock.headers()
 * });
 * ```
 */
export function useFlowMock(): () => Organisation {
  const { beforeAll, beforeEach, afterEach, afterAll, expect } = globalThis as unknown as JestGlobals;
  let mock: FlowMock | undefined;
  let organisation: Organisation | undefined;
  beforeAll(async () => {
    mock = await FlowMock.start();
  });
  beforeEach(async () => {
    const { testPath, currentTestName } = expect.getState();
    organisation = mock && (await organisationOf(mock, { file: testPath, name: currentTestName ?? '' }));
  });
  afterEach(async () => {
    if (mock && organisation && hasFailed()) console.error(await diagnosis(mock, organisation));
  });
  afterAll(async () => {
    await mock?.stop();
  });
  return () => {
    if (organisation === undefined) throw new Error('flowmock has not started: use it inside a test or beforeEach');
    return organisation;
  };
}

// Jest has no public way to ask. Its runner keeps the errors of the running test under this symbol; should another version
// keep them elsewhere, a failed test shows Jest's own message alone.
function hasFailed(): boolean {
  const symbol = Object.getOwnPropertySymbols(globalThis).find(
    ({ description }) => description === 'JEST_STATE_SYMBOL',
  );
  if (symbol === undefined) return false;
  const state = (globalThis as Record<symbol, unknown>)[symbol] as
    | { currentlyRunningTest?: { errors?: unknown[] } }
    | undefined;
  return (state?.currentlyRunningTest?.errors?.length ?? 0) > 0;
}
