// A table with headers that sort. For more than a few hundred rows use the virtual list, or pages.

import { html, useState } from "../lib/preact.js";

/**
 * @template T
 * @typedef {object} Column
 * @property {string} id
 * @property {string} label the header
 * @property {(row: T) => *} [render] the cell; default: the member `id` as text
 * @property {(row: T) => string | number | undefined} [value] what it sorts by; without it, `sort: true` takes the member `id`
 * @property {boolean} [sort] the header is a button
 * @property {boolean} [numeric] right-aligned
 * @property {string} [class]
 */

/** @typedef {{by: string, down: boolean}} Sorting */

/**
 * Sorts by itself, unless `onSort` is given: then the rows come sorted, for example by the server.
 * @template T
 * @param {object} props
 * @param {string} props.caption for screen readers
 * @param {Column<T>[]} props.columns
 * @param {T[]} props.rows
 * @param {(row: T) => string | number} props.keyOf
 * @param {Sorting} [props.sorting]
 * @param {(sorting: Sorting) => void} [props.onSort]
 * @param {(row: T) => void} [props.onOpen] a click on the row, or Enter on its first cell, which becomes a button
 * @param {string | number} [props.selected] the key of the row that is open
 */
export function DataTable({ caption, columns, rows, keyOf, sorting, onSort, onOpen, selected }) {
  const [own, setOwn] = useState(sorting);
  const current = onSort ? sorting : own;
  const sort = onSort ?? setOwn;
  const shown = onSort || !own ? rows : sorted(rows, columns, own);
  return html`<div class="table-frame" tabindex="0" role="region" aria-label=${caption}>
    <table class="table">
      <caption class="visually-hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) => html`<${Header} key=${column.id} ...${{ column, current, sort }} />`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map((row) => {
          const key = keyOf(row);
          return html`<${Row} key=${key} ...${{ row, columns, onOpen, selected: key === selected }} />`;
        })}
      </tbody>
    </table>
  </div>`;
}

function Header({ column, current, sort }) {
  const { id, label, numeric } = column;
  const sorts = column.sort || column.value;
  const state = current?.by === id ? (current.down ? "descending" : "ascending") : undefined;
  const arrow = { ascending: "▲", descending: "▼" }[state] ?? "";
  const press = () => sort({ by: id, down: state === "ascending" });
  return html`<th scope="col" class="${numeric ? "numeric" : ""} ${column.class ?? ""}" aria-sort=${state}>
    ${
      sorts
        ? html`<button type="button" class="sort" onClick=${press}>
          ${label}<span class="arrow" aria-hidden="true">${arrow}</span>
        </button>`
        : label
    }
  </th>`;
}

function Row({ row, columns, onOpen, selected }) {
  const click = onOpen && ((event) => event.target.closest("a, button, input, label, select") || onOpen(row));
  return html`<tr class="${onOpen ? "opens" : ""} ${selected ? "selected" : ""}" onClick=${click}>
    ${columns.map((column, index) => {
      const content = column.render ? column.render(row) : row[column.id];
      return html`<td key=${column.id} class="${column.numeric ? "numeric" : ""} ${column.class ?? ""}">
        ${
          index === 0 && onOpen
            ? html`<button type="button" class="cell-button" aria-current=${selected ? "true" : undefined} onClick=${() => onOpen(row)}>
              ${content}
            </button>`
            : content
        }
      </td>`;
    })}
  </tr>`;
}

function sorted(rows, columns, { by, down }) {
  const column = columns.find(({ id }) => id === by);
  const value = column?.value ?? ((row) => row[by]);
  const order = (one, other) => {
    const [a, b] = [value(one), value(other)];
    if (a === b) return 0;
    if (a === undefined || a === null) return 1;
    if (b === undefined || b === null) return -1;
    const sign =
      typeof a === "number" && typeof b === "number"
        ? a - b
        : String(a).localeCompare(String(b), "en", { numeric: true });
    return down ? -sign : sign;
  };
  return [...rows].sort(order);
}
