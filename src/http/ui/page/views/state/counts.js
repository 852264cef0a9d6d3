// The tree of organisations and sandboxes, read from the gauges of `GET /_flowmock/metrics`.
// They cost the server no walk over its entities, as an export of the state would.
import { KINDS } from "./kinds.js";

const LINE = /^(\w+)\{ims_org_id="((?:[^"\\]|\\.)*)",sandbox="((?:[^"\\]|\\.)*)"\} (\d+)$/;
const unescaped = (text) => text.replace(/\\(.)/g, (_, char) => (char === "n" ? "\n" : char));

/**
 * @typedef {object} SandboxCounts
 * @property {string} name
 * @property {Record<string, number>} counts entities by the name of their kind
 * @property {number} total
 *
 * @typedef {object} StateTree
 * @property {{imsOrgId: string, sandboxes: SandboxCounts[], total: number}[]} organisations sorted by name
 * @property {number} others entities of the sandboxes that are too many to be named
 * @property {number} total
 */

/**
 * Reads the gauges of stored entities.
 * @param {string} metrics in the text format of Prometheus
 * @param {{imsOrgId: string, sandbox: string}} [open] a sandbox that is shown even if it holds nothing
 * @returns {StateTree}
 */
export function readTree(metrics, open) {
  const organisations = new Map();
  const sandboxOf = (org, name) => {
    if (!organisations.has(org)) organisations.set(org, new Map());
    const sandboxes = organisations.get(org);
    if (!sandboxes.has(name)) sandboxes.set(name, { name, counts: {}, total: 0 });
    return sandboxes.get(name);
  };
  let others = 0;
  for (const line of metrics.split("\n")) {
    const [, metric, org, name, value] = LINE.exec(line) ?? [];
    const kind = metric && KINDS.find((each) => each.metric === metric);
    if (!kind) continue;
    if (!org && !name) {
      others += Number(value);
      continue;
    }
    const sandbox = sandboxOf(unescaped(org), unescaped(name));
    sandbox.counts[kind.name] = Number(value);
    sandbox.total += Number(value);
  }
  if (open?.imsOrgId && open.sandbox) sandboxOf(open.imsOrgId, open.sandbox);
  const byName = (a, b) => a.localeCompare(b, "en", { numeric: true });
  const list = [...organisations]
    .sort(([a], [b]) => byName(a, b))
    .map(([imsOrgId, sandboxes]) => {
      const sorted = [...sandboxes.values()].sort((a, b) => byName(a.name, b.name));
      return { imsOrgId, sandboxes: sorted, total: sorted.reduce((sum, { total }) => sum + total, 0) };
    });
  return { organisations: list, others, total: list.reduce((sum, { total }) => sum + total, others) };
}
