// A flowmock of its own for each test file: the binary that FLOWMOCK_BINARY names, on a free port. FLOWMOCK_PAGE=source puts the
// page's source folder in front of it, so that changed files are tested without compiling; a server with TLS shows its own.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const START_MS = 15_000;

/** @typedef {{status: number, headers: Record<string, string>, body: *}} Answer */

/**
 * Starts a server. It ends with the test file at the latest, since it reads the end of its standard input.
 * In a test that has one of its own, call `t.after(own.stop)` after `openPage`, so that the page is closed first.
 * @param {string[]} [args] further flags
 * @param {Record<string, string>} [env] further variables
 */
export async function startServer(args = [], env = {}) {
  const binary = process.env.FLOWMOCK_BINARY;
  if (!binary) throw new Error("FLOWMOCK_BINARY names no flowmock");
  const folder = await mkdtemp(join(tmpdir(), "flowmock-browser-"));
  const portFile = join(folder, "port");
  const listen = args.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
  const flags = [...listen, "--port-file", portFile, "--stop-with-stdin", "--log-level", "error"];
  const stdio = ["pipe", "ignore", "inherit"];
  // Variables of whoever runs the tests, which begin like the server's own, would be settings or warnings.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("FLOWMOCK_"));
  const child = spawn(binary, [...flags, ...args], {
    env: { ...Object.fromEntries(inherited), ...env },
    stdio,
  });
  // It does not keep a test file running that has failed; the end of this process ends it.
  child.unref();
  child.stdin.unref();
  const ended = new Promise((resolve) => child.on("exit", resolve));
  const started = await portOf(portFile, child);
  const fromSource = process.env.FLOWMOCK_PAGE === "source" && started.url.startsWith("http:");
  const front = fromSource ? await pageOf(started.url) : undefined;
  const { url } = front ?? started;
  const stop = async () => {
    front?.close();
    child.ref();
    child.stdin.end();
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  return { url, stop, ...callsOf(url) };
}

/** The page's source folder in front of a server, in a process of its own, since some tests wait for a command. */
async function pageOf(flowmock) {
  const program = fileURLToPath(new URL("../serve-page.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, flowmock, "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const close = () => child.kill();
  process.on("exit", close);
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  child.unref();
  child.stdout.destroy();
  return { url: line.match(/http:\/\/[\d.:]+/)[0], close };
}

async function portOf(file, child) {
  for (const end = Date.now() + START_MS; Date.now() < end;) {
    if (child.exitCode !== null) throw new Error(`flowmock ended with exit code ${child.exitCode}`);
    try {
      return JSON.parse(await readFile(file, "utf8"));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  throw new Error("flowmock does not start");
}

/** The calls that tests send besides the page. */
function callsOf(url) {
  /** @param {string} method @param {string} path @param {{headers?: object, body?: *}} [options] @returns {Promise<Answer>} */
  const call = (method, path, { headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const content = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
      const type = content !== undefined && { "content-type": "application/json" };
      const client = url.startsWith("https:") ? https : http;
      const options = { method, headers: { ...type, ...headers }, rejectUnauthorized: false };
      const request = client.request(url + path, options, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (piece) => (text += piece));
        response.on("end", () =>
          resolve({ status: response.statusCode, headers: response.headers, body: parsed(text) }),
        );
        response.on("error", reject);
      });
      request.on("error", reject);
      request.end(content);
    });

  /** A call of the Flow Service in a sandbox. @param {{imsOrgId: string, sandbox: string}} tenant */
  const flow = (tenant, method, path, { headers, body } = {}) =>
    call(method, `/data/foundation/flowservice${path}`, {
      body,
      headers: {
        authorization: "Bearer token",
        "x-api-key": "key",
        "x-gw-ims-org-id": tenant.imsOrgId,
        "x-sandbox-name": tenant.sandbox,
        ...headers,
      },
    });

  /** Adds a document to the state, as `POST /_flowmock/state` takes it. */
  const seed = async (document, headers) => {
    const answer = await call("POST", "/_flowmock/state", { body: document, headers });
    if (answer.status !== 204) throw new Error(`not seeded: ${JSON.stringify(answer.body)}`);
  };

  return { call, flow, seed };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

let tenants = 0;

/** An organisation that no other test uses. */
export function newTenant(sandbox = "prod") {
  tenants += 1;
  return { imsOrgId: `TEST${process.pid}${tenants}@AdobeOrg`, sandbox };
}

/** The body of a connection that any sandbox accepts. */
export function connectionNamed(name) {
  return { name, connectionSpec: { id: "10440537-2a7b-4583-ac39-ed38d4b848e8", version: "1.0" } };
}
