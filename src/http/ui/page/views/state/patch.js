// The PATCH that turns one version of an entity into another.

/** Keys that the service writes itself: the editor leaves them out, and a PATCH of them is refused. */
const OWNED = new Set([
  "id",
  "createdAt",
  "updatedAt",
  "createdBy",
  "updatedBy",
  "createdClient",
  "updatedClient",
  "sandboxId",
  "sandboxName",
  "imsOrgId",
  "version",
  "etag",
  "lastOperation",
  "inheritedAttributes",
  "providerRefId",
  "runs",
  "lastRunDetails",
]);

/** Whether a JSON pointer leads to what the service writes itself. */
export const isOwned = (path) => OWNED.has(path.split("/")[1]);

/** The part of an entity that a client may write. */
export const editable = (entity) => Object.fromEntries(Object.entries(entity).filter(([key]) => !OWNED.has(key)));

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

/** Whether two JSON values are equal; the order of keys does not count. */
export function equal(a, b) {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, at) => equal(item, b[at]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]));
}

/** A JSON pointer with one more step. */
export const pointer = (base, step) => `${base}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;

/**
 * The places in which two JSON values differ. Arrays of different lengths differ as a whole.
 * @returns {{path: string, before?: unknown, after?: unknown}[]} without `before` where something was added
 */
export function differences(before, after, path = "") {
  if (equal(before, after)) return [];
  const arrays = Array.isArray(before) && Array.isArray(after) && before.length === after.length;
  if (!arrays && !(isObject(before) && isObject(after))) return [{ path, before, after }];
  const found = [];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const at = pointer(path, key);
    if (!Object.hasOwn(after, key)) found.push({ path: at, before: before[key] });
    else if (!Object.hasOwn(before, key)) found.push({ path: at, after: after[key] });
    else found.push(...differences(before[key], after[key], at));
  }
  return found;
}

/** The operations of a PATCH that makes `after` of `before`. */
export function operations(before, after) {
  return differences(before, after).map((change) => {
    if (!("after" in change)) return { op: "remove", path: change.path };
    return { op: "before" in change ? "replace" : "add", path: change.path, value: change.after };
  });
}
