// Which requests are shown: the filters of the journal, applied to what has arrived, and a free text.

/** The filters that the journal's calls take too, by their names there. */
export const JOURNAL_FILTERS = [
  "method",
  "status",
  "operation",
  "path",
  "errorCode",
  "imsOrgId",
  "sandbox",
  "since",
];

/** Base paths of the APIs with sandboxes; a path may be given without them. */
const BASE =
  /^\/data\/(core\/activation|foundation\/(flowservice|connectors|schemaregistry|catalog|export|conversion))(?=\/)/;

/**
 * The part of a path that tells calls apart.
 * @param {string} path
 */
export function withoutBase(path) {
  return path.replace(BASE, "");
}

/** The filters of `query` that the journal knows. @param {Record<string, string>} query */
export function journalFilters(query) {
  return Object.fromEntries(JOURNAL_FILTERS.filter((name) => query[name]).map((name) => [name, query[name]]));
}

/**
 * @param {Record<string, string>} query the filters by name; `q` is the free text
 * @returns {(request: import("../../core/live.js").RequestSummary) => boolean}
 */
export function filterOf(query) {
  const tests = [];
  const same = (name) => query[name] && tests.push((request) => request[name] === query[name]);
  ["operation", "errorCode", "imsOrgId", "sandbox"].forEach(same);
  if (query.method) tests.push(({ method }) => method.toUpperCase() === query.method.toUpperCase());
  if (query.status) tests.push(statusTest(query.status));
  if (query.path) tests.push(pathTest(query.path));
  if (query.since) {
    const since = timeOf(query.since);
    tests.push(({ time }) => !(Date.parse(time) < since));
  }
  if (query.q) tests.push(textTest(query.q));
  return (request) => tests.every((fits) => fits(request));
}

function statusTest(wanted) {
  const ofClass = wanted.match(/^([1-9])xx$/i);
  return ofClass
    ? ({ status }) => Math.floor(status / 100) === Number(ofClass[1])
    : ({ status }) => String(status) === wanted;
}

/** A slash at the end counts for nothing, as in the journal's filter. */
function pathTest(wanted) {
  const trimmed = (path) => path.replace(/(.)\/+$/, "$1");
  const beginning = wanted.endsWith("*") && wanted.slice(0, -1);
  const exact = trimmed(wanted);
  const fits = (path) => (beginning === false ? path === exact : path.startsWith(beginning));
  return ({ path }) => fits(trimmed(path)) || fits(withoutBase(trimmed(path)));
}

/** Every word is in the path, the operation, the consumer or the id. */
function textTest(text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return ({ path, query, operation = "", consumer = "", requestId = "" }) => {
    const all = `${path}?${query} ${operation} ${consumer} ${requestId}`.toLowerCase();
    return words.every((word) => all.includes(word));
  };
}

/** Milliseconds since 1970, as the journal reads `since`. @param {string} text */
export function timeOf(text) {
  return /^\d+$/.test(text) ? Number(text) : Date.parse(text);
}
