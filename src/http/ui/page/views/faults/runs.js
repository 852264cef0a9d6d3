// The runs of a sandbox: how they went, ending those in progress, and how the next ones will end.

import { html, useState } from "../../lib/preact.js";
import { control, flow } from "../../core/api.js";
import { formatDuration, formatNumber } from "../../core/format.js";
import { parseMetrics, storedSandboxes } from "../../core/metrics.js";
import { changeQuery, useRoute } from "../../core/route.js";
import { useAction, useLoad } from "../../core/use-load.js";
import { usePoll } from "../../core/use-poll.js";
import { Badge } from "../../parts/badge.js";
import { DataTable } from "../../parts/data-table.js";
import { SelectField } from "../../parts/field.js";
import { Empty, ErrorNotice } from "../../parts/notice.js";
import { Time } from "../../parts/time.js";
import { EndDialog, Orders } from "./orders.js";
import { runRow } from "./run.js";

const TONES = { success: "good", failed: "error", partialSuccess: "warning" };

/** @param {{clockChanges: number}} props runs follow the clock, so a change of it loads them again */
export function Runs({ clockChanges }) {
  const { query } = useRoute();
  const { value: sandboxes = [], error } = useLoad(sandboxesWithFlows, [clockChanges]);
  const chosen = query.org && query.sandbox ? [{ imsOrgId: query.org, sandbox: query.sandbox }] : [];
  const tenants = new Map(
    [...chosen, ...sandboxes].map(({ imsOrgId, sandbox }) => [
      `${imsOrgId} / ${sandbox}`,
      { imsOrgId, sandbox },
    ]),
  );
  const [[name, tenant] = []] = tenants;
  const choose = (wanted) => {
    const { imsOrgId: org, sandbox } = tenants.get(wanted);
    changeQuery({ org, sandbox });
  };
  return html`<section class="card">
    <div class="row">
      <h2 class="grow">Runs</h2>
      ${
        tenant &&
        html`<${SelectField}
        label="Sandbox"
        hideLabel
        options=${[...tenants.keys()]}
        value=${name}
        onInput=${choose}
      />`
      }
    </div>
    <${ErrorNotice} error=${error} />
    ${
      tenant
        ? html`<${RunsOf} key=${name} tenant=${tenant} clockChanges=${clockChanges} />`
        : html`<${Empty} title="No sandbox has flows yet">A flow that is enabled has runs, by its schedule and the clock.<//>`
    }
  </section>`;
}

async function sandboxesWithFlows(signal) {
  const samples = parseMetrics(await control("GET", "/metrics", { signal }));
  return storedSandboxes(samples).filter(({ counts, sandbox }) => counts.flows && sandbox);
}

function RunsOf({ tenant, clockChanges }) {
  const [ending, end] = useState();
  const { value, error, reload } = usePoll(
    async (signal) => {
      const list = (path, query) => flow("GET", path, { tenant, query, signal });
      const [runs, flows] = await Promise.all([
        list("/runs", { orderby: "-createdAt", limit: 20 }),
        list("/flows", { property: "id,name", limit: 100 }),
      ]);
      return {
        runs: runs.body.items.map(runRow),
        flows: flows.body.items,
        more: Boolean(runs.body._links.next),
      };
    },
    [tenant.imsOrgId, tenant.sandbox, clockChanges],
    3000,
  );
  const { run, error: refusal } = useAction(async (id, body) => {
    await control("POST", `/runs/${id}`, { query: tenant, body });
    reload();
  });
  if (!value) return html`<${ErrorNotice} error=${error} what="No runs" retry=${reload} />`;
  const names = new Map(value.flows.map(({ id, name }) => [id, name || id]));
  const status = ({ id, status, inProgress }) =>
    html`<${Badge} tone=${TONES[status]}>${status}<//>
      ${
        inProgress &&
        html`<div class="row">
        <button type="button" class="button small" aria-label="Finish run ${id}" onClick=${() => run(id, { end: "finish" })}>Finish</button>
        <button type="button" class="button small" aria-label="Fail run ${id}" onClick=${() => end(id)}>Fail</button>
      </div>`
      }`;
  const columns = [
    { id: "createdAt", label: "Created", render: ({ createdAt }) => html`<${Time} time=${createdAt} />` },
    { id: "flow", label: "Flow", render: ({ flowId }) => names.get(flowId) ?? flowId },
    { id: "status", label: "Status", render: status },
    {
      id: "took",
      label: "Took",
      numeric: true,
      render: ({ durationMs }) => durationMs >= 0 && formatDuration(durationMs * 1000),
    },
    { id: "rows", label: "Rows", numeric: true, render: ({ rows }) => rows >= 0 && formatNumber(rows) },
    { id: "error", label: "Error", class: "long" },
  ];
  return html`<${ErrorNotice} error=${refusal ?? error} what="Runs" />
    ${
      value.runs.length
        ? html`<${DataTable} caption="Runs" columns=${columns} rows=${value.runs} keyOf=${({ id }) => id} />`
        : html`<p>No runs yet. Advance the clock, or order one for now.</p>`
    }
    ${value.more && html`<p class="soft">The newest 20 runs.</p>`}
    <${Orders} ...${{ tenant, names, reload }} />
    ${ending && html`<${EndDialog} id=${ending} end=${run} onClose=${() => end()} />`}`;
}
