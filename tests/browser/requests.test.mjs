// The Requests view: the live list, its filters, pause and clear, keys.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { assertAccessible, assertFitsWidth, closeBrowser, openPage } from "./harness/browser.mjs";
import { filterOf } from "../../src/http/ui/page/views/requests/filter.js";
import { connectionNamed, newTenant, startServer } from "./harness/server.mjs";

let server;
before(async () => (server = await startServer()));
after(async () => {
  await closeBrowser();
  await server.stop();
});

const list = (page) => page.getByRole("grid", { name: /^Requests/ });
/** The rows in sight, without the head. */
const rows = (page) => list(page).locator("[role=row]:not(.request-head)");
const rowOf = (page, text) => rows(page).filter({ hasText: text });
/** The view with the filter of one organisation, so that tests do not see each other's requests. */
const viewOf = ({ imsOrgId }, query = "") => `/requests?imsOrgId=${encodeURIComponent(imsOrgId)}${query}`;

async function waitForRows(page, count) {
  await page.waitForFunction(
    (wanted) => document.querySelectorAll(".requests [role=row]:not(.request-head)").length === wanted,
    count,
  );
}

test("a request appears without a reload, newest first, with what the journal knows about it", async (t) => {
  const tenant = newTenant();
  const page = await openPage(t, server, viewOf(tenant));
  await page.getByText("Live", { exact: true }).waitFor();
  await server.flow(tenant, "POST", "/connections", { body: connectionNamed("orders") });
  await server.flow(tenant, "GET", "/connections?limt=3", { headers: { "x-flowmock-consumer": "importer" } });
  await waitForRows(page, 2);
  await rows(page).first().getByText("parameter-unknown").waitFor();
  const cells = await rows(page).first().locator("[role=gridcell]").allTextContents();
  const [time, method, path, operation, status, millis, sandbox, consumer, rules] = cells.map((text) =>
    text.trim(),
  );
  assert.match(time, /^\d\d:\d\d:\d\d.\d{3}$/);
  assert.deepEqual([method, path, operation], ["GET", "/connections?limt=3", "listConnections"]);
  assert.equal(status, "400 FLOW-1451-400");
  assert.match(millis, /^[\d.]+$/);
  assert.deepEqual([sandbox, consumer, rules], ["prod", "importer", "parameter-unknown"]);
  assert.match(await rows(page).last().textContent(), /POST.*createConnection.*201/);
  const iso = await rows(page).first().locator("time").getAttribute("title");
  assert.match(iso, /^\d{4}-\d\d-\d\dT.*Z$/);
});

test("rules that a busy server examined after it told of the request are shown too", async (t) => {
  const tenant = newTenant();
  await server.flow(tenant, "GET", "/connections?limt=3");
  const { body } = await server.call(
    "GET",
    `/_flowmock/requests?imsOrgId=${encodeURIComponent(tenant.imsOrgId)}`,
  );
  const { id, time, method, path, query, imsOrgId, status } = body.requests[0];
  const summary = JSON.stringify({ id, time, method, path, query, imsOrgId, status, outcome: "answered" });
  const page = await openPage(t, server, "/state");
  await page.route("**/_flowmock/events*", (route) =>
    route.fulfill({
      contentType: "text/event-stream",
      body: `id: ${id}\nevent: request\ndata: ${summary}\n\n`,
    }),
  );
  await page.goto(`${server.url}/_flowmock/ui${viewOf(tenant)}`);
  await rows(page).first().getByText("parameter-unknown").waitFor();
});

