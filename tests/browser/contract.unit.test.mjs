// Questions to a contract report, and the matrix of coverage.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  brokenRules,
  columnsOf,
  coverageMatrix,
  testsOf,
} from "../../src/http/ui/page/views/contract/report.js";

const broken = (rule, severity, count, entry) => ({ rule, severity, count, first: { entry } });
const operation = (name, requests, outcomes) => ({
  operation: name,
  method: "GET",
  path: `/${name}`,
  requests,
  outcomes,
});
const consumer = (name, fields) => ({ name, broken: [], tests: [], coverage: { operations: [] }, ...fields });

test("broken rules of several consumers are merged, worst first, with the earliest request", () => {
  const consumers = [
    consumer("one", { broken: [broken("a", "warning", 9, 7), broken("b", "error", 1, 8)] }),
    consumer("two", { broken: [broken("a", "warning", 2, 3), broken("c", "info", 1, 4)] }),
  ];
  assert.deepEqual(
    brokenRules(consumers).map((rule) => [rule.rule, rule.count, rule.first.entry, rule.consumers]),
    [
      ["b", 1, 8, ["one"]],
      ["a", 11, 3, ["one", "two"]],
      ["c", 1, 4, ["two"]],
    ],
  );
  assert.equal(consumers[0].broken[0].count, 9, "the report itself stays as it is");
});

test("a rule with different severities for two consumers has the worse", () => {
  const consumers = [
    consumer("one", { broken: [broken("a", "info", 1, 1)] }),
    consumer("two", { broken: [broken("a", "error", 1, 2)] }),
  ];
  assert.deepEqual(
    brokenRules(consumers).map(({ severity }) => severity),
    ["error"],
  );
});

test("tests that broke the worst rules come first", () => {
  const made = (name, list) => ({ name, requests: 1, broken: list, unlisted: 0 });
  const rows = testsOf([
    consumer("one", { tests: [made("clean", []), made("warned", [broken("a", "warning", 1, 1)])] }),
    consumer("two", { tests: [made("wrong", [broken("b", "error", 1, 1)])] }),
  ]);
  assert.deepEqual(
    rows.map((row) => `${row.consumer}/${row.name}`),
    ["two/wrong", "one/warned", "one/clean"],
  );
});

test("errors of one status and one form are one cell, met with the first of them", () => {
  const outcomes = (seen) => [
    { status: 200, count: 1 },
    { status: 400, code: "A", form: "flow", count: seen },
    { status: 400, code: "B", form: "flow", count: 0, provoke: "x" },
    { status: 400, code: "C", form: "gateway", count: 0, provoke: "y" },
  ];
  const operations = (requests, seen) => ({
    coverage: { operations: [operation("list", requests, outcomes(seen)), operation("get", 0, outcomes(0))] },
  });
  const consumers = [consumer("one", operations(1, 0)), consumer("two", operations(3, 2))];
  const { rows, met, of, percent } = coverageMatrix(consumers);
  assert.deepEqual(columnsOf(rows), ["200", "400", "400 gateway"]);
  assert.deepEqual([rows[0].requests, rows[0].met, rows[0].of], [4, 2, 3]);
  const cell = rows[0].cells.get("400");
  assert.deepEqual([cell.count, cell.outcomes.map(({ count }) => count)], [2, [2, 0]]);
  assert.deepEqual([met, of, percent], [2, 3, 66.6], "operations that nobody called do not count");
  assert.equal(consumers[0].coverage.operations[0].outcomes[1].count, 0, "the report itself stays as it is");
});

test("nothing called is no coverage, not a division by zero", () => {
  assert.deepEqual(coverageMatrix([]), { rows: [], met: 0, of: 0, percent: 0 });
});
