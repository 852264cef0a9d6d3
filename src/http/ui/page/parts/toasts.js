// Short messages at the edge of the page: what an action did. Errors stay until they are closed.

import { html } from "../lib/preact.js";
import { createStore, useStore } from "../core/store.js";

const STAYS_MS = 6000;
const store = createStore({ toasts: [] });
let nextId = 1;

/**
 * @param {string} text
 * @param {{tone?: "info" | "good" | "error", action?: {label: string, run: () => void}}} [options]
 */
export function notify(text, { tone = "info", action } = {}) {
  const id = nextId++;
  store.set(({ toasts }) => ({ toasts: [...toasts.slice(-3), { id, text, tone, action }] }));
  if (tone !== "error") setTimeout(() => close(id), STAYS_MS);
}

/** Says that a call failed, as the server put it. @param {string} what "Not replayed" @param {Error} error */
export function notifyError(what, error) {
  const problems = (error.problems ?? [])
    .slice(0, 3)
    .map(({ path, reason }) => (path ? `${path}: ${reason}` : reason));
  const said = [error.title, error.detail ?? error.message, ...problems].filter(Boolean);
  notify(`${what}. ${[...new Set(said)].join(". ")}`, { tone: "error" });
}

function close(id) {
  store.set(({ toasts }) => ({ toasts: toasts.filter((toast) => toast.id !== id) }));
}

/** The messages; the shell shows them once. */
export function Toasts() {
  const { toasts } = useStore(store);
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.map(
      ({ id, text, tone, action }) =>
        html`<div key=${id} class="toast tone-${tone}">
          <span>${text}</span>
          ${
            action &&
            html`<button type="button" class="button small" onClick=${() => (close(id), action.run())}>
            ${action.label}
          </button>`
          }
          <button type="button" class="button quiet small" aria-label="Close this message" onClick=${() => close(id)}>
            ✕
          </button>
        </div>`,
    )}
  </div>`;
}
