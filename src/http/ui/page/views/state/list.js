// A table of a sandbox's entities: pages, filters and orders as the API's own list call has them.

import { flow } from "../../core/api.js";
import { formatNumber } from "../../core/format.js";
import { useKeys } from "../../core/keys.js";
import { changeQuery } from "../../core/route.js";
import { useLoad } from "../../core/use-load.js";
import { html, useRef, useState } from "../../lib/preact.js";
import { DataTable } from "../../parts/data-table.js";
import { Empty, ErrorNotice } from "../../parts/notice.js";
import { Cell } from "./cell.js";
import { FilterField } from "./filter-field.js";
import { listQuery, nextToken } from "./filter.js";
import { open } from "./place.js";

/** @param {{place: import("./place.js").Place, tenant: object, names: Map<string, string>, total?: number, changes: number}} props */
export function EntityList({ place, tenant, names, total, changes }) {
  const { kind, filter, order } = place;
  const list = JSON.stringify([tenant, kind.name, filter, order]);
  // Tokens of the pages that were turned; those of another list do not count.
  const [walk, setWalk] = useState({ list, tokens: [null] });
  const tokens = walk.list === list ? walk.tokens : [null];
  const turn = (to) => setWalk({ list, tokens: to });
  const page = useLoad(
    async (signal) => {
      const { body } = await flow("GET", `/${kind.name}?${listQuery({ filter, order, token: tokens.at(-1) })}`, {
        tenant,
        signal,
      });
      return { kind, items: body.items, next: nextToken(body) };
    },
    [list, tokens.at(-1), changes],
  );
  const shown = page.value?.kind === kind ? page.value : undefined;
  const root = useRef();
  useListKeys(root, kind);
  return html`<div class="list" ref=${root}>
    <div class="row">
      <${FilterField} kind=${kind} filter=${filter} error=${page.error} />
      ${kind.writable && html`<button type="button" class="button primary" onClick=${() => open("new")}>New ${kind.one}</button>`}
    </div>
    ${!page.error?.code && html`<${ErrorNotice} error=${page.error} retry=${page.reload} />`}
    ${
      shown &&
      (shown.items.length > 0 || tokens.length > 1
        ? html`<${Table} ...${{ place, names, items: shown.items }} />
          <${Pages} ...${{ tokens, turn, count: shown.items.length, next: shown.next, total: filter ? undefined : total }} />`
        : html`<${Nothing} kind=${kind} filter=${filter} />`)
    }
  </div>`;
}

function Table({ place, names, items }) {
  const { kind, order } = place;
  const columns = kind.columns.map(([label, path, sort]) => ({
    id: path,
    label,
    sort,
    class: path.endsWith("At") ? "when" : undefined,
    render: (entity) => html`<${Cell} ...${{ place, entity, path, names }} />`,
  }));
  const sorting = order
    ? { by: order.replace(/^[-+]/, ""), down: order.startsWith("-") }
    : { by: "createdAt", down: true };
  return html`<${DataTable}
    caption=${kind.title}
    columns=${columns}
    rows=${items}
    keyOf=${({ id }) => id}
    sorting=${sorting}
    onSort=${({ by, down }) => changeQuery({ order: down ? `-${by}` : by })}
    onOpen=${({ id }) => open(id)}
    selected=${place.id}
  />`;
}

function Pages({ tokens, turn, count, next, total }) {
  const known = total >= count ? ` of ${formatNumber(total)}` : "";
  return html`<nav class="row" aria-label="Pages">
    <span class="soft" role="status">Page ${tokens.length}: ${count}${known}</span>
    <button type="button" class="button small" disabled=${tokens.length === 1} onClick=${() => turn(tokens.slice(0, -1))}>Previous</button>
    <button type="button" class="button small" disabled=${!next} onClick=${() => turn([...tokens, next])}>Next</button>
  </nav>`;
}

function Nothing({ kind, filter }) {
  const many = kind.title.toLowerCase();
  if (filter) return html`<${Empty} title=${`No ${many} match the filter`} />`;
  const how = kind.writable
    ? "Make one here, seed a document, or let your client create one."
    : "They follow from flows, the clock and the calls of your client.";
  return html`<${Empty} title=${`No ${many} yet`}><p>${how}</p><//>`;
}

function useListKeys(root, kind) {
  const step = (by) => {
    const buttons = [...root.current.querySelectorAll("tbody .cell-button")];
    const focused = buttons.findIndex((button) => button.closest("tr").contains(document.activeElement));
    const at = focused >= 0 ? focused : buttons.findIndex((button) => button.getAttribute("aria-current"));
    buttons[Math.min(buttons.length - 1, Math.max(0, at + by))]?.focus();
  };
  useKeys([
    { key: "/", label: "Filter the list", run: () => root.current.querySelector("[name=filter]").focus() },
    { key: "j", label: "Next row", run: () => step(1) },
    { key: "k", label: "Previous row", run: () => step(-1) },
    { key: "n", label: "New entity", run: () => (kind.writable ? open("new") : false) },
  ]);
}
