// Charts and rankings of the requests that the page knows, or what to do first.

import { html } from "../../lib/preact.js";
import { formatNumber } from "../../core/format.js";
import { live } from "../../core/live.js";
import { useTick } from "../../core/use-poll.js";
import { DataTable } from "../../parts/data-table.js";
import { Link } from "../../parts/link.js";
import { Empty, Notice } from "../../parts/notice.js";
import { Chart } from "./chart.js";
import { failed, ranked } from "./series.js";
import { SLOT_MS, series } from "./watch.js";

/**
 * Looks once a second, however many requests arrive; for those who want less motion, once a slot.
 * @param {{off: boolean}} props `off`: the server keeps no requests, and so tells of none
 */
export function Traffic({ off }) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  useTick(calm ? SLOT_MS : 1000);
  const { requests } = live.get();
  const slots = series.until(Date.now());
  if (off) return html`<${Notice}>No charts: the journal is off (--journal-requests 0).<//>`;
  if (requests.length === 0 && slots.every(({ count }) => count === 0)) return html`<${NothingYet} />`;
  const values = (of) => slots.map(of);
  const times = values(({ start }) => start);
  const perSecond = SLOT_MS / 1000;
  const rates = [
    { name: "all", values: values(({ count }) => count / perSecond) },
    { name: "errors", values: values(({ errors }) => errors / perSecond) },
  ];
  const latency = [
    { name: "median", values: values(({ median }) => median) },
    { name: "95th percentile", values: values(({ p95 }) => p95) },
  ];
  const codes = ranked(requests, errorName);
  const operations = ranked(requests, ({ operation }) => operation ?? "none");
  return html`<div class="columns">
    <div class="card"><${Chart} title="Requests per second" times=${times} lines=${rates} /></div>
    <div class="card"><${Chart} title="Latency in ms" times=${times} lines=${latency} /></div>
    <${Ranking} title="Errors by code" rows=${codes} filter=${(name) => ({ errorCode: name })} none="Every request succeeded." />
    <${Ranking} title="Top operations" rows=${operations} filter=${(name) => ({ operation: name })} errors />
  </div>`;
}

/** The code of an error; without one its status, or why there was no answer; undefined for a success. */
function errorName(request) {
  if (!failed(request)) return undefined;
  const { errorCode, status, outcome } = request;
  return (
    errorCode || (status ? `status ${status}` : outcome === "clientGone" ? "client gone" : "connection reset")
  );
}

function Ranking({ title, rows, filter, none, errors }) {
  const name = ({ name, share }) =>
    html`${/ |^none$/.test(name) ? name : html`<${Link} view="requests" query=${filter(name)}>${name}<//>`}
      <div class="bar"><div style=${{ width: `${share * 100}%` }}></div></div>`;
  const columns = [
    { id: "name", label: "Name", render: name, class: "wide" },
    ...(errors
      ? [{ id: "errors", label: "Errors", numeric: true, render: (row) => formatNumber(row.errors) }]
      : []),
    { id: "count", label: "Requests", numeric: true, render: ({ count }) => formatNumber(count) },
  ];
  return html`<section class="card">
    <h2>${title}</h2>
    ${rows.length ? html`<${DataTable} caption=${title} columns=${columns} rows=${rows} keyOf=${({ name }) => name} />` : none}
  </section>`;
}

function NothingYet() {
  const command =
    `curl ${location.origin}/data/foundation/flowservice/connections -H 'Authorization: Bearer any' -H 'x-api-key: any' ` +
    `-H 'x-gw-ims-org-id: TEST@AdobeOrg' -H 'x-sandbox-name: prod'`;
  return html`<section class="card">
    <${Empty} title="No requests yet" command=${command}>
      <p>Point a client at ${location.origin}, or send one from a shell: rates, latency and errors appear as they happen.</p>
    <//>
  </section>`;
}
