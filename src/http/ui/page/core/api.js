// Calls to the server: flowmock's own (`control`), and those of the emulated APIs (`flow`), which the page sends past the journal.

import { ApiError, errorOf, noAnswer } from "./errors.js";
import { askForToken, controlToken } from "./token.js";

export { ApiError };

/**
 * @typedef {object} CallOptions
 * @property {Record<string, string | number | boolean | undefined | null>} [query] members without a value are left out
 * @property {*} [body] sent as JSON; a string or Blob is sent as it is
 * @property {string} [type] the content type; default: application/json
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 */

/** @typedef {{status: number, headers: Headers, body: *}} Answer `body` is parsed JSON, text, or null if there is none */

/**
 * One of flowmock's own calls: `control("GET", "/faults")`.
 * @param {string} method
 * @param {string} path below /_flowmock
 * @param {CallOptions} [options]
 * @returns {Promise<*>} the body of the answer
 * @throws {ApiError} if the call is refused or fails
 */
export async function control(method, path, options = {}) {
  return (await call(method, `/_flowmock${path}`, options)).body;
}

/**
 * A call of an emulated API, which the journal, the contract and the faults do not see:
 * `flow("GET", "/connections", {tenant, query: {limit: 50}})`.
 * @param {string} method
 * @param {string} path below /data/foundation/flowservice; or a whole path that begins with /data/ or /ims/
 * @param {CallOptions & {tenant?: {imsOrgId: string, sandbox: string}, ifMatch?: string}} [options]
 * @returns {Promise<Answer>} `headers.get("etag")` is the version of an entity
 * @throws {ApiError}
 */
export function flow(method, path, { tenant, ifMatch, headers, ...options } = {}) {
  const whole = /^\/(data|ims)\//.test(path) ? path : `/data/foundation/flowservice${path}`;
  return call(method, `/_flowmock/unrecorded${whole}`, {
    ...options,
    headers: {
      authorization: "Bearer flowmock-page",
      "x-api-key": "flowmock-page",
      ...(tenant && { "x-gw-ims-org-id": tenant.imsOrgId, "x-sandbox-name": tenant.sandbox }),
      ...(ifMatch && { "if-match": ifMatch }),
      ...headers,
    },
  });
}

/**
 * Sends a request with the control token, and asks for the token if it is needed.
 * @returns {Promise<Response>} refused answers too, except for want of the token
 * @throws {ApiError} if there is no answer or no token
 */
export async function send(path, { headers, ...init } = {}) {
  for (;;) {
    const token = controlToken();
    const all = { ...headers, ...(token && { "x-flowmock-control-token": token }) };
    let response;
    try {
      response = await fetch(path, { cache: "no-store", ...init, headers: all });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw noAnswer(error);
    }
    if (response.status !== 401 || !(await wantsToken(response.clone()))) return response;
    if (!(await askForToken(token))) throw errorOf(401, await read(response));
  }
}

/** A file from one of flowmock's own calls, under the name it is to have: saved by the browser. */
export async function download(path, query, name) {
  const response = await send(`/_flowmock${path}${search(query)}`);
  if (!response.ok) throw errorOf(response.status, await read(response));
  saveFile(await response.blob(), name);
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function saveFile(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** @param {CallOptions["query"]} query @returns {string} `?a=b`, or nothing */
export function search(query = {}) {
  const present = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  return present.length ? `?${new URLSearchParams(present)}` : "";
}

async function call(method, path, { query, body, type, headers, signal }) {
  const raw = body === undefined || typeof body === "string" || body instanceof Blob;
  const response = await send(path + search(query), {
    method,
    signal,
    headers: { ...(body !== undefined && { "content-type": type ?? "application/json" }), ...headers },
    body: raw ? body : JSON.stringify(body),
  });
  const answer = { status: response.status, headers: response.headers, body: await read(response) };
  if (!response.ok) throw errorOf(answer.status, answer.body, answer.headers);
  return answer;
}

async function read(response) {
  let text;
  try {
    text = await response.text();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw noAnswer(error);
  }
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Whether a 401 is about the control token, not one of the emulated gateway. */
async function wantsToken(response) {
  const body = await read(response);
  return Array.isArray(body?.errors);
}
