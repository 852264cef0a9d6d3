// The Faults view: rules, the clock, runs.

import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { assertAccessible, assertFitsWidth, closeBrowser, openPage } from "./harness/browser.mjs";
import { connectionNamed, newTenant, startServer } from "./harness/server.mjs";

let server;
before(async () => (server = await startServer()));
beforeEach(() => server.call("POST", "/_flowmock/reset"));
after(async () => {
  await closeBrowser();
  await server.stop();
});

const FAIL_POSTS = { match: { method: "POST" }, times: 3, action: { error: "FLOW-1103-503" } };

async function rules() {
  return (await server.call("GET", "/_flowmock/faults")).body.faults;
}

function addRule(rule) {
  return server.call("POST", "/_flowmock/faults", { body: rule });
}

/** Waits until `read` returns something equal to `wanted`. */
async function eventually(read, wanted) {
  let value;
  for (
    const end = Date.now() + 8000;
    Date.now() < end;
    await new Promise((resolve) => setTimeout(resolve, 50))
  ) {
    value = await read();
    if (JSON.stringify(value) === JSON.stringify(wanted)) return;
  }
  assert.deepEqual(value, wanted);
}

test("two clicks make the next three POSTs fail with FLOW-1103-503, and the count follows", async (t) => {
  const page = await openPage(t, server, "/faults");
  await page.getByRole("button", { name: "Next 3 POSTs: 503" }).click();
  await page.getByRole("button", { name: "Add rule" }).click();
  await page.getByText("fired 0 of 3, matched 0").waitFor();
  assert.deepEqual(await rules(), [{ id: "fault-1", ...FAIL_POSTS, matched: 0, fired: 0 }]);

  const tenant = newTenant();
  const statuses = [];
  for (let index = 0; index < 4; index += 1) {
    statuses.push(
      (await server.flow(tenant, "POST", "/connections", { body: connectionNamed("orders") })).status,
    );
  }
  assert.deepEqual(statuses, [503, 503, 503, 201]);
  await page.getByText("fired 3 of 3, matched 4").waitFor();
  await page.getByText("used up").waitFor();
  await page.getByText("1 rule, fired 3 times").waitFor();
});

test("the form makes rules of every field, and says in words what they will do", async (t) => {
  const page = await openPage(t, server, "/faults?operation=createFlow");
  const form = page.getByRole("form", { name: "Add a rule" });
  const fill = (label, value) => form.getByLabel(label).fill(value);
  assert.equal(await form.getByLabel("Operation").inputValue(), "createFlow");
  await form.getByLabel("What happens").selectOption("rateLimit");
  await fill("Requests per second", "2");
  await fill("Delay in ms", "10");
  await form.getByLabel("Method").selectOption("PUT");
  await fill("Operation", "listFlows");
  await fill("Organisation", "A@AdobeOrg");
  await fill("Sandbox", "dev");
  await fill("How often", "");
  await fill("After how many", "1");
  await fill("Probability in %", "50");
  await form
    .getByText("All PUT listFlows requests in dev of A@AdobeOrg after 1 others at 50 %: 429 above 2 a second")
    .waitFor();
  await form.getByRole("button", { name: "Add rule" }).click();
  await eventually(rules, [
    {
      id: "fault-1",
      match: { operation: "listFlows", method: "PUT", imsOrgId: "A@AdobeOrg", sandbox: "dev" },
      after: 1,
      probability: 0.5,
      action: { delayMs: 10, rateLimit: { perSecond: 2, per: "organisation" } },
      matched: 0,
      fired: 0,
    },
  ]);
});

test("a refused rule shows every reason with its place, and changes nothing", async (t) => {
  const page = await openPage(t, server, "/faults", { allowed: [/400/] });
  const form = page.getByRole("form", { name: "Add a rule" });
  await form.getByLabel("How often").fill("0");
  await form.getByLabel("Operation").fill("fly");
  await form.getByRole("button", { name: "Add rule" }).click();
  const alert = form.getByRole("alert");
  await alert.getByText("/times", { exact: true }).waitFor();
  assert.match(
    await alert.textContent(),
    /Not added.*\/match\/operation.*must be a whole number, 1 or more/s,
  );
  assert.deepEqual(await rules(), []);
  await assertAccessible(page);
});

test("a rule is switched off, survives a reload of the page, is switched on, and deleted", async (t) => {
  await addRule(FAIL_POSTS);
  const page = await openPage(t, server, "/faults");
  await page.getByRole("button", { name: "Switch off fault-1" }).click();
  await page.getByRole("button", { name: "Switch on fault-1" }).waitFor();
  assert.deepEqual(await rules(), []);
  await page.reload();
  await page.getByRole("button", { name: "Switch on fault-1" }).click();
  await page.getByRole("button", { name: "Delete fault-1" }).waitFor();
  assert.deepEqual(await rules(), [{ id: "fault-1", ...FAIL_POSTS, matched: 0, fired: 0 }]);
  await page.getByRole("button", { name: "Delete fault-1" }).click();
  await page.getByText("No rules").waitFor();
  assert.deepEqual(await rules(), []);
});

