// One request in detail, and what can be made of it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { assertAccessible, closeBrowser, openPage } from "./harness/browser.mjs";
import { connectionNamed, newTenant, startServer } from "./harness/server.mjs";

let server;
before(async () => (server = await startServer()));
after(async () => {
  await closeBrowser();
  await server.stop();
});

/** The details of the last request of an organisation. */
async function openLast(t, tenant, options) {
  const query = `imsOrgId=${encodeURIComponent(tenant.imsOrgId)}`;
  const { body } = await server.call("GET", `/_flowmock/requests?${query}&limit=1`);
  const [request] = body.requests;
  const page = await openPage(t, server, `/requests?${query}&open=${request.id}`, options);
  const panel = page.getByRole("region", { name: `Request ${request.id}`, exact: true });
  await panel.getByRole("heading", { name: "Answer" }).waitFor();
  return { page, panel, request };
}

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

test("a request shows its headers, its bodies as JSON that folds, and hides credentials", async (t) => {
  const tenant = newTenant();
  await server.flow(tenant, "POST", "/connections", { body: connectionNamed("orders") });
  const { page, panel } = await openLast(t, tenant);
  const sent = panel.getByRole("group", { name: "Body of the request" });
  assert.match(await sent.textContent(), /"name": "orders"/);
  const fold = sent.getByRole("button", { name: "connectionSpec, 2 keys" });
  assert.equal(await fold.getAttribute("aria-expanded"), "true");
  await fold.click();
  assert.equal(await fold.getAttribute("aria-expanded"), "false");
  assert.doesNotMatch(await sent.textContent(), /10440537/);
  await fold.click();
  await sent.getByText("10440537", { exact: false }).waitFor();
  await panel.getByRole("button", { name: "Copy: Body of the request" }).click();
  assert.deepEqual(JSON.parse(await clipboard(page)), connectionNamed("orders"));

  await panel.locator("summary").first().click();
  await panel.getByText("Bearer [redacted]").waitFor();
  assert.match(await panel.getByRole("group", { name: "Body of the answer" }).textContent(), /"etag":/);
  assert.match(await panel.textContent(), /createConnection/);
});

test("text of a client that looks like HTML stays text", async (t) => {
  const tenant = newTenant();
  await server.flow(tenant, "POST", "/connections", {
    body: connectionNamed("<img src=x onerror=alert(1)>"),
    headers: { "x-flowmock-consumer": "<b>importer</b>" },
  });
  const { page, panel } = await openLast(t, tenant);
  assert.match(await panel.textContent(), /<img src=x onerror=alert\(1\)>.*/s);
  assert.equal(await page.locator("main img, main b").count(), 0);
});

test("a broken rule says what is wrong and what to do, and links to its description", async (t) => {
  const tenant = newTenant();
  await server.flow(tenant, "GET", "/connections?limt=3");
  const { page, panel } = await openLast(t, tenant);
  const rule = panel.getByRole("region", { name: "Broken rules" });
  await rule.getByText("Remedy:").waitFor();
  assert.match(
    await rule.textContent(),
    /error\s*parameter-unknown.*The call does not have this query parameter/s,
  );
  await rule.getByRole("link", { name: "More about parameter-unknown" }).click();
  assert.equal(new URL(page.url()).pathname, "/_flowmock/ui/contract");
  assert.equal(new URL(page.url()).searchParams.get("rule"), "parameter-unknown");
});

test("the curl command sends the same request, whatever quotes it has, once its placeholders are filled in", async (t) => {
  const tenant = newTenant();
  const body = { ...connectionNamed(`it's "quoted" $HOME \`id\` \\n !! ünïcode`), note: "a\nb" };
  await server.flow(tenant, "POST", "/connections", { body, headers: { "x-flowmock-test": "it's a test" } });
  const { page, panel } = await openLast(t, tenant);
  await panel.getByRole("button", { name: "Copy as curl" }).click();
  await page.getByText("fill in {ACCESS_TOKEN}").waitFor();
  const command = await clipboard(page);
  assert.doesNotMatch(command, /redacted/);
  const answer = execFileSync("sh", [
    "-c",
    `${command.replace("{ACCESS_TOKEN}", "token")} -sS --noproxy '*'`,
  ]).toString();
  const { id } = JSON.parse(answer);
  const { body: stored } = await server.flow(tenant, "GET", `/connections/${id}`);
  assert.equal(stored.items[0].name, body.name);
  assert.equal(stored.items[0].note, body.note);
  const { body: journal } = await server.call("GET", "/_flowmock/requests?method=POST&limit=1");
  assert.ok(
    journal.requests[0].headers.some(
      ([name, value]) => name === "x-flowmock-test" && value === "it's a test",
    ),
  );
});

