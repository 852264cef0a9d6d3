// The contract: how well clients keep the rules of the API, and how much of it they have met.

import { html, useCallback, useRef } from "../../lib/preact.js";
import { control, download } from "../../core/api.js";
import { formatNumber, plural } from "../../core/format.js";
import { live } from "../../core/live.js";
import { changeQuery, useRoute } from "../../core/route.js";
import { useAction, useLoad } from "../../core/use-load.js";
import { useTick } from "../../core/use-poll.js";
import { Badge, toneOf } from "../../parts/badge.js";
import { confirm } from "../../parts/confirm.js";
import { DataTable } from "../../parts/data-table.js";
import { Facts } from "../../parts/facts.js";
import { SelectField } from "../../parts/field.js";
import { Empty, ErrorNotice, Loading, Notice } from "../../parts/notice.js";
import { Tabs } from "../../parts/tabs.js";
import { Coverage } from "./coverage.js";
import { SEVERITIES, brokenRules, coverageMatrix, testsOf } from "./report.js";
import { Rules } from "./rules.js";

export function ContractView() {
  const { value: report, error, reload } = useReport();
  return html`<div class="view">
    <h1>Contract</h1>
    <${ErrorNotice} error=${error} what="Not up to date" retry=${reload} />
    ${report ? html`<${Report} report=${report} reload=${reload} />` : !error && html`<${Loading} />`}
  </div>`;
}

/** The report, again after requests have arrived, but not all the time: a large one takes the server a while. */
function useReport() {
  const last = useRef();
  const state = useLoad(async (signal) => {
    const own = { revision: live.get().revision, next: Infinity };
    last.current = own;
    const start = Date.now();
    try {
      return await control("GET", "/contract", { signal });
    } finally {
      own.next = Date.now() + 4 * (Date.now() - start);
    }
  }, []);
  const refresh = useCallback(() => {
    const { revision, next } = last.current;
    if (revision !== live.get().revision && Date.now() > next) state.reload();
  }, []);
  useTick(1000, refresh);
  return state;
}

