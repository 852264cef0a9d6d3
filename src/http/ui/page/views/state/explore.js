// The source of a connection: its tables, folders and files, and their first rows.

import { flow } from "../../core/api.js";
import { plural } from "../../core/format.js";
import { useAction, useLoad } from "../../core/use-load.js";
import { html, useState } from "../../lib/preact.js";
import { DataTable } from "../../parts/data-table.js";
import { ErrorNotice } from "../../parts/notice.js";

const ROWS = 50;

/**
 * @param {object} props
 * @param {{imsOrgId: string, sandbox: string}} props.tenant
 * @param {string} props.path `/connections/{id}`, or `/connectionSpecs/{id}` of a spec without auth specs
 */
export function Explore({ tenant, path }) {
  const [trail, setTrail] = useState([{ type: "root", name: "Source" }]);
  const object = trail.at(-1);
  const page = useLoad(
    async (signal) => ({
      object,
      body: (await flow("GET", `${path}/explore`, { tenant, query: exploreQuery(object), signal })).body,
    }),
    [path, tenant.imsOrgId, tenant.sandbox, object],
  );
  const shown = page.value?.object === object ? page.value.body : undefined;
  const back = (at) => () => setTrail(trail.slice(0, at + 1));
  return html`<section class="explore" aria-label="Source">
    <div class="row">
      <ol class="trail" aria-label="Place in the source">
        ${trail.map(
          (step, at) =>
            html`<li key=${at}>
              ${
                step === object
                  ? html`<span aria-current="location">${step.name}</span>`
                  : html`<button type="button" class="button quiet small" onClick=${back(at)}>${step.name}</button>`
              }
            </li>`,
        )}
      </ol>
      ${path.startsWith("/connections/") && html`<${TestConnection} tenant=${tenant} path=${path} />`}
    </div>
    <${ErrorNotice} error=${page.error} />
    ${!page.error && Array.isArray(shown) && html`<${Objects} objects=${shown} enter=${(item) => setTrail([...trail, item])} />`}
    ${!page.error && shown && !Array.isArray(shown) && html`<${Preview} page=${shown} name=${object.name} />`}
  </section>`;
}

/** The query of an explore call. @param {{type: string, path: string}} object as the call before listed it */
function exploreQuery({ type, path }) {
  if (type === "root") return { objectType: "root" };
  if (type === "folder") return { objectType: "folder", object: path };
  const file = type === "file" ? { determineProperties: true } : {};
  return { objectType: type, object: path, ...file, preview: true, previewCount: ROWS };
}

function Objects({ objects, enter }) {
  if (!objects.length) return html`<p class="soft">There is nothing here.</p>`;
  return html`<ul class="objects">
    ${objects.map(
      (item) =>
        html`<li key=${item.path}>
          <button type="button" class="button quiet" onClick=${() => enter(item)}>${item.name}</button>
          <span class="soft">${item.type}</span>
        </li>`,
    )}
  </ul>`;
}

/** Rows of a table; of records with objects inside, what they have at the top. */
function Preview({ page, name }) {
  const parts =
    page.schema?.columns ??
    Object.entries(page.schema?.properties ?? {}).map(([own, part]) => ({ ...part, name: own }));
  const rows = page.data ?? [];
  const columns = parts.map((column) => ({
    id: column.name,
    label: html`${column.name} <span class="soft">${column.type}</span>`,
    render: (row) => textOf(row[column.name]),
  }));
  const found = Object.entries(page.properties ?? {}).map(([key, value]) => `${key} ${value}`);
  const facts = [
    plural(parts.length, "column"),
    rows.length === ROWS ? `the first ${ROWS} rows` : plural(rows.length, "row"),
    ...found,
  ];
  const numbers = new Map(rows.map((row, at) => [row, at]));
  return html`<p class="soft">${facts.join(", ")}</p>
    <${DataTable} caption=${`Rows of ${name}`} columns=${columns} rows=${rows} keyOf=${(row) => numbers.get(row)} />`;
}

function textOf(value) {
  return value === undefined || typeof value === "string" ? value : JSON.stringify(value);
}

function TestConnection({ tenant, path }) {
  const [result, setResult] = useState();
  const test = useAction(async () => setResult((await flow("GET", `${path}/test`, { tenant })).body.result));
  return html`<span role="status">${result === undefined ? "" : `The source can${result ? "" : "not"} be reached.`}</span>
    <button type="button" class="button small" disabled=${test.busy} onClick=${test.run}>Test</button>
    <${ErrorNotice} error=${test.error} />`;
}
