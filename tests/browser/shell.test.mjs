// What surrounds the views: navigation, theme, keys, the live stream's state.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAccessible, assertFitsWidth, closeBrowser, openPage } from "./harness/browser.mjs";
import { startServer } from "./harness/server.mjs";

let server;
before(async () => (server = await startServer()));
after(async () => {
  await closeBrowser();
  await server.stop();
});

test("the navigation leads to every view, marks the current one, and the back button returns", async (t) => {
  const page = await openPage(t, server, "");
  const views = page.getByRole("navigation", { name: "Views" });
  for (const name of ["State", "Faults", "Contract", "Overview", "Requests"]) {
    await views.getByRole("link", { name }).click();
    assert.equal(new URL(page.url()).pathname, `/_flowmock/ui/${name.toLowerCase()}`);
    await page.getByRole("heading", { level: 1 }).waitFor({ state: "attached" });
    assert.equal(await page.locator("h1").count(), 1);
    assert.equal(await views.locator("[aria-current=page]").textContent(), name);
    assert.equal(await page.title(), `${name} · flowmock`);
  }
  await page.goBack();
  assert.equal(await views.locator("[aria-current=page]").textContent(), "Overview");
});

test("the names in the navigation stay where they are when the view changes, and all of them fit 360 pixels", async (t) => {
  const page = await openPage(t, server, "/requests", { size: { width: 360, height: 640 } });
  const views = page.getByRole("navigation", { name: "Views" });
  const places = () =>
    views.locator("a").evaluateAll((links) => links.map((link) => Math.round(link.getBoundingClientRect().x)));
  const before = await places();
  for (const name of ["Overview", "State"]) {
    await views.getByRole("link", { name }).click();
    await views.locator("[aria-current=page]", { hasText: name }).waitFor();
    assert.deepEqual(await places(), before);
  }
  assert.ok(await views.evaluate((element) => element.scrollWidth <= element.clientWidth));
});

test("the theme follows the system until the switch says otherwise, also after a reload", async (t) => {
  const page = await openPage(t, server, "/requests", { theme: "dark" });
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await page.getByRole("button", { name: "Theme: system" }).click();
  await page.getByRole("button", { name: "Theme: light" }).waitFor();
  const light = await ground();
  assert.notEqual(light, dark);
  await page.reload();
  await page.getByRole("button", { name: "Theme: light" }).waitFor();
  assert.equal(await ground(), light);
  await page.getByRole("button", { name: "Theme: light" }).click();
  await page.getByRole("button", { name: "Theme: dark" }).click();
  await page.getByRole("button", { name: "Theme: system" }).waitFor();
  assert.equal(await ground(), dark);
});

test("a question mark shows the keys, and Escape returns the focus", async (t) => {
  const page = await openPage(t, server, "/requests");
  const button = page.getByRole("button", { name: "Keys" });
  await button.focus();
  await page.keyboard.press("?");
  const dialog = page.getByRole("dialog", { name: "Keys" });
  await dialog.waitFor();
  assert.match(await dialog.textContent(), /Show the keys/);
  await assertAccessible(page);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.ok(await button.evaluate((element) => element === document.activeElement));
});

test("the first key press offers to skip to the content", async (t) => {
  const page = await openPage(t, server, "/requests");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the content" });
  assert.ok(await skip.evaluate((element) => element === document.activeElement));
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "main");
});

test("the header says whether the page is live", async (t) => {
  const page = await openPage(t, server, "/requests");
  await page.getByText("Live", { exact: true }).waitFor();
});

test("the shell fits 360 pixels and has no violation of accessibility in either theme", async (t) => {
  for (const theme of ["light", "dark"]) {
    const page = await openPage(t, server, "/overview", { theme, size: { width: 360, height: 640 } });
    await page.getByText("Live", { exact: true }).waitFor();
    await assertFitsWidth(page);
    await assertAccessible(page);
  }
});
