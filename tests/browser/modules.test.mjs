// Modules of the page that need no browser.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { errorOf } from "../../src/http/ui/page/core/errors.js";
import { eventParser } from "../../src/http/ui/page/core/events.js";
import { formatBytes, formatDuration, formatNumber, plural } from "../../src/http/ui/page/core/format.js";
import { curlCommand } from "../../src/http/ui/page/views/requests/curl.js";
import { expectationOf } from "../../src/http/ui/page/views/requests/expectation.js";

test("events are read whole, wherever the network cuts the stream", () => {
  const stream =
    ': still here\n\nid: 1\nevent: request\ndata: {"id":1}\n\nevent: cleared\ndata: {}\n\nid: 2\nevent: request\ndata: {"id":2}\n\n';
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const parse = eventParser();
    const events = [...parse(stream.slice(0, cut)), ...parse(stream.slice(cut))];
    assert.deepEqual(
      events.map(({ type, id, data }) => [type, id, data]),
      [
        ["request", "1", { id: 1 }],
        ["cleared", undefined, {}],
        ["request", "2", { id: 2 }],
      ],
    );
  }
});

test("an error shows what the server said, in each of its shapes", () => {
  const flow = errorOf(404, {
    type: "https://ns.adobe.com/aep/errors/FLOW-1003-404",
    title: "Resource not found",
    status: 404,
    report: { "detailed-message": "nothing is served at /a" },
  });
  assert.deepEqual(
    [flow.title, flow.detail, flow.code],
    ["Resource not found", "nothing is served at /a", "FLOW-1003-404"],
  );
  const gateway = errorOf(403, { error_code: "403000", message: "Api Key is required" });
  assert.deepEqual([gateway.title, gateway.detail], ["403000", "Api Key is required"]);
  const one = errorOf(401, { errors: [{ path: "", reason: "send the control token" }] });
  assert.deepEqual([one.detail, one.problems], ["send the control token", []]);
  const errors = [
    { path: "/a", reason: "is wrong" },
    { path: "/b", reason: "is absent" },
  ];
  const several = errorOf(400, { errors });
  assert.deepEqual([several.title, several.problems], ["Refused: 2 problems", errors]);
  assert.equal(errorOf(502, "no answer from upstream").detail, "no answer from upstream");
  assert.equal(errorOf(500, null).title, "Status 500");
});

test("a curl command passes each word to the shell as it was sent", () => {
  const request = {
    method: "PATCH",
    path: "/data/foundation/flowservice/connections/it's",
    query: "property=name=={a}&x=[redacted]",
    headers: [
      ["host", "127.0.0.1:8080"],
      ["authorization", "Bearer [redacted]"],
      ["x-functions-key", "[redacted]"],
      ["if-match", `"14;$(id)"`],
      ["x-empty", ""],
    ],
    body: { bytes: 9, text: "a=1&b=`c`" },
  };
  const { command, placeholders, incomplete } = curlCommand(request, "http://127.0.0.1:8080");
  const words = execFileSync("sh", ["-c", `curl() { printf '%s\\n' "$@"; }; ${command}`])
    .toString()
    .split("\n");
  assert.deepEqual(words.slice(0, -1), [
    "--globoff",
    "-X",
    "PATCH",
    "http://127.0.0.1:8080/data/foundation/flowservice/connections/it's?property=name=={a}&x={CREDENTIAL}",
    "-H",
    "authorization: Bearer {ACCESS_TOKEN}",
    "-H",
    "x-functions-key: {FUNCTIONS_KEY}",
    "-H",
    `if-match: "14;$(id)"`,
    "-H",
    "x-empty;",
    "-H",
    "content-type:",
    "--data-raw",
    "a=1&b=`c`",
  ]);
  assert.deepEqual(placeholders, ["{CREDENTIAL}", "{ACCESS_TOKEN}", "{FUNCTIONS_KEY}"]);
  assert.equal(incomplete, false);
  const cut = { ...request, body: { bytes: 9e6, omitted: "too long" } };
  assert.equal(curlCommand(cut, "http://a").incomplete, true);
});

test("an expectation leaves out credentials, ids in paths, and what belongs to one run", () => {
  const request = {
    method: "POST",
    path: "/odd/139f6a5f-1111-4222-8333-abcdefabcdef/x",
    query: "continuationToken=abc&limit=5&sig=[redacted]",
    imsOrgId: "ORG@AdobeOrg",
    body: { bytes: 1, json: { "a/b~c": 1, auth: { params: {} }, token: "[redacted]", list: [1] } },
  };
  assert.deepEqual(expectationOf(request), {
    method: "POST",
    path: "/odd/*/x",
    imsOrgId: "ORG@AdobeOrg",
    query: { limit: { equal: "5" } },
    body: { "/a~1b~0c": { equal: 1 }, "/list": { subset: [1] } },
    times: { atLeast: 1 },
  });
});

test("numbers, sizes and durations are short and have units", () => {
  assert.equal(formatNumber(1234567), "1\u2009234\u2009567");
  assert.equal(plural(1, "request"), "1 request");
  assert.equal(plural(0, "entity", "entities"), "0 entities");
  assert.deepEqual([12, 1234, 65536, 5e6].map(formatBytes), ["12 B", "1.2 kB", "66 kB", "5.0 MB"]);
  assert.deepEqual([92, 1500, 12345, 1204000].map(formatDuration), [
    "0.09 ms",
    "1.5 ms",
    "12 ms",
    "1\u2009204 ms",
  ]);
});
