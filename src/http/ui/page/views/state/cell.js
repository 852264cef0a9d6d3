// One value of an entity in a table.

import { html } from "../../lib/preact.js";
import { Badge } from "../../parts/badge.js";
import { Link } from "../../parts/link.js";
import { Time } from "../../parts/time.js";
import { valueAt } from "./kinds.js";
import { queryOf } from "./place.js";

const TONES = {
  enabled: "good",
  success: "good",
  failed: "error",
  draft: "info",
  partialSuccess: "warning",
  inProgress: "accent",
};
const LINKS = {
  baseConnectionId: "connections",
  flowId: "flows",
  "connectionSpec.id": "connectionSpecs",
  "flowSpec.id": "flowSpecs",
};

/** The state of an entity: its word, in the colour that the word has everywhere. @param {{state: string}} props */
export function State({ state }) {
  return html`<${Badge} tone=${TONES[state] ?? "neutral"}>${state}<//>`;
}

/** @param {{place: object, entity: object, path: string, names: Map<string, string>}} props `names` of specs by id */
export function Cell({ place, entity, path, names }) {
  const value = valueAt(entity, path);
  if (path === "name") return value || shortId(entity.id);
  if (path === "id") return html`<span class="mono" title=${value}>${shortId(value)}</span>`;
  if (value === undefined || value === null) return html`<span class="soft">–</span>`;
  if (LINKS[path]) {
    const query = queryOf(place, LINKS[path], { id: value });
    return html`<${Link} view="state" query=${query} title=${value}>${names.get(value) ?? shortId(value)}<//>`;
  }
  if (path === "createdAt" || path === "updatedAt") return html`<${Time} time=${value} />`;
  if (/(state|status)$/.test(path)) return html`<${State} state=${value} />`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The first part of a long id, which tells entities apart at a glance. */
export function shortId(id) {
  return id.length > 20 ? `${id.slice(0, 8)}…` : id;
}
