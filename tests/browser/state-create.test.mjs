// The State view: forms of new entities, made of the schemas of their specs.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFitsWidth, closeBrowser, openPage } from "./harness/browser.mjs";
import { newTenant, startServer } from "./harness/server.mjs";
import { bodyOf, exampleTexts, fits } from "../../src/http/ui/page/views/state/forms.js";

let server;
before(async () => (server = await startServer()));
after(async () => {
  await closeBrowser();
  await server.stop();
});

const REFUSED = [/Failed to load resource/];

/** Opens the form of a new entity. */
async function openForm(t, { imsOrgId, sandbox }, kind, options) {
  const query = new URLSearchParams({ org: imsOrgId, sandbox, kind, id: "new" });
  const page = await openPage(t, server, `/state?${query}`, { allowed: REFUSED, ...options });
  return { page, form: page.locator("form.create") };
}

const items = async (tenant, kind) => (await server.flow(tenant, "GET", `/${kind}`)).body.items;

test("a connection is created by a form of its spec's schema; a refusal stands at its field", async (t) => {
  const tenant = newTenant();
  const { page, form } = await openForm(t, tenant, "connections");
  await form.getByLabel("Connection spec").selectOption("azure-table-storage");
  const secret = form.getByLabel("connectionString (required)");
  assert.equal(await secret.getAttribute("type"), "password");
  await form.getByText("DefaultEndpointsProtocol=https;AccountName=...;AccountKey=...").waitFor();
  await form.getByLabel("usePrivateLink").selectOption("true");
  await form.getByRole("button", { name: "Create", exact: true }).click();
  const name = form.getByLabel("name (required)", { exact: true });
  await form.locator(".field-error", { hasText: "name is absent or empty" }).waitFor();
  assert.equal(await name.getAttribute("aria-invalid"), "true");
  await name.fill("orders");
  await form.getByRole("button", { name: "Create", exact: true }).click();
  await form.locator(".field-error", { hasText: "connectionString" }).waitFor();
  assert.equal(await secret.getAttribute("aria-invalid"), "true");
  assert.equal(await name.getAttribute("aria-invalid"), null);
  await secret.fill("AccountName=acme;AccountKey=c2VjcmV0");
  await form.getByLabel("privateEndpointId").fill("0d0aa4e1-5b1c-4f55-b3c9-1f1d5f8c7a01");
  await form.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("region", { name: "connection orders" }).waitFor();
  const [made] = await items(tenant, "connections");
  assert.deepEqual(made.auth, {
    specName: "Connection String Based Authentication",
    params: {
      connectionString: "AccountName=acme;AccountKey=c2VjcmV0",
      usePrivateLink: true,
      privateEndpointId: "0d0aa4e1-5b1c-4f55-b3c9-1f1d5f8c7a01",
    },
  });
  await page.getByRole("button", { name: "orders" }).waitFor();
});

test("another auth spec has other fields, and a draft needs none of them", async (t) => {
  const tenant = newTenant();
  const { page, form } = await openForm(t, tenant, "connections");
  await form.getByLabel("Connection spec").selectOption("azure-blob");
  await form.getByLabel("connectionString (required)").waitFor();
  const auth = form.getByLabel("Auth spec");
  const names = await auth.locator("option").allTextContents();
  assert.ok(names.length > 1);
  await auth.selectOption(names[1]);
  await form.getByLabel("connectionString (required)").waitFor({ state: "detached" });
  await form.getByLabel("name (required)", { exact: true }).fill("later");
  await form.getByRole("button", { name: "Create as draft" }).click();
  await page.getByRole("region", { name: "connection later" }).getByText("draft", { exact: true }).first().waitFor();
  assert.equal((await items(tenant, "connections"))[0].state, "draft");
});

test("source connection, target connection and flow are created by their forms, each from the one before", async (t) => {
  const tenant = newTenant();
  const auth = {
    specName: "Connection String Based Authentication",
    params: { connectionString: "AccountName=acme;AccountKey=c2VjcmV0" },
  };
  const body = { name: "storage", connectionSpec: { id: "ecde33f2-c56f-46cc-bdea-ad151c16cd69" }, auth };
  const base = (await server.flow(tenant, "POST", "/connections", { body })).body.id;
  const { page, form } = await openForm(t, tenant, "sourceConnections");
  const create = () => form.getByRole("button", { name: "Create", exact: true }).click();

  await form.getByLabel("Connection spec").selectOption("azure-table-storage");
  await form.getByLabel("name (required)", { exact: true }).fill("customers");
  await form.getByLabel("baseConnectionId (required)").selectOption("storage");
  await form.getByLabel("tableName (required)").fill("customers");
  await create();
  await page.getByRole("region", { name: "source connection customers" }).waitFor();
  const [made] = await items(tenant, "sourceConnections");
  assert.deepEqual(
    [made.baseConnectionId, made.data, made.params],
    [base, { format: "tabular" }, { tableName: "customers" }],
  );

  await page.getByRole("tab", { name: "Target connections" }).click();
  await page.getByRole("button", { name: "New target connection" }).click();
  await form.getByLabel("Connection spec").selectOption("datalake");
  await form.getByLabel("name (required)", { exact: true }).fill("lake");
  await form.getByLabel("dataSetId (required)").fill("5f3c3cedb2805c194ff0b69a");
  await create();
  await page.getByRole("region", { name: "target connection lake" }).waitFor();

  await page.getByRole("tab", { name: "Flows" }).click();
  await page.getByRole("button", { name: "New flow" }).click();
  await form.getByLabel("Flow spec").selectOption("CRMToAEP");
  await form.getByLabel("name (required)", { exact: true }).fill("copy");
  await form.getByLabel("source connection (required)").selectOption("customers");
  await form.getByLabel("target connection (required)").selectOption("lake");
  await form.getByLabel("Copy: name").fill("Timestamp");
  await form.getByLabel("Mapping: mappingId").fill("m");
  await form.getByLabel("startTime (required)").fill("4102444800");
  await form.getByLabel("frequency (required)").selectOption("hour");
  await form.getByLabel("interval").fill("2");
  await create();
  await page.getByRole("region", { name: "flow copy" }).waitFor();
  const [{ scheduleParams, transformations, sourceConnectionIds }] = await items(tenant, "flows");
  assert.deepEqual(scheduleParams, { startTime: 4102444800, frequency: "hour", interval: 2 });
  assert.deepEqual(
    transformations.map(({ name }) => name),
    ["Copy", "Mapping"],
  );
  assert.deepEqual(sourceConnectionIds, [made.id]);

  // As JSON, the ends are those that fit.
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "New flow" }).click();
  await form.getByLabel("Flow spec").selectOption("CRMToAEP");
  await form.getByRole("button", { name: "As JSON" }).click();
  await form.getByLabel("Body as JSON").waitFor();
  await create();
  await page.getByRole("region", { name: "flow new CRMToAEP" }).waitFor();
});

