// What can be done with a request: copy it as curl, send it again, make a fault rule or an expectation from it.

import { html, useState } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { useAction } from "../../core/use-load.js";
import { copyText } from "../../parts/copy-button.js";
import { ErrorNotice } from "../../parts/notice.js";
import { notify, notifyError } from "../../parts/toasts.js";
import { curlCommand } from "./curl.js";
import { ExpectationDialog } from "./expectation-dialog.js";
import { FaultDialog } from "./fault-dialog.js";

/** @param {{request: object, onOpen: (id: number) => void}} props */
export function Actions({ request, onOpen }) {
  const [dialog, setDialog] = useState(null);
  const replay = useAction(async () => {
    const { id, status } = await control("POST", `/requests/${request.id}/replay`);
    const said = status === undefined ? "no answer" : `status ${status}`;
    notify(`Sent again: ${said}`, { tone: status < 400 ? "good" : "info" });
    onOpen(id);
  });
  const close = () => setDialog(null);
  return html`<div class="row">
      <button type="button" class="button small" onClick=${() => copyCurl(request)}>Copy as curl</button>
      <button type="button" class="button small" disabled=${replay.busy} onClick=${replay.run}>Replay</button>
      <button type="button" class="button small" onClick=${() => setDialog("fault")}>Make a fault rule…</button>
      <button type="button" class="button small" onClick=${() => setDialog("expectation")}>Make an expectation…</button>
    </div>
    <${ErrorNotice} error=${replay.error} what="Not sent again" />
    ${dialog === "fault" && html`<${FaultDialog} request=${request} onClose=${close} />`}
    ${dialog === "expectation" && html`<${ExpectationDialog} request=${request} onClose=${close} />`}`;
}

async function copyCurl(request) {
  const { command, placeholders, incomplete } = curlCommand(request, location.origin);
  const remarks = ["Copied as curl."];
  if (placeholders.length) remarks.push(`The journal hides credentials: fill in ${placeholders.join(", ")}.`);
  if (incomplete) remarks.push("The journal does not have the whole body.");
  try {
    await copyText(command);
    notify(remarks.join(" "));
  } catch (error) {
    notifyError("Not copied", error);
  }
}