test("a replay is a request of its own, which opens", async (t) => {
  const tenant = newTenant();
  await server.flow(tenant, "GET", "/connections?limit=2");
  const { page, panel, request } = await openLast(t, tenant);
  await panel.getByRole("button", { name: "Replay" }).click();
  await page.getByText("Sent again: status 200").waitFor();
  const opened = Number(new URL(page.url()).searchParams.get("open"));
  assert.ok(opened > request.id);
  const { body } = await server.call("GET", `/_flowmock/requests/${opened}`);
  assert.deepEqual([body.path, body.query, body.status], [request.path, "limit=2", 200]);
});

test("a fault rule made from a request makes the next ones fail, as often as it says", async (t) => {
  const tenant = newTenant();
  await server.flow(tenant, "GET", "/connections");
  const { page, panel } = await openLast(t, tenant);
  await panel.getByRole("button", { name: "Make a fault rule…" }).click();
  const dialog = page.getByRole("dialog", { name: "Make a fault rule" });
  assert.equal(await dialog.getByLabel("Operation").inputValue(), "listConnections");
  assert.equal(await dialog.getByLabel("Sandbox").inputValue(), "prod");
  await dialog.getByLabel("Error").locator("option[value='FLOW-1103-503']").waitFor({ state: "attached" });
  await assertAccessible(page);
  await dialog.getByLabel("Times").fill("1");
  await dialog.getByRole("button", { name: "Add the rule" }).click();
  await page.getByText("is in force").waitFor();
  const statuses = [];
  for (let sent = 0; sent < 2; sent += 1)
    statuses.push((await server.flow(tenant, "GET", "/connections")).status);
  assert.deepEqual(statuses, [503, 200]);
  await page.getByRole("button", { name: "Show the rules" }).click();
  assert.equal(new URL(page.url()).pathname, "/_flowmock/ui/faults");
});

test("a fault rule that the server refuses shows every problem, and the form stays", async (t) => {
  const tenant = newTenant();
  await server.flow(tenant, "GET", "/connections");
  const { page, panel } = await openLast(t, tenant, { allowed: [/400/] });
  await panel.getByRole("button", { name: "Make a fault rule…" }).click();
  const dialog = page.getByRole("dialog", { name: "Make a fault rule" });
  await dialog.getByLabel("Operation").fill("listConections");
  await dialog.getByLabel("Times").fill("-1");
  await dialog.getByRole("button", { name: "Add the rule" }).click();
  const alert = dialog.getByRole("alert");
  await alert.getByText("/match/operation").waitFor();
  await alert.getByText("/times").waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.ok(await panel.isVisible());
});

test("an expectation made from a request passes, and tells the difference once it is changed", async (t) => {
  const tenant = newTenant();
  const ats = {
    ...connectionNamed("orders"),
    connectionSpec: { id: "ecde33f2-c56f-46cc-bdea-ad151c16cd69", version: "1.0" },
    auth: {
      specName: "Connection String Based Authentication",
      params: {
        connectionString:
          "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=c2VjcmV0IGtleQ==;EndpointSuffix=core.windows.net",
      },
    },
  };
  assert.equal((await server.flow(tenant, "POST", "/connections?mode=draft", { body: ats })).status, 201);
  const { page, panel } = await openLast(t, tenant);
  await panel.getByRole("button", { name: "Make an expectation…" }).click();
  const dialog = page.getByRole("dialog", { name: "Make an expectation" });
  const text = dialog.getByLabel("Expectation");
  const expectation = JSON.parse(await text.inputValue());
  assert.equal(expectation.operation, "createConnection");
  assert.deepEqual(expectation.query, { mode: { equal: "draft" } });
  assert.deepEqual(expectation.body["/name"], { equal: "orders" });
  assert.doesNotMatch(JSON.stringify(expectation), /auth|redacted/);
  await dialog.getByRole("button", { name: "Run once" }).click();
  await dialog.getByText("Fits 1 request in the journal").waitFor();
  await assertAccessible(page);
  await dialog.getByRole("button", { name: "Copy the JSON" }).click();
  assert.deepEqual(JSON.parse(await clipboard(page)), expectation);
  await text.fill(JSON.stringify({ ...expectation, body: { "/name": "customers" } }));
  await dialog.getByRole("button", { name: "Run once" }).click();
  await dialog.getByText(/expected "customers"/).waitFor();
});

test("a request that the journal no longer has says so", async (t) => {
  const page = await openPage(t, server, "/requests?open=999999", { allowed: [/404/] });
  await page.getByRole("alert").getByText("the journal has no request with that id").waitFor();
});

test("an address that names no request opens none, and asks the server for none", async (t) => {
  const page = await openPage(t, server, "/requests");
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(`${server.url}/_flowmock/ui/requests?open=none`);
  await page.getByText("Live", { exact: true }).waitFor();
  await page.waitForTimeout(300);
  assert.deepEqual(
    asked.filter((path) => /\/requests\/\D/.test(path) && path.startsWith("/_flowmock/requests")),
    [],
  );
  assert.equal(await page.locator(".panel").count(), 0);
});
