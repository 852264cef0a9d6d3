// The documents of the control API. `GET /_flowmock/openapi.json` of a server describes every key.

/** Any JSON value. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Any JSON object. */
export interface JsonObject {
  [key: string]: unknown;
}

/** What a sandbox holds, in a state document. */
export interface SandboxState {
  name?: string;
  connections?: JsonObject[];
  sourceConnections?: JsonObject[];
  targetConnections?: JsonObject[];
  flows?: JsonObject[];
  privateEndpoints?: JsonObject[];
  connectionSpecs?: JsonObject[];
  flowSpecs?: JsonObject[];
  sources?: JsonObject;
  runs?: JsonObject;
  [key: string]: unknown;
}

/** A state document: a seed, or an export. */
export interface StateDocument {
  clients?: JsonObject[];
  organisations?: { imsOrgId: string; sandboxes?: (SandboxState & { name: string })[] }[];
}

/** Conditions on a value, all of which must hold; or, if it is no object, the value to be equal to. */
export type Matcher =
  | string
  | number
  | boolean
  | null
  | unknown[]
  | {
      equal?: unknown;
      contains?: string;
      matches?: string;
      subset?: unknown;
      present?: true;
      absent?: true;
      not?: Matcher;
      all?: Matcher[];
    };

/** Which requests: every part must match, and `{}` matches all. */
export interface RequestPattern {
  /** The name of an operation: `createConnection`. */
  operation?: string;
  method?: string;
  path?: string;
  imsOrgId?: string;
  sandbox?: string;
  headers?: Record<string, Matcher>;
  query?: Record<string, Matcher>;
  /** Matchers by JSON pointer: `/name`. */
  body?: Record<string, Matcher>;
}

/** Requests that should have arrived; at least one, unless `times` says otherwise. */
export interface Expectation extends RequestPattern {
  times?: { exactly: number } | { atLeast?: number; atMost?: number };
}

/** The result of a verification. */
export interface Verification {
  passed: boolean;
  /** The number of requests that matched. */
  count: number;
  /** The `x-request-id`s of the requests that matched. */
  requests: string[];
  /** For expectations in order, the index of the one that was not met. */
  failed?: number;
  /** The requests that came nearest, if too few matched. */
  nearest: {
    requestId: string;
    method: string;
    path: string;
    matched: number;
    of: number;
    differences: { field: string; expected: string; actual: string }[];
  }[];
  /** The result as text; empty if it passed. */
  message: string;
}

/** What a fault rule does to a request. */
export interface FaultAction {
  /** An error of the catalogue: `FLOW-1103-503`. */
  error?: string;
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: unknown;
  rateLimit?: { perSecond: number; per?: 'organisation' | 'sandbox' | 'apiKey' };
  reset?: true | { afterBytes: number };
  truncate?: true | { afterBytes: number };
  malformedJson?: true;
  drip?: { bytesPerSecond: number };
  delayMs?: number | { uniform: { min: number; max: number } } | { logNormal: { median: number; sigma: number } };
  initializingForMs?: number;
  effect?: 'none' | 'before';
}

/** A fault rule. */
export interface FaultRule {
  id?: string;
  match?: RequestPattern;
  /** How many matching requests to leave alone first. */
  after?: number;
  /** How often the rule fires; always by default. */
  times?: number;
  probability?: number;
  action: FaultAction;
}

/** A fault rule in force. */
export interface Fault extends FaultRule {
  id: string;
  matched: number;
  fired: number;
}

/** The time of the server. */
export interface ClockState {
  now: string;
  epochMs: number;
  running: boolean;
}

/** Selects requests of the journal; all that is given must fit. */
export interface RequestFilter {
  operation?: string;
  method?: string;
  path?: string;
  imsOrgId?: string;
  sandbox?: string;
  /** `404`, or a class: `4xx`. */
  status?: number | string;
  errorCode?: string;
  requestId?: string;
  /** A time, or milliseconds since 1970. */
  since?: string | number;
  sinceId?: number;
  /** The newest N; all by default. */
  limit?: number;
}

