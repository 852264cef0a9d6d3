// A new entity: a form made of its spec's schemas, or the same body as JSON.

import { flow } from "../../core/api.js";
import { useAction, useLoad } from "../../core/use-load.js";
import { html, useState } from "../../lib/preact.js";
import { SelectField } from "../../parts/field.js";
import { ErrorNotice, Loading } from "../../parts/notice.js";
import { Panel } from "../../parts/panel.js";
import { notify } from "../../parts/toasts.js";
import { changed } from "./changes.js";
import { NumberedText } from "./editor.js";
import { listQuery } from "./filter.js";
import { bodyOf, exampleTexts, fits, formOf } from "./forms.js";
import { open } from "./place.js";
import { SchemaForm } from "./schema-form.js";
import { fieldAt } from "./schema.js";

/** @param {{place: import("./place.js").Place, tenant: object}} props */
export function CreatePanel({ place, tenant }) {
  const { kind } = place;
  const collection = kind.name === "flows" ? "flowSpecs" : "connectionSpecs";
  const specs = useLoad(
    async (signal) => {
      const { items } = (await flow("GET", `/${collection}?orderby=name&limit=1000`, { tenant, signal })).body;
      return { collection, items };
    },
    [collection, tenant.imsOrgId, tenant.sandbox],
  );
  const items =
    specs.value?.collection === collection ? specs.value.items.filter((spec) => fits(kind.name, spec)) : undefined;
  const title = html`<h2>New ${kind.one}</h2>`;
  return html`<${Panel} label=${`New ${kind.one}`} title=${title} onClose=${() => open(undefined)}>
    <${ErrorNotice} error=${specs.error} retry=${specs.reload} />
    ${items ? html`<${Create} key=${kind.name} ...${{ kind, tenant, specs: items }} />` : !specs.error && html`<${Loading} />`}
  <//>`;
}

function Create({ kind, tenant, specs }) {
  const [specId, setSpecId] = useState("");
  const [authName, setAuthName] = useState("");
  const [texts, setTexts] = useState({});
  const [json, setJson] = useState();
  const spec = specs.find(({ id }) => id === specId);
  const auths = (kind.name === "connections" && spec?.authSpec) || [];
  const auth = auths.find(({ name }) => name === authName) ?? auths[0];
  const fields = spec ? formOf(kind.name, spec, auth) : [];
  const create = useAction(async (draft) => {
    const body = json ?? JSON.stringify(bodyOf(kind.name, spec, auth, texts));
    const { id } = (await flow("POST", `/${kind.name}`, { tenant, query: { mode: draft ? "draft" : undefined }, body }))
      .body;
    notify(`The ${kind.one} is created`, { tone: "good" });
    open(id);
    changed();
  });
  const asJson = useAction(async () => {
    const typed = Object.entries(texts).filter(([, text]) => text);
    const example = { ...exampleTexts(kind.name, spec, auth, Date.now()), ...Object.fromEntries(typed) };
    const entities = fields.filter(({ type, required, path }) => type === "entity" && required && !example[path]);
    for (const { path, kind: of, filter } of entities) {
      const [first] = (await flow("GET", `/${of}?${listQuery({ filter, limit: 1 })}`, { tenant })).body.items;
      if (first) example[path] = first.id;
    }
    setJson(JSON.stringify(bodyOf(kind.name, spec, auth, example), null, 2));
  });
  const submit = (event) => {
    event.preventDefault();
    create.run(event.submitter?.value === "draft");
  };
  const chooseSpec = (id) => {
    setSpecId(id);
    setTexts({ "/name": texts["/name"] ?? "" });
    setJson(undefined);
    create.clear();
  };
  const place = fieldAt(
    fields.map(({ path }) => path),
    create.error?.place,
  );
  return html`<form class="create" onSubmit=${submit} novalidate>
    <${SelectField}
      label=${kind.name === "flows" ? "Flow spec" : "Connection spec"}
      value=${specId}
      onInput=${chooseSpec}
      options=${[{ value: "", label: "Choose…" }, ...specs.map(({ id, name }) => ({ value: id, label: name }))]}
    />
    ${
      auths.length > 1 &&
      html`<${SelectField} label="Auth spec" value=${auth.name} onInput=${setAuthName} options=${auths.map(({ name }) => name)} />`
    }
    ${
      spec &&
      (json === undefined
        ? html`<${SchemaForm} ...${{ fields, texts, tenant, setTexts }} error=${place ? { path: place, text: create.error.detail } : undefined} />`
        : html`<${NumberedText} label="Body as JSON" value=${json} onInput=${setJson} />`)
    }
    ${
      spec &&
      html`<div class="row">
      <button class="button primary" disabled=${create.busy}>Create</button>
      ${kind.draft && html`<button class="button" value="draft" disabled=${create.busy}>Create as draft</button>`}
      ${
        json === undefined
          ? html`<button type="button" class="button quiet" onClick=${asJson.run}>As JSON</button>`
          : html`<button type="button" class="button quiet" onClick=${() => setJson(undefined)}>Back to the form</button>`
      }
    </div>`
    }
    <${ErrorNotice} error=${create.error ?? asJson.error} what="Not created" />
  </form>`;
}
