// A few figures side by side.

import { html } from "../lib/preact.js";

/** @param {{facts: [name: string, value: *, more?: *][]}} props */
export function Facts({ facts }) {
  return html`<dl class="facts">
    ${facts.map(
      ([name, value, more]) =>
        html`<div>
          <dt>${name}</dt>
          <dd class="fact">${value}</dd>
          <dd class="hint">${more}</dd>
        </div>`,
    )}
  </dl>`;
}
