// Returns a part of the state to its seed files.

import { control } from "../../core/api.js";
import { useAction } from "../../core/use-load.js";
import { html } from "../../lib/preact.js";
import { ErrorNotice } from "../../parts/notice.js";
import { notify } from "../../parts/toasts.js";
import { changed } from "./changes.js";
import { confirmLoss, partName } from "./parts-of-state.js";

/** @param {{part: import("./parts-of-state.js").Part}} props */
export function Reset({ part: { imsOrgId, sandbox } }) {
  const reset = useAction(async (part) => {
    const name = partName(part);
    const more = part.imsOrgId ? "its requests in the journal" : "the journal, the fault rules and the clock";
    const text = `What ${name} holds returns to the seed files, or to nothing without any. So do ${more}. Snapshots stay.`;
    if (!(await confirmLoss({ title: `Reset ${name}?`, text, action: `Reset ${name}` }, part, "reset"))) return;
    await control("POST", "/reset", { query: part });
    notify(`Reset: ${name}`, { tone: "good" });
    changed();
  });
  const parts = [sandbox && { imsOrgId, sandbox }, imsOrgId && { imsOrgId }, {}].filter(Boolean);
  return html`<section class="card" aria-labelledby="state-reset">
    <h2 id="state-reset">Reset</h2>
    <p class="soft">Returns to the seed files that the server started with, or to nothing.</p>
    <div class="row">
      ${parts.map(
        (part) =>
          html`<button key=${partName(part)} type="button" class="button danger" disabled=${reset.busy} onClick=${() => reset.run(part)}>
            Reset ${partName(part)}
          </button>`,
      )}
    </div>
    <${ErrorNotice} error=${reset.error} what="Not reset" />
  </section>`;
}
