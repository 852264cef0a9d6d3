// Coverage: operations by kinds of documented outcome, seen or never.

import { html, useRef, useState } from "../../lib/preact.js";
import { plural } from "../../core/format.js";
import { useKeys } from "../../core/keys.js";
import { changeQuery, useRoute } from "../../core/route.js";
import { CopyButton } from "../../parts/copy-button.js";
import { Dialog } from "../../parts/dialog.js";
import { CheckField, TextField } from "../../parts/field.js";
import { Link } from "../../parts/link.js";
import { columnsOf } from "./report.js";

/** @param {{rows: object[]}} props of `coverageMatrix` */
export function Coverage({ rows }) {
  const { never, all, q = "" } = useRoute().query;
  const [open, setOpen] = useState();
  const wanted = q.toLowerCase();
  const shown = rows.filter(
    ({ requests, met, of, operation, path }) =>
      (all || requests) && (!never || met < of) && `${operation} ${path}`.toLowerCase().includes(wanted),
  );
  const columns = columnsOf(shown);
  const filter = useRef();
  useKeys([
    { key: "/", label: "Filter the operations", run: () => filter.current.querySelector("input").focus() },
  ]);
  const flip = (name) => (on) => changeQuery({ [name]: on ? 1 : undefined });
  return html`<div class="stack">
    <div class="row" ref=${filter}>
      <${TextField} label="Operation" hideLabel placeholder="Operation" value=${q} onInput=${(text) => changeQuery({ q: text })} />
      <${CheckField} label="Never met only" checked=${Boolean(never)} onChange=${flip("never")} />
      <${CheckField} label="Operations never called, too" checked=${Boolean(all)} onChange=${flip("all")} />
      <span class="soft" role="status">${plural(shown.length, "operation")}</span>
    </div>
    <div class="table-frame matrix" tabindex="0" role="region" aria-label="Coverage">
      <table class="table">
        <caption class="visually-hidden">How often each documented outcome of an operation was met</caption>
        <thead>
          <tr><th scope="col">Operation</th>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr>
        </thead>
        <tbody>
          ${shown.map(
            (row) =>
              html`<tr key=${row.operation}>
                <th scope="row">${row.operation} <span class="soft">${row.met} of ${row.of}</span></th>
                ${columns.map((column) => html`<td><${Cell} ...${{ row, column, never, setOpen }} /></td>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${open && html`<${Outcomes} ...${open} onClose=${() => setOpen()} />`}
  </div>`;
}

function Cell({ row, column, never, setOpen }) {
  const cell = row.cells.get(column);
  if (!cell || (never && cell.count)) return null;
  return html`<button
    type="button"
    class="cell tone-${cell.count ? "good" : "neutral"}"
    aria-label="${row.operation} ${column}: ${seen(cell.count)}"
    onClick=${() => setOpen({ row, column, cell })}
  >
    ${cell.count || "never"}
  </button>`;
}

function seen(count) {
  return count ? `seen ${plural(count, "time")}` : "never";
}

/** Every code of a cell, and how to provoke those that were never met. */
function Outcomes({ row, column, cell, onClose }) {
  return html`<${Dialog} wide title="${row.operation}: ${column}" onClose=${onClose}>
    <p><code>${row.method} ${row.path}</code></p>
    ${cell.outcomes.map(
      ({ code, about, count, provoke }) =>
        html`<div>
          <strong>${code ?? "success"}</strong> ${seen(count)}${about && `: ${about}`}
          ${
            provoke &&
            !count &&
            html`<div class="command"><code>${provoke}</code><${CopyButton} text=${provoke} title="Copy how to provoke ${code ?? column}" /></div>`
          }
          ${code && html`<${Link} view="faults" query=${{ operation: row.operation, error: code }}>Make a fault rule<//>`}
        </div>`,
    )}
  <//>`;
}
