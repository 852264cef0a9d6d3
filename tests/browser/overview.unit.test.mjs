// The arithmetic of the overview: slots of requests, rankings, scales and paths, and Prometheus' text format.

import assert from "node:assert/strict";
import { test } from "node:test";
import { formatSpan } from "../../src/http/ui/page/core/format.js";
import { parseMetrics, storedSandboxes, sumOf } from "../../src/http/ui/page/core/metrics.js";
import { linePath, roundUp } from "../../src/http/ui/page/views/overview/scale.js";
import { Series, arrival, failed, quantile, ranked } from "../../src/http/ui/page/views/overview/series.js";

test("a slot counts its requests and errors, and has their median and 95th percentile", () => {
  const series = new Series(5000, 4);
  for (let micros = 1000; micros <= 20_000; micros += 1000)
    series.add({ status: 200, durationMicros: micros }, 100_001);
  series.add({ durationMicros: 500 }, 104_999);
  const slots = series.until(107_000);
  assert.deepEqual(
    slots.map(({ start }) => start),
    [90_000, 95_000, 100_000, 105_000],
  );
  assert.deepEqual(slots[2], { start: 100_000, count: 21, errors: 1, median: 10, p95: 19 });
  assert.deepEqual(slots[3], { start: 105_000, count: 0, errors: 0, median: null, p95: null });
});

test("a series forgets slots that are older than it is long, and keeps a bounded sample", () => {
  const series = new Series(1000, 3);
  for (let index = 0; index < 5000; index += 1) series.add({ status: 200, durationMicros: 1 }, 1000);
  assert.equal(series.kept.get(1).millis.length, 400);
  assert.equal(series.until(1500)[2].count, 5000);
  for (let second = 2; second < 100; second += 1)
    series.add({ status: 200, durationMicros: 1 }, second * 1000);
  assert.equal(series.kept.size, 3);
});

test("a quantile is the nearest rank, and there is none of nothing", () => {
  assert.equal(quantile([], 0.5), null);
  assert.equal(quantile([7], 0.95), 7);
  assert.equal(quantile([1, 2, 3, 4], 0.5), 2);
  assert.equal(quantile([1, 2, 3, 4], 1), 4);
});

test("a request that was not answered failed, as one with an error did", () => {
  assert.deepEqual(
    [200, 399, 400, 503, undefined].map((status) => failed({ status })),
    [false, false, true, true, true],
  );
});

test("new requests arrive now, or when they are stamped if the server's clock is like the browser's", () => {
  const now = Date.parse("2026-05-01T12:00:00Z");
  const at = (id, time, clock) =>
    arrival({ id, time }, { running: true, aheadMs: 0, lastId: 5, ...clock }, now);
  assert.equal(at(6, "2026-05-01T11:59:58Z"), now - 2000);
  assert.equal(at(6, "2026-05-01T12:00:09Z"), now, "never in the future");
  assert.equal(at(6, "2026-05-01T13:00:00Z", { aheadMs: 3_600_000 }), now);
  assert.equal(at(6, "2026-05-01T13:00:00Z"), now, "the clock was moved since it was read");
  assert.equal(at(6, "2020-01-01T00:00:00Z", { running: false }), now);
});

test("requests from before the page watched are placed only by a running clock", () => {
  const now = Date.parse("2026-05-01T12:00:00Z");
  const at = (time, running) => arrival({ id: 5, time }, { running, aheadMs: 0, lastId: 5 }, now);
  assert.equal(at("2026-05-01T11:58:00Z", true), now - 120_000);
  assert.equal(at("2026-05-01T11:58:00Z", false), null);
  assert.equal(at("2026-05-01T12:58:00Z", true), null);
});

test("a ranking has the most frequent names first, and leaves out requests without one", () => {
  const of = (name, status) => ({ name, status });
  const requests = [of("a", 200), of("b", 503), of("b", 200), of(undefined, 500)];
  const rows = ranked(requests, ({ name }) => name);
  assert.deepEqual(rows, [
    { name: "b", count: 2, errors: 1, share: 1 },
    { name: "a", count: 1, errors: 0, share: 0.5 },
  ]);
  assert.equal(ranked(requests, ({ name }) => name, 1).length, 1);
  assert.deepEqual(
    ranked([], () => "a"),
    [],
  );
});

test("a scale ends at a round number above the largest value", () => {
  const values = [0, 0.3, 1, 1.2, 2, 3, 7, 12, 100, 101];
  assert.deepEqual(
    values.map((value) => roundUp(value)),
    [1, 1, 1, 2, 2, 5, 10, 20, 100, 200],
  );
  assert.equal(roundUp(Number.NaN), 1);
  assert.equal(roundUp(0.03, 0.01), 0.05);
});

test("a line is interrupted where values are missing, and a lone value is a dot", () => {
  const plot = { left: 10, top: 0, width: 40, height: 100 };
  assert.equal(linePath([0, 5, null, 10, null], 10, plot), "M10 100L20 50M40 0h0");
  assert.equal(linePath([null, null], 10, plot), "");
  assert.equal(linePath([0, 99], 10, plot), "M10 100L50 0", "values above the scale stay at its edge");
});

test("Prometheus' text is read with its labels and escapes, and what is no sample is left out", () => {
  const samples = parseMetrics(
    [
      "# HELP flowmock_sandboxes Sandboxes.",
      "flowmock_sandboxes 2",
      String.raw`flowmock_requests_total{operation="a\"b\\c\nd",status="200"} 3`,
      'flowmock_requests_total{operation="x, y",status="404"} 4.5',
      "not a sample at all",
      "",
    ].join("\n"),
  );
  assert.equal(samples.length, 3);
  assert.equal(sumOf(samples, "flowmock_requests_total"), 7.5);
  assert.equal(sumOf(samples, "absent"), 0);
  assert.deepEqual(samples[1].labels, { operation: 'a"b\\c\nd', status: "200" });
  assert.deepEqual(samples[2].labels, { operation: "x, y", status: "404" });
});

test("stored entities are summed by sandbox, the largest first", () => {
  const samples = parseMetrics(
    [
      'flowmock_source_connections{ims_org_id="A@AdobeOrg",sandbox="dev"} 2',
      'flowmock_flows{ims_org_id="A@AdobeOrg",sandbox="prod"} 5',
      'flowmock_flows{ims_org_id="A@AdobeOrg",sandbox="dev"} 1',
      'flowmock_connections{ims_org_id="",sandbox=""} 0',
    ].join("\n"),
  );
  assert.deepEqual(storedSandboxes(samples), [
    { imsOrgId: "A@AdobeOrg", sandbox: "prod", total: 5, counts: { flows: 5 } },
    { imsOrgId: "A@AdobeOrg", sandbox: "dev", total: 3, counts: { "source connections": 2, flows: 1 } },
  ]);
});

test("a span of time has its two largest units", () => {
  const spans = [-5, 999, 61_000, 3_600_000, 86_401_000, 90_061_000];
  assert.deepEqual(spans.map(formatSpan), ["0 s", "0 s", "1 min 1 s", "1 h", "1 d 1 s", "1 d 1 h"]);
});
