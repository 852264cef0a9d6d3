// The fault rules in force with their counts, and those that were switched off.

import { html, useState } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { plural } from "../../core/format.js";
import { keepSetting, readSetting } from "../../core/settings.js";
import { useAction } from "../../core/use-load.js";
import { Badge } from "../../parts/badge.js";
import { confirm } from "../../parts/confirm.js";
import { Empty, ErrorNotice } from "../../parts/notice.js";
import { RuleEditor } from "./editor.js";
import { isRedacted, ruleText, withoutCounts } from "./rule.js";

const OFF = "faultsOff";

/** @param {{faults: object[], errors: Map<string, object>, reload: () => void}} props */
export function RuleList({ faults, errors, reload }) {
  // The server has no rules that rest: this browser keeps them.
  const [off, setOff] = useState(() => readSetting(OFF, []));
  const [edited, edit] = useState();
  const { run, error } = useAction(async (act) => {
    await act();
    reload();
  });
  const keep = (rules) => {
    keepSetting(OFF, rules);
    setOff(rules);
  };
  const remove = (id) => control("DELETE", `/faults/${id}`);
  const switchOff = (fault) => async () => {
    await remove(fault.id);
    keep([...off.filter(({ id }) => id !== fault.id), withoutCounts(fault)]);
  };
  const switchOn = (rule) => async () => {
    await control("POST", "/faults", { body: rule });
    keep(off.filter((other) => other !== rule));
  };
  const removeAll = async () => {
    const question = {
      title: "Remove all rules?",
      text: `${plural(faults.length, "rule")} of all clients go.`,
      action: "Remove all",
    };
    if (await confirm(question)) await control("DELETE", "/faults");
  };
  const replace = async (file) => {
    const text = `${plural(faults.length, "rule")} in force, of all clients, go; those in ${file.name} come.`;
    if (faults.length && !(await confirm({ title: "Replace all rules?", text, action: "Replace all" })))
      return;
    await control("PUT", "/faults", {
      body: file,
      type: /\.ya?ml$/.test(file.name) ? "application/yaml" : undefined,
    });
  };
  const button = (label, id, act) =>
    html`<button type="button" class="button small" aria-label="${label} ${id}" onClick=${act}>${label}</button>`;
  return html`<section class="card">
    <div class="row">
      <h2>Rules</h2>
      <span class="soft grow" role="status">${plural(faults.length, "rule")}, fired ${plural(firedIn(faults), "time")}</span>
      <label class="button small file">
        Replace all from a file
        <input
          type="file"
          accept=".json,.yaml,.yml"
          class="visually-hidden"
          onChange=${({ target }) => run(() => replace(target.files[0])).then(() => (target.value = ""))}
        />
      </label>
      ${
        faults.length > 0 &&
        html`<button type="button" class="button small danger" onClick=${() => run(removeAll)}>Remove all</button>`
      }
    </div>
    <${ErrorNotice} error=${error} what="Not done" />
    ${faults.length === 0 && html`<${Empty} title="No rules: every request is answered as it should be" />`}
    <ol class="rules">
      ${faults.map(
        (fault) =>
          html`<li key=${fault.id}>
            <p>${ruleText(fault, errors)}</p>
            <div class="row">
              <code>${fault.id}</code> <${Counts} ...${fault} /> <span class="grow"></span>
              ${!isRedacted(fault) && button("Switch off", fault.id, () => run(switchOff(fault)))}
              ${button("Edit", fault.id, () => edit(fault))}
              ${button("Delete", fault.id, () => run(() => remove(fault.id)))}
            </div>
          </li>`,
      )}
    </ol>
    ${
      off.length > 0 &&
      html`<h3>Switched off, kept in this browser</h3>
      <ul class="rules">
        ${off.map(
          (rule) =>
            html`<li key=${rule.id}>
              <p class="soft">${ruleText(rule, errors)}</p>
              <div class="row">
                <code class="grow">${rule.id}</code> ${button("Switch on", rule.id, () => run(switchOn(rule)))}
                ${button("Forget", rule.id, () => keep(off.filter((other) => other !== rule)))}
              </div>
            </li>`,
        )}
      </ul>`
    }
    ${edited && html`<${RuleEditor} fault=${edited} reload=${reload} onClose=${() => edit()} />`}
  </section>`;
}

function Counts({ fired, matched, times }) {
  const usedUp = times !== undefined && fired >= times;
  return html`<span class="fired">fired ${fired}${times === undefined ? "" : ` of ${times}`}, matched ${matched}</span>
    ${usedUp && html`<${Badge}>used up<//>`}`;
}

function firedIn(faults) {
  return faults.reduce((sum, { fired }) => sum + fired, 0);
}
