// The contract rules that a request broke, with the remedy.

import { html } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { useLoad } from "../../core/use-load.js";
import { Badge, toneOf } from "../../parts/badge.js";
import { Link } from "../../parts/link.js";

/** The definitions of all rules, which do not change while the server runs. */
let definitions;

function loadDefinitions() {
  definitions ??= control("GET", "/contract").then(
    ({ rules }) => new Map(rules.map((rule) => [rule.id, rule])),
    (error) => {
      definitions = undefined;
      throw error;
    },
  );
  return definitions;
}

/** @param {{rules?: {rule: string, level: string, message?: string}[]}} props absent if the request was not examined */
export function BrokenRules({ rules = [] }) {
  const { value: known } = useLoad(
    () => (rules.length ? loadDefinitions() : Promise.resolve()),
    [rules.length > 0],
  );
  if (!rules.length) return null;
  return html`<section class="stack" aria-label="Broken rules">
    <h2>${rules.length === 1 ? "Broken rule" : `${rules.length} broken rules`}</h2>
    ${rules.map(({ rule, level, message }) => {
      const { explanation, remedy } = known?.get(rule) ?? {};
      return html`<div key=${rule} class="broken-rule tone-${toneOf(level)}">
        <p class="row"><${Badge} tone=${toneOf(level)}>${level}<//> <strong>${rule}</strong></p>
        ${message && html`<p>${message}</p>`} ${explanation && html`<p class="soft">${explanation}</p>`}
        ${remedy && html`<p><strong>Remedy:</strong> ${remedy}</p>`}
        <p><${Link} view="contract" query=${{ rule }}>More about ${rule}<//></p>
      </div>`;
    })}
  </section>`;
}
