// Takes the screenshots in docs/images: FLOWMOCK_BINARY=... node tests/browser/screenshots.mjs

import { fileURLToPath } from "node:url";
import { closeBrowser, theBrowser } from "./harness/browser.mjs";
import { startServer } from "./harness/server.mjs";

const FOLDER = fileURLToPath(new URL("../../docs/images/", import.meta.url));
const SPEC = { id: "ecde33f2-c56f-46cc-bdea-ad151c16cd69", version: "1.0" };
const HEADERS = {
  Authorization: "Bearer any-token",
  "x-api-key": "any-key",
  "x-gw-ims-org-id": "ACME@AdobeOrg",
  "x-sandbox-name": "prod",
  "Content-Type": "application/json",
  "x-flowmock-consumer": "orders-importer",
};

const server = await startServer();

async function send(method, path, body, headers = {}) {
  const response = await fetch(`${server.url}/data/foundation/flowservice${path}`, {
    method,
    headers: { ...HEADERS, ...headers },
    body: body && JSON.stringify(body),
  });
  return response.status === 204 ? {} : response.json();
}

const auth = {
  specName: "Connection String Based Authentication",
  params: { connectionString: "AccountName=acme;AccountKey=c2VjcmV0" },
};
for (const name of ["orders", "customers", "returns"]) {
  const { id, etag } = await send("POST", "/connections", { name, auth, connectionSpec: SPEC });
  await send("GET", `/connections/${id}`);
  const patch = [{ op: "replace", path: "/name", value: `all ${name}` }];
  await send("PATCH", `/connections/${id}`, patch, { "If-Match": etag });
  if (name === "customers") await send("PATCH", `/connections/${id}`, patch, { "If-Match": etag });
}
await send("GET", "/connections?property=name=orders");
await send("GET", "/connections?limit=20");
for (let poll = 0; poll < 4; poll += 1) await send("GET", "/connections?limit=1");
await send("GET", "/connections?property=name==orders");
await send("POST", "/connections", { name: "incomplete", connectionSpec: SPEC });
await send("GET", "/connections/00000000-0000-4000-8000-000000000000");

const shots = [
  { name: "page-light", theme: "light", width: 1200, height: 640 },
  { name: "page-dark", theme: "dark", width: 1200, height: 640 },
  { name: "page-narrow", theme: "light", width: 400, height: 700 },
];
for (const { name, theme, width, height } of shots) {
  const browser = await theBrowser();
  const page = await browser.newPage({ colorScheme: theme, viewport: { width, height } });
  await page.goto(`${server.url}/_flowmock/ui/requests`);
  await page.getByText("FLOW-1404-412").waitFor({ state: "attached" });
  if (width > 400) await page.getByText("FLOW-1404-412").click();

  await page.waitForTimeout(1500); // the badges of the rules that were broken
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  await page.close();
}
await closeBrowser();
await server.stop();
