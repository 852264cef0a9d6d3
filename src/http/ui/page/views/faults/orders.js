// Orders for coming runs, and the dialog that fails one in progress.

import { html } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { useFields } from "../../core/use-fields.js";
import { useAction, useLoad } from "../../core/use-load.js";
import { DataTable } from "../../parts/data-table.js";
import { Dialog } from "../../parts/dialog.js";
import { CheckField, SelectField, TextField } from "../../parts/field.js";
import { ErrorNotice } from "../../parts/notice.js";
import { OUTCOMES, orderFromFields, orderRows } from "./run.js";

/** @param {{tenant: object, names: Map<string, string>, reload: () => void}} props `names` of flows by id */
export function Orders({ tenant, names, reload }) {
  const { fields, bind } = useFields({
    flowId: "",
    run: "next",
    outcome: "copyFailed",
    code: "",
    stuck: false,
  });
  const {
    value,
    error,
    reload: list,
  } = useLoad((signal) => control("GET", "/runs", { query: tenant, signal }), []);
  const { run, error: refusal } = useAction(async (method, body) => {
    await control(method, "/runs", { query: tenant, body });
    list();
    reload();
  });
  const flows = [
    { value: "", label: "every flow" },
    ...[...names].map(([id, name]) => ({ value: id, label: name })),
  ];
  const rows = orderRows(value?.sandboxes[0]);
  const columns = [
    { id: "flow", label: "Flow", render: ({ flowId }) => names.get(flowId) ?? (flowId || "every flow") },
    { id: "run", label: "Run" },
    { id: "outcome", label: "Outcome" },
  ];
  const submit = (event) => {
    event.preventDefault();
    run("POST", orderFromFields(fields));
  };
  return html`<h3>Order how runs end</h3>
    <form class="fields" aria-label="Order how runs end" novalidate onSubmit=${submit}>
      <${SelectField} label="Flow" options=${flows} ...${bind("flowId")} />
      ${fields.flowId && html`<${TextField} label="Run: next, all, now or a number" ...${bind("run")} />`}
      <${SelectField} label="Outcome" options=${OUTCOMES} ...${bind("outcome")} />
      <${TextField} label="Code" placeholder="2200" ...${bind("code")} />
      <${CheckField} label="Stays in progress" checked=${fields.stuck} onChange=${bind("stuck").onInput} />
      <div><button class="button">Order</button></div>
    </form>
    <${ErrorNotice} error=${refusal ?? error} what="Not ordered" />
    ${
      rows.length > 0 &&
      html`<${DataTable} caption="Ordered runs" columns=${columns} rows=${rows} keyOf=${(row) => row.flowId + row.run} />
      <div><button type="button" class="button small" onClick=${() => run("DELETE")}>Forget all orders</button></div>`
    }`;
}

/** @param {{id: string, end: (id: string, body: object) => Promise<boolean>, onClose: () => void}} props */
export function EndDialog({ id, end, onClose }) {
  const { fields, bind } = useFields({ outcome: "copyFailed", code: "" });
  const submit = async () => {
    await end(id, { end: "fail", ...orderFromFields(fields) });
    onClose();
  };
  const actions = html`<button type="button" class="button" onClick=${onClose}>Cancel</button>
    <button class="button danger">Fail the run</button>`;
  const failures = OUTCOMES.filter((name) => /Failed|noBatch/.test(name));
  return html`<${Dialog} title="Fail the run" onClose=${onClose} onSubmit=${submit} actions=${actions}>
    <p><code>${id}</code></p>
    <${SelectField} label="Outcome" options=${failures} ...${bind("outcome")} />
    <${TextField} label="Code" placeholder="2200" ...${bind("code")} />
  <//>`;
}