test("filters follow typing, combine, stand in the address, and work from a shared link", async (t) => {
  const tenant = newTenant();
  const { body } = await server.flow(tenant, "POST", "/connections", { body: connectionNamed("orders") });
  await server.flow(tenant, "GET", `/connections/${body.id}`);
  await server.flow({ ...tenant, sandbox: "dev" }, "GET", "/connections");
  const missing = "/connections/00000000-0000-4000-8000-000000000000";
  const { body: refusal } = await server.flow(tenant, "DELETE", missing);
  const errorCode = refusal.type.split("/").pop();
  const page = await openPage(t, server, viewOf(tenant));
  await waitForRows(page, 4);

  await page.getByRole("searchbox").pressSequentially("getconn");
  await waitForRows(page, 1);
  assert.equal(new URL(page.url()).searchParams.get("q"), "getconn");
  await page.getByRole("searchbox").fill("");
  await waitForRows(page, 4);

  await page.getByLabel("Method", { exact: true }).selectOption("DELETE");
  await waitForRows(page, 1);
  await page.getByLabel("Method", { exact: true }).selectOption("");
  await page.getByLabel("Status", { exact: true }).selectOption("4xx");
  await waitForRows(page, 1);
  await page.getByLabel("Status", { exact: true }).selectOption("");
  await page.getByLabel("Sandbox", { exact: true }).selectOption("dev");
  await waitForRows(page, 1);
  await page.getByLabel("Sandbox", { exact: true }).selectOption("");
  await page.getByLabel("Operation", { exact: true }).selectOption("createConnection");
  await waitForRows(page, 1);
  await page.getByLabel("Operation", { exact: true }).selectOption("");
  await page.getByLabel("Error code").selectOption(errorCode);
  await waitForRows(page, 1);
  await page.getByLabel("Error code").selectOption("");
  await page.getByLabel("Path", { exact: true }).fill("/connections/*");
  await waitForRows(page, 2);
  await page.getByLabel("Path", { exact: true }).fill("/connections");
  await waitForRows(page, 2);
  await page.getByLabel("Since").fill("2099-01-01T00:00:00");
  await page.getByText("No request fits the filter").waitFor();
  await page.getByLabel("Since").fill("2001-01-01T00:00:00");
  await waitForRows(page, 2);

  const shared = new URL(page.url());
  assert.equal(shared.searchParams.get("path"), "/connections");
  const other = await openPage(t, server, `/requests${shared.search}&method=POST`);
  await waitForRows(other, 1);
  assert.equal(await other.getByLabel("Path", { exact: true }).inputValue(), "/connections");
  await other.getByRole("button", { name: "No filter" }).click();
  assert.equal(new URL(other.url()).search, "");
});

test("the page's filters select what the journal's call selects", async () => {
  const tenant = newTenant();
  const { body } = await server.flow(tenant, "POST", "/connections", { body: connectionNamed("orders") });
  await server.flow(tenant, "GET", `/connections/${body.id}`);
  await server.flow(tenant, "GET", "/connections/");
  await server.flow(tenant, "GET", "/connectionSpecs");
  await server.call("GET", "/data/foundation/connectors/landingzone", {
    headers: { "x-gw-ims-org-id": tenant.imsOrgId },
  });
  const all = (
    await server.call("GET", `/_flowmock/requests?imsOrgId=${encodeURIComponent(tenant.imsOrgId)}`)
  ).body.requests;
  for (const filter of [
    "path=/connections",
    "path=/connections/",
    "path=/connection*",
    "path=*",
    "path=/data/foundation/flowservice/connections/*",
    "path=/landingzone",
    "method=get",
    "status=201",
    "status=2XX",
    "status=403",
    "since=0",
    "since=4102444800000",
    "operation=getConnection&sandbox=prod",
  ]) {
    const query = `imsOrgId=${encodeURIComponent(tenant.imsOrgId)}&${filter}`;
    const { body: journal } = await server.call("GET", `/_flowmock/requests?${query}`);
    const shown = all.filter(filterOf(Object.fromEntries(new URLSearchParams(query))));
    assert.deepEqual(
      shown.map(({ id }) => id),
      journal.requests.map(({ id }) => id),
      filter,
    );
  }
});

test("a paused list holds still and counts what arrives", async (t) => {
  const tenant = newTenant();
  await server.flow(tenant, "GET", "/connections");
  const page = await openPage(t, server, viewOf(tenant));
  await waitForRows(page, 1);
  await page.getByRole("button", { name: "Pause" }).click();
  await server.flow(tenant, "GET", "/flows");
  await server.flow(tenant, "GET", "/flows");
  const paused = page.getByRole("button", { name: "Paused: 2 new" });
  await paused.waitFor();
  assert.equal(await rows(page).count(), 1);
  assert.equal(await paused.getAttribute("aria-pressed"), "true");
  await paused.click();
  await waitForRows(page, 3);
});

