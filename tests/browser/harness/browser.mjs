// Chromium, and pages in it that are watched: an error in the console, or a request to another origin, fails the test.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

const tools = process.env.FLOWMOCK_BROWSER_TOOLS ?? join(homedir(), ".cache/flowmock-ci-browser");
const require = createRequire(join(tools, "package.json"));
const { chromium } = require("playwright-core");
const axeSource = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** How long a page may take to show something. */
const PATIENCE_MS = 20_000;

let browser;

/** The Chromium that .ci/browser would take. */
function installed() {
  const paths = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];
  return paths.find((path) => existsSync(path)) ?? paths[0];
}

/** The browser of this test file; it ends with `closeBrowser`. */
export async function theBrowser() {
  browser ??= await chromium.launch({
    executablePath: process.env.FLOWMOCK_CHROMIUM ?? installed(),
    args: ["--no-sandbox", "--disable-gpu", "--no-proxy-server"],
  });
  return browser;
}

export async function closeBrowser() {
  await browser?.close();
  browser = undefined;
}

/**
 * Opens a view for one test: `const page = await openPage(t, server, "/requests")`.
 * @param {import("node:test").TestContext} t the page is closed, and its errors are asserted, when the test ends
 * @param {{url: string}} server
 * @param {string} path below /_flowmock/ui
 * @param {object} [options]
 * @param {"light" | "dark"} [options.theme] what the system prefers
 * @param {{width: number, height: number}} [options.size]
 * @param {RegExp[]} [options.allowed] console errors that the test provokes
 * @param {object} [options.context] further options of the browser context
 */
export async function openPage(t, server, path, { theme = "light", size, allowed = [], context: more } = {}) {
  const context = await (
    await theBrowser()
  ).newContext({
    colorScheme: theme,
    viewport: size ?? { width: 1280, height: 800 },
    ignoreHTTPSErrors: true,
    permissions: ["clipboard-read", "clipboard-write"],
    ...more,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const errors = [];
  page.on("pageerror", (error) => errors.push(`uncaught: ${error.stack}`));
  page.on("console", (message) => {
    if (message.type() === "error" && !allowed.some((text) => text.test(message.text())))
      errors.push(message.text());
  });
  page.on("request", (request) => {
    const { origin, protocol } = new URL(request.url());
    if (!["data:", "blob:"].includes(protocol) && origin !== server.url)
      errors.push(`request to ${request.url()}`);
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(errors, []);
  });
  await page.goto(`${server.url}/_flowmock/ui${path}`);
  await page.locator("main h1").waitFor({ state: "attached" });
  return page;
}

/**
 * Asserts that axe finds no violation of WCAG 2, levels A and AA, in what the page shows.
 * @param {import("playwright-core").Page} page
 */
export async function assertAccessible(page) {
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    nodes: nodes
      .slice(0, 5)
      .map((node) => `${node.html} ${node.any[0]?.message ?? node.failureSummary ?? ""}`),
  }));
  assert.deepEqual(found, []);
}

/** Asserts that the page does not scroll sideways. */
export async function assertFitsWidth(page) {
  const { scroll, client } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scroll: scrollWidth, client: clientWidth };
  });
  assert.ok(scroll <= client, `the page is ${scroll} pixels wide in a window of ${client}`);
}
