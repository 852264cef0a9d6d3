// A line chart of the last minutes in SVG, with its numbers as a table.

import { html, useEffect, useRef, useState } from "../../lib/preact.js";
import { formatNumber } from "../../core/format.js";
import { DataTable } from "../../parts/data-table.js";
import { Time } from "../../parts/time.js";
import { linePath, roundUp } from "./scale.js";

const HEIGHT = 150;

/**
 * @param {object} props
 * @param {string} props.title
 * @param {number[]} props.times start of each slot
 * @param {{name: string, values: (number | null)[]}[]} props.lines a value for each slot
 */
export function Chart({ title, times, lines }) {
  const frame = useRef();
  const [width, setWidth] = useState(600);
  const [open, setOpen] = useState(false);
  // Drawn in pixels, so that text keeps its size on every screen.
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) =>
      setWidth(Math.max(200, Math.round(contentRect.width))),
    );
    observer.observe(frame.current);
    return () => observer.disconnect();
  }, []);
  const max = roundUp(Math.max(...lines.flatMap(({ values }) => values)), 0.2);
  const plot = { left: 44, top: 10, width: width - 48, height: HEIGHT - 34 };
  const said = lines.map(
    ({ name, values }) => `${name} ${amount(lastOf(values))}, at most ${amount(Math.max(...values))}`,
  );
  return html`<figure class="chart">
    <figcaption class="row">
      <h2 class="grow">${title}</h2>
      ${lines.map(({ name }, index) => html`<span class="legend line-${index}">${name}</span>`)}
    </figcaption>
    <div ref=${frame}>
      <svg width=${width} height=${HEIGHT} role="img" aria-label="${title}, last minutes: ${said.join("; ")}">
        ${[0, 0.5, 1].map((share) => {
          const y = plot.top + plot.height * (1 - share);
          return html`<line x1=${plot.left} x2=${width - 4} y1=${y} y2=${y} />
            <text x=${plot.left - 6} y=${y + 4} text-anchor="end">${amount(max * share)}</text>`;
        })}
        <text x=${plot.left} y=${HEIGHT - 4}>5 minutes ago</text>
        <text x=${width - 4} y=${HEIGHT - 4} text-anchor="end">now</text>
        ${lines.map(({ values }, index) => html`<path class="line-${index}" d=${linePath(values, max, plot)} />`)}
      </svg>
    </div>
    <details onToggle=${(event) => setOpen(event.currentTarget.open)}>
      <summary>As a table</summary>
      ${open && html`<${Numbers} ...${{ title, times, lines }} />`}
    </details>
  </figure>`;
}

function Numbers({ title, times, lines }) {
  const rows = times
    .map((time, index) => ({ time, values: lines.map(({ values }) => values[index]) }))
    .filter(({ values }) => values.some(Boolean));
  const numbers = lines.map(({ name }, index) => ({
    id: name,
    label: name,
    numeric: true,
    render: ({ values }) => amount(values[index]),
  }));
  return html`<${DataTable}
    caption=${title}
    keyOf=${({ time }) => time}
    rows=${rows.reverse()}
    columns=${[{ id: "time", label: "From", render: ({ time }) => html`<${Time} time=${time} />` }, ...numbers]}
  />`;
}

function amount(value) {
  return value === null ? "–" : formatNumber(value);
}

function lastOf(values) {
  return values.findLast((value) => value !== null) ?? null;
}
