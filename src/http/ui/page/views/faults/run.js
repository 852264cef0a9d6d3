// Runs of flows as the page shows them, and orders for coming ones. See docs/runs.md.

/** How a run can end. */
export const OUTCOMES = [
  "success",
  "nothingNew",
  "partialSuccess",
  "copyFailed",
  "noBatch",
  "promotionFailed",
];

/** @param {object} run of GET /runs */
export function runRow({ id, flowId, createdAt, metrics = {}, activities = [] }) {
  const {
    statusSummary = {},
    durationSummary: { startedAtUTC, completedAtUTC } = {},
    recordSummary = {},
  } = metrics;
  const { status = "unknown", errors = [] } = statusSummary;
  // The run's error has the service's code around the cause, such as the source's own code.
  const inside = activities.flatMap((activity) => activity.statusSummary?.extensions?.errors ?? []);
  const causes = [...errors, ...inside, ...(recordSummary.failedInfo ?? [])].map(
    ({ code, message }) => `${code}: ${message}`,
  );
  return {
    id,
    flowId,
    createdAt,
    status,
    inProgress: status === "inProgress",
    durationMs: completedAtUTC === undefined ? undefined : completedAtUTC - startedAtUTC,
    rows: recordSummary.outputRecordCount,
    error: [...new Set(causes)].join(" "),
  };
}

/** @param {{flowId: string, run: string, outcome: string, code: string, stuck: boolean}} fields no `flowId`: all of the sandbox */
export function orderFromFields({ flowId, run, outcome, code, stuck }) {
  const which = flowId ? { flowId, run: /^\d+$/.test(run) ? Number(run) : run } : {};
  return { ...which, outcome, ...(code.trim() && { code: code.trim() }), ...(stuck && { stuck }) };
}

/**
 * What is ordered in a sandbox.
 * @param {{default: object, flows: object[]} | undefined} orders an item of GET /_flowmock/runs
 * @returns {{flowId: string, run: string, outcome: string}[]}
 */
export function orderRows({ default: all, flows } = { flows: [] }) {
  const row = (flowId, run, order) => ({ flowId, run, outcome: outcomeText(order) });
  const rows = flows.flatMap((flow) => [
    ...(flow.all ? [row(flow.flowId, "all", flow.all)] : []),
    ...flow.planned.map(({ run, is }) => row(flow.flowId, String(run), is)),
  ]);
  // Success is what happens without any order, and is listed all the same.
  const ordered = all && outcomeText(all) !== "success";
  return ordered ? [row("", "all without another order", all), ...rows] : rows;
}

function outcomeText({ outcome = "success", ...more }) {
  return [outcome, ...Object.entries(more).map(([key, value]) => `${key} ${JSON.stringify(value)}`)].join(
    ", ",
  );
}