/** A body in the journal; it has one of `json`, `text` and `omitted`. */
export interface RecordedBody {
  bytes: number;
  truncated?: boolean;
  json?: unknown;
  text?: string;
  omitted?: string;
}

/** A request in the journal, and its response. */
export interface RecordedRequest {
  id: number;
  time: string;
  durationMicros: number;
  requestId?: string;
  operation?: string;
  imsOrgId?: string;
  sandbox?: string;
  /** The name that contract reports give to the client. */
  consumer?: string;
  apiKey?: string;
  method: string;
  path: string;
  query: string;
  headers: [string, string][];
  body?: RecordedBody;
  outcome: 'answered' | 'reset' | 'clientGone';
  status?: number;
  errorCode?: string;
  /** The contract rules that it broke; absent if it was not examined. */
  brokenRules?: { rule: string; level: 'error' | 'warning' | 'info'; message: string }[];
  responseHeaders: [string, string][];
  responseBody?: RecordedBody;
}

/** A saved state. */
export interface Snapshot {
  name: string;
  takenAt: string;
  imsOrgId?: string;
  sandbox?: string;
}

/** How a run ends. */
export interface RunOutcome {
  outcome?: 'success' | 'nothingNew' | 'partialSuccess' | 'copyFailed' | 'noBatch' | 'promotionFailed';
  code?: string;
  message?: string;
  afterMs?: number;
  stuck?: boolean;
  rejected?: { code: string; message?: string; count?: number }[];
  rows?: number;
  bytes?: number;
  files?: number;
  outputBytes?: number;
  skipped?: number;
  updated?: number;
  copyMs?: number;
  gapMs?: number;
  promotionMs?: number;
}

/** The outcome of coming runs of a flow or, without `flowId`, the default of a sandbox. */
export interface RunOrder extends RunOutcome {
  flowId?: string;
  run?: number | 'next' | 'all' | 'now';
}

/** How a run in progress is ended. */
export interface RunEnd extends RunOutcome {
  end: 'release' | 'finish' | 'fail';
}

/** An order that the server has taken. */
export interface OrderedRun {
  flowId?: string;
  run: number | string;
  /** The id of a run that was made at once. */
  id?: string;
}

/** The coming outcomes of the runs of a sandbox. */
export interface RunOrders {
  imsOrgId: string;
  sandbox: string;
  default: RunOutcome;
  flows: { flowId: string; next: number; all: RunOutcome | null; planned: { run: number; is: RunOutcome }[] }[];
}

/** A rule that a client broke. */
export interface BrokenRule {
  rule: string;
  severity?: 'error' | 'warning' | 'info';
  count: number;
  first?: { entry: number; requestId?: string; time: string; operation?: string; detail?: string };
}

/** What clients did, held against the rules of the API. */
export interface ContractReport {
  version: number;
  server: string;
  enabled: boolean;
  examined: number;
  skipped: number;
  rules: JsonObject[];
  consumers: {
    name: string;
    namedBy: string;
    requests: number;
    broken: BrokenRule[];
    tests: { name: string; requests: number; broken: BrokenRule[]; unlisted: number }[];
    coverage: { percent: number; met: number; of: number; ofAll: number };
    [key: string]: unknown;
  }[];
}

/** When a contract report counts as broken. */
export interface ContractCriteria {
  /** The least severity of a broken rule that counts: `error` by default. */
  failOn?: 'error' | 'warning' | 'never';
  /** The coverage that every consumer must reach, in percent. */
  minCoverage?: number;
  /** Look at this consumer only. */
  consumer?: string;
}

/** What the headers of a client say. */
export interface HeaderOptions {
  /** The organisation, by default `TEST@AdobeOrg`. */
  org?: string;
  /** The sandbox, by default `prod`. */
  sandbox?: string;
  /** The access token, by default `token`, which a server without `--auth issued` accepts. */
  token?: string;
  /** The API key, by default `flowmock`. */
  apiKey?: string;
  /** Names the client in contract reports. */
  consumer?: string;
  /** Names the test in contract reports. */
  test?: string;
}
