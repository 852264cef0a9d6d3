// The overview: how the server is doing, at a glance.

import { html } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { formatBytes, formatNumber, formatSpan, plural } from "../../core/format.js";
import { parseMetrics, storedSandboxes, sumOf } from "../../core/metrics.js";
import { usePoll } from "../../core/use-poll.js";
import { DataTable } from "../../parts/data-table.js";
import { Facts } from "../../parts/facts.js";
import { Link } from "../../parts/link.js";
import { ErrorNotice, Loading } from "../../parts/notice.js";
import { Time } from "../../parts/time.js";
import { Traffic } from "./traffic.js";
import { watch } from "./watch.js";

export function OverviewView() {
  const { value, error, reload } = usePoll(read, [], 5000);
  return html`<div class="view">
    <h1>Overview</h1>
    <${ErrorNotice} error=${error} what="Not up to date" retry=${reload} />
    ${
      value
        ? html`<${Server} ...${value} />
          <${Traffic} off=${!value.info.configuration.journalRequests} />
          <${Sandboxes} rows=${storedSandboxes(value.samples)} />
          <${Configuration} configuration=${value.info.configuration} />`
        : !error && html`<${Loading} />`
    }
  </div>`;
}

async function read(signal) {
  const [info, metrics] = await Promise.all([
    control("GET", "/info", { signal }),
    control("GET", "/metrics", { signal }),
  ]);
  await watch(info, signal);
  return { info, samples: parseMetrics(metrics) };
}

function Server({ info, samples }) {
  const rules = samples.filter(({ name, labels }) => name === "flowmock_faults_fired_total" && labels.rule);
  const fired = rules.reduce((sum, { value }) => sum + value, 0);
  const { journalRequests, journalMaxBytes } = info.configuration;
  const kept = sumOf(samples, "flowmock_journal_requests");
  const bytes = sumOf(samples, "flowmock_journal_bytes");
  const full = journalRequests ? Math.max(kept / journalRequests, bytes / journalMaxBytes) : 0;
  const filled = `${Math.round(full * 100)} % full`;
  const facts = [
    ["Version", info.version, info.features.join(", ")],
    [
      "Uptime",
      formatSpan(Date.now() - Date.parse(info.startedAt)),
      html`since <${Time} time=${info.startedAt} />`,
    ],
    ["Requests", formatNumber(sumOf(samples, "flowmock_requests_total")), "since the start"],
    [
      "Journal",
      journalRequests ? filled : "off",
      html`<meter value=${full} aria-label="Journal: ${filled}"></meter>
        ${formatNumber(kept)} of ${plural(journalRequests, "request")}, ${formatBytes(bytes)} of ${formatBytes(journalMaxBytes)}`,
    ],
    [
      "Fault rules",
      formatNumber(rules.length),
      html`<${Link} view="faults">fired ${plural(fired, "time")}<//>`,
    ],
  ];
  return html`<${Facts} facts=${facts} />`;
}

function Sandboxes({ rows }) {
  const kinds = [...new Set(rows.flatMap(({ counts }) => Object.keys(counts)))];
  const count = (kind) => (row) => formatNumber(row.counts[kind] ?? 0);
  const columns = [
    { id: "sandbox", label: "Sandbox", render: sandboxLink },
    ...kinds.map((kind) => ({ id: kind, label: kind, numeric: true, render: count(kind) })),
  ];
  return html`<section class="card">
    <h2>Sandboxes</h2>
    ${
      rows.length
        ? html`<${DataTable} caption="Sandboxes" columns=${columns} rows=${rows} keyOf=${(row) => row.imsOrgId + row.sandbox} />`
        : html`<p>Nothing is stored. <${Link} view="state">State<//> creates entities and loads seeds.</p>`
    }
  </section>`;
}

function sandboxLink({ imsOrgId, sandbox }) {
  if (!sandbox) return "all others";
  return html`<${Link} view="state" query=${{ org: imsOrgId, sandbox }}>${imsOrgId} / ${sandbox}<//>`;
}

function Configuration({ configuration }) {
  return html`<details class="card">
    <summary>Configuration in effect</summary>
    <dl class="pairs">
      ${Object.entries(configuration).map(([name, value]) => html`<dt>${name}</dt><dd><code>${JSON.stringify(value)}</code></dd>`)}
    </dl>
  </details>`;
}