test("a rule is edited as JSON at its place; what the server refuses stays in the dialog", async (t) => {
  const secret = { match: { headers: { authorization: "Bearer abc" } }, action: { delayMs: 1 } };
  await addRule([FAIL_POSTS, secret, { ...FAIL_POSTS, id: "last" }]);
  const page = await openPage(t, server, "/faults", { allowed: [/400/] });
  assert.equal(
    await page.getByRole("button", { name: "Switch off fault-2" }).count(),
    0,
    "only the server has its credential",
  );
  await page.getByRole("button", { name: "Edit fault-2" }).click();
  const dialog = page.getByRole("dialog", { name: "Edit fault-2" });
  const text = dialog.getByLabel("Rule");
  await text.fill("{");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("Not saved: SyntaxError").waitFor();
  const hidden = { headers: { authorization: { equal: "Bearer [redacted]" } } };
  assert.deepEqual((await rules())[1].match, hidden);
  await text.fill(JSON.stringify({ match: hidden, times: -1, action: { delayMs: 2 } }));
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByText("/faults/1/times").or(dialog.getByText("/1/times")).waitFor();
  await assertAccessible(page);
  await text.fill(JSON.stringify({ match: hidden, times: 5, action: { delayMs: 2 } }));
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.waitFor({ state: "detached" });
  const changed = await rules();
  assert.deepEqual(
    changed.map(({ id }) => id),
    ["fault-1", "fault-2", "last"],
  );
  assert.deepEqual([changed[1].times, changed[1].action], [5, { delayMs: 2 }]);
  // The credential that the page never saw still matches.
  await server.call("GET", "/nowhere", { headers: { authorization: "Bearer abc" } });
  await page.getByText("fired 1 of 5, matched 1").waitFor();
});

