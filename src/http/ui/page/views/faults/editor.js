// A fault rule as JSON. The API replaces rules only together, so this sends all of them, or those of the organisation.

import { html, useState } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { useAction } from "../../core/use-load.js";
import { Dialog } from "../../parts/dialog.js";
import { TextArea } from "../../parts/field.js";
import { ErrorNotice } from "../../parts/notice.js";
import { withoutCounts } from "./rule.js";

/** @param {{fault: object, reload: () => void, onClose: () => void}} props */
export function RuleEditor({ fault, reload, onClose }) {
  const [text, setText] = useState(() => JSON.stringify(withoutCounts(fault), null, 2));
  const { run, error, busy } = useAction(async () => {
    const rule = JSON.parse(text);
    const imsOrgId = rule.match?.imsOrgId === fault.match?.imsOrgId ? rule.match?.imsOrgId : undefined;
    const { faults } = await control("GET", "/faults", { query: { imsOrgId } });
    if (!faults.some(({ id }) => id === fault.id))
      throw new Error(`${fault.id} is gone; copy the text and add it anew`);
    // With the old id the server puts hidden credentials back.
    const body = faults.map((other) => (other.id === fault.id ? { id: fault.id, ...rule } : other));
    await control("PUT", "/faults", { query: { imsOrgId }, body });
    reload();
    onClose();
  });
  const actions = html`<button type="button" class="button" onClick=${onClose}>Cancel</button>
    <button class="button primary" disabled=${busy}>Save</button>`;
  return html`<${Dialog} wide title="Edit ${fault.id}" onClose=${onClose} onSubmit=${run} actions=${actions}>
    <${TextArea} mono rows="14" label="Rule" value=${text} onInput=${setText} data-autofocus />
    <p class="hint">
      Rules keep their order, and the counts of ${fault.match?.imsOrgId ? "the organisation's rules" : "all rules"} start at zero.
    </p>
    <${ErrorNotice} error=${error} what="Not saved" />
  <//>`;
}