test("the same body as JSON is valid from the start, and its refusal is shown", async (t) => {
  const tenant = newTenant();
  const { page, form } = await openForm(t, tenant, "connections");
  await form.getByLabel("Connection spec").selectOption("generic-rest-api");
  await form.getByLabel("name (required)", { exact: true }).fill("rest");
  await form.getByRole("button", { name: "As JSON" }).click();
  const text = form.getByLabel("Body as JSON");
  const body = JSON.parse(await text.inputValue());
  assert.equal(body.name, "rest");
  await text.fill("{");
  await form.getByRole("button", { name: "Create", exact: true }).click();
  await form.getByRole("alert").filter({ hasText: "Not created" }).waitFor();
  await text.fill(JSON.stringify({ ...body, own: { key: 1 } }));
  await form.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("region", { name: "connection rest" }).waitFor();
  assert.deepEqual((await items(tenant, "connections"))[0].own, { key: 1 });
});

/** What a schema cannot say, or a base connection that these lack. */
const NOT_FROM_SCHEMAS = [
  "amazon-kinesis",
  "apache-hive-on-azure-hdinsights",
  "azure-event-hubs",
  "google-pubsub",
  "linkedin-ads",
  "MarketoToAEP",
  "snowflake-streaming",
  "square",
];

test("what the forms begin with is valid for every spec whose schema says all", async () => {
  const tenant = newTenant();
  const list = async (kind) => (await server.flow(tenant, "GET", `/${kind}?limit=1000`)).body.items;
  const [specs, flowSpecs] = [await list("connectionSpecs"), await list("flowSpecs")];
  const made = { connections: new Map(), sourceConnections: new Map(), targetConnections: new Map(), flows: new Map() };
  const refused = new Set();
  const make = async (kind, spec, auth, ends = {}) => {
    const body = bodyOf(kind, spec, auth, { ...exampleTexts(kind, spec, auth, Date.now()), ...ends });
    const answer = await server.flow(tenant, "POST", `/${kind}`, { body });
    if (answer.status === 201) made[kind].set(spec.id, answer.body.id);
    else refused.add(spec.name);
  };
  for (const spec of specs) await make("connections", spec, spec.authSpec[0]);
  for (const kind of ["sourceConnections", "targetConnections"]) {
    for (const spec of specs.filter((each) => fits(kind, each))) {
      await make(
        kind,
        spec,
        undefined,
        spec.authSpec.length ? { "/baseConnectionId": made.connections.get(spec.id) ?? "" } : {},
      );
    }
  }
  const first = (kind, ids) => ids.map((id) => made[kind].get(id)).find(Boolean) ?? "";
  for (const spec of flowSpecs) {
    await make("flows", spec, undefined, {
      "/sourceConnectionIds/0": first("sourceConnections", spec.sourceConnectionSpecIds),
      "/targetConnectionIds/0": first("targetConnections", spec.targetConnectionSpecIds),
    });
  }
  assert.deepEqual(
    [...refused].sort((a, b) => a.localeCompare(b)),
    NOT_FROM_SCHEMAS,
  );
});

test("the form is reached by n, fits 360 pixels and has no violation of accessibility in either theme", async (t) => {
  const { imsOrgId, sandbox } = newTenant();
  const sizes = { light: { width: 1280, height: 800 }, dark: { width: 360, height: 640 } };
  for (const [theme, size] of Object.entries(sizes)) {
    const page = await openPage(t, server, `/state?${new URLSearchParams({ org: imsOrgId, sandbox })}`, {
      theme,
      size,
    });
    await page.getByText("No connections yet").waitFor();
    await page.keyboard.press("n");
    await page.getByLabel("Connection spec", { exact: true }).selectOption("azure-table-storage");
    await page.getByLabel("connectionString (required)").waitFor();
    await assertFitsWidth(page);
    await assertAccessible(page);
  }
});
