// What stands where no request is: why, and how to send one.

import { html } from "../../lib/preact.js";
import { plural } from "../../core/format.js";
import { Empty, ErrorNotice, Loading } from "../../parts/notice.js";

/** @param {{live: import("../../core/live.js").Live, filtered: boolean, waiting: number}} props */
export function NoRequests({ live, filtered, waiting }) {
  if (!live.journal) {
    return html`<${Empty} title="The journal is off">
      <p>
        This server was started with <code>--journal-requests 0</code>, so it remembers no requests, and this page cannot show them. The other
        views work.
      </p>
    <//>`;
  }
  if (live.error)
    return html`<div class="empty"><${ErrorNotice} error=${live.error} what="Requests are not shown" /></div>`;
  if (filtered)
    return html`<${Empty} title="No request fits the filter"><p>Requests that fit it will appear here.</p><//>`;
  if (waiting) return html`<${Empty} title="Paused"><p>${plural(waiting, "request")} arrived since.</p><//>`;
  if (live.phase === "connecting" && live.revision === 0)
    return html`<div class="empty"><${Loading} /></div>`;
  const command =
    `curl ${location.protocol === "https:" ? "-k " : ""}${location.origin}/data/foundation/flowservice/connections ` +
    "-H 'Authorization: Bearer token' -H 'x-api-key: key' -H 'x-gw-ims-org-id: ACME@AdobeOrg' -H 'x-sandbox-name: prod'";
  return html`<${Empty} title="No requests yet" command=${command}>
    <p>Point your client at <code>${location.origin}</code>, or send one:</p>
  <//>`;
}
