// Fault rules: from the fields of the form, and as a line of text. See docs/faults.md.

/** What the form can do to a request. `error` and `rateLimit` have a field of their own. */
export const KINDS = {
  error: { label: "fail with an error" },
  delay: { label: "answer late", action: {} },
  reset: { label: "break the connection, without effect", action: { reset: true } },
  lost: { label: "take effect, then lose the answer", action: { reset: true, effect: "before" } },
  truncate: { label: "cut the answer off", action: { truncate: true } },
  malformed: { label: "answer malformed JSON", action: { malformedJson: true } },
  rateLimit: { label: "limit the rate (429)" },
};

/** The form as it opens: the next three POSTs fail with a 503. Numbers are texts; an empty one is not sent. */
export const INITIAL = {
  kind: "error",
  error: "FLOW-1103-503",
  perSecond: "5",
  operation: "",
  method: "POST",
  imsOrgId: "",
  sandbox: "",
  times: "3",
  after: "",
  percent: "",
  delayMs: "",
};

const ONCE = { ...INITIAL, method: "", times: "1" };

/** Rules that are wanted often, by name. */
export const PRESETS = {
  "Next 3 POSTs: 503": INITIAL,
  "Next PATCH: 412": { ...ONCE, method: "PATCH", error: "FLOW-1404-412" },
  "Next: 429": { ...ONCE, error: "429050" },
  "Next: 401": { ...ONCE, error: "401013" },
  "Next POST: answer lost": { ...ONCE, method: "POST", kind: "lost" },
  "All: 2 s late": { ...ONCE, kind: "delay", times: "", delayMs: "2000" },
};

/** The rule of the form. The server checks it. @param {typeof INITIAL} fields */
export function ruleFromFields(fields) {
  const number = (text) => (text === "" ? undefined : Number(text));
  const match = {};
  for (const key of ["operation", "method", "imsOrgId", "sandbox"])
    if (fields[key].trim()) match[key] = fields[key].trim();
  const percent = number(fields.percent);
  const own = {
    error: { error: fields.error },
    rateLimit: { rateLimit: { perSecond: number(fields.perSecond) } },
  };
  const action = { ...(own[fields.kind] ?? KINDS[fields.kind].action), delayMs: number(fields.delayMs) };
  const rule = { match, after: number(fields.after), times: number(fields.times), action };
  return JSON.parse(JSON.stringify({ ...rule, probability: percent && percent / 100 }));
}

/**
 * `Next 3 POST requests: fail with FLOW-1103-503 (503 Service Unavailable)`
 * @param {object} rule
 * @param {Map<string, {status: number, title: string}>} [errors] the catalogue
 */
export function ruleText({ match = {}, after, times, probability, action = {} }, errors = new Map()) {
  const { method, operation, path, sandbox, imsOrgId, ...more } = match;
  const conditions = Object.entries(more).map(([part, of]) => `${part} ${Object.keys(of).join(", ")}`);
  const which = [
    times === undefined ? "All" : times === 1 ? "Next" : `Next ${times}`,
    method?.toUpperCase(),
    operation,
    times === 1 ? "request" : "requests",
    path && `to ${path}`,
    sandbox && `in ${sandbox}`,
    imsOrgId && `of ${imsOrgId}`,
    conditions.length && `with ${conditions.join(" and ")}`,
    after && `after ${after} others`,
    probability !== undefined && `at ${Number((probability * 100).toFixed(4))} %`,
  ];
  return `${which.filter(Boolean).join(" ")}: ${actionText(action, errors)}`;
}

function actionText(
  { error, status, rateLimit, reset, truncate, malformedJson, delayMs, effect, ...more },
  errors,
) {
  const row = errors.get(error);
  const lost = effect === "before" ? KINDS.lost.label : KINDS.reset.label;
  const late = Object.entries(delayMs ?? {}).map(
    ([shape, of]) => `${shape} ${Object.values(of).join(" to ")}`,
  );
  const parts = [
    error && `fail with ${error}${row ? ` (${row.status} ${row.title})` : ""}`,
    status && `get ${status}`,
    rateLimit && `429 above ${rateLimit.perSecond} a second and ${rateLimit.per ?? "organisation"}`,
    reset && (reset.afterBytes === undefined ? lost : `break the connection after ${reset.afterBytes} bytes`),
    truncate && KINDS.truncate.label,
    malformedJson && KINDS.malformed.label,
    ...Object.entries(more).map(([key, value]) => `${key} ${JSON.stringify(value)}`),
    delayMs !== undefined && `${late.length ? late.join() : delayMs} ms late`,
    effect === "before" && !reset && "after taking effect",
  ];
  return parts.filter(Boolean).join(", ");
}

/** The rule as a POST takes it. @param {object} fault as GET lists it */
export function withoutCounts({ matched, fired, ...rule }) {
  return rule;
}

/** Whether the server hides a credential of the rule, which only it can put back. @param {object} rule */
export function isRedacted({ match }) {
  return JSON.stringify(match ?? {}).includes("[redacted]");
}
