// The details of one item beside its list; below it on narrow screens. Escape closes it and returns the focus.

import { html, useEffect, useRef } from "../lib/preact.js";
import { useKeys } from "../core/keys.js";

/**
 * Put list and panel into `<div class="split">`; it gets the width it needs.
 * @param {object} props
 * @param {string} props.label for screen readers: "Request 17"
 * @param {*} props.title the head
 * @param {() => void} props.onClose
 * @param {*} [props.actions] buttons in the head
 * @param {*} props.children
 */
export function Panel({ label, title, onClose, actions, children }) {
  const panel = useRef();
  const opener = useRef(document.activeElement);
  useKeys([{ key: "Escape", label: "Close the details", run: onClose }]);
  useEffect(
    () => () => {
      const before = opener.current;
      // The focus goes back only if it would be lost with the panel.
      if (panel.current?.contains(document.activeElement) && before?.isConnected) before.focus();
    },
    [],
  );
  return html`<section class="panel" aria-label=${label} ref=${panel} tabindex="-1">
    <header class="panel-head">
      <div class="panel-title">${title}</div>
      <div class="panel-actions">
        ${actions}
        <button type="button" class="button quiet small" aria-label="Close the details" title="Close (Esc)" onClick=${onClose}>
          ✕
        </button>
      </div>
    </header>
    <div class="panel-body">${children}</div>
  </section>`;
}
