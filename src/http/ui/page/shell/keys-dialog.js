// The keys of what is shown.

import { html, useState } from "../lib/preact.js";
import { offeredKeys } from "../core/keys.js";
import { Dialog } from "../parts/dialog.js";

/** @param {{onClose: () => void}} props */
export function KeysDialog({ onClose }) {
  const [keys] = useState(offeredKeys);
  return html`<${Dialog} title="Keys" onClose=${onClose}>
    <dl class="keys">
      ${keys.map(
        ({ key, label }) =>
          html`<div key=${key + label}>
            <dt><kbd>${key === "Escape" ? "Esc" : key}</kbd></dt>
            <dd>${label}</dd>
          </div>`,
      )}
    </dl>
  <//>`;
}