function Report({ report, reload }) {
  const { query } = useRoute();
  const { consumer = "", rule, tab = "rules" } = query;
  const consumers = report.consumers.filter(({ name }) => !consumer || name === consumer);
  const broken = brokenRules(consumers);
  const matrix = coverageMatrix(consumers);
  const names = report.consumers.map(({ name }) => name);
  const tabs = [
    { id: "rules", label: `Broken rules (${broken.length})` },
    { id: "coverage", label: "Coverage" },
    { id: "tests", label: "Consumers and tests" },
  ];
  const some = consumers.length > 0;
  return html`<div class="view-head">
      <${SelectField}
        label="Consumer"
        hideLabel
        value=${consumer}
        onInput=${(name) => changeQuery({ consumer: name })}
        options=${[{ value: "", label: "All consumers" }, ...new Set(consumer ? [consumer, ...names] : names)]}
      />
      <button type="button" class="button" onClick=${reload}>Refresh</button>
      <${Files} consumer=${consumer} />
      ${some && html`<${Reset} consumer=${consumer} reload=${reload} />`}
    </div>
    ${
      !report.enabled &&
      html`<${Notice} tone="warning">The server examines no requests: --contract off, or --journal-requests 0.<//>`
    }
    ${
      report.skipped > 0 &&
      html`<${Notice} tone="warning">The journal dropped ${plural(report.skipped, "request")} before they were examined.<//>`
    }
    ${some && html`<${Score} ...${{ report, broken, matrix }} />`}
    ${
      !some && !rule
        ? html`<${Empty} title="No requests yet">
          <p>Run your client's tests against this server. The headers x-flowmock-consumer and x-flowmock-test name who calls.</p>
        <//>`
        : html`<${Tabs} label="Report" tabs=${tabs} selected=${tab} onSelect=${(id) => changeQuery({ tab: id })}>
          ${tab === "rules" && html`<${Rules} broken=${broken} rules=${report.rules} wanted=${rule} />`}
          ${tab === "coverage" && html`<${Coverage} rows=${matrix.rows} />`}
          ${tab === "tests" && html`<${Who} consumers=${consumers} />`}
        <//>`
    }`;
}

function Score({ report, broken, matrix }) {
  const counts = SEVERITIES.map((severity) => {
    return plural(
      broken.filter((rule) => rule.severity === severity).length,
      severity,
      severity === "info" ? "info" : undefined,
    );
  });
  const { rules, examined, consumers } = report;
  const facts = [
    ["Rules kept", `${rules.length - broken.length} of ${rules.length}`, counts.join(", ")],
    [
      "Coverage of the operations called",
      `${matrix.percent} %`,
      `${matrix.met} of ${plural(matrix.of, "documented outcome")}`,
    ],
    ["Requests examined", formatNumber(examined), `of ${plural(consumers.length, "consumer")}`],
  ];
  return html`<${Facts} facts=${facts} />`;
}

const FILES = {
  JUnit: ["/contract", "junit", "contract.xml"],
  Markdown: ["/contract", "markdown", "contract.md"],
  JSON: ["/contract", "json", "contract.json"],
  Pact: ["/pact", undefined, "pact.json"],
};

/** The server refuses a Pact file while several consumers are there and none is chosen, and says so. */
function Files({ consumer }) {
  const { run, error } = useAction(download);
  return html`${Object.entries(FILES).map(([label, [path, format, name]]) => {
    const save = () => run(path, { format, consumer }, name);
    return html`<button type="button" class="button" aria-label="Download ${label}" onClick=${save}>${label}</button>`;
  })}
    <${ErrorNotice} error=${error} what="Not downloaded" />`;
}

function Reset({ consumer, reload }) {
  const { run, error } = useAction(async () => {
    const whose = consumer ? `of ${consumer}` : "of all consumers";
    const text = `Broken rules, tests and coverage ${whose} go. The journal stays.`;
    if (!(await confirm({ title: "Empty the report?", text, action: "Empty the report" }))) return;
    await control("DELETE", "/contract", { query: { consumer } });
    changeQuery({ consumer: undefined });
    reload();
  });
  return html`<button type="button" class="button danger" onClick=${run}>Reset</button>
    <${ErrorNotice} error=${error} what="Not emptied" />`;
}

const requests = { id: "requests", label: "Requests", numeric: true, sort: true };
const broken = { id: "broken", label: "Broken rules", value: ({ broken }) => broken.length, render: badges };

/** What each consumer, and each of their tests, did. */
function Who({ consumers }) {
  const percent = ({ coverage }) => coverage.percent;
  const ofConsumers = [
    { id: "name", label: "Consumer", sort: true },
    requests,
    {
      id: "coverage",
      label: "Coverage",
      numeric: true,
      value: percent,
      render: (row) => `${percent(row)} %`,
    },
    broken,
  ];
  const ofTests = [
    { id: "name", label: "Test", sort: true },
    { id: "consumer", label: "Consumer", sort: true },
    requests,
    broken,
  ];
  const tests = testsOf(consumers);
  return html`<div class="stack">
    <${DataTable} caption="Consumers" columns=${ofConsumers} rows=${consumers} keyOf=${({ name }) => name} />
    ${
      tests.length
        ? html`<${DataTable} caption="Tests" columns=${ofTests} rows=${tests} keyOf=${(row) => `${row.consumer} ${row.name}`} />`
        : html`<p class="soft">No request named its test in x-flowmock-test.</p>`
    }
  </div>`;
}

function badges({ broken, unlisted }) {
  if (!broken.length) return "none";
  const one = ({ rule, severity, count }) =>
    html`<${Badge} key=${rule} tone=${toneOf(severity)} title=${severity}>${severity}: ${rule} × ${count}<//> `;
  return html`${broken.map(one)} ${unlisted ? `and ${unlisted} more` : ""}`;
}
