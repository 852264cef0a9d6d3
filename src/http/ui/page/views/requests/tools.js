// Pause, clear, and the HAR file of what the filter selects.

import { html } from "../../lib/preact.js";
import { control, saveFile } from "../../core/api.js";
import { formatNumber, plural } from "../../core/format.js";
import { clearRequests, live } from "../../core/live.js";
import { confirm } from "../../parts/confirm.js";
import { notify, notifyError } from "../../parts/toasts.js";
import { filterOf, journalFilters } from "./filter.js";

/** @param {{query: Record<string, string>, total: number, paused: boolean, waiting: number, pause: () => void}} props */
export function Tools({ query, total, paused, waiting, pause }) {
  return html`<button type="button" class="button" aria-pressed=${paused ? "true" : "false"} title="Pause (p)" onClick=${pause}>
      ${paused ? `Paused${waiting ? `: ${formatNumber(waiting)} new` : ""}` : "Pause"}
    </button>
    <button type="button" class="button" onClick=${() => saveHar(query)}>HAR</button>
    <button type="button" class="button" disabled=${total === 0} onClick=${() => clear(query, total)}>Clear</button>`;
}

async function clear(query, total) {
  const { imsOrgId, sandbox } = query;
  const part = imsOrgId && { imsOrgId, ...(sandbox && { sandbox }) };
  const name = sandbox ? `${sandbox} of ${imsOrgId}` : imsOrgId;
  const answer = await confirm({
    title: "Clear the journal?",
    text: `All requests that the server remembers go, ${plural(total, "request")} of this list among them. Verifications and HAR files no longer see them; contract reports do.`,
    action: "Clear all requests",
    other: part && { label: `Only those of ${name}`, value: "part" },
  });
  if (!answer) return;
  try {
    const cleared = await clearRequests(answer === "part" ? part : undefined);
    notify(`${plural(cleared, "request")} cleared`);
  } catch (error) {
    notifyError("Not cleared", error);
  }
}

/** The journal's call filters by all but the free text. */
async function saveHar(query) {
  try {
    const har = await control("GET", "/requests.har", { query: journalFilters(query) });
    if (query.q) {
      const fitting = new Set(
        live
          .get()
          .requests.filter(filterOf(query))
          .map(({ id }) => id),
      );
      har.log.entries = har.log.entries.filter(({ _id }) => fitting.has(_id));
    }
    saveFile(new Blob([JSON.stringify(har, null, 2)], { type: "application/json" }), "flowmock.har");
    notify(`${plural(har.log.entries.length, "request")} in flowmock.har`);
  } catch (error) {
    notifyError("No HAR file", error);
  }
}
