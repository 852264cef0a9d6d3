// The State view: snapshots, seed, reset.

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

const REFUSED = [/Failed to load resource/];
const toolsOf = ({ imsOrgId, sandbox }) => `/state?${new URLSearchParams({ org: imsOrgId, sandbox, kind: "tools" })}`;
const names = async (tenant) =>
  (await server.flow(tenant, "GET", "/connections?orderby=name")).body.items.map(({ name }) => name);

async function create(tenant, name) {
  const answer = await server.flow(tenant, "POST", "/connections", { body: connectionNamed(name) });
  assert.equal(answer.status, 201);
  return answer.body.id;
}

async function rename(tenant, id, name) {
  const { etag } = (await server.flow(tenant, "GET", `/connections/${id}`)).body.items[0];
  const options = { headers: { "if-match": etag }, body: [{ op: "replace", path: "/name", value: name }] };
  assert.equal((await server.flow(tenant, "PATCH", `/connections/${id}`, options)).status, 200);
}

const answer = (page, button) => page.getByRole("dialog").getByRole("button", { name: button }).click();

const documentOf = ({ imsOrgId, sandbox }, connections) => ({
  organisations: [{ imsOrgId, sandboxes: [{ name: sandbox, connections }] }],
});

test("a snapshot is saved, compared with now, restored and deleted", async (t) => {
  const tenant = newTenant();
  const changed = await create(tenant, "orders");
  const removed = await create(tenant, "sales");
  const page = await openPage(t, server, toolsOf(tenant));
  const card = page.getByRole("region", { name: "Snapshots", exact: true });
  await card.getByLabel("Name of a new snapshot").fill("before-test");
  await card.getByRole("button", { name: `Save the sandbox prod of ${tenant.imsOrgId}` }).click();
  await card.getByRole("cell", { name: `the sandbox prod of ${tenant.imsOrgId}` }).waitFor();
  await rename(tenant, changed, "returns");
  await server.flow(tenant, "DELETE", `/connections/${removed}`);
  await create(tenant, "fresh");
  await card.getByRole("button", { name: "Compare" }).click();
  await card.getByText("before-test → now: 1 added, 1 changed, 1 removed").waitFor();
  const changes = card.getByRole("list", { name: "Changes" }).getByRole("listitem");
  assert.match(
    (await changes.filter({ hasText: "removed" }).textContent()).replace(/\s+/g, " "),
    /removed connections sales/,
  );
  assert.match(
    (await changes.filter({ hasText: "added" }).textContent()).replace(/\s+/g, " "),
    /added connections fresh/,
  );
  const fields = changes.filter({ hasText: "changed" }).getByRole("row");
  assert.match(await fields.filter({ hasText: "/name" }).textContent(), /"orders"\s*"returns"/);
  await card.getByRole("button", { name: "Restore before-test" }).click();
  await answer(page, "Restore before-test");
  await page.getByText("before-test is restored").waitFor();
  assert.deepEqual(await names(tenant), ["orders", "sales"]);
  await card.getByRole("button", { name: "Compare" }).click();
  await card.getByText("before-test → now: 0 added, 0 changed, 0 removed").waitFor();
  await card.getByRole("button", { name: "Delete before-test" }).click();
  await answer(page, "Delete before-test");
  await page.getByText("No snapshots yet").waitFor();
});

test("two snapshots are compared with each other, and a name that cannot be is refused", async (t) => {
  const tenant = newTenant();
  const query = new URLSearchParams(tenant);
  await create(tenant, "orders");
  await server.call("PUT", `/_flowmock/snapshots/first?${query}`);
  await create(tenant, "sales");
  await server.call("PUT", `/_flowmock/snapshots/second?${query}`);
  await create(tenant, "after both");
  const page = await openPage(t, server, toolsOf(tenant), { allowed: REFUSED });
  const card = page.getByRole("region", { name: "Snapshots", exact: true });
  await card.getByLabel("From", { exact: true }).selectOption("first");
  await card.getByLabel("To", { exact: true }).selectOption("second");
  await card.getByRole("button", { name: "Compare" }).click();
  await card.getByText("first → second: 1 added, 0 changed, 0 removed").waitFor();
  await card.getByLabel("Name of a new snapshot").fill("no spaces");
  await card.getByRole("button", { name: /^Save/ }).click();
  await card.getByText("a snapshot's name has 1 to 100 letters, digits, and . _ -").waitFor();
  for (const name of ["first", "second"]) await server.call("DELETE", `/_flowmock/snapshots/${name}`);
});

test("a chosen document is added, or refused with every problem and its path", async (t) => {
  const tenant = newTenant();
  const page = await openPage(t, server, toolsOf(tenant), { allowed: REFUSED });
  const card = page.getByRole("region", { name: "Seed" });
  const choose = (name, text) =>
    card.getByLabel("State document").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  const yaml = `organisations:\n- imsOrgId: ${tenant.imsOrgId}\n  sandboxes:\n  - name: prod\n    connections:\n`;
  assert.ok(await card.getByRole("button", { name: "Add to the state" }).isDisabled());
  await choose("wrong.yaml", `${yaml}    - name: 3\n    - nam: orders\n`);
  await card.getByText("wrong.yaml").waitFor();
  await card.getByRole("button", { name: "Add to the state" }).click();
  await card.getByText("Nothing changed: Refused: 4 problems").waitFor();
  await card
    .getByRole("listitem")
    .filter({ hasText: "/organisations/0/sandboxes/0/connections/0/name" })
    .getByText("name must be a string")
    .waitFor();
  assert.equal(await card.getByRole("listitem").count(), 4);
  await choose(
    "right.yaml",
    `${yaml}    - name: orders\n      connectionSpec: {id: 10440537-2a7b-4583-ac39-ed38d4b848e8}\n`,
  );
  await card.getByRole("button", { name: "Add to the state" }).click();
  await page.getByText("right.yaml is added").waitFor();
  assert.deepEqual(await names(tenant), ["orders"]);
  await page.locator(".node[aria-current=page]", { hasText: "prod 1" }).waitFor();
});

