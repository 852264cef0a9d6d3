// Questions to a contract report (GET /_flowmock/contract). Several consumers are read as one.

/** Severities, worst first. */
export const SEVERITIES = ["error", "warning", "info"];

const rank = ({ severity }) => SEVERITIES.indexOf(severity);

/**
 * The rules that consumers broke, worst first; `first` is the earliest request, `consumers` names who broke the rule.
 * @param {object[]} consumers of a report
 */
export function brokenRules(consumers) {
  const rules = new Map();
  for (const { name, broken } of consumers) {
    for (const rule of broken) {
      const known = rules.get(rule.rule);
      if (!known) rules.set(rule.rule, { ...rule, consumers: [name] });
      else {
        known.count += rule.count;
        known.consumers.push(name);
        if (rule.first.entry < known.first.entry) known.first = rule.first;
        if (rank(rule) < rank(known)) known.severity = rule.severity;
      }
    }
  }
  return [...rules.values()].sort((one, other) => rank(one) - rank(other) || other.count - one.count);
}

/** The tests of consumers, those that broke the worst rules first. @param {object[]} consumers */
export function testsOf(consumers) {
  const worst = ({ broken }) => Math.min(SEVERITIES.length, ...broken.map(rank));
  return consumers
    .flatMap(({ name, tests }) => tests.map((test) => ({ ...test, consumer: name })))
    .sort((one, other) => worst(one) - worst(other) || other.broken.length - one.broken.length);
}

/**
 * Coverage as a matrix of operations by kinds of outcome. Errors of one status and one form of the body are one kind, met
 * with the first of them, as the server counts them.
 * @param {object[]} consumers
 * @returns {{rows: {operation: string, method: string, path: string, requests: number, met: number, of: number,
 *   cells: Map<string, {count: number, outcomes: object[]}>}[], met: number, of: number, percent: number}} the sums are
 *   about the operations that were called
 */
export function coverageMatrix(consumers) {
  const rows = new Map();
  for (const { operation, method, path, requests, outcomes } of consumers.flatMap(
    ({ coverage }) => coverage.operations,
  )) {
    if (!rows.has(operation)) rows.set(operation, { operation, method, path, requests: 0, cells: new Map() });
    const row = rows.get(operation);
    row.requests += requests;
    for (const outcome of outcomes) addOutcome(row.cells, outcome);
  }
  const all = [...rows.values()].map((row) => {
    return { ...row, of: row.cells.size, met: [...row.cells.values()].filter(({ count }) => count).length };
  });
  const called = all.filter(({ requests }) => requests);
  const [met, of] = ["met", "of"].map((key) => called.reduce((sum, row) => sum + row[key], 0));
  // Rounded down, as the server does: only full coverage is 100.
  return { rows: all, met, of, percent: of ? Math.floor((1000 * met) / of) / 10 : 0 };
}

/** The kinds of outcome that occur in rows: `404`, or `404 gateway` if another part than the Flow Service answers. */
export function columnsOf(rows) {
  return [...new Set(rows.flatMap(({ cells }) => [...cells.keys()]))].sort();
}

function addOutcome(cells, outcome) {
  const { status, form = "flow", code, count } = outcome;
  const column = form === "flow" ? `${status}` : `${status} ${form}`;
  if (!cells.has(column)) cells.set(column, { count: 0, outcomes: [] });
  const cell = cells.get(column);
  cell.count += count;
  const known = cell.outcomes.find((other) => other.code === code);
  if (known) known.count += count;
  else cell.outcomes.push({ ...outcome });
}