test("all rules are replaced from a file after a question, and a wrong file shows its problems", async (t) => {
  await addRule(FAIL_POSTS);
  const page = await openPage(t, server, "/faults", { allowed: [/400/] });
  const choose = (name, text) =>
    page
      .getByLabel("Replace all from a file")
      .setInputFiles({ name, mimeType: "", buffer: Buffer.from(text) });
  const confirm = () => page.getByRole("dialog").getByRole("button", { name: "Replace all" }).click();
  await choose("rules.yaml", "- id: mine\n  action: {delayMs: 5}\n");
  await page.getByRole("dialog").getByText("1 rule in force").waitFor();
  await confirm();
  await page.getByText("mine", { exact: true }).waitFor();
  assert.deepEqual(await rules(), [{ id: "mine", action: { delayMs: 5 }, matched: 0, fired: 0 }]);
  await choose("rules.json", '[{"action": {"error": "NONE"}}]');
  await confirm();
  await page.getByText("/0/action/error").waitFor();
  assert.equal((await rules())[0].id, "mine");
  await page.getByRole("button", { name: "Remove all" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove all" }).click();
  await page.getByText("No rules").waitFor();
});

test("the clock is frozen, advanced, set, released and reset", async (t) => {
  const page = await openPage(t, server, "/faults", { allowed: [/400/] });
  const clock = async () => (await server.call("GET", "/_flowmock/clock")).body;
  const press = (name) => page.getByRole("button", { name, exact: true }).click();
  await press("Freeze");
  await page.getByText("frozen").waitFor();
  const { epochMs: start } = await clock();
  for (const [name, total] of [
    ["+ 1 minute", 60_000],
    ["+ 1 hour", 3_660_000],
    ["+ 1 day", 90_060_000],
  ]) {
    await press(name);
    await eventually(async () => (await clock()).epochMs - start, total);
  }
  const field = page.getByLabel("Set to (local time)");
  await field.fill("2030-05-06T07:08:09");
  await press("Set and freeze");
  const wanted = await page.evaluate(() => new Date("2030-05-06T07:08:09").getTime());
  await eventually(clock, { now: new Date(wanted).toISOString(), epochMs: wanted, running: false });
  await page
    .locator(`time[title="${new Date(wanted).toISOString()}"]`)
    .first()
    .waitFor();
  await press("Let it run");
  await page.getByText("running").waitFor();
  await press("Reset the clock");
  await eventually(async () => Math.abs((await clock()).epochMs - Date.now()) < 60_000, true);
  await field.fill("");
  await press("Set and freeze");
  await page.getByRole("alert").getByText("must be a time in UTC").waitFor();
});

/** A flow with a run every quarter of an hour. */
async function flowOf(tenant) {
  const created = async (kind, body) => {
    const answer = await server.flow(tenant, "POST", `/${kind}`, { body });
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body.id;
  };
  const connectionSpec = { id: "ecde33f2-c56f-46cc-bdea-ad151c16cd69" };
  const auth = {
    specName: "Connection String Based Authentication",
    params: { connectionString: "AccountName=acme;AccountKey=c2VjcmV0IGtleQ==" },
  };
  const baseConnectionId = await created("connections", { name: "storage", connectionSpec, auth });
  const source = await created("sourceConnections", {
    name: "customers",
    baseConnectionId,
    connectionSpec,
    data: { format: "tabular" },
    params: { tableName: "Customers" },
  });
  const target = await created("targetConnections", {
    connectionSpec: { id: "c604ff05-7f1a-43c0-8e18-33bf874cb11c" },
    params: { dataSetId: "5f3c3cedb2805c194ff0b69a" },
  });
  return created("flows", {
    name: "customers",
    flowSpec: { id: "14518937-270c-4525-bdec-c2ba7cce3860" },
    sourceConnectionIds: [source],
    targetConnectionIds: [target],
    transformations: [
      { name: "Copy", params: { deltaColumn: { name: "Timestamp" } } },
      { name: "Mapping", params: { mappingId: "0b090130b58b4e819afc78b6dc98a945" } },
    ],
    scheduleParams: { startTime: Math.floor(Date.now() / 1000), frequency: "minute", interval: 15 },
  });
}

test("runs of a sandbox are ordered, listed, finished and failed, and follow the clock", async (t) => {
  const tenant = newTenant();
  const flowId = await flowOf(tenant);
  const page = await openPage(t, server, `/faults?org=${tenant.imsOrgId}&sandbox=${tenant.sandbox}`, {
    allowed: [/400/],
  });
  const form = page.getByRole("form", { name: "Order how runs end" });
  const runs = page.getByRole("region", { name: "Runs", exact: true });
  const order = () => form.getByRole("button", { name: "Order" }).click();

  await form.getByLabel("Flow").selectOption({ label: "customers" });
  await form.getByLabel(/^Run/).fill("third");
  await order();
  await page.getByText("/run", { exact: true }).waitFor();
  await form.getByLabel(/^Run/).fill("3");
  await form.getByLabel("Code").fill("1337");
  await order();
  await page.getByRole("region", { name: "Ordered runs" }).getByText('copyFailed, code "1337"').waitFor();

  await page.getByRole("button", { name: "+ 1 hour" }).click();
  await runs.getByText("failed", { exact: true }).waitFor();
  assert.match(await runs.textContent(), /1337: The run failed as a test asked it to/);
  assert.match(await runs.textContent(), /customers/);

  // The run of this very moment ends by itself.
  const inProgress = runs.getByRole("button", { name: /^Finish run/ }).first();
  await inProgress.waitFor({ state: "detached" });
  await form.getByLabel(/^Run/).fill("now");
  await form.getByLabel("Stays in progress").check();
  await order();
  await inProgress.click();
  await inProgress.waitFor({ state: "detached" });
  await order();
  await runs
    .getByRole("button", { name: /^Fail run/ })
    .first()
    .click();
  const dialog = page.getByRole("dialog", { name: "Fail the run" });
  await dialog.getByLabel("Outcome").selectOption("promotionFailed");
  await dialog.getByLabel("Code").fill("133");
  await dialog.getByRole("button", { name: "Fail the run" }).click();
  await runs.getByText(/133:/).first().waitFor();

  await form.getByLabel("Flow").selectOption({ label: "every flow" });
  await order();
  await page.getByText("all without another order").waitFor();
  await page.getByRole("button", { name: "Forget all orders" }).click();
  await page.getByText("all without another order").waitFor({ state: "detached" });
  const { body } = await server.call(
    "GET",
    `/_flowmock/runs?imsOrgId=${tenant.imsOrgId}&sandbox=${tenant.sandbox}`,
  );
  assert.deepEqual(body.sandboxes[0]?.default ?? { outcome: "success" }, { outcome: "success" });
  const journal = await server.call(
    "GET",
    `/_flowmock/requests?operation=listRuns&imsOrgId=${tenant.imsOrgId}`,
  );
  assert.deepEqual(journal.body.requests, [], "what the page reads is not in the journal");
  const read = await server.flow(tenant, "GET", `/flows/${flowId}`);
  assert.equal(read.status, 200);
});

test("the view is accessible in both themes and fits 360 pixels", async (t) => {
  await flowOf(newTenant());
  await addRule([
    FAIL_POSTS,
    { match: { imsOrgId: "A-very-long-organisation-name-indeed@AdobeOrg" }, action: { reset: true } },
  ]);
  // Without motion: contrast is not measured halfway from one theme to the other.
  const options = { size: { width: 360, height: 740 }, context: { reducedMotion: "reduce" } };
  const page = await openPage(t, server, "/faults", options);
  await page.getByRole("button", { name: "Delete fault-2" }).waitFor();
  await page.getByRole("form", { name: "Order how runs end" }).waitFor();
  await assertFitsWidth(page);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await assertAccessible(page);
  }
});
