// What the helpers for the test runners share: an organisation for each test, the contract gate, and what a failed test shows.
import { relative } from 'node:path';
import { FlowMock } from './mock.js';
import type { StartOptions } from './options.js';
import { type Organisation, organisationIdOf } from './organisation.js';
import type { RecordedRequest } from './types.js';

/** How a test run uses flowmock: the options of the server, and the contract gate. */
export interface RunOptions extends StartOptions {
  /** Fails the run with the contract report if a client broke a rule of this severity or worse. By default it does not. */
  contract?: 'error' | 'warning';
  /** Fails the run if a client met less of what is documented of its calls, in percent. Only with `contract`. */
  minCoverage?: number;
}

/** Splits the options of a run into those of the server and the gate. */
export function split(options: RunOptions): { server: StartOptions; gate: (mock: FlowMock) => Promise<void> } {
  const { contract, minCoverage, ...server } = options;
  const gate = async (mock: FlowMock): Promise<void> => {
    if (contract === undefined) return;
    await mock.assertContract({ failOn: contract, ...(minCoverage === undefined ? {} : { minCoverage }) });
  };
  return { server, gate };
}

const used = new Map<string, number>();

/**
 * The organisation of a test: empty, and the same one in every run, so that a deterministic server gives the same ids.
 * Requests with its `headers()` count for this test in contract reports.
 */
export async function organisationOf(
  mock: FlowMock,
  test: { file: string | undefined; name: string },
): Promise<Organisation> {
  const file = test.file === undefined ? '' : relative(process.cwd(), test.file).replaceAll('\\', '/');
  const key = `${file} > ${test.name}`;
  const nth = (used.get(key) ?? 0) + 1; // tests of one name, or a second try
  used.set(key, nth);
  const organisation = mock.organisation(organisationIdOf(nth === 1 ? key : `${key} #${nth}`), { test: test.name });
  await organisation.reset();
  return organisation;
}

/** What helps with a failed test: the requests of its organisation, and the end of the server's log. */
export async function diagnosis(mock: FlowMock, organisation: Organisation): Promise<string> {
  const requests = await organisation.requests({ limit: 20 }).catch(() => []);
  const lines = requests.reverse().map(line);
  const log = mock
    .log(200)
    .split('\n')
    .filter((entry) => entry !== '' && !entry.includes('/_flowmock/'))
    .slice(-20);
  return [
    `flowmock: the requests of this test's organisation, ${organisation.org}:`,
    ...(lines.length > 0 ? lines : ['  none: does the client use its baseUrl and headers()?']),
    ...(log.length === 0 ? [] : ["the end of the server's log:", ...log.map((entry) => `  ${entry}`)]),
  ].join('\n');
}

function line(request: RecordedRequest): string {
  const query = request.query === '' ? '' : `?${request.query}`;
  const outcome =
    request.status === undefined ? request.outcome : `${request.status} ${request.errorCode ?? ''}`.trim();
  const reason = request.responseHeaders.find(([name]) => name === 'x-flowmock-reason')?.[1];
  const title = (request.responseBody?.json as { errorMessage?: string } | undefined)?.errorMessage;
  const why = reason ?? title;
  return `  ${request.method} ${request.path}${query}: ${outcome}${why === undefined ? '' : `: ${why}`}`;
}

/** Starts the server of a run and tells the processes of its tests by `FLOWMOCK_URL`; returns what ends it. */
export async function startRun(options: RunOptions): Promise<() => Promise<void>> {
  const { server, gate } = split(options);
  const mock = await FlowMock.start(server);
  const before = { url: process.env.FLOWMOCK_URL, log: process.env.FLOWMOCK_SERVER_LOG };
  const token = process.env.FLOWMOCK_CONTROL_TOKEN;
  process.env.FLOWMOCK_URL = mock.url;
  if (mock.logFile !== undefined) process.env.FLOWMOCK_SERVER_LOG = mock.logFile;
  if (options.controlToken !== undefined) process.env.FLOWMOCK_CONTROL_TOKEN = options.controlToken;
  return async () => {
    restore('FLOWMOCK_URL', before.url);
    restore('FLOWMOCK_SERVER_LOG', before.log);
    restore('FLOWMOCK_CONTROL_TOKEN', token);
    try {
      await gate(mock);
    } finally {
      await mock.stop();
    }
  };
}

function restore(variable: string, value: string | undefined): void {
  if (value === undefined) delete process.env[variable];
  else process.env[variable] = value;
}
