// Fault rules as lines of text and from the form, and runs.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  INITIAL,
  KINDS,
  PRESETS,
  isRedacted,
  ruleFromFields,
  ruleText,
  withoutCounts,
} from "../../src/http/ui/page/views/faults/rule.js";
import { orderFromFields, orderRows, runRow } from "../../src/http/ui/page/views/faults/run.js";

const catalogue = new Map([["FLOW-1103-503", { status: 503, title: "Service Unavailable" }]]);

test("the form as it opens is the rule of the next three POSTs", () => {
  const rule = ruleFromFields(INITIAL);
  assert.deepEqual(rule, { match: { method: "POST" }, times: 3, action: { error: "FLOW-1103-503" } });
  assert.equal(
    ruleText(rule, catalogue),
    "Next 3 POST requests: fail with FLOW-1103-503 (503 Service Unavailable)",
  );
});

test("every field goes where the server expects it", () => {
  const more = {
    operation: " createFlow ",
    imsOrgId: "A@AdobeOrg",
    sandbox: "dev",
    after: "2",
    times: "1",
    percent: "12.5",
    delayMs: "250",
  };
  const rule = ruleFromFields({ ...INITIAL, ...more });
  assert.deepEqual(rule, {
    match: { operation: "createFlow", method: "POST", imsOrgId: "A@AdobeOrg", sandbox: "dev" },
    after: 2,
    times: 1,
    action: { error: "FLOW-1103-503", delayMs: 250 },
    probability: 0.125,
  });
  assert.equal(
    ruleText(rule),
    "Next POST createFlow request in dev of A@AdobeOrg after 2 others at 12.5 %: fail with FLOW-1103-503, 250 ms late",
  );
});

test("each kind of the form is an action and a text of its own", () => {
  const texts = Object.keys(KINDS).map((kind) => {
    const rule = ruleFromFields({
      ...INITIAL,
      kind,
      times: "",
      method: "",
      delayMs: kind === "delay" ? "9" : "",
    });
    return ruleText(rule);
  });
  assert.deepEqual(texts, [
    "All requests: fail with FLOW-1103-503",
    "All requests: 9 ms late",
    "All requests: break the connection, without effect",
    "All requests: take effect, then lose the answer",
    "All requests: cut the answer off",
    "All requests: answer malformed JSON",
    "All requests: 429 above 5 a second and organisation",
  ]);
});

test("rules that only JSON can express have texts too", () => {
  const text = (action, match) => ruleText({ match, action });
  assert.equal(
    text(
      { status: 502, effect: "before", delayMs: { uniform: { min: 1, max: 5 } } },
      { path: "/flows/*", body: { "/name": "x" } },
    ),
    "All requests to /flows/* with body /name: get 502, uniform 1 to 5 ms late, after taking effect",
  );
  assert.equal(text({ drip: { bytesPerSecond: 10 } }), 'All requests: drip {"bytesPerSecond":10}');
  assert.equal(text({ initializingForMs: 2000 }), "All requests: initializingForMs 2000");
  assert.equal(text({ reset: { afterBytes: 3 } }), "All requests: break the connection after 3 bytes");
});

test("every preset is a rule that differs from the others", () => {
  const rules = Object.values(PRESETS).map((fields) => JSON.stringify(ruleFromFields(fields)));
  assert.equal(new Set(rules).size, rules.length);
});

test("only the server can keep a rule with a hidden credential", () => {
  assert.equal(isRedacted({ match: { headers: { authorization: "[redacted]" } } }), true);
  assert.equal(isRedacted({ action: { body: "[redacted]" } }), false);
  assert.deepEqual(withoutCounts({ id: "a", matched: 1, fired: 1, action: {} }), { id: "a", action: {} });
});

test("a run shows its status, duration, rows and what failed", () => {
  const failed = runRow({
    id: "r",
    flowId: "f",
    createdAt: 1,
    metrics: {
      statusSummary: { status: "failed", errors: [{ code: "CONNECTOR-2001-500", message: "Copy failed." }] },
      durationSummary: { startedAtUTC: 10, completedAtUTC: 1010 },
      recordSummary: { outputRecordCount: 0, failedInfo: [{ code: "1337", message: "Asked." }] },
    },
    activities: [{}, { statusSummary: { extensions: { errors: [{ code: "1337", message: "Asked." }] } } }],
  });
  assert.deepEqual(failed, {
    id: "r",
    flowId: "f",
    createdAt: 1,
    status: "failed",
    inProgress: false,
    durationMs: 1000,
    rows: 0,
    error: "CONNECTOR-2001-500: Copy failed. 1337: Asked.",
  });
  assert.equal(runRow({ metrics: { statusSummary: { status: "inProgress" } } }).inProgress, true);
  assert.equal(runRow({}).status, "unknown");
});

test("orders name the flow and the run, or the whole sandbox", () => {
  const fields = { flowId: "f", run: "3", outcome: "copyFailed", code: " 1337 ", stuck: false };
  assert.deepEqual(orderFromFields(fields), { flowId: "f", run: 3, outcome: "copyFailed", code: "1337" });
  assert.equal(orderFromFields({ ...fields, run: "next" }).run, "next");
  const all = orderFromFields({ ...fields, flowId: "", stuck: true });
  assert.deepEqual(all, { outcome: "copyFailed", code: "1337", stuck: true });
});

test("orders are listed for the sandbox, for every run of a flow, and for single runs", () => {
  const planned = [{ run: 3, is: { outcome: "copyFailed", code: "1337" } }];
  const flows = [{ flowId: "f", next: 1, all: { outcome: "nothingNew" }, planned }];
  assert.deepEqual(orderRows({ default: { outcome: "noBatch" }, flows }), [
    { flowId: "", run: "all without another order", outcome: "noBatch" },
    { flowId: "f", run: "all", outcome: "nothingNew" },
    { flowId: "f", run: "3", outcome: 'copyFailed, code "1337"' },
  ]);
  assert.deepEqual(orderRows(undefined), []);
  assert.deepEqual(orderRows({ default: { outcome: "success" }, flows: [] }), [], "success needs no order");
});
