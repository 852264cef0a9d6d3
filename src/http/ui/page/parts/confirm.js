// Asks once before something is destroyed.

import { html } from "../lib/preact.js";
import { createStore, useStore } from "../core/store.js";
import { Dialog } from "./dialog.js";

const store = createStore({ asked: null });

/**
 * @param {object} question
 * @param {string} question.title "Empty the journal?"
 * @param {*} question.text what goes, by name; a string, or rendered html
 * @param {string} question.action the button: "Clear 120 requests"
 * @param {{label: string, value: string}} [question.other] a second way, such as "Save a snapshot first"
 * @returns {Promise<boolean | string>} true; false if not; the `value` of the other way
 */
export function confirm(question) {
  store.get().asked?.answer(false);
  const asker = document.activeElement;
  return new Promise((resolve) => {
    const answer = (value) => {
      resolve(value);
      // The button that asked may be disabled while its action runs; then the browser takes the focus from it.
      setTimeout(() => {
        if (document.activeElement === document.body) asker?.focus();
      });
    };
    store.set({ asked: { ...question, answer } });
  });
}

/** The dialog; the shell shows it once. */
export function ConfirmDialog() {
  const { asked } = useStore(store);
  if (!asked) return null;
  const answer = (value) => {
    store.set({ asked: null });
    asked.answer(value);
  };
  const { title, text, action, other } = asked;
  const actions = html`<button type="button" class="button" data-autofocus onClick=${() => answer(false)}>Cancel</button>
    ${other && html`<button type="button" class="button" onClick=${() => answer(other.value)}>${other.label}</button>`}
    <button type="button" class="button danger" onClick=${() => answer(true)}>${action}</button>`;
  return html`<${Dialog} key=${title} title=${title} onClose=${() => answer(false)} actions=${actions}>
    ${typeof text === "string" ? html`<p>${text}</p>` : text}
  <//>`;
}
