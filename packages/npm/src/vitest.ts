/** For Vitest: one server for a run, and an organisation for each test. */
import { ContractError } from './errors.js';
import { FlowMock } from './mock.js';
import type { Organisation } from './organisation.js';
import { diagnosis, organisationOf, type RunOptions, startRun } from './testing.js';

export type { RunOptions } from './testing.js';

/** A name of a test or suite, and what it is in. */
interface Named {
  readonly name: string;
  readonly suite?: Named | undefined;
  readonly file?: { readonly filepath: string };
}

/** The parts of a test's context that are used here. */
export interface VitestContext {
  readonly task: Readonly<Named>;
  readonly onTestFailed: (hook: () => void | Promise<void>) => void;
}

/** What {@link fixtures} add to a test's context. */
export interface FlowMockFixtures {
  /** The organisation of this test, with its `baseUrl` and `headers()`. */
  flowmock: Organisation;
}

/**
 * Starts the server of a run; the file that `globalSetup` names in Vitest's configuration exports the result as default.
 *
 * ```js
 * export default globalSetup({ contract: 'error' });
 * ```
 */
export function globalSetup(options: RunOptions = {}): () => Promise<() => Promise<void>> {
  return async () => {
    const end = await startRun(options);
    return async () => {
      try {
        await end();
      } catch (error) {
        // Vitest prints what a teardown throws, but ends with exit code 0.
        process.exitCode = 1;
        if (!(error instanceof ContractError)) throw error;
        console.error(error.message);
      }
    };
  };
}

let server: Promise<FlowMock> | undefined;

/**
 * Fixtures for `test.extend`. Without {@link globalSetup} each worker has a server of its own.
 *
 * ```js
 * const test = base.extend(fixtures);
 * test('creates a connection', async ({ flowmock }) => {
 *   const client = new Client(flowmock.baseUrl, flowmock.headers());
 * });
 * ```
 */
export const fixtures = {
  flowmock: async (
    { task, onTestFailed }: VitestContext,
    use: (organisation: Organisation) => Promise<void>,
  ): Promise<void> => {
    server ??= FlowMock.start();
    const mock = await server;
    const organisation = await organisationOf(mock, { file: task.file?.filepath, name: fullName(task) });
    onTestFailed(async () => console.error(await diagnosis(mock, organisation)));
    await use(organisation);
  },
};

function fullName(task: Named): string {
  return task.suite?.name ? `${fullName(task.suite)} > ${task.name}` : task.name;
}
