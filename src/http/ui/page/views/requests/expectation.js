// An expectation (docs/verification.md) made from a request.

const HIDDEN = "[redacted]";
/** Parameters that belong to one run of a client. */
const PASSING = new Set(["continuationToken"]);
const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Requests like this one: operation, organisation, sandbox, parameters, and what the body says at its top. Credentials, which the
 * journal hides, are not part of it.
 * @param {object} request of the journal
 */
export function expectationOf({ operation, method, path, query, imsOrgId, sandbox, body }) {
  const expected = operation
    ? { operation }
    : {
        method,
        path: path
          .split("/")
          .map((part) => (ID.test(part) ? "*" : part))
          .join("/"),
      };
  if (imsOrgId) expected.imsOrgId = imsOrgId;
  if (sandbox) expected.sandbox = sandbox;
  const parameters = [...new URLSearchParams(query)].filter(
    ([name, value]) => value && !PASSING.has(name) && !value.includes(HIDDEN),
  );
  if (parameters.length)
    expected.query = Object.fromEntries(parameters.map(([name, value]) => [name, { equal: value }]));
  const fields = fieldsOf(body?.json);
  if (fields.length) expected.body = Object.fromEntries(fields);
  return { ...expected, times: { atLeast: 1 } };
}

/** The members of an object, or the operations of a JSON Patch, with their pointers. */
function fieldsOf(json) {
  if (json === null || typeof json !== "object") return [];
  return Object.entries(json)
    .filter(([name, value]) => name !== "auth" && !JSON.stringify(value).includes(HIDDEN))
    .slice(0, 20)
    .map(([name, value]) => [`/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, matcherOf(value)]);
}

function matcherOf(value) {
  return value !== null && typeof value === "object" ? { subset: value } : { equal: value };
}