test("clearing asks first, names what goes, and can spare other organisations", async (t) => {
  const [tenant, other] = [newTenant(), newTenant()];
  await server.flow(tenant, "GET", "/connections");
  await server.flow(other, "GET", "/connections");
  const page = await openPage(t, server, viewOf(tenant));
  await waitForRows(page, 1);
  await page.getByRole("button", { name: "Clear" }).click();
  const dialog = page.getByRole("dialog", { name: "Clear the journal?" });
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Cancel" }).click();
  assert.equal(await rows(page).count(), 1);
  await page.getByRole("button", { name: "Clear" }).click();
  await dialog.getByRole("button", { name: `Only those of ${tenant.imsOrgId}` }).click();
  await page.getByText("1 request cleared").waitFor();
  await page.getByText("No request fits the filter").waitFor();
  await page.goto(`${server.url}/_flowmock/ui${viewOf(other)}`);
  await waitForRows(page, 1);
});

test("the keys search, move, open and close, and the focus returns to the list", async (t) => {
  const tenant = newTenant();
  for (const path of ["/connections", "/flows", "/runs"]) await server.flow(tenant, "GET", path);
  const page = await openPage(t, server, viewOf(tenant));
  await waitForRows(page, 3);
  await page.keyboard.press("/");
  await page.keyboard.type("js");
  assert.equal(await page.getByRole("searchbox").inputValue(), "js");
  await page.getByRole("searchbox").fill("");
  await page.keyboard.press("Escape");
  await waitForRows(page, 3);

  await page.keyboard.press("j");
  await page.keyboard.press("j");
  const cursor = () => list(page).getAttribute("aria-activedescendant");
  assert.equal(await cursor(), await rowOf(page, "listFlows").getAttribute("id"));
  await list(page).focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("region", { name: /^Request \d+$/ });
  await panel.getByText("listFlows").waitFor();
  await page.keyboard.press("j");
  await panel.getByText("listConnections").waitFor();
  await page.keyboard.press("k");
  await panel.getByText("listFlows").waitFor();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  assert.equal(new URL(page.url()).searchParams.get("open"), null);
  assert.ok(await list(page).evaluate((element) => element === document.activeElement));
  await page.keyboard.press("ArrowDown");
  assert.equal(await cursor(), await rowOf(page, "listConnections").getAttribute("id"));
});

test("the HAR file has what the filter selects, also by free text", async (t) => {
  const tenant = newTenant();
  for (const path of ["/connections", "/flows", "/runs"]) await server.flow(tenant, "GET", path);
  const page = await openPage(t, server, viewOf(tenant, "&method=GET&q=listfl"));
  await waitForRows(page, 1);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "HAR" }).click();
  const file = await saved;
  assert.equal(file.suggestedFilename(), "flowmock.har");
  const { log } = JSON.parse(await readFile(await file.path(), "utf8"));
  assert.deepEqual(
    log.entries.map(({ _operation }) => _operation),
    ["listFlows"],
  );
});

test("an empty list says how to send a request, and the command works", async (t) => {
  const own = await startServer();
  const page = await openPage(t, own, "/requests");
  t.after(own.stop);
  await page.getByText("No requests yet").waitFor();
  await assertAccessible(page);
  await page.getByRole("button", { name: "Copy the command" }).click();
  const command = await page.evaluate(() => navigator.clipboard.readText());
  const { execFileSync } = await import("node:child_process");
  execFileSync("sh", ["-c", `${command} -sS --noproxy '*'`]);
  await waitForRows(page, 1);
  assert.match(await rows(page).first().textContent(), /listConnections.*200/);
});

test("requests that nobody could see are counted", async (t) => {
  const own = await startServer(["--journal-requests", "3"]);
  const tenant = newTenant();
  for (let sent = 0; sent < 5; sent += 1) await own.flow(tenant, "GET", "/connections");
  const page = await openPage(t, own, "/requests");
  t.after(own.stop);
  await page.getByText("2 earlier ones are no longer in the journal").waitFor();
  await page.goto("about:blank");
  await page.route("**/_flowmock/events*", (route) =>
    route.fulfill({
      contentType: "text/event-stream",
      body: 'id: 3\nevent: request\ndata: {"id":3,"method":"GET","path":"/a","query":"","time":"2026-01-01T00:00:00Z"}\n\nevent: lost\ndata: {"count":1204}\n\n',
    }),
  );
  await page.goto(`${own.url}/_flowmock/ui/requests`);
  await page.getByText("requests went by unseen").first().waitFor();
  assert.match(await page.locator(".status-line").textContent(), /1\u2009204 requests went by unseen/);
});

