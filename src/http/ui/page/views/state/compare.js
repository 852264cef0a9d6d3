// What was added, changed and removed between two state documents.
import { differences, isOwned } from "./patch.js";

/**
 * @typedef {object} Change
 * @property {"added"|"changed"|"removed"} change
 * @property {string} imsOrgId empty for clients, which belong to the whole document
 * @property {string} sandbox
 * @property {string} kind the key of the document: `connections`, `sources`, ...
 * @property {string} id
 * @property {string} name
 * @property {{path: string, before?: unknown, after?: unknown}[]} fields the differences of a changed entity
 */

const idOf = (item, at) => item?.id ?? item?.clientId ?? item?.$id ?? item?.name ?? String(at);

/** The entities of one part of a document, by kind and id. Keys that are no collection stand together as `settings`. */
function entitiesOf(part, found, place) {
  const settings = {};
  for (const [kind, value] of Object.entries(part)) {
    if (["organisations", "sandboxes", "name", "imsOrgId"].includes(kind)) continue;
    const isMap = kind === "sources" && value && typeof value === "object";
    if (!Array.isArray(value) && !isMap) {
      settings[kind] = value;
      continue;
    }
    const items = isMap ? Object.entries(value) : value.map((item, at) => [idOf(item, at), item]);
    for (const [id, item] of items) put(found, { ...place, kind, id: String(id), name: item?.name ?? "", item });
  }
  if (Object.keys(settings).length)
    put(found, { ...place, kind: "settings", id: place.sandbox, name: "", item: settings });
}

function put(found, entry) {
  found.set(JSON.stringify([entry.imsOrgId, entry.sandbox, entry.kind, entry.id]), entry);
}

function flatten(document) {
  const found = new Map();
  entitiesOf(document, found, { imsOrgId: "", sandbox: "" });
  for (const organisation of document.organisations ?? []) {
    const { imsOrgId } = organisation;
    entitiesOf(organisation, found, { imsOrgId, sandbox: "" });
    for (const sandbox of organisation.sandboxes ?? []) entitiesOf(sandbox, found, { imsOrgId, sandbox: sandbox.name });
  }
  return found;
}

/**
 * Compares two state documents. An entity is the same one if its organisation, sandbox, kind and id are.
 * @returns {Change[]} in the order of the documents: first what the earlier one has, then what was added
 */
export function compare(before, after) {
  const [old, now] = [flatten(before), flatten(after)];
  const changes = [];
  for (const [key, { item, ...place }] of old) {
    if (!now.has(key)) {
      changes.push({ change: "removed", ...place, fields: [] });
      continue;
    }
    const fields = differences(item, now.get(key).item);
    // What follows from any write (etag, times) comes last.
    fields.sort((a, b) => isOwned(a.path) - isOwned(b.path));
    if (fields.length) changes.push({ change: "changed", ...place, fields });
  }
  for (const [key, { item, ...place }] of now)
    if (!old.has(key)) changes.push({ change: "added", ...place, fields: [] });
  return changes;
}
