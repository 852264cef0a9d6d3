// The Contract view: score, broken rules, coverage, consumers and tests, downloads.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, beforeEach, test } from "node:test";
import { assertAccessible, assertFitsWidth, closeBrowser, openPage } from "./harness/browser.mjs";
import { newTenant, startServer } from "./harness/server.mjs";

let server;
before(async () => (server = await startServer()));
beforeEach(() => server.call("DELETE", "/_flowmock/contract"));
after(async () => {
  await closeBrowser();
  await server.stop();
});

const tenant = newTenant();

function asConsumer(consumer, path, more) {
  const headers = { "x-flowmock-consumer": consumer, ...more };
  return server.flow(tenant, "GET", path, { headers });
}

test("broken rules are listed worst first, each with its first request, its remedy and a page of its own", async (t) => {
  await asConsumer("importer", "/connections?property=name=orders", { "x-flowmock-test": "filters" });
  await asConsumer("importer", "/connections?limt=5", {
    "x-flowmock-test": "lists",
    "x-request-id": "first-of-all",
  });
  await asConsumer("importer", "/connections?limt=6", { "x-flowmock-test": "lists" });
  const page = await openPage(t, server, "/contract");
  await page.getByText("39 of 41").waitFor();
  await page.getByText("1 error, 1 warning, 0 info").waitFor();
  const names = page.getByRole("tabpanel").getByRole("heading", { level: 2 });
  assert.deepEqual(await names.allTextContents(), ["parameter-unknown", "filter-single-equals"]);
  const panel = await page.getByRole("tabpanel").textContent();
  assert.match(panel, /2 times, importer/);
  assert.match(panel, /Leave it out, or look for its spelling/);
  assert.match(panel, /limt; the call takes property, orderby, limit/);
  assert.match(panel, /docs\/contract-rules.md#parameter-unknown/);

  await page.getByRole("link", { name: "parameter-unknown" }).click();
  await page.getByRole("button", { name: "All broken rules" }).waitFor();
  assert.deepEqual(await names.allTextContents(), ["parameter-unknown"]);
  const { body } = await server.call("GET", "/_flowmock/requests?requestId=first-of-all");
  const name = `Request ${body.requests[0].id}`;
  await page.getByRole("link", { name }).click();
  await page.getByRole("region", { name }).getByText("limt").first().waitFor();
  assert.equal(new URL(page.url()).pathname, "/_flowmock/ui/requests");
});

test("a link to a rule shows it although nobody broke it", async (t) => {
  await asConsumer("importer", "/connections");
  const page = await openPage(t, server, "/contract?rule=if-match-any");
  await page.getByText("Send the etag that was read last.").waitFor();
  await page.getByText("kept", { exact: true }).waitFor();
});

test("the report follows the requests as they arrive", async (t) => {
  const page = await openPage(t, server, "/contract");
  await page.getByText("No requests yet").waitFor();
  await asConsumer("importer", "/connections?limt=5");
  await page.getByRole("link", { name: "parameter-unknown" }).waitFor();
});

test("coverage is a matrix that tells what was never met, and how to provoke it", async (t) => {
  await asConsumer("importer", "/connections");
  await asConsumer("importer", "/connections?limt=5");
  const page = await openPage(t, server, "/contract?tab=coverage");
  const matrix = page.getByRole("region", { name: "Coverage" });
  await matrix.getByRole("button", { name: "listConnections 200: seen 1 time" }).waitFor();
  await page.getByText("1 operation", { exact: true }).waitFor();
  assert.equal(await matrix.getByRole("button", { name: "listConnections 400: seen 1 time" }).count(), 1);

  await page.getByLabel("Never met only").check();
  await matrix
    .getByRole("button", { name: "listConnections 200: seen 1 time" })
    .waitFor({ state: "detached" });
  await matrix.getByRole("button", { name: "listConnections 429 gateway: never" }).click();
  const dialog = page.getByRole("dialog", { name: "listConnections: 429 gateway" });
  await dialog.getByText("x-flowmock-error: 429050").waitFor();
  await assertAccessible(page);
  await dialog.getByRole("link", { name: "Make a fault rule" }).click();
  await page.getByText("Next listConnections request: fail with 429050").waitFor();
  await page.goBack();

  await page.getByLabel("Operations never called, too").check();
  await page.keyboard.press("/");
  await page.keyboard.type("createflow");
  await matrix.getByRole("button", { name: "createFlow 201: never" }).waitFor();
  const { searchParams } = new URL(page.url());
  assert.deepEqual(Object.fromEntries(searchParams), {
    tab: "coverage",
    never: "1",
    all: "1",
    q: "createflow",
  });
});

test("each consumer and each test has its row, and one consumer can be chosen", async (t) => {
  await asConsumer("importer", "/connections?limt=5", { "x-flowmock-test": "lists" });
  await asConsumer("exporter", "/connections", { "x-flowmock-test": "reads" });
  const page = await openPage(t, server, "/contract?tab=tests");
  const cells = async (name) => page.getByRole("region", { name }).locator("tbody tr").allInnerTexts();
  await page.getByRole("region", { name: "Tests" }).waitFor();
  assert.deepEqual(
    (await cells("Tests")).map((row) => row.split("\t").map((cell) => cell.trim())),
    [
      ["lists", "importer", "1", "error: parameter-unknown × 1"],
      ["reads", "exporter", "1", "none"],
    ],
  );
  assert.equal((await cells("Consumers")).length, 2);
  await page.getByLabel("Consumer", { exact: true }).selectOption("exporter");
  await page.getByText("41 of 41").waitFor();
  assert.equal((await cells("Consumers")).length, 1);
  assert.equal(new URL(page.url()).searchParams.get("consumer"), "exporter");
});

test("the report is downloaded in each format; a Pact file needs one consumer", async (t) => {
  await asConsumer("importer", "/connections");
  await asConsumer("exporter", "/connections");
  const page = await openPage(t, server, "/contract", { allowed: [/400/] });
  const save = async (name) => {
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: `Download ${name}` }).click(),
    ]);
    return [file.suggestedFilename(), await readFile(await file.path(), "utf8")];
  };
  const [xml, junit] = await save("JUnit");
  assert.deepEqual([xml, junit.includes("<testsuites")], ["contract.xml", true]);
  const [md, markdown] = await save("Markdown");
  assert.deepEqual(
    [md, markdown.includes("importer") && markdown.includes("exporter")],
    ["contract.md", true],
  );
  const [json, report] = await save("JSON");
  assert.deepEqual([json, JSON.parse(report).consumers.length], ["contract.json", 2]);
  await page.getByRole("button", { name: "Download Pact" }).click();
  await page
    .getByRole("alert")
    .getByText(/Not downloaded/)
    .waitFor();
  await page.getByLabel("Consumer", { exact: true }).selectOption("importer");
  const [pact, contract] = await save("Pact");
  assert.deepEqual([pact, JSON.parse(contract).consumer.name], ["pact.json", "importer"]);
});

