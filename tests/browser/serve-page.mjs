// Serves the page from the source folder in front of a running flowmock, so that an edit shows after a reload, without compiling:
//   node tests/browser/serve-page.mjs [URL of flowmock] [PORT]
// Everything but the page's own files goes on to flowmock, streams included.

import { readFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const FOLDER = fileURLToPath(new URL("../../src/http/ui/page/", import.meta.url));
const FILES = "/_flowmock/ui/files/source";
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Whether `path` is one of the addresses that answer index.html. */
function isPage(path) {
  return /^\/_flowmock\/ui(\/(requests|state|faults|contract|overview))?\/?$/.test(path);
}

/** Answers with a file of the page; index.html gets its placeholders filled in. */
async function answerFile(name, response) {
  const path = normalize(join(FOLDER, name));
  try {
    if (!path.startsWith(FOLDER)) throw new Error("outside the page's folder");
    let content = await readFile(path);
    if (name === "index.html") {
      content = content.toString().replaceAll("{{files}}", FILES).replaceAll("{{version}}", "source");
    }
    response.writeHead(200, {
      "content-type": TYPES[extname(path)] ?? "application/octet-stream",
      "cache-control": "no-store",
      "content-security-policy": POLICY,
      "x-content-type-options": "nosniff",
    });
    response.end(content);
  } catch (error) {
    response.writeHead(404, { "content-type": "text/plain" });
    response.end(`${name}: ${error.message}\n`);
  }
}

/** Sends a request on to flowmock and its answer back, without waiting for the end of either. */
function pass(target, request, response) {
  const { protocol, hostname, port } = target;
  const client = protocol === "https:" ? https : http;
  const { method, headers, url: path } = request;
  // `Host` stays: flowmock compares it with `Origin`, and both name this server.
  const onward = client.request(
    { hostname, port, method, path, headers, rejectUnauthorized: false },
    (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
      answer.on("error", () => response.destroy());
    },
  );
  onward.on("error", (error) => {
    if (response.headersSent) return response.destroy();
    response.writeHead(502, { "content-type": "text/plain" });
    response.end(`flowmock does not answer at ${target.origin}: ${error.message}\n`);
  });
  response.on("close", () => onward.destroy());
  request.pipe(onward);
}

/**
 * Starts to serve the page in front of `flowmock`.
 * @param {string} flowmock its URL
 * @param {number} [port] 0 picks a free one
 * @returns {Promise<{url: string, close: () => void}>}
 */
export async function servePage(flowmock, port = 0) {
  const target = new URL(flowmock);
  const server = http.createServer((request, response) => {
    const path = request.url.split("?")[0];
    if (path === "/" && request.headers.accept?.includes("text/html")) {
      response.writeHead(302, { location: "/_flowmock/ui" });
      response.end();
    } else if (isPage(path)) {
      answerFile("index.html", response);
    } else if (path.startsWith(`${FILES}/`)) {
      answerFile(path.slice(FILES.length + 1), response);
    } else {
      pass(target, request, response);
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [flowmock = "http://127.0.0.1:8080", port = "8081"] = process.argv.slice(2);
  const { url } = await servePage(flowmock, Number(port));
  console.log(`The page is at ${url}/_flowmock/ui, in front of ${flowmock}`);
}
