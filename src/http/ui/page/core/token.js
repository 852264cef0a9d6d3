// The control token (`--control-token`): kept for this tab, asked for when a call is refused without it.

import { keepSetting, readSetting } from "./settings.js";
import { createStore } from "./store.js";

let token = readSetting("controlToken", "", sessionStorageOrNone());
let asked = null;

/** What the token dialog shows. `wrong`: a token was sent, and refused. */
export const tokenStore = createStore({ open: false, wrong: false });

function sessionStorageOrNone() {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
}

/** The token to send, or an empty string. */
export function controlToken() {
  return token;
}

/**
 * Opens the dialog. Calls that are refused at the same time share one dialog.
 * @param {string} refused the token that was sent
 * @returns {Promise<boolean>} whether there is another token to try
 */
export function askForToken(refused) {
  if (token !== refused) return Promise.resolve(true);
  if (!asked) {
    tokenStore.set({ open: true, wrong: refused !== "" });
    asked = {};
    asked.promise = new Promise((resolve) => (asked.resolve = resolve));
  }
  return asked.promise;
}

/**
 * Closes the dialog.
 * @param {string | null} answer the token, or null if there is none
 */
export function answerToken(answer) {
  if (answer !== null) {
    token = answer;
    keepSetting("controlToken", answer, sessionStorageOrNone());
  }
  tokenStore.set({ open: false });
  asked?.resolve(answer !== null);
  asked = null;
}
