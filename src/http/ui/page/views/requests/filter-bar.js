// The filters above the list. They stand in the address, so that a link can be shared.

import { html, useMemo, useRef, useState } from "../../lib/preact.js";
import { useKeys } from "../../core/keys.js";
import { changeQuery } from "../../core/route.js";
import { SelectField, TextField } from "../../parts/field.js";
import { JOURNAL_FILTERS, timeOf } from "./filter.js";

const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"];
const CLASSES = ["2xx", "3xx", "4xx", "5xx"];
const MORE = JOURNAL_FILTERS.slice(2);

/** @param {{query: Record<string, string>, requests: import("../../core/live.js").RequestSummary[], revision: number, children: *}} props */
export function FilterBar({ query, requests, revision, children }) {
  const bar = useRef();
  const active = MORE.filter((name) => query[name]).length;
  const [open, setOpen] = useState(active > 0);
  // Every two seconds at most, since the requests are many.
  const seen = useMemo(() => valuesOf(requests), [Math.floor(revision / 20), requests.length > 0, open]);
  useKeys([{ key: "/", label: "Search", run: () => bar.current.querySelector("input").focus() }]);

  const set = (name) => (value) => changeQuery({ [name]: value || undefined });
  const choice = (name, label, any, values) => {
    const options = [...new Set([...values, query[name]].filter(Boolean))].map((value) => ({
      value,
      label: value,
    }));
    const all = [{ value: "", label: any }, ...options];
    return html`<${SelectField} hideLabel label=${label} value=${query[name] ?? ""} onInput=${set(name)} options=${all} />`;
  };
  const leave = (event) => event.key === "Escape" && event.target.blur();
  return html`<form class="filters" role="search" aria-label="Requests" ref=${bar} onSubmit=${(event) => event.preventDefault()}>
    <div class="filter-row">
      <${TextField}
        hideLabel
        label="Search in paths and operations"
        placeholder="Search  /"
        type="search"
        value=${query.q ?? ""}
        onInput=${set("q")}
        onKeyDown=${leave}
      />
      ${choice("method", "Method", "Any method", [...METHODS, ...seen.method])}
      ${choice("status", "Status", "Any status", [...CLASSES, ...seen.status])}
      <button type="button" class="button" aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)}>
        More filters${active ? ` (${active})` : ""}
      </button>
      ${
        JOURNAL_FILTERS.concat("q").some((name) => query[name]) &&
        html`<button type="button" class="button quiet" onClick=${() => changeQuery(nothing(), { push: true })}>No filter</button>`
      }
      <span class="filter-end">${children}</span>
    </div>
    ${
      open &&
      html`<div class="filter-row more">
      <${TextField} hideLabel label="Path" placeholder="Path: /connections/*" value=${query.path ?? ""} onInput=${set("path")} />
      ${choice("operation", "Operation", "Any operation", seen.operation)}
      ${choice("errorCode", "Error code", "Any error code", seen.errorCode)}
      ${choice("imsOrgId", "Organisation", "Any organisation", seen.imsOrgId)}
      ${choice("sandbox", "Sandbox", "Any sandbox", seen.sandbox)}
      <${TextField}
        hideLabel
        label="Since"
        title="Requests since this time"
        type="datetime-local"
        step="1"
        value=${localTime(query.since)}
        onInput=${(value) => set("since")(value && new Date(value).toISOString())}
      />
    </div>`
    }
  </form>`;
}

function nothing() {
  return Object.fromEntries([...JOURNAL_FILTERS, "q"].map((name) => [name, undefined]));
}

/** The values that requests have, sorted. */
function valuesOf(requests) {
  const seen = {
    method: new Set(),
    status: new Set(),
    operation: new Set(),
    errorCode: new Set(),
    imsOrgId: new Set(),
    sandbox: new Set(),
  };
  for (const request of requests) {
    for (const name in seen) if (request[name] !== undefined) seen[name].add(String(request[name]));
  }
  for (const name in seen) seen[name] = [...seen[name]].sort().slice(0, 500);
  return seen;
}

/** A time as `<input type="datetime-local">` has it. */
function localTime(since) {
  const time = since ? new Date(timeOf(since)) : undefined;
  if (!time || Number.isNaN(time.getTime())) return "";
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
