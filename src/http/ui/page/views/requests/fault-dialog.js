// A fault rule made from a request: the next ones like it fail.

import { html, useState } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { navigate } from "../../core/route.js";
import { useAction, useLoad } from "../../core/use-load.js";
import { Dialog } from "../../parts/dialog.js";
import { SelectField, TextField } from "../../parts/field.js";
import { ErrorNotice } from "../../parts/notice.js";
import { notify } from "../../parts/toasts.js";

const ANSWERS = [
  { value: "error", label: "An error of the catalogue" },
  { value: "delay", label: "The usual answer, late" },
  { value: "reset", label: "None: the connection breaks, the request has no effect" },
  { value: "lost", label: "None: the connection breaks, but the request took effect" },
];

/** The rule that the form describes. */
export function ruleOf({ operation, method, path, imsOrgId, sandbox, times, answer, error, delayMs }) {
  const target = operation ? { operation } : { method, path };
  const match = Object.fromEntries(
    Object.entries({ ...target, imsOrgId, sandbox }).filter(([, value]) => value),
  );
  const action = {
    error: { error },
    delay: { delayMs: Number(delayMs) },
    reset: { reset: true },
    lost: { reset: true, effect: "before" },
  }[answer];
  return { match, ...(times !== "" && { times: Number(times) }), action };
}

/** @param {{request: object, onClose: () => void}} props */
export function FaultDialog({ request, onClose }) {
  const { operation, method, path, imsOrgId, sandbox, errorCode } = request;
  const [form, setForm] = useState({
    operation: operation ?? "",
    method,
    path,
    imsOrgId: imsOrgId ?? "",
    sandbox: sandbox ?? "",
    times: "3",
    answer: "error",
    error: errorCode ?? "FLOW-1103-503",
    delayMs: "1000",
  });
  const { value: codes, error: noCodes } = useLoad(errorCodes, []);
  const add = useAction(async () => {
    const { faults } = await control("POST", "/faults", { body: ruleOf(form) });
    onClose();
    const action = { label: "Show the rules", run: () => navigate("faults") };
    notify(`${faults[0].id} is in force`, { tone: "good", action });
  });
  const field = (name) => ({
    value: form[name],
    onInput: (value) => setForm((before) => ({ ...before, [name]: value })),
  });
  const actions = html`<button type="button" class="button" onClick=${onClose}>Cancel</button>
    <button type="submit" class="button primary" disabled=${add.busy}>Add the rule</button>`;
  return html`<${Dialog} title="Make a fault rule" onClose=${onClose} onSubmit=${add.run} actions=${actions}>
    <p class="soft">The next requests like this one fail.</p>
    ${
      operation
        ? html`<${TextField} label="Operation" ...${field("operation")} />`
        : html`<${TextField} label="Path" hint="Of ${method} requests" ...${field("path")} />`
    }
    <${TextField} label="Organisation" hint="Empty: any" ...${field("imsOrgId")} />
    <${TextField} label="Sandbox" hint="Empty: any" ...${field("sandbox")} />
    <${TextField} label="Times" hint="Empty: always" type="number" min="1" data-autofocus ...${field("times")} />
    <${SelectField} label="Answer" options=${ANSWERS} ...${field("answer")} />
    ${form.answer === "error" && html`<${SelectField} label="Error" options=${codes ?? [form.error]} ...${field("error")} />`}
    ${form.answer === "delay" && html`<${TextField} label="Milliseconds" type="number" min="0" max="300000" ...${field("delayMs")} />`}
    <${ErrorNotice} error=${noCodes} what="The catalogue of errors" /> <${ErrorNotice} error=${add.error} what="The rule was not added" />
  <//>`;
}

/** Each row of the catalogue under the name that faults take. */
async function errorCodes(signal) {
  const { errors } = await control("GET", "/errors", { signal });
  return errors.map(({ onDemand, title, status }) => ({
    value: onDemand,
    label: `${onDemand} · ${status} ${title}`,
  }));
}
