// The view that is shown, and its filters, as the address says: /_flowmock/ui/requests?method=POST

import { createStore, useStore } from "./store.js";

/** @typedef {"requests" | "state" | "faults" | "contract" | "overview"} View */
/** @typedef {Record<string, string>} Query */

const BASE = "/_flowmock/ui";
/** @type {View[]} */
const VIEWS = ["requests", "state", "faults", "contract", "overview"];

const store = createStore(read());
addEventListener("popstate", () => store.set(read));

function read() {
  const name = location.pathname.slice(BASE.length + 1).split("/")[0];
  const view = VIEWS.includes(name) ? name : "requests";
  return { view, query: Object.fromEntries(new URLSearchParams(location.search)) };
}

/**
 * The address of a view.
 * @param {View} view
 * @param {Record<string, string | number | undefined | null>} [query] members without a value are left out
 */
export function hrefOf(view, query = {}) {
  const present = Object.entries(query).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  return `${BASE}/${view}${present.length ? `?${new URLSearchParams(present)}` : ""}`;
}

/** Shows a view. The browser's back button returns. */
export function navigate(view, query = {}) {
  history.pushState(null, "", hrefOf(view, query));
  store.set(read);
}

/**
 * Changes the query of the view that is shown; `undefined` removes a member.
 * @param {Record<string, string | number | undefined | null>} change
 * @param {{push?: boolean}} [options] `push`: the back button undoes the change. Filters that follow typing should not push.
 */
export function changeQuery(change, { push = false } = {}) {
  const { view, query } = store.get();
  const present = Object.entries({ ...query, ...change }).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const next = Object.fromEntries(present.map(([name, value]) => [name, String(value)]));
  store.set({ view, query: next });
  try {
    if (push) history.pushState(null, "", hrefOf(view, next));
    else history.replaceState(null, "", hrefOf(view, next));
  } catch {
    // Safari refuses a hundred changes in half a minute; the next one will be written again.
  }
}

/** @returns {{view: View, query: Query}} */
export function useRoute() {
  return useStore(store);
}

/** @returns {{view: View, query: Query}} where the page is now, for code that is no component */
export function currentRoute() {
  return store.get();
}
