// The Overview: rates, latency, rankings, sandboxes, configuration.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { assertAccessible, assertFitsWidth, closeBrowser, openPage } from "./harness/browser.mjs";
import { connectionNamed, newTenant, startServer } from "./harness/server.mjs";

let server;
before(async () => (server = await startServer(["--journal-requests", "200"])));
beforeEach(() => server.call("POST", "/_flowmock/reset"));
after(async () => {
  await closeBrowser();
  await server.stop();
});

const rate = (page) => page.getByRole("img", { name: /^Requests per second/ });

test("before anything has happened the view says what to do, and starts to draw with the first request", async (t) => {
  const page = await openPage(t, server, "/overview");
  await page.getByText("No requests yet").waitFor();
  assert.match(await page.locator(".command code").textContent(), /^curl http.*connections -H/);
  await page.getByText("Nothing is stored").waitFor();
  await assertAccessible(page);
  await server.flow(newTenant(), "GET", "/connections");
  await rate(page).waitFor();
});

test("rates and latency are drawn as lines, told in the picture's name, and listed as a table", async (t) => {
  const tenant = newTenant();
  const page = await openPage(t, server, "/overview");
  await page.getByText("No requests yet").waitFor();
  for (let index = 0; index < 10; index += 1) await server.flow(tenant, "GET", "/connections");
  await server.flow(tenant, "GET", "/connections", { headers: { "x-flowmock-delay-ms": "40" } });
  await server.flow(tenant, "GET", "/connections", { headers: { "x-flowmock-error": "FLOW-1103-503" } });
  await page.getByRole("img", { name: /^Latency.*95th percentile [4-9]\d/ }).waitFor();
  assert.match(
    await rate(page).getAttribute("aria-label"),
    /^Requests per second, last minutes: all [\d.]+, at most .*; errors/,
  );
  assert.match(await rate(page).locator("path.line-0").getAttribute("d"), /^M44 [\d.]+L/);
  await page.getByText("As a table").first().click();
  const rows = page.getByRole("region", { name: "Requests per second" }).locator("tbody tr");
  await rows.first().waitFor();
  const counts = await rows.evaluateAll((list) => list.map((row) => Number(row.cells[1].textContent) * 5));
  assert.equal(Math.round(counts.reduce((sum, count) => sum + count, 0)), 12);
});

test("requests are drawn when they arrive although the server's clock stands still elsewhere", async (t) => {
  await server.call("PUT", "/_flowmock/clock", { body: { now: "2020-01-01T00:00:00Z" } });
  const page = await openPage(t, server, "/overview");
  await page.getByText("No requests yet").waitFor();
  await server.flow(newTenant(), "GET", "/connections");
  await page.getByRole("img", { name: /^Requests per second.*at most 0\.2/ }).waitFor();
});

test("errors by code and top operations are ranked, and lead to their requests", async (t) => {
  const tenant = newTenant();
  for (let index = 0; index < 3; index += 1) await server.flow(tenant, "GET", "/connections/none");
  await server.flow(tenant, "GET", "/connections");
  await server.flow(tenant, "GET", "/connections", { headers: { "x-flowmock-error": "FLOW-1103-503" } });
  const page = await openPage(t, server, "/overview");
  const rows = (name) => page.getByRole("region", { name, exact: true }).locator("tbody tr");
  await rows("Top operations").nth(1).waitFor();
  const texts = async (name) =>
    (await rows(name).allInnerTexts()).map((row) => row.split(/\s+/).filter(Boolean));
  assert.deepEqual(await texts("Top operations"), [
    ["getConnection", "3", "3"],
    ["listConnections", "1", "2"],
  ]);
  const [first, second] = await texts("Errors by code");
  assert.deepEqual([first[1], second], ["3", ["FLOW-1103-503", "1"]]);
  await page.getByRole("link", { name: "FLOW-1103-503" }).click();
  const { pathname, search } = new URL(page.url());
  assert.equal(pathname + search, "/_flowmock/ui/requests?errorCode=FLOW-1103-503");
});

test("version, uptime, journal, faults, sandboxes and the configuration in effect are shown", async (t) => {
  const tenant = newTenant();
  for (const name of ["one", "two"]) {
    const made = await server.flow(tenant, "POST", "/connections", { body: connectionNamed(name) });
    assert.equal(made.status, 201);
  }
  await server.call("POST", "/_flowmock/faults", {
    body: { match: { method: "PUT" }, action: { reset: true } },
  });
  const page = await openPage(t, server, "/overview");
  const { version } = (await server.call("GET", "/_flowmock/info")).body;
  await page.getByText(version, { exact: true }).first().waitFor();
  const facts = await page.locator("dl.facts").textContent();
  assert.match(facts, /Uptime\s*(\d+ min )?\d+ s/);
  assert.match(facts, /1 % full.*2 of 200 requests/s);
  assert.match(facts, /Fault rules\s*1\s*fired 0 times/);
  const row = page
    .getByRole("region", { name: "Sandboxes" })
    .locator("tbody tr")
    .filter({ hasText: tenant.imsOrgId });
  assert.match(await row.innerText(), /prod\s+2$/);
  await page.getByText("Configuration in effect").click();
  await page.getByText("journalMaxBodyBytes", { exact: true }).waitFor();
  await row.getByRole("link").click();
  assert.equal(new URL(page.url()).searchParams.get("org"), tenant.imsOrgId);
});

test("with the journal off the views say why they are empty, and a server that is gone is told with its last figures", async (t) => {
  const other = await startServer(["--journal-requests", "0"]);
  t.after(() => other.stop());
  const page = await openPage(t, other, "/contract", { allowed: [/Failed to load resource/] });
  await page.getByText("The server examines no requests").waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByText("No charts: the journal is off").waitFor();
  assert.match(await page.locator("dl.facts").textContent(), /Journal\s*off/);
  await other.stop();
  await page.getByRole("alert").getByText("Not up to date").waitFor();
  assert.match(await page.locator("dl.facts").textContent(), /Version/);
  await page.getByRole("button", { name: "Try again" }).waitFor();
});

test("the view is accessible in both themes, with everything open, and fits 360 pixels", async (t) => {
  const tenant = newTenant();
  await server.flow(tenant, "POST", "/connections", { body: connectionNamed("orders") });
  await server.flow(tenant, "GET", "/connections/none");
  // Without motion: contrast is not measured halfway from one theme to the other.
  const options = { size: { width: 360, height: 740 }, context: { reducedMotion: "reduce" } };
  const page = await openPage(t, server, "/overview", options);
  await rate(page).waitFor();
  for (const summary of await page.locator("summary").all()) await summary.click();
  await assertFitsWidth(page);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await assertAccessible(page);
  }
});
