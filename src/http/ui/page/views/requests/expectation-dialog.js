// Shows the expectation that a request makes, to copy into a test, and runs it against the journal.

import { html, useState } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { plural } from "../../core/format.js";
import { useAction } from "../../core/use-load.js";
import { CopyButton } from "../../parts/copy-button.js";
import { Dialog } from "../../parts/dialog.js";
import { TextArea } from "../../parts/field.js";
import { ErrorNotice, Notice } from "../../parts/notice.js";
import { expectationOf } from "./expectation.js";

/** @param {{request: object, onClose: () => void}} props */
export function ExpectationDialog({ request, onClose }) {
  const [text, setText] = useState(() => JSON.stringify(expectationOf(request), null, 2));
  const [result, setResult] = useState(null);
  const verify = useAction(async () => {
    setResult(null);
    setResult(await control("POST", "/verify", { body: text }));
  });
  const actions = html`<${CopyButton} text=${text} label="Copy the JSON" class="button" />
    <button type="submit" class="button primary" data-autofocus disabled=${verify.busy}>Run once</button>`;
  return html`<${Dialog} wide title="Make an expectation" onClose=${onClose} onSubmit=${verify.run} actions=${actions}>
    <${TextArea}
      mono
      label="Expectation"
      hint="For POST /_flowmock/verify, flowmock verify, or Expectation::from_json. Leave out what may differ."
      rows="14"
      value=${text}
      onInput=${setText}
    />
    <div aria-live="polite" class="stack">
      ${result?.passed && html`<${Notice} tone="good" title="Passed"><p>Fits ${plural(result.count, "request")} in the journal.</p><//>`}
      ${
        result &&
        !result.passed &&
        html`<${Notice} tone="warning" title="Failed"><pre class="verdict">${result.message}</pre><//>`
      }
    </div>
    <${ErrorNotice} error=${verify.error} what="Not run" />
  <//>`;
}
