import { createHash, randomBytes } from 'node:crypto';
import { Controls } from './controls.js';
import type { Endpoint, Query } from './http.js';
import type { HeaderOptions, SandboxState, StateDocument } from './types.js';

/**
 * One organisation of a server. No other organisation sees it, so tests that each have one can share a server and run in
 * parallel: every call here sees and changes this organisation alone, except the contract report, which has all clients.
 */
export class Organisation extends Controls {
  /** The id, as in `x-gw-ims-org-id`. */
  readonly org: string;
  readonly #defaults: HeaderOptions;

  /** @internal */
  constructor(endpoint: Endpoint, id: string, defaults: HeaderOptions = {}) {
    super(endpoint, { imsOrgId: id });
    this.org = id;
    this.#defaults = defaults;
  }

  /** The headers that every call of the Flow Service needs, with this organisation. */
  override headers(options: Omit<HeaderOptions, 'org'> = {}): Record<string, string> {
    return super.headers({ ...this.#defaults, ...options, org: this.org });
  }

  /** Adds a state document, or the content of one sandbox: `{connections: [...]}`. */
  override async seed(content: StateDocument | SandboxState | string, sandbox = 'prod'): Promise<void> {
    const whole = typeof content === 'string' || 'organisations' in content || 'clients' in content;
    if (whole) return super.seed(content as StateDocument | string);
    return super.seed({ organisations: [{ imsOrgId: this.org, sandboxes: [{ name: sandbox, ...content }] }] });
  }

  /** Empties the organisation, or returns it to the seed of the start; or one sandbox of it. */
  override reset(part: { sandbox?: string } = {}): Promise<void> {
    return super.reset(part);
  }

  /** @internal */
  protected override runQuery(sandbox: string | undefined): Query {
    return { imsOrgId: this.org, sandbox: sandbox ?? 'prod' };
  }
}

/** A new organisation id, in the form of real ones. */
export function newOrganisationId(): string {
  return `${randomBytes(12).toString('hex').toUpperCase()}@AdobeOrg`;
}

/** The organisation id that always stands for this name, so that a deterministic server gives a test the same ids again. */
export function organisationIdOf(name: string): string {
  return `${createHash('sha256').update(name).digest('hex').slice(0, 24).toUpperCase()}@AdobeOrg`;
}
