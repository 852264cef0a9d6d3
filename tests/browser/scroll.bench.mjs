// How smoothly the list of requests scrolls with 5,000 of them: prints the longest frame. Needs what the tests need; .ci/browser
// runs it after them. A frame above 50 ms is a stutter that one sees; a busy machine makes some too, so nothing fails.

import http from "node:http";
import { closeBrowser, theBrowser } from "./harness/browser.mjs";
import { newTenant, startServer } from "./harness/server.mjs";

const REQUESTS = 5000;
const SCROLL_MS = 4000;

const server = await startServer([
  "--journal-requests",
  String(2 * REQUESTS),
  "--journal-max-bytes",
  "134217728",
]);
await send(REQUESTS);
const context = await (await theBrowser()).newContext({ viewport: { width: 1280, height: 800 } });
const page = await context.newPage();
await page.goto(`${server.url}/_flowmock/ui/requests`);
await page.waitForFunction(
  (count) => document.querySelector(".status-line")?.textContent.startsWith(count),
  "5\u2009000 requests",
);
const still = await scroll(page);
console.log(`${REQUESTS} requests, scrolled from end to end: ${told(still)}`);
const arriving = send(500);
const busy = await scroll(page);
await arriving;
console.log(`while 500 more arrive: ${told(busy)}`);
await closeBrowser();
await server.stop();

/** Sends that many requests, a few at a time. */
async function send(count) {
  const tenant = newTenant();
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const headers = {
    authorization: "Bearer token",
    "x-api-key": "key",
    "x-gw-ims-org-id": tenant.imsOrgId,
    "x-sandbox-name": "prod",
  };
  const one = (index) =>
    new Promise((resolve, reject) => {
      const url = `${server.url}/data/foundation/flowservice/connections?${index % 3 ? "limit" : "limt"}=${(index % 100) + 1}`;
      const answered = (response) => response.resume().on("end", resolve);
      http.get(url, { agent, headers }, answered).on("error", reject);
    });
  let next = 0;
  const worker = async () => {
    while (next < count) await one(next++);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  agent.destroy();
}

/** Scrolls the list from top to bottom and back, a step in each frame. Returns the frames' lengths in milliseconds, sorted. */
function scroll(page) {
  return page.evaluate(
    (duration) =>
      new Promise((resolve) => {
        const list = document.querySelector(".requests");
        const frames = [];
        const begun = performance.now();
        let last = begun;
        const step = (now) => {
          frames.push(now - last);
          last = now;
          const done = (now - begun) / duration;
          if (done >= 1) return resolve(frames.slice(2).sort((one, other) => one - other));
          list.scrollTop = (done < 0.5 ? 2 * done : 2 - 2 * done) * (list.scrollHeight - list.clientHeight);
          requestAnimationFrame(step);
        };
        requestAnimationFrame(step);
      }),
    SCROLL_MS,
  );
}

function told(frames) {
  const at = (share) => frames[Math.min(frames.length - 1, Math.floor(share * frames.length))].toFixed(1);
  return `longest frame ${at(1)} ms, 99 % below ${at(0.99)} ms, half below ${at(0.5)} ms (${frames.length} frames)`;
}
