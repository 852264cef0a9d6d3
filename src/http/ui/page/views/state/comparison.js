// Compares a snapshot with another one, or with now.

import { control } from "../../core/api.js";
import { formatNumber, plural } from "../../core/format.js";
import { useAction } from "../../core/use-load.js";
import { html, useState } from "../../lib/preact.js";
import { Badge } from "../../parts/badge.js";
import { SelectField } from "../../parts/field.js";
import { ErrorNotice, Notice } from "../../parts/notice.js";
import { compare } from "./compare.js";
import { partName } from "./parts-of-state.js";
import { HIDDEN, hide } from "./secrets.js";

/** Stands for the state as it is; no snapshot can have this name. */
const NOW = "(now)";
/** Changes that are shown at most. */
const SHOWN = 300;
const TONES = { added: "good", changed: "info", removed: "warning" };

/** @param {{snapshots: object[]}} props */
export function Comparison({ snapshots }) {
  const [chosen, setChosen] = useState({});
  const [result, setResult] = useState();
  const names = snapshots.map(({ name }) => name);
  const pick = (name, otherwise) => (name === NOW || names.includes(name) ? name : otherwise);
  const newest = snapshots.reduce((a, b) => (a.takenAt > b.takenAt ? a : b));
  const from = pick(chosen.from, newest.name);
  const to = pick(chosen.to, NOW);
  const partOf = (name) => {
    const { imsOrgId, sandbox } = snapshots.find((snapshot) => snapshot.name === name) ?? {};
    return { imsOrgId, sandbox };
  };
  // "Now" is compared in the part that the snapshot holds.
  const document = (name, other) =>
    name === NOW
      ? control("GET", "/state", { query: partOf(other) })
      : control("GET", `/snapshots/${encodeURIComponent(name)}`);
  const run = useAction(async () => {
    const [before, after] = await Promise.all([document(from, to), document(to, from)]);
    setResult({ from, to, changes: compare(before, after) });
  });
  const submit = (event) => {
    event.preventDefault();
    run.run();
  };
  const options = [...names.map((name) => ({ value: name, label: name })), { value: NOW, label: "now" }];
  const choose = (change) => (setResult(undefined), setChosen({ from, to, ...change }));
  const differ = from !== NOW && to !== NOW && partName(partOf(from)) !== partName(partOf(to));
  return html`<h3>Compare</h3>
    <form class="row compare" onSubmit=${submit}>
      <${SelectField} label="From" value=${from} onInput=${(value) => choose({ from: value })} options=${options} />
      <${SelectField} label="To" value=${to} onInput=${(value) => choose({ to: value })} options=${options} />
      <button class="button" disabled=${run.busy || from === to}>Compare</button>
    </form>
    ${differ && html`<${Notice} tone="warning"><p>The two hold different parts of the state, so some of it is missing in one of them.</p><//>`}
    <${ErrorNotice} error=${run.error} what="Not compared" />
    ${result && html`<${Result} ...${result} />`}`;
}

function Result({ from, to, changes }) {
  const count = (change) => formatNumber(changes.filter((each) => each.change === change).length);
  const title = `${from} → ${to === NOW ? "now" : to}: ${count("added")} added, ${count("changed")} changed, ${count("removed")} removed`;
  return html`<div class="stack">
    <p role="status"><strong>${title}</strong></p>
    <ul class="changes" aria-label="Changes">
      ${changes.slice(0, SHOWN).map((change, at) => html`<li key=${at}><${Change} ...${change} open=${changes.length <= 10} /></li>`)}
    </ul>
    ${changes.length > SHOWN && html`<p class="soft">${plural(changes.length - SHOWN, "more change")}</p>`}
  </div>`;
}

function Change({ change, kind, id, name, imsOrgId, sandbox, fields, open }) {
  const title = html`<${Badge} tone=${TONES[change]}>${change}<//>${" "}<span class="soft">${kind}</span> ${name || id}${" "}
    <span class="soft">${[sandbox, imsOrgId].filter(Boolean).join(" of ")}</span>`;
  if (!fields.length) return html`<span title=${id}>${title}</span>`;
  return html`<details open=${open}>
    <summary title=${id}>${title}</summary>
    <table class="table">
      <thead><tr><th scope="col">Field</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
      <tbody>
        ${fields.map(
          (field) =>
            html`<tr key=${field.path}>
              <td><code>${field.path}</code></td>
              <td><${Side} value=${hide(field.before, field.path)} /></td>
              <td><${Side} value=${hide(field.after, field.path)} /></td>
            </tr>`,
        )}
      </tbody>
    </table>
  </details>`;
}

function Side({ value }) {
  if (value === undefined) return html`<span class="soft">absent</span>`;
  return value === HIDDEN ? html`<span class="soft">${HIDDEN}</span>` : html`<code>${JSON.stringify(value)}</code>`;
}