test("after a restart of the server the page connects again, and shows the new server's requests alone", async (t) => {
  const first = await startServer();
  const tenant = newTenant();
  for (const path of ["/connections", "/flows"]) await first.flow(tenant, "GET", path);
  const page = await openPage(t, first, "/requests", { allowed: [/ERR_/, /404/] });
  await waitForRows(page, 2);
  await first.stop();
  await page.getByText("Disconnected").waitFor();
  const second = await startServer(["--listen", new URL(first.url).host]);
  t.after(second.stop);
  await second.flow(tenant, "GET", "/runs");
  await page.getByText("Live", { exact: true }).waitFor();
  await waitForRows(page, 1);
  assert.match(await rows(page).first().textContent(), /listRuns/);
});

test("without a journal the page says why it is empty", async (t) => {
  const own = await startServer(["--journal-requests", "0"]);
  const page = await openPage(t, own, "/requests", { allowed: [/409/] });
  t.after(own.stop);
  await page.getByText("The journal is off").waitFor();
  await page.getByText("Not live").waitFor();
  await assertAccessible(page);
});

test("list and details fit 360 pixels, and have no violation of accessibility in either theme", async (t) => {
  const tenant = newTenant();
  await server.flow(tenant, "POST", "/connections", {
    body: { ...connectionNamed("orders"), desciption: "what the shop sold" },
  });
  await server.flow(tenant, "GET", "/connections?limt=3");
  await server.flow(tenant, "GET", "/connections", { headers: { "x-flowmock-error": "FLOW-1103-503" } });
  for (const theme of ["light", "dark"]) {
    const page = await openPage(t, server, viewOf(tenant), { theme });
    await waitForRows(page, 3);
    await assertAccessible(page);
    await rowOf(page, "limt").click();
    await page.getByText("Remedy:").waitFor();
    await page.locator("summary").first().click();
    await assertAccessible(page);
    await page.setViewportSize({ width: 360, height: 740 });
    await assertFitsWidth(page);
    await assertAccessible(page);
    await page.keyboard.press("Escape");
    await assertFitsWidth(page);
  }
});

test("scrolling away from the top keeps what is in sight while requests arrive", async (t) => {
  const tenant = newTenant();
  for (let sent = 0; sent < 60; sent += 1) await server.flow(tenant, "GET", `/connections?limit=${sent + 1}`);
  const page = await openPage(t, server, viewOf(tenant));
  await page.getByText(/^60 (of|requests)/).waitFor();
  await list(page).evaluate((element) => (element.scrollTop = 900));
  const row = rowOf(page, "limit=25").first();
  const before = await row.boundingBox();
  await server.flow(tenant, "GET", "/flows");
  await page.getByText(/^61 (of|requests)/).waitFor();
  const after = await row.boundingBox();
  assert.ok(Math.abs(before.y - after.y) < 2, `moved from ${before.y} to ${after.y}`);
});

test("a tab in the background leaves its stream to the one that is looked at, and misses nothing", async (t) => {
  const { page: first, hide: hideFirst, show: showFirst } = await openTab(t);
  const tenant = newTenant();
  await first.getByText("Live", { exact: true }).waitFor();
  const ended = first.waitForEvent("requestfailed", (request) => request.url().includes("/_flowmock/events"));
  await hideFirst();
  const second = await first.context().newPage();
  await second.goto(`${server.url}/_flowmock/ui/requests`);
  await second.getByText("Live", { exact: true }).waitFor();
  await ended;
  await server.flow(tenant, "GET", "/connections?limit=7");
  await second.getByRole("link", { name: "/connections?limit=7" }).waitFor();
  assert.equal(await first.getByRole("link", { name: "/connections?limit=7" }).count(), 0);
  await showFirst();
  await first.getByRole("link", { name: "/connections?limit=7" }).waitFor();
});

/** A tab that can be told that it is in the background: without windows, Chromium shows all of them. */
async function openTab(t) {
  const page = await openPage(t, server, "/requests");
  const tell = (hidden) =>
    page.evaluate((value) => {
      Object.defineProperty(document, "hidden", { value, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  return { page, hide: () => tell(true), show: () => tell(false) };
}
