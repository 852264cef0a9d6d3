// The page under a control token, TLS and CORS.

import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { assertAccessible, closeBrowser, openPage } from "./harness/browser.mjs";
import { newTenant, startServer } from "./harness/server.mjs";

after(closeBrowser);

test("a control token is asked for once, a wrong one is refused, and the right one is kept for the tab", async (t) => {
  const server = await startServer([], { FLOWMOCK_CONTROL_TOKEN: "open-sesame" });
  const page = await openPage(t, server, "/requests", { allowed: [/401/] });
  t.after(server.stop);
  const dialog = page.getByRole("dialog", { name: "Control token" });
  await dialog.waitFor();
  await assertAccessible(page);
  await dialog.getByLabel("Token").fill("wrong");
  await page.keyboard.press("Enter");
  await dialog.getByText("The server refused this token.").waitFor();
  await dialog.getByLabel("Token").fill("open-sesame");
  await dialog.getByRole("button", { name: "Continue" }).click();
  await page.getByText("Live", { exact: true }).waitFor();
  await server.flow(newTenant(), "GET", "/connections");
  await page.getByRole("grid").getByText("listConnections").click();
  await page.getByRole("heading", { name: "Answer" }).waitFor();
  await page.reload();
  await page.getByText("Live", { exact: true }).waitFor();
  assert.equal(await dialog.count(), 0);
});

test("without the token the page says what is missing, and can ask again", async (t) => {
  const server = await startServer([], { FLOWMOCK_CONTROL_TOKEN: "open-sesame" });
  const page = await openPage(t, server, "/requests", { allowed: [/401/] });
  t.after(server.stop);
  await page.getByRole("dialog", { name: "Control token" }).getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Requests are not shown", { exact: false }).waitFor();
  await page.getByRole("button", { name: "Reconnect" }).click();
  await page.getByRole("dialog", { name: "Control token" }).getByLabel("Token").fill("open-sesame");
  await page.keyboard.press("Enter");
  await page.getByText("Live", { exact: true }).waitFor();
});

test("the page works under TLS", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "flowmock-tls-"));
  const server = await startServer(["--tls-self-signed", folder]);
  const page = await openPage(t, server, "/requests");
  t.after(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
  assert.match(server.url, /^https:/);
  await page.getByText("Live", { exact: true }).waitFor();
  await server.flow(newTenant(), "GET", "/connections");
  await page.getByRole("grid").getByText("listConnections").click();
  await page.getByRole("button", { name: "Replay" }).click();
  await page.getByText("Sent again: status 200").waitFor();
});

test("the page works under --cors, which does not open it to other origins", async (t) => {
  const server = await startServer(["--cors"]);
  const other = await startServer(["--cors"]);
  const page = await openPage(t, server, "/requests", { allowed: [/CORS/, /ERR_FAILED/, /403/] });
  t.after(server.stop);
  await page.getByText("Live", { exact: true }).waitFor();
  await server.flow(newTenant(), "GET", "/connections");
  await page.getByRole("grid").getByText("listConnections").click();
  await page.getByRole("heading", { name: "Answer" }).waitFor();
  const stranger = await page.context().newPage();
  await stranger.goto(`${other.url}/_flowmock/health`);
  const read = (path) =>
    stranger.evaluate(
      (url) =>
        fetch(url).then(
          (answer) => answer.status,
          () => "refused",
        ),
      `${server.url}${path}`,
    );
  for (const path of ["/_flowmock/events", "/_flowmock/unrecorded/data/foundation/flowservice/connections"]) {
    assert.ok(["refused", 403].includes(await read(path)), path);
  }
  await stranger.close();
  t.after(other.stop);
});
