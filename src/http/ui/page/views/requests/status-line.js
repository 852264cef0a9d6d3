// The line below the list: how many requests are shown, and what is missing.

import { html } from "../../lib/preact.js";
import { formatNumber, plural } from "../../core/format.js";
import { KEPT } from "../../core/live.js";
import { Badge } from "../../parts/badge.js";

/** @param {{live: import("../../core/live.js").Live, shown: number, waiting: number}} props */
export function StatusLine({ live, shown, waiting }) {
  const { requests, earlier, lost } = live;
  const total = requests.length;
  const counted =
    shown === total ? plural(total, "request") : `${formatNumber(shown)} of ${plural(total, "request")}`;
  return html`<p class="status-line">
    <span>${counted}</span>
    ${waiting > 0 && html`<span>${formatNumber(waiting)} more since the pause</span>`}
    ${
      lost > 0 &&
      html`<${Badge} tone="warning" title="They came faster than this page could read, or the journal dropped them while it was disconnected">
      ${plural(lost, "request")} went by unseen
    <//>`
    }
    ${earlier > 0 && html`<span class="soft">${formatNumber(earlier)} earlier ones are no longer in the journal</span>`}
    ${total >= KEPT && html`<span class="soft">this page keeps the last ${formatNumber(KEPT)}</span>`}
  </p>`;
}
