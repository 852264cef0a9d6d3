// Snapshots of the state: saved, restored, deleted, compared.

import { control } from "../../core/api.js";
import { useAction, useLoad } from "../../core/use-load.js";
import { html, useState } from "../../lib/preact.js";
import { confirm } from "../../parts/confirm.js";
import { DataTable } from "../../parts/data-table.js";
import { TextField } from "../../parts/field.js";
import { ErrorNotice } from "../../parts/notice.js";
import { Time } from "../../parts/time.js";
import { notify } from "../../parts/toasts.js";
import { changed } from "./changes.js";
import { Comparison } from "./comparison.js";
import { confirmLoss, partName, saveSnapshot } from "./parts-of-state.js";

/** @param {{part: import("./parts-of-state.js").Part, changes: number}} props */
export function Snapshots({ part, changes }) {
  const list = useLoad(async (signal) => (await control("GET", "/snapshots", { signal })).snapshots, [changes]);
  const [name, setName] = useState("");
  const snapshots = list.value ?? [];
  const save = useAction(async () => {
    const question = {
      title: `Replace ${name}?`,
      text: `There is a snapshot ${name}. It goes.`,
      action: `Replace ${name}`,
    };
    if (snapshots.some((snapshot) => snapshot.name === name) && !(await confirm(question))) return;
    await saveSnapshot(name, part);
    notify(`The snapshot ${name} is saved`, { tone: "good" });
    setName("");
    changed();
  });
  const submit = (event) => {
    event.preventDefault();
    save.run();
  };
  return html`<section class="card" aria-labelledby="state-snapshots">
    <h2 id="state-snapshots">Snapshots</h2>
    <form class="row" onSubmit=${submit}>
      <${TextField} label="Name of a new snapshot" hideLabel placeholder="Name, such as before-test" value=${name} onInput=${setName} />
      <button class="button primary" disabled=${!name || save.busy}>Save ${partName(part)}</button>
    </form>
    <${ErrorNotice} error=${save.error} what="Not saved" />
    <${ErrorNotice} error=${list.error} retry=${list.reload} />
    ${list.value && !snapshots.length && html`<p class="soft">No snapshots yet.</p>`}
    ${snapshots.length > 0 && html`<${List} snapshots=${snapshots} /><${Comparison} snapshots=${snapshots} />`}
  </section>`;
}

function List({ snapshots }) {
  const path = (name) => `/snapshots/${encodeURIComponent(name)}`;
  const restore = useAction(async ({ name, ...part }) => {
    const text = `What ${partName(part)} holds now goes, and what the snapshot holds comes back.`;
    if (!(await confirmLoss({ title: `Restore ${name}?`, text, action: `Restore ${name}` }, part, "restore"))) return;
    await control("POST", `${path(name)}/restore`);
    notify(`${name} is restored`, { tone: "good" });
    changed();
  });
  const remove = useAction(async ({ name }) => {
    if (
      !(await confirm({
        title: `Delete ${name}?`,
        text: `The snapshot ${name} goes. The state stays.`,
        action: `Delete ${name}`,
      }))
    )
      return;
    await control("DELETE", path(name));
    notify(`The snapshot ${name} is deleted`, { tone: "good" });
    changed();
  });
  const partOf = ({ imsOrgId, sandbox }) => ({ imsOrgId, sandbox });
  const columns = [
    { id: "name", label: "Name", sort: true },
    { id: "takenAt", label: "Taken", sort: true, render: ({ takenAt }) => html`<${Time} time=${takenAt} />` },
    { id: "part", label: "Holds", render: (snapshot) => partName(partOf(snapshot)) },
    {
      id: "actions",
      label: "Actions",
      render: (snapshot) => {
        const { name } = snapshot;
        return html`<div class="row">
          <button type="button" class="button small" aria-label=${`Restore ${name}`} onClick=${() => restore.run({ name, ...partOf(snapshot) })}>
            Restore
          </button>
          <button type="button" class="button small danger" aria-label=${`Delete ${name}`} onClick=${() => remove.run(snapshot)}>Delete</button>
        </div>`;
      },
    },
  ];
  return html`<${DataTable} caption="Saved snapshots" columns=${columns} rows=${snapshots} keyOf=${({ name }) => name} />
    <${ErrorNotice} error=${restore.error} what="Not restored" />
    <${ErrorNotice} error=${remove.error} what="Not deleted" />`;
}
