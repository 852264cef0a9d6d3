// What the State view shows, as its address says: /_flowmock/ui/state?org=..&sandbox=..&kind=flows&id=..&filter=..&order=..

import { changeQuery, useRoute } from "../../core/route.js";
import { kindOf } from "./kinds.js";

/**
 * @typedef {object} Place
 * @property {string} [imsOrgId] without it, everything
 * @property {string} [sandbox] without it, the organisation
 * @property {import("./kinds.js").Kind} kind
 * @property {boolean} tools snapshots, seed and reset instead of a list
 * @property {string} [id] the entity that is open; `new` for the form of a new one
 * @property {string} filter
 * @property {string} order
 */

/** @returns {Place} */
export function usePlace() {
  const { query } = useRoute();
  const sandbox = query.org ? query.sandbox : undefined;
  const tools = query.kind === "tools" || !sandbox;
  return {
    imsOrgId: query.org || undefined,
    sandbox: sandbox || undefined,
    kind: kindOf(query.kind),
    tools,
    id: tools ? undefined : query.id,
    filter: query.filter ?? "",
    order: query.order ?? "",
  };
}

const NOWHERE = {
  org: undefined,
  sandbox: undefined,
  kind: undefined,
  id: undefined,
  filter: undefined,
  order: undefined,
};

/** Goes to another place of the view; the back button returns. Members that are not named go. */
export function go(query) {
  changeQuery({ ...NOWHERE, ...query }, { push: true });
}

/** Opens an entity beside its list, or closes the one that is open. @param {string} [id] */
export function open(id) {
  changeQuery({ id }, { push: true });
}

/** The query of a list, or of an entity, in the sandbox of a place. */
export function queryOf(place, kind, more = {}) {
  return { org: place.imsOrgId, sandbox: place.sandbox, kind, ...more };
}
