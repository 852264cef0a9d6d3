// The State view: the tree, lists, an entity, its source, edits, actions, forms.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFitsWidth, closeBrowser, openPage } from "./harness/browser.mjs";
import { connectionNamed, newTenant, startServer } from "./harness/server.mjs";

let server;
before(async () => (server = await startServer()));
after(async () => {
  await closeBrowser();
  await server.stop();
});

const ATS = "ecde33f2-c56f-46cc-bdea-ad151c16cd69";
const BLOB = "4c10e202-c428-4796-9208-5f1f5732b1cf";
const LAKE = "c604ff05-7f1a-43c0-8e18-33bf874cb11c";
const CRM = "14518937-270c-4525-bdec-c2ba7cce3860";
/** Chromium logs every refused call. */
const REFUSED = [/Failed to load resource/];

const addressOf = ({ imsOrgId, sandbox }, more = {}) =>
  `/state?${new URLSearchParams({ org: imsOrgId, sandbox, ...more })}`;

async function create(tenant, kind, body, query = "") {
  const answer = await server.flow(tenant, "POST", `/${kind}${query}`, { body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.id;
}

const read = async (tenant, kind, id) => (await server.flow(tenant, "GET", `/${kind}/${id}`)).body.items?.[0];

const ats = (name) => ({
  name,
  connectionSpec: { id: ATS, version: "1.0" },
  auth: {
    specName: "Connection String Based Authentication",
    params: { connectionString: "AccountName=acme;AccountKey=c2VjcmV0" },
  },
});

/** A flow with everything that it needs. */
async function chain(tenant) {
  const base = await create(tenant, "connections", ats("storage"));
  const spec = { id: ATS, version: "1.0" };
  const sourceBody = {
    name: "customers",
    baseConnectionId: base,
    connectionSpec: spec,
    data: { format: "tabular" },
    params: { tableName: "customers" },
  };
  const source = await create(tenant, "sourceConnections", sourceBody);
  const target = await create(tenant, "targetConnections", {
    name: "lake",
    connectionSpec: { id: LAKE },
    params: { dataSetId: "5f3c" },
  });
  const flow = await create(tenant, "flows", {
    name: "copy of customers",
    flowSpec: { id: CRM, version: "1.0" },
    sourceConnectionIds: [source],
    targetConnectionIds: [target],
    transformations: [
      { name: "Copy", params: { deltaColumn: { name: "Timestamp" } } },
      { name: "Mapping", params: { mappingId: "m" } },
    ],
    scheduleParams: { startTime: 1612310466, frequency: "minute", interval: 15 },
  });
  return { base, source, target, flow };
}

test("the tree counts what organisations and sandboxes hold, and leads to them by keyboard", async (t) => {
  const tenant = newTenant("prod");
  for (const name of ["one", "two"]) await create(tenant, "connections", connectionNamed(name));
  await create({ ...tenant, sandbox: "dev" }, "connections", connectionNamed("three"));
  const page = await openPage(t, server, "/state");
  const tree = page.getByRole("navigation", { name: "Organisations and sandboxes" });
  const organisation = tree
    .getByRole("listitem")
    .filter({ has: page.getByRole("link", { name: `${tenant.imsOrgId} 3` }) });
  await organisation.getByRole("link", { name: "dev 1" }).waitFor();
  await organisation.getByRole("link", { name: "prod 2" }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 1, name: `prod of ${tenant.imsOrgId}` }).waitFor();
  await page.getByRole("button", { name: "two" }).waitFor();
  assert.equal(await tree.locator("[aria-current=page]").textContent(), "prod 2");
  const { searchParams } = new URL(page.url());
  assert.deepEqual([searchParams.get("org"), searchParams.get("sandbox")], [tenant.imsOrgId, "prod"]);
  await page.goBack();
  await page.getByRole("heading", { level: 1, name: "Everything" }).waitFor();
});

test("a sandbox that holds nothing yet is opened by its name", async (t) => {
  const { imsOrgId } = newTenant();
  const page = await openPage(t, server, "/state");
  await page.getByText("Open a sandbox by name").click();
  await page.getByLabel("Organisation", { exact: true }).fill(imsOrgId);
  await page.getByLabel("Sandbox", { exact: true }).fill("fresh");
  await page.getByRole("button", { name: "Open", exact: true }).click();
  await page.getByText("No connections yet").waitFor();
  assert.match(await page.locator("[aria-current=page]").last().textContent(), /fresh\s*0/);
});

test("a list is turned by pages, ordered by a column, and keeps its order in the address", async (t) => {
  const tenant = newTenant();
  for (let at = 10; at < 40; at += 1) await create(tenant, "connections", connectionNamed(`table ${at}`));
  const page = await openPage(t, server, addressOf(tenant));
  const names = page.locator("tbody .cell-button");
  const pages = page.getByRole("navigation", { name: "Pages" });
  await pages.getByText("Page 1: 25 of 30").waitFor();
  assert.equal((await names.first().textContent()).trim(), "table 39");
  await pages.getByRole("button", { name: "Next" }).click();
  await pages.getByText("Page 2: 5 of 30").waitFor();
  assert.deepEqual(
    (await names.allTextContents()).map((name) => name.trim()),
    ["table 14", "table 13", "table 12", "table 11", "table 10"],
  );
  assert.ok(await pages.getByRole("button", { name: "Next" }).isDisabled());
  await pages.getByRole("button", { name: "Previous" }).click();
  await page.getByRole("button", { name: "table 39" }).waitFor();
  await page.getByRole("columnheader", { name: "Name" }).getByRole("button").click();
  await page.getByRole("button", { name: "table 10" }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get("order"), "name");
  assert.equal(await page.getByRole("columnheader", { name: "Name" }).getAttribute("aria-sort"), "ascending");
  await page.reload();
  await page.getByRole("button", { name: "table 10" }).waitFor();
  assert.equal((await names.first().textContent()).trim(), "table 10");
});

test("a filter in the grammar of the API narrows the list, and what the server refuses stands beside it", async (t) => {
  const tenant = newTenant();
  for (const name of ["orders", "returns, 2024", "sales"]) await create(tenant, "connections", connectionNamed(name));
  const page = await openPage(t, server, addressOf(tenant), { allowed: REFUSED });
  await page.getByRole("button", { name: "orders" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type('name=="returns, 2024",sales & state==enabled');
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "orders" }).waitFor({ state: "detached" });
  assert.equal(await page.locator("tbody tr").count(), 2);
  assert.equal(new URL(page.url()).searchParams.get("filter"), 'name=="returns, 2024",sales & state==enabled');
  const field = page.getByLabel("Filter connections");
  await field.fill("name~ord");
  await field.press("Enter");
  await page.getByText("~ on name is not implemented; filter by ==, !=, <, <=, > or >= (FLOW-1440-400)").waitFor();
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await field.fill("name==nothing");
  await field.press("Enter");
  await page.getByText("No connections match the filter").waitFor();
});

test("an entity opens beside its list by j and Enter, hides credentials until they are asked for, and closes by Escape", async (t) => {
  const tenant = newTenant();
  const id = await create(tenant, "connections", ats("storage"));
  const page = await openPage(t, server, addressOf(tenant));
  await page.getByRole("button", { name: "storage" }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  const panel = page.getByRole("region", { name: "connection storage" });
  await panel.getByText('"[hidden]"').waitFor();
  assert.equal(new URL(page.url()).searchParams.get("id"), id);
  const { etag, createdAt } = await read(tenant, "connections", id);
  await panel.locator("dd", { hasText: etag }).waitFor();
  assert.equal(await panel.locator("time").first().getAttribute("title"), new Date(createdAt).toISOString());
  await panel.getByRole("button", { name: "Show", exact: true }).click();
  await panel.getByText('"AccountName=acme;AccountKey=c2VjcmV0"').waitFor();
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  assert.equal(new URL(page.url()).searchParams.get("id"), null);
});

test("relations lead from a base connection to its flow, to the runs, and back", async (t) => {
  const tenant = newTenant();
  const { base, source, flow } = await chain(tenant);
  const page = await openPage(t, server, addressOf(tenant, { kind: "connections", id: base }));
  const panel = page.locator(".panel");
  await panel.getByRole("tab", { name: "Relations" }).click();
  await panel.getByRole("link", { name: "azure-table-storage" }).waitFor();
  await panel.getByRole("link", { name: "customers", exact: true }).waitFor();
  await panel.getByRole("link", { name: "copy of customers" }).click();
  await page.getByRole("region", { name: "flow copy of customers" }).waitFor();
  assert.equal(new URL(page.url()).searchParams.get("id"), flow);
  await panel.getByRole("tab", { name: "Relations" }).click();
  await panel.getByRole("heading", { name: "Runs by flowId" }).waitFor();
  await panel.locator("h4:has-text('Runs') + ul a").first().click();
  await page.getByRole("region", { name: /^run / }).waitFor();
  await page.getByRole("tab", { name: "Runs", selected: true }).waitFor();
  await page.goBack();
  await panel.getByRole("tab", { name: "Relations" }).click();
  await panel.getByRole("link", { name: "lake" }).waitFor();
  await panel.locator(`a[title="${source}"]`, { hasText: "customers" }).click();
  await page.getByRole("region", { name: "source connection customers" }).waitFor();
});

test("the source of a connection is explored down to the rows of a table and of a file", async (t) => {
  const tenant = newTenant();
  const table = await create(tenant, "connections", ats("storage"));
  const auth = { specName: "ConnectionString", params: { connectionString: "AccountName=a;AccountKey=b" } };
  const blob = await create(tenant, "connections", { name: "blob", connectionSpec: { id: BLOB }, auth });
  const page = await openPage(t, server, addressOf(tenant, { id: table }), { allowed: REFUSED });
  await page.getByRole("tab", { name: "Source", exact: true }).click();
  const source = page.getByRole("region", { name: "Source" });
  await source.getByRole("button", { name: "Test" }).click();
  await source.getByText("The source can be reached.").waitFor();
  await source.getByRole("button", { name: "customers" }).click();
  await source.getByRole("cell", { name: "lena.vogt@example.com" }).waitFor();
  await source.getByRole("columnheader", { name: "LoyaltyPoints integer" }).waitFor();
  await source.getByRole("button", { name: "Source" }).click();
  await source.getByRole("button", { name: "staging" }).click();
  await source.getByText("Error from flow provider: 1330-400: the table staging has no columns").waitFor();
  await page.getByRole("button", { name: "blob" }).click();
  await page.getByRole("region", { name: "connection blob" }).waitFor();
  await page.getByRole("tab", { name: "Source", exact: true }).click();
  await source.getByRole("button", { name: "warehouse" }).click();
  await source.getByRole("button", { name: "returns.csv.gz" }).click();
  await source.getByRole("cell", { name: "too small" }).waitFor();
  await source.getByText(/^3 columns, .*compressionType gzip/).waitFor();
});

test("an edit sends the difference with the etag, and hidden credentials stay as they are", async (t) => {
  const tenant = newTenant();
  const id = await create(tenant, "connections", { ...ats("storage"), team: "sales" });
  const page = await openPage(t, server, addressOf(tenant, { id }), { allowed: REFUSED });
  await page.getByRole("tab", { name: "Edit" }).click();
  const text = page.getByLabel("The connection as JSON");
  const body = JSON.parse(await text.inputValue());
  assert.equal(body.auth.params.connectionString, "[hidden]");
  assert.ok(!("etag" in body));
  await text.fill("{");
  await page.locator(".field-error").waitFor();
  assert.ok(await page.getByRole("button", { name: "Save" }).isDisabled());
  const { team: _, ...rest } = body;
  await text.fill(JSON.stringify({ ...rest, name: "warehouse", description: "renamed" }));
  await page.getByText("PATCH with 3 operations").waitFor();
  await page.getByRole("tab", { name: "JSON" }).click();
  await page.getByRole("tab", { name: "Edit" }).click();
  await page.getByText("PATCH with 3 operations").waitFor();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("region", { name: "connection warehouse" }).waitFor();
  const saved = await read(tenant, "connections", id);
  assert.deepEqual([saved.name, saved.description, saved.team], ["warehouse", "renamed", undefined]);
  assert.equal(saved.auth.params.connectionString, "AccountName=acme;AccountKey=c2VjcmV0");
  await page.getByText("No changes").waitFor();
  await text.fill(JSON.stringify({ ...rest, connectionSpec: { id: BLOB } }));
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Not saved").waitFor();
  await page.getByText("FLOW-1414-400").waitFor();
});

test("an edit that another one has overtaken shows both versions, and is reloaded or saved over it", async (t) => {
  const tenant = newTenant();
  const id = await create(tenant, "connections", connectionNamed("orders"));
  const rename = async (name) => {
    const { etag } = await read(tenant, "connections", id);
    const options = { headers: { "if-match": etag }, body: [{ op: "replace", path: "/name", value: name }] };
    assert.equal((await server.flow(tenant, "PATCH", `/connections/${id}`, options)).status, 200);
  };
  const page = await openPage(t, server, addressOf(tenant, { id }), { allowed: REFUSED });
  await page.getByRole("tab", { name: "Edit" }).click();
  const text = page.getByLabel("The connection as JSON");
  await rename("orders of 2024");
  await page
    .getByText("with If-Match")
    .filter({ hasText: (await read(tenant, "connections", id)).etag })
    .waitFor();
  assert.equal(JSON.parse(await text.inputValue()).name, "orders of 2024");
  const mine = JSON.stringify({ ...JSON.parse(await text.inputValue()), name: "mine" });
  await text.fill(mine);
  await rename("theirs");
  await page.getByRole("button", { name: "Save" }).click();
  const conflict = page.getByRole("alert").filter({ hasText: "412" });
  await conflict.getByText('"name": "theirs"').waitFor();
  await conflict.getByText('"name":"mine"').waitFor();
  await conflict.getByRole("button", { name: "Keep mine" }).click();
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByRole("region", { name: "connection mine" }).waitFor();
  await text.fill(mine.replace("mine", "mine again"));
  await rename("theirs again");
  await page.getByRole("button", { name: "Save" }).click();
  await conflict.getByRole("button", { name: "Reload" }).click();
  assert.equal(JSON.parse(await text.inputValue()).name, "theirs again");
  assert.equal((await read(tenant, "connections", id)).name, "theirs again");
});

test("a draft is published, disabled, enabled and deleted", async (t) => {
  const tenant = newTenant();
  const id = await create(tenant, "connections", ats("storage"), "?mode=draft");
  const page = await openPage(t, server, addressOf(tenant, { id }));
  const panel = page.locator(".panel");
  for (const [button, state] of [
    ["Publish", "enabled"],
    ["Disable", "disabled"],
    ["Enable", "enabled"],
  ]) {
    await panel.getByRole("button", { name: button, exact: true }).click();
    await panel.locator("dd", { hasText: new RegExp(`^${state}$`) }).waitFor();
    assert.equal((await read(tenant, "connections", id)).state, state);
  }
  await panel.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
  assert.ok(await read(tenant, "connections", id));
  await panel.getByRole("button", { name: "Delete" }).click();
  await page
    .getByRole("dialog", { name: "Delete storage?" })
    .getByRole("button", { name: "Delete the connection" })
    .click();
  await page.getByText("No connections yet").waitFor();
  assert.equal(await read(tenant, "connections", id), undefined);
});

test("a question names what goes, whatever the direction of its name, and its button has the focus afterwards", async (t) => {
  const tenant = newTenant();
  const id = await create(tenant, "connections", connectionNamed("\u202eorders"));
  const page = await openPage(t, server, addressOf(tenant, { id }));
  const button = page.getByRole("button", { name: "Delete" });
  await button.click();
  const dialog = page.getByRole("dialog", { name: "Delete \u2068\u202eorders\u2069?" });
  await dialog.waitFor();
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement.textContent.trim() === "Delete");
});

test("what a flow holds is not deleted, and the refusal is shown", async (t) => {
  const tenant = newTenant();
  const { base } = await chain(tenant);
  const page = await openPage(t, server, addressOf(tenant, { id: base }), { allowed: REFUSED });
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete the connection" }).click();
  await page.getByText("is used by one or more flows; delete those first").waitFor();
  assert.ok(await read(tenant, "connections", base));
});

test("a change by a client shows by itself, in the list, in the tree and in the open entity", async (t) => {
  const tenant = newTenant();
  const id = await create(tenant, "connections", connectionNamed("first"));
  const page = await openPage(t, server, addressOf(tenant, { id }));
  await page.getByRole("region", { name: "connection first" }).waitFor();
  await page.getByText("Live", { exact: true }).waitFor();
  await create(tenant, "connections", connectionNamed("second"));
  await page.getByRole("button", { name: "second" }).waitFor();
  await page.locator(".node[aria-current=page]", { hasText: "prod 2" }).waitFor();
  await server.flow(tenant, "POST", `/connections/${id}/action?op=disable`);
  await page.locator(".panel dd", { hasText: "disabled" }).waitFor();
  await page.keyboard.press("Escape");
  await server.call("DELETE", "/_flowmock/requests");
  await server.call("POST", `/_flowmock/reset?imsOrgId=${tenant.imsOrgId}`);
  await page.getByText("No connections yet").waitFor();
});

test("runs and specs are listed with what belongs to them", async (t) => {
  const tenant = newTenant();
  await chain(tenant);
  const page = await openPage(t, server, addressOf(tenant, { kind: "runs" }));
  await page.locator("tbody .cell-button").first().click();
  await page.getByRole("region", { name: /^run / }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Delete" }).count(), 0);
  await page.getByRole("tab", { name: "Connection specs" }).click();
  await page.getByRole("columnheader", { name: "Category" }).waitFor();
  await page.getByLabel("Filter connection specs").fill("name==landing-zone");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "landing-zone" }).click();
  const panel = page.getByRole("region", { name: "connection spec landing-zone" });
  await panel.getByText('"exploreSpec"').waitFor();
  await panel.getByRole("tab", { name: "Source" }).click();
  await panel.getByRole("button", { name: "crm" }).click();
  await panel.getByRole("button", { name: "customers.csv" }).waitFor();
});

test("an entity fits 360 pixels and has no violation of accessibility in either theme", async (t) => {
  const tenant = newTenant();
  const { base } = await chain(tenant);
  const looks = [
    { theme: "light", size: { width: 360, height: 640 }, tabs: ["Edit", "Source"] },
    { theme: "dark", size: { width: 1280, height: 800 }, tabs: ["JSON", "Relations"] },
  ];
  for (const { theme, size, tabs } of looks) {
    const page = await openPage(t, server, addressOf(tenant, { id: base }), { theme, size });
    for (const tab of tabs) {
      await page.getByRole("tab", { name: tab, exact: true }).click();
      await page.getByRole("tabpanel").last().locator("button, textarea, h3").first().waitFor();
      await assertFitsWidth(page);
      await assertAccessible(page);
    }
  }
});