test("the report of one consumer, and of all, is emptied after a question", async (t) => {
  await asConsumer("importer", "/connections");
  await asConsumer("exporter", "/connections");
  const page = await openPage(t, server, "/contract?consumer=importer");
  const names = async () =>
    (await server.call("GET", "/_flowmock/contract")).body.consumers.map(({ name }) => name);
  const reset = page.getByRole("button", { name: "Reset" });
  const dialog = page.getByRole("dialog");
  await reset.click();
  await dialog.getByText("coverage of importer go").waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  assert.deepEqual(await names(), ["exporter", "importer"]);
  await reset.click();
  await dialog.getByRole("button", { name: "Empty the report" }).click();
  await page.getByText("of 1 consumer").waitFor();
  assert.deepEqual(await names(), ["exporter"]);
  await reset.click();
  await dialog.getByRole("button", { name: "Empty the report" }).click();
  await page.getByText("No requests yet").waitFor();
  assert.deepEqual(await names(), []);
});

test("every tab is accessible in both themes and fits 360 pixels", async (t) => {
  await asConsumer("importer", "/connections?limt=5", { "x-flowmock-test": "lists" });
  // Without motion: contrast is not measured halfway from one theme to the other.
  const options = { size: { width: 360, height: 740 }, context: { reducedMotion: "reduce" } };
  const page = await openPage(t, server, "/contract", options);
  for (const name of [/Broken rules/, "Coverage", "Consumers and tests"]) {
    await page.getByRole("tab", { name }).click();
    await assertFitsWidth(page);
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await assertAccessible(page);
    }
  }
});
