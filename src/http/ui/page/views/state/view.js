// The State view: organisations and sandboxes, the entities of the chosen sandbox, and the tools for the state as a whole.

import { control } from "../../core/api.js";
import { formatNumber } from "../../core/format.js";
import { useLoad } from "../../core/use-load.js";
import { html } from "../../lib/preact.js";
import { ErrorNotice } from "../../parts/notice.js";
import { Tabs } from "../../parts/tabs.js";
import { useChanges, useClientChanges } from "./changes.js";
import { readTree } from "./counts.js";
import { CreatePanel } from "./create.js";
import { EntityPanel } from "./entity.js";
import { KINDS } from "./kinds.js";
import { EntityList } from "./list.js";
import { OpenSandbox } from "./open-sandbox.js";
import { go, queryOf, usePlace } from "./place.js";
import { useSpecNames } from "./spec-names.js";
import { Tools } from "./tools.js";
import { Tree } from "./tree.js";

export function StateView() {
  const place = usePlace();
  const changes = useChanges();
  useClientChanges();
  const metrics = useLoad((signal) => control("GET", "/metrics", { signal }), [changes]);
  const tree = readTree(metrics.value ?? "", place);
  return html`<div class="view full state">
    <nav class="state-side" aria-label="Organisations and sandboxes">
      <${ErrorNotice} error=${metrics.error} retry=${metrics.reload} />
      <${Tree} tree=${tree} place=${place} />
      <${OpenSandbox} key=${place.imsOrgId} imsOrgId=${place.imsOrgId} />
    </nav>
    ${
      place.sandbox
        ? html`<${SandboxPage} ...${{ place, tree, changes }} />`
        : html`<div class="state-main"><h1>${place.imsOrgId ?? "Everything"}</h1><${Tools} place=${place} changes=${changes} /></div>`
    }
  </div>`;
}

function SandboxPage({ place, tree, changes }) {
  const { imsOrgId, sandbox } = place;
  const tenant = { imsOrgId, sandbox };
  const names = useSpecNames(tenant);
  const organisation = tree.organisations.find((each) => each.imsOrgId === imsOrgId);
  const counts = organisation?.sandboxes.find(({ name }) => name === sandbox)?.counts ?? {};
  const label = ({ name, title, metric }) =>
    metric ? html`${title} <span class="count">${formatNumber(counts[name] ?? 0)}</span>` : title;
  const tabs = [...KINDS.map((kind) => ({ id: kind.name, label: label(kind) })), { id: "tools", label: "Manage" }];
  return html`<div class="split">
    <div class="state-main">
      <h1>${sandbox} <span class="soft">of ${imsOrgId}</span></h1>
      <${Tabs}
        label="Kinds of entities"
        tabs=${tabs}
        selected=${place.tools ? "tools" : place.kind.name}
        onSelect=${(kind) => go(queryOf(place, kind))}
      >
        ${
          place.tools
            ? html`<${Tools} place=${place} changes=${changes} />`
            : html`<${EntityList} total=${counts[place.kind.name] ?? (place.kind.metric && 0)} ...${{ place, tenant, names, changes }} />`
        }
      <//>
    </div>
    ${place.id === "new" && place.kind.writable && html`<${CreatePanel} key=${place.kind.name} place=${place} tenant=${tenant} />`}
    ${place.id && place.id !== "new" && html`<${EntityPanel} key=${place.id} ...${{ place, tenant, names, changes }} />`}
  </div>`;
}
