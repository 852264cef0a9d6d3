// Keyboard shortcuts. A component offers them while it is shown; the last one that offers a key gets it; `?` lists them all.

import { useEffect, useRef } from "../lib/preact.js";

/**
 * @typedef {object} Shortcut
 * @property {string} key as in `KeyboardEvent.key`: "j", "/", "Escape"
 * @property {string} label what it does, for the list: "Next request"
 * @property {(event: KeyboardEvent) => void | false} run `false`: not now, ask the next one
 * @property {boolean} [whileTyping] also in an input, as for Escape
 */

/** @type {Set<{current: Shortcut[]}>} */
const offers = new Set();

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  // A modal dialog has the keyboard to itself.
  if (document.querySelector("dialog:modal")) return;
  const typing =
    event.target instanceof Element &&
    event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
  for (const { current } of [...offers].reverse()) {
    for (const shortcut of current) {
      if (shortcut.key !== event.key || (typing && !shortcut.whileTyping)) continue;
      if (shortcut.run(event) === false) continue;
      event.preventDefault();
      return;
    }
  }
});

/**
 * Offers shortcuts while the component is shown.
 * @param {Shortcut[]} shortcuts
 */
export function useKeys(shortcuts) {
  const offer = useRef(shortcuts);
  offer.current = shortcuts;
  useEffect(() => {
    offers.add(offer);
    return () => offers.delete(offer);
  }, []);
}

/** All shortcuts of what is shown now. @returns {Shortcut[]} */
export function offeredKeys() {
  return [...offers].flatMap(({ current }) => current);
}
