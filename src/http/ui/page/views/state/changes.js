// When what the view shows may have changed: after its own calls, and when the event stream shows a change by a client.

import { useEffect } from "../../lib/preact.js";
import { live } from "../../core/live.js";
import { createStore, useStore } from "../../core/store.js";

/** Milliseconds between two refreshes, however many requests arrive. */
const EVERY_MS = 1000;

const store = createStore({ count: 0 });
let timer;
let last = 0;

/** Refreshes what is shown, at once. */
export function changed() {
  last = Date.now();
  store.set(({ count }) => ({ count: count + 1 }));
}

function changedSoon() {
  timer ??= setTimeout(
    () => {
      timer = undefined;
      changed();
    },
    Math.max(0, last + EVERY_MS - Date.now()),
  );
}

/** A number that grows with each change: an input of what a component loads. */
export function useChanges() {
  return useStore(store).count;
}

/** Watches the event stream while the view is shown. */
export function useClientChanges() {
  useEffect(() => {
    const look = () => ({ ...live.get(), newest: live.get().requests.at(-1)?.id ?? 0 });
    let before = look();
    return live.subscribe(() => {
      const { requests, newest, lost, revision } = look();
      const first = requests.findLastIndex(({ id }) => id <= before.newest) + 1;
      // News without a new request tell of a journal that was emptied, as by a reset.
      const emptied = revision !== before.revision && newest <= before.newest;
      if (emptied || lost !== before.lost || requests.slice(first).some(changesState)) changedSoon();
      before = { newest, lost, revision };
    });
  }, []);
}

function changesState({ method, status }) {
  return !["GET", "HEAD", "OPTIONS"].includes(method) && status >= 200 && status < 300;
}
