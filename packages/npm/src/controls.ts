// The control calls that a server and a view of one organisation have in common.
import { ContractError, VerificationError } from './errors.js';
import { type Call, call, callJson, type Endpoint, type Query, requestToken } from './http.js';
import type {
  ClockState,
  ContractCriteria,
  ContractReport,
  Expectation,
  Fault,
  FaultRule,
  HeaderOptions,
  OrderedRun,
  RecordedRequest,
  RequestFilter,
  RunEnd,
  RunOrder,
  RunOrders,
  Snapshot,
  StateDocument,
  Verification,
} from './types.js';

/** Fault rules: errors, delays, rate limits and broken connections on purpose. */
export interface Faults {
  /** Appends rules, and returns them as they are in force. */
  add(rules: FaultRule | FaultRule[]): Promise<Fault[]>;
  /** The rules in force, with how often each `matched` and `fired`. */
  list(): Promise<Fault[]>;
  /** Replaces all rules. */
  replace(rules: FaultRule[]): Promise<Fault[]>;
  /** The rule with this id. */
  get(id: string): Promise<Fault>;
  /** Removes the rule with this id. */
  remove(id: string): Promise<void>;
  /** Removes all rules. */
  clear(): Promise<void>;
}

/** The clock of a server. */
export interface Clock {
  get(): Promise<ClockState>;
  now(): Promise<Date>;
  /** Stops the clock at a time. */
  set(time: Date | string | number): Promise<ClockState>;
  /** Moves the clock by milliseconds, backwards if negative. */
  advance(milliseconds: number): Promise<ClockState>;
  /** Stops the clock where it is. */
  stop(): Promise<ClockState>;
  /** Lets the clock run from where it is. */
  run(): Promise<ClockState>;
  /** Returns to the clock of the start. */
  reset(): Promise<ClockState>;
}

/** Saved states. */
export interface Snapshots {
  /** Saves the state under a name of letters, digits and `.`, `_`, `-`. */
  save(name: string): Promise<void>;
  /** Restores a saved state. */
  restore(name: string): Promise<void>;
  list(): Promise<Snapshot[]>;
  delete(name: string): Promise<void>;
}

/** The outcomes of the runs of flows. */
export interface Runs {
  /** Orders how coming runs end. Without a `flowId`, an order is the default of the sandbox. */
  order(orders: RunOrder | RunOrder[], sandbox?: string): Promise<OrderedRun[]>;
  /** What is ordered. */
  list(): Promise<RunOrders[]>;
  /** Ends a run that is in progress. */
  end(id: string, how: RunEnd): Promise<void>;
  /** Forgets what was ordered. */
  forget(): Promise<void>;
}

// More than the journal can hold.
const ALL = 1_000_000;

/** Part of a server: everything, or one organisation. */
export abstract class Controls {
  /** @internal */
  protected readonly endpoint: Endpoint;
  /** The organisation whose part this is; absent for the whole server. */
  protected readonly scope: { imsOrgId?: string };

  readonly faults: Faults;
  /** The clock of the server, which all organisations share. */
  readonly clock: Clock;
  readonly snapshots: Snapshots;
  readonly runs: Runs;

  /** @internal */
  protected constructor(endpoint: Endpoint, scope: { imsOrgId?: string }) {
    this.endpoint = endpoint;
    this.scope = scope;
    const scoped = (options: Call = {}): Call => ({ ...options, query: { ...scope, ...options.query } });

    this.faults = {
      add: async (rules) => (await this.json<{ faults: Fault[] }>('POST', '/faults', scoped({ body: rules }))).faults,
      list: async () => (await this.json<{ faults: Fault[] }>('GET', '/faults', scoped())).faults,
      replace: async (rules) =>
        (await this.json<{ faults: Fault[] }>('PUT', '/faults', scoped({ body: rules }))).faults,
      get: (id) => this.json('GET', `/faults/${encodeURIComponent(id)}`),
      remove: (id) => this.send('DELETE', `/faults/${encodeURIComponent(id)}`),
      clear: () => this.send('DELETE', '/faults', scoped()),
    };

    const set = (body: object) => this.json<ClockState>('PUT', '/clock', { body });
    this.clock = {
      get: () => this.json('GET', '/clock'),
      now: async () => new Date((await this.clock.get()).epochMs),
      set: (time) => set({ now: time instanceof Date ? time.getTime() : time }),
      advance: (advanceMs) => set({ advanceMs }),
      stop: () => set({ running: false }),
      run: () => set({ running: true }),
      reset: () => this.json('DELETE', '/clock'),
    };

    // Snapshots have names of the whole server, so those of an organisation begin with its id.
    const prefix = scope.imsOrgId === undefined ? '' : `${scope.imsOrgId.replace(/[^A-Za-z0-9_-]/g, '_')}.`;
    const path = (name: string) => `/snapshots/${encodeURIComponent(prefix + name)}`;
    this.snapshots = {
      save: (name) => this.send('PUT', path(name), scoped()),
      restore: (name) => this.send('POST', `${path(name)}/restore`),
      list: async () => {
        const { snapshots } = await this.json<{ snapshots: Snapshot[] }>('GET', '/snapshots');
        return snapshots
          .filter((snapshot) => snapshot.name.startsWith(prefix))
          .map((snapshot) => ({ ...snapshot, name: snapshot.name.slice(prefix.length) }));
      },
      delete: (name) => this.send('DELETE', path(name)),
    };

    this.runs = {
      order: async (orders, sandbox) => {
        const query = this.runQuery(sandbox);
        return (await this.json<{ ordered: OrderedRun[] }>('POST', '/runs', { query, body: orders })).ordered;
      },
      list: async () => (await this.json<{ sandboxes: RunOrders[] }>('GET', '/runs', scoped())).sandboxes,
      end: (id, how) => this.send('POST', `/runs/${encodeURIComponent(id)}`, scoped({ body: how })),
      forget: () => this.send('DELETE', '/runs', scoped()),
    };
  }

