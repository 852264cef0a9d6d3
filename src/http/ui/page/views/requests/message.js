// The parts of a request or an answer: query, headers, body.

import { html } from "../../lib/preact.js";
import { formatBytes } from "../../core/format.js";
import { JsonTree } from "../../parts/json-tree.js";

/** @param {{query: string}} props as it was sent */
export function Query({ query }) {
  if (!query) return null;
  return html`<dl class="pairs">
    ${[...new URLSearchParams(query)].map(
      ([name, value]) => html`<dt><code>${name}</code></dt>
        <dd><code>${value}</code></dd>`,
    )}
  </dl>`;
}

/** @param {{headers?: [string, string][]}} props */
export function Headers({ headers = [] }) {
  if (!headers.length) return null;
  return html`<details>
    <summary>${headers.length} ${headers.length === 1 ? "header" : "headers"}</summary>
    <dl class="pairs">
      ${headers.map(
        ([name, value]) => html`<dt><code>${name}</code></dt>
          <dd><code>${value}</code></dd>`,
      )}
    </dl>
  </details>`;
}

/** @param {{body?: {bytes: number, json?: *, text?: string, omitted?: string, truncated?: boolean}, label: string}} props */
export function Body({ body, label }) {
  if (!body) return html`<p class="soft">No body</p>`;
  const { bytes, json, text, omitted, truncated } = body;
  return html`<p class="soft">${formatBytes(bytes)}${truncated ? ", of which the journal kept a part" : ""}</p>
    ${json !== undefined && html`<${JsonTree} value=${json} label=${label} />`}
    ${text !== undefined && html`<pre class="text-block" aria-label=${label}>${text}</pre>`}
    ${omitted !== undefined && html`<p class="soft">Not shown: ${omitted}</p>`}`;
}