test("a dropped document replaces everything once that is confirmed, with a snapshot first", async (t) => {
  const tenant = newTenant();
  await create(tenant, "old");
  const page = await openPage(t, server, toolsOf(tenant));
  const card = page.getByRole("region", { name: "Seed" });
  const text = JSON.stringify(documentOf(tenant, [connectionNamed("new")]));
  const transfer = await page.evaluateHandle((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], "state.json"));
    return data;
  }, text);
  await card.locator(".drop").dispatchEvent("drop", { dataTransfer: transfer });
  await card.getByText("state.json").waitFor();
  await card.getByRole("button", { name: "Replace everything" }).click();
  await answer(page, "Cancel");
  assert.deepEqual(await names(tenant), ["old"]);
  await card.getByRole("button", { name: "Replace everything" }).click();
  await answer(page, "Save a snapshot first");
  await page.getByText("state.json is the state now").waitFor();
  assert.deepEqual(await names(tenant), ["new"]);
  const { snapshots } = (await server.call("GET", "/_flowmock/snapshots")).body;
  const saved = snapshots.map(({ name }) => name).find((name) => /^before-seed-\d{14}$/.test(name));
  assert.equal((await server.call("GET", `/_flowmock/snapshots/${saved}`)).status, 200);
  await server.call("DELETE", `/_flowmock/snapshots/${saved}`);
});

test("the state is downloaded as a document that seeds another server", async (t) => {
  const tenant = newTenant();
  await create(tenant, "orders");
  const page = await openPage(t, server, toolsOf(tenant));
  const waiting = page.waitForEvent("download");
  await page.getByRole("button", { name: `Download the sandbox prod of ${tenant.imsOrgId}` }).click();
  const download = await waiting;
  assert.equal(download.suggestedFilename(), "flowmock-state.json");
  const chunks = [];
  for await (const chunk of await download.createReadStream()) chunks.push(chunk);
  const { organisations } = JSON.parse(Buffer.concat(chunks).toString());
  assert.equal(organisations[0].sandboxes[0].connections[0].name, "orders");
});

test("a download that fails says why", async (t) => {
  const page = await openPage(t, server, "/state", { allowed: REFUSED });
  await page.route("**/_flowmock/state", (route) =>
    route.fulfill({ status: 500, json: { errors: [{ path: "", reason: "no memory is left" }] } }),
  );
  await page.getByRole("button", { name: "Download everything" }).click();
  await page.getByText("no memory is left").waitFor();
});

test("a sandbox, an organisation and everything are reset, each after a question", async (t) => {
  const prod = newTenant("prod");
  const dev = { ...prod, sandbox: "dev" };
  const other = newTenant();
  for (const tenant of [prod, dev, other]) await create(tenant, "orders");
  const page = await openPage(t, server, toolsOf(prod));
  const reset = async (part) => {
    await page.getByRole("button", { name: `Reset ${part}`, exact: true }).click();
    await page.getByRole("dialog", { name: `Reset ${part}?` }).waitFor();
    await answer(page, `Reset ${part}`);
    await page.getByText(`Reset: ${part}`, { exact: true }).waitFor();
  };
  const left = async () => [await names(prod), await names(dev), await names(other)].map(({ length }) => length);
  await page.getByRole("button", { name: `Reset the sandbox prod of ${prod.imsOrgId}` }).click();
  await answer(page, "Cancel");
  assert.deepEqual(await left(), [1, 1, 1]);
  await reset(`the sandbox prod of ${prod.imsOrgId}`);
  assert.deepEqual(await left(), [0, 1, 1]);
  await reset(`the organisation ${prod.imsOrgId}`);
  assert.deepEqual(await left(), [0, 0, 1]);
  await reset("everything");
  assert.deepEqual(await left(), [0, 0, 0]);
});

test("the tools fit 360 pixels and have no violation of accessibility in either theme", async (t) => {
  const tenant = newTenant();
  const id = await create(tenant, "orders");
  await server.call("PUT", `/_flowmock/snapshots/look?${new URLSearchParams(tenant)}`);
  await rename(tenant, id, "sales");
  const sizes = { light: { width: 360, height: 640 }, dark: { width: 1280, height: 800 } };
  for (const [theme, size] of Object.entries(sizes)) {
    const page = await openPage(t, server, toolsOf(tenant), { theme, size });
    await page.getByRole("button", { name: "Compare" }).click();
    await page.getByText("look → now: 0 added, 1 changed, 0 removed").waitFor();
    await assertFitsWidth(page);
    await assertAccessible(page);
  }
});