  /** @internal */
  protected abstract runQuery(sandbox: string | undefined): Query;

  /** The server's address, such as `http://127.0.0.1:40961`. */
  get url(): string {
    return this.endpoint.url;
  }

  /** The address of the Flow Service: `url` and `/data/foundation/flowservice`. */
  get baseUrl(): string {
    return `${this.url}/data/foundation/flowservice`;
  }

  /** The headers that every call of the Flow Service needs. */
  headers(options: HeaderOptions = {}): Record<string, string> {
    return {
      Authorization: `Bearer ${options.token ?? 'token'}`,
      'x-api-key': options.apiKey ?? 'flowmock',
      'x-gw-ims-org-id': options.org ?? 'TEST@AdobeOrg',
      'x-sandbox-name': options.sandbox ?? 'prod',
      ...(options.consumer === undefined ? {} : { 'x-flowmock-consumer': printable(options.consumer) }),
      ...(options.test === undefined ? {} : { 'x-flowmock-test': printable(options.test) }),
    };
  }

  /** The address that issues access tokens, as the identity service does. */
  get tokenUrl(): string {
    return `${this.url}/ims/token/v3`;
  }

  /** An access token that the server issues to a client, for servers with `auth: 'issued'`. */
  token(options: { clientId?: string; clientSecret?: string; org?: string; scope?: string } = {}): Promise<string> {
    return requestToken(this.endpoint, this.tokenUrl, {
      grant_type: 'client_credentials',
      client_id: options.clientId ?? 'flowmock',
      client_secret: options.clientSecret ?? 'secret',
      scope: options.scope ?? 'openid',
      org_id: this.scope.imsOrgId ?? options.org ?? 'TEST@AdobeOrg',
    });
  }

  /** Returns to the state of the start: to the seed, or to nothing. One sandbox of an organisation, if it is named. */
  async reset(part: { imsOrgId?: string; sandbox?: string } = {}): Promise<void> {
    await this.send('POST', '/reset', { query: { ...part, ...this.scope } });
  }

  /** Adds a state document: an object, or text in YAML. */
  async seed(document: StateDocument | string): Promise<void> {
    await this.send('POST', '/state', { body: document });
  }

  /** The state as a document that seeds another server. It contains credentials. */
  state(part: { imsOrgId?: string; sandbox?: string } = {}): Promise<StateDocument> {
    return this.json('GET', '/state', { query: { ...part, ...this.scope } });
  }

  /**
   * Checks that requests arrived as expected: at least once each, unless `times` says otherwise; several in their order.
   *
   * @throws VerificationError if not; its message shows the nearest requests and how they differ.
   */
  async verify(expected: Expectation | Expectation[]): Promise<Verification> {
    const verification = await this.check(expected);
    if (!verification.passed) throw new VerificationError(verification.message);
    return verification;
  }

  /** Like {@link verify}, and returns a failure instead of throwing it. */
  check(expected: Expectation | Expectation[]): Promise<Verification> {
    const scoped = (expectation: Expectation) => ({ ...expectation, ...this.scope });
    const body = Array.isArray(expected) ? { inOrder: expected.map(scoped) } : scoped(expected);
    return this.json('POST', '/verify', { body });
  }

  /** The requests in the journal that fit the filter, newest first. */
  async requests(filter: RequestFilter = {}): Promise<RecordedRequest[]> {
    const query = { limit: ALL, ...filter, ...this.scope };
    return (await this.json<{ requests: RecordedRequest[] }>('GET', '/requests', { query })).requests;
  }

  /** Empties the journal, and returns how many requests it forgot. */
  async clearRequests(part: { imsOrgId?: string; sandbox?: string } = {}): Promise<number> {
    return (await this.json<{ cleared: number }>('DELETE', '/requests', { query: { ...part, ...this.scope } })).cleared;
  }

  /** The contract report: which rules of the API the clients of this server broke, in all organisations. */
  contract(options: { consumer?: string } = {}): Promise<ContractReport> {
    return this.json('GET', '/contract', { query: { ...options } });
  }

  /** The contract report as text, JUnit XML or Markdown. */
  async contractText(
    format: 'text' | 'junit' | 'markdown' = 'text',
    criteria: ContractCriteria & { full?: boolean } = {},
  ): Promise<string> {
    return (await call(this.endpoint, 'GET', '/contract', { query: { ...criteria, format } })).body;
  }

  /**
   * Checks that no client broke a rule.
   *
   * @throws ContractError if one did, or if no request was examined; its message is the report.
   */
  async assertContract(criteria: ContractCriteria = {}): Promise<void> {
    const query = { ...criteria, format: 'text', failStatus: true };
    const answer = await call(this.endpoint, 'GET', '/contract', { query, accept: [417] });
    if (answer.status === 417) throw new ContractError(answer.body);
  }

  /** Empties the contract report, or the part about one consumer. */
  async resetContract(options: { consumer?: string } = {}): Promise<void> {
    await this.send('DELETE', '/contract', { query: { ...options } });
  }

  /** @internal */
  protected json<T>(method: string, path: string, options?: Call): Promise<T> {
    return callJson<T>(this.endpoint, method, path, options);
  }

  /** @internal */
  protected async send(method: string, path: string, options?: Call): Promise<void> {
    await call(this.endpoint, method, path, options);
  }
}

// Header values are ASCII, and names of tests need not be.
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]+/g, '?').slice(0, 200);
}
