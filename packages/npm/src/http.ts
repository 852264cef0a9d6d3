// Calls the server's control API. Not by `fetch`: tests replace it, and the helpers must go on working.
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { explain, RefusedError, reason, ServerGoneError } from './errors.js';

/** The server that calls go to. */
export interface Endpoint {
  /** Its address without a path: `http://127.0.0.1:8080`. */
  readonly url: string;
  /** The token of `--control-token`. */
  readonly controlToken?: string | undefined;
  /** The end of the server's log, shown when it does not answer. */
  log(): string;
}

export type Query = Record<string, string | number | boolean | undefined>;

export interface Call {
  query?: Query;
  /** JSON, or a string, which is sent as YAML. */
  body?: unknown;
  /** Statuses besides 2xx that are no error. */
  accept?: number[];
}

export interface Answer {
  status: number;
  body: string;
}

const TIMEOUT_MS = 60_000;

/** Makes a call below `/_flowmock` and returns its answer; refusals are a {@link RefusedError}. */
export async function call(endpoint: Endpoint, method: string, path: string, options: Call = {}): Promise<Answer> {
  const url = new URL(`/_flowmock${path}`, endpoint.url);
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined) url.searchParams.set(name, String(value));
  }
  const headers: Record<string, string> = {};
  let body: string | undefined;
  if (options.body !== undefined) {
    const yaml = typeof options.body === 'string';
    body = yaml ? (options.body as string) : JSON.stringify(options.body);
    headers['content-type'] = yaml ? 'application/yaml' : 'application/json';
    headers['content-length'] = String(Buffer.byteLength(body));
  }
  if (endpoint.controlToken) headers['x-flowmock-control-token'] = endpoint.controlToken;

  let answer: Answer;
  try {
    answer = await send(url, method, headers, body);
  } catch (error) {
    const log = endpoint.log();
    throw new ServerGoneError(
      `${method} ${url}: flowmock does not answer: ${reason(error)}${log ? `\nThe end of its log:\n${log}` : ''}`,
    );
  }
  if (answer.status >= 300 && !options.accept?.includes(answer.status)) {
    throw new RefusedError(`${method} ${url.pathname}${url.search}: ${answer.status}: ${explain(answer.body)}`, answer);
  }
  return answer;
}

/** Requests an access token with a form. */
export async function requestToken(endpoint: Endpoint, url: string, form: Record<string, string>): Promise<string> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { status, body } = await send(new URL(url), 'POST', headers, new URLSearchParams(form).toString()).catch(
    (error) => {
      throw new ServerGoneError(`POST ${url}: flowmock does not answer: ${reason(error)}\n${endpoint.log()}`);
    },
  );
  if (status !== 200) throw new RefusedError(`POST ${url}: ${status}: ${explain(body)}`, { status, body });
  return (JSON.parse(body) as { access_token: string }).access_token;
}

/** Like {@link call}, and reads the answer as JSON. */
export async function callJson<T>(endpoint: Endpoint, method: string, path: string, options?: Call): Promise<T> {
  return JSON.parse((await call(endpoint, method, path, options)).body) as T;
}

function send(url: URL, method: string, headers: Record<string, string>, body: string | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? secure : plain;
    // Without an agent each call has a connection of its own: no idle socket outlives a test.
    const sent = request(url, { method, headers, agent: false, timeout: TIMEOUT_MS }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8') }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${TIMEOUT_MS / 1000} seconds`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
