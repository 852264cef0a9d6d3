// The broken rules, worst first, and any rule that the address names.

import { html } from "../../lib/preact.js";
import { plural } from "../../core/format.js";
import { changeQuery } from "../../core/route.js";
import { Badge, Method, toneOf } from "../../parts/badge.js";
import { Link } from "../../parts/link.js";
import { Empty } from "../../parts/notice.js";
import { Time } from "../../parts/time.js";

/** @param {{broken: object[], rules: object[], wanted?: string}} props `wanted`: the id of the only rule to show */
export function Rules({ broken, rules, wanted }) {
  const kept = rules.filter(({ id }) => id === wanted).map(({ id, ...rule }) => ({ ...rule, rule: id }));
  const found = broken.filter(({ rule }) => !wanted || rule === wanted);
  const shown = found.length || !wanted ? found : kept;
  return html`<div class="stack">
    ${
      wanted &&
      html`<p><button type="button" class="button small" onClick=${() => changeQuery({ rule: undefined })}>All broken rules</button></p>`
    }
    ${shown.map((rule) => html`<${Rule} key=${rule.rule} ...${rule} />`)}
    ${shown.length === 0 && html`<${Empty} title=${wanted ? `There is no rule ${wanted}` : "No rule was broken"} />`}
  </div>`;
}

function Rule({ rule, severity, count, explanation, remedy, reference, first, consumers = [] }) {
  return html`<section class="card">
    <div class="row">
      <${Badge} tone=${toneOf(severity)}>${severity}<//>
      <h2><${Link} view="contract" query=${{ rule }}>${rule}<//></h2>
      <span class="soft">${count ? `${plural(count, "time")}, ${consumers.join(", ")}` : "kept"}</span>
    </div>
    <dl class="pairs">
      <dt>Wrong</dt><dd>${explanation}</dd>
      <dt>Remedy</dt><dd>${remedy}</dd>
      ${
        first &&
        html`<dt>First</dt>
        <dd>
          <${Link} view="requests" query=${{ open: first.entry }}>Request ${first.entry}<//>${" "}
          <${Method} method=${first.method} /> <code>${first.path}</code> <${Time} time=${first.time} />
          <p>${first.detail}</p>
        </dd>`
      }
      <dt>See</dt><dd>reference, ${reference}; <code>docs/contract-rules.md#${rule}</code></dd>
    </dl>
  </section>`;
}
