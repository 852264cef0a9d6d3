// An entity beside its list: its JSON, what it uses and what uses it, its source, and what can be done with it.

import { flow } from "../../core/api.js";
import { useLoad } from "../../core/use-load.js";
import { html, useRef, useState } from "../../lib/preact.js";
import { CopyButton } from "../../parts/copy-button.js";
import { JsonTree } from "../../parts/json-tree.js";
import { ErrorNotice, Loading } from "../../parts/notice.js";
import { Panel } from "../../parts/panel.js";
import { Tabs } from "../../parts/tabs.js";
import { Time } from "../../parts/time.js";
import { Actions } from "./actions.js";
import { State } from "./cell.js";
import { Editor } from "./editor.js";
import { Explore } from "./explore.js";
import { nameOf, stateOf } from "./kinds.js";
import { open } from "./place.js";
import { Relations } from "./relations-list.js";
import { hasSecrets, hide } from "./secrets.js";

/** @param {{place: import("./place.js").Place, tenant: object, names: Map<string, string>, changes: number}} props */
export function EntityPanel({ place, tenant, names, changes }) {
  const { kind, id } = place;
  const path = `/${kind.name}/${encodeURIComponent(id)}`;
  const [tab, setTab] = useState("json");
  const [clear, setClear] = useState(false);
  const draft = useRef();
  const load = useLoad(
    async (signal) => (await flow("GET", path, { tenant, signal })).body.items[0],
    [path, tenant.imsOrgId, tenant.sandbox, changes],
  );
  const entity = load.value?.id === id ? load.value : undefined;
  const close = () => open(undefined);
  const title = html`<h2>${entity ? nameOf(entity) : id}</h2>`;
  if (load.error) {
    return html`<${Panel} label=${kind.one} title=${title} onClose=${close}><${ErrorNotice} error=${load.error} retry=${load.reload} /><//>`;
  }
  if (!entity) return html`<${Panel} label=${kind.one} title=${title} onClose=${close}><${Loading} /><//>`;
  const explores =
    kind.name === "connections" || (kind.name === "connectionSpecs" && entity.exploreSpec && !entity.authSpec?.length);
  const tabs = [
    { id: "json", label: "JSON" },
    ...(kind.writable ? [{ id: "edit", label: "Edit" }] : []),
    { id: "relations", label: "Relations" },
    ...(explores ? [{ id: "source", label: "Source" }] : []),
  ];
  const selected = tabs.some((each) => each.id === tab) ? tab : "json";
  return html`<${Panel} label=${`${kind.one} ${nameOf(entity)}`} title=${title} onClose=${close}>
    <${Facts} kind=${kind} entity=${entity} />
    ${kind.writable && html`<${Actions} ...${{ kind, tenant, path, entity }} />`}
    <${Tabs} label="Parts of the entity" tabs=${tabs} selected=${selected} onSelect=${setTab}>
      ${
        hasSecrets(entity) &&
        selected === "json" &&
        html`<p class="soft">
        ${clear ? "Credentials are shown." : "Credentials are hidden."}
        <button type="button" class="button quiet small" onClick=${() => setClear(!clear)}>${clear ? "Hide" : "Show"}</button>
      </p>`
      }
      ${selected === "json" && html`<${JsonTree} value=${clear ? entity : hide(entity)} label=${`The ${kind.one}`} />`}
      ${selected === "edit" && html`<${Editor} ...${{ kind, tenant, path, entity, clear, draft }} />`}
      ${selected === "relations" && html`<${Relations} ...${{ place, tenant, entity, names, changes }} />`}
      ${selected === "source" && html`<${Explore} key=${id} tenant=${tenant} path=${path} />`}
    <//>
  <//>`;
}

function Facts({ kind, entity: { id, etag, createdAt, createdBy, updatedAt, updatedBy, ...entity } }) {
  const state = stateOf(entity);
  const fact = (name, value) => html`<dt>${name}</dt>
    <dd>${value}</dd>`;
  return html`<dl class="pairs">
    ${state && fact("State", html`<${State} state=${state} />`)}
    ${fact("Id", html`<code>${id}</code> <${CopyButton} text=${id} title=${`Copy the id of the ${kind.one}`} />`)}
    ${etag && fact("ETag", html`<code>${etag}</code>`)}
    ${createdAt && fact("Created", html`<span title=${createdBy}><${Time} time=${createdAt} /></span>`)}
    ${updatedAt && fact("Updated", html`<span title=${updatedBy}><${Time} time=${updatedAt} /></span>`)}
  </dl>`;
}
