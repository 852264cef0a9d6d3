// Prometheus' text format, as GET /_flowmock/metrics answers it.

const LINE = /^(\w+)(?:\{(.*)\})? (\S+)$/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** @typedef {{name: string, labels: Record<string, string>, value: number}} Sample */

/** @param {string} text @returns {Sample[]} */
export function parseMetrics(text) {
  return text.split("\n").flatMap((line) => {
    const match = LINE.exec(line);
    if (!match) return [];
    const labels = [...(match[2] ?? "").matchAll(LABEL)].map(([, name, value]) => [name, unescaped(value)]);
    return [{ name: match[1], labels: Object.fromEntries(labels), value: Number(match[3]) }];
  });
}

/** The sum of a metric over its labels; 0 if there is none. @param {Sample[]} samples @param {string} name */
export function sumOf(samples, name) {
  return samples.reduce((sum, sample) => (sample.name === name ? sum + sample.value : sum), 0);
}

const STORED = /^flowmock_(connections|source_connections|target_connections|flows|private_endpoints)$/;

/**
 * What sandboxes store, the fullest first. Empty names stand for all beyond the hundred largest.
 * @param {Sample[]} samples
 * @returns {{imsOrgId: string, sandbox: string, total: number, counts: Record<string, number>}[]}
 */
export function storedSandboxes(samples) {
  const sandboxes = new Map();
  for (const { name, labels, value } of samples) {
    const kind = STORED.exec(name)?.[1].replace("_", " ");
    if (!kind || !value) continue;
    const { ims_org_id: imsOrgId, sandbox } = labels;
    const key = `${imsOrgId} ${sandbox}`;
    if (!sandboxes.has(key)) sandboxes.set(key, { imsOrgId, sandbox, total: 0, counts: {} });
    const entry = sandboxes.get(key);
    entry.counts[kind] = value;
    entry.total += value;
  }
  return [...sandboxes.values()].sort((one, other) => other.total - one.total);
}

function unescaped(text) {
  return text.replace(/\\(.)/g, (_, letter) => (letter === "n" ? "\n" : letter));
}
