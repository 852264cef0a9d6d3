// The requests as they arrive: one stream for the whole page, whatever view is shown.

import { control } from "./api.js";
import { openEvents } from "./events.js";
import { createStore, useStore } from "./store.js";

/**
 * @typedef {object} RequestSummary a line of the journal; members without a value are absent
 * @property {number} id
 * @property {string} time ISO
 * @property {number} durationMicros
 * @property {string} method
 * @property {string} path
 * @property {string} query
 * @property {string} [operation]
 * @property {string} [imsOrgId]
 * @property {string} [sandbox]
 * @property {string} [consumer]
 * @property {number} [status]
 * @property {string} [errorCode]
 * @property {"answered" | "reset" | "clientGone"} outcome
 * @property {string} [requestId]
 * @property {{rule: string, level: "error" | "warning" | "info"}[]} [brokenRules]
 */

/**
 * @typedef {object} Live
 * @property {import("./events.js").StreamState["phase"]} phase
 * @property {Error} [error]
 * @property {RequestSummary[]} requests oldest first; the array itself changes, `revision` tells that it did
 * @property {number} revision
 * @property {boolean} journal false if the server keeps none (`--journal-requests 0`); then nothing is live
 * @property {number} earlier requests that the journal had forgotten before the page was opened
 * @property {number} lost requests that went by unseen since then
 */

/** Requests that the page keeps at most; the oldest go first. */
export const KEPT = 10_000;
/** Arrivals are shown together this often, so that a thousand requests a second cost as much as ten. */
const SHOW_EVERY_MS = 100;

const requests = [];
/** @type {import("./store.js").Store<Live>} */
export const live = createStore({
  phase: "connecting",
  journal: true,
  requests,
  revision: 0,
  earlier: 0,
  lost: 0,
});

let stream;
let waitsToBeSeen = false;
/** Whether the stream was left for another tab. */
let left = false;
let pending = null;
let timer;
let catchingUp = true;
let hasContract = false;

/** Starts the stream; further calls do nothing. */
export function startLive() {
  if (stream || waitsToBeSeen) return;
  if (document.hidden) waitsToBeSeen = true;
  else connect();
  shareConnections();
}

/**
 * A browser opens six connections to a server without TLS, for all tabs together, and a stream takes one for itself: six tabs
 * would leave none to call with. So a tab that nobody has seen yet waits, and one in the background leaves its stream when
 * another tab is looked at. It goes on after the last request that it has read.
 */
function shareConnections() {
  const tabs = new BroadcastChannel("flowmock.live");
  const seen = () => {
    if (document.hidden) return;
    tabs.postMessage("seen");
    if (waitsToBeSeen) connect();
    else if (left) stream.reconnect();
    waitsToBeSeen = left = false;
  };
  tabs.addEventListener("message", () => {
    if (!document.hidden || !stream) return;
    left = true;
    stream.close();
  });
  document.addEventListener("visibilitychange", seen);
  seen();
}

function connect() {
  stream = openEvents({
    sinceId: 0,
    // 409: there is no journal.
    onState: ({ phase, error }) => live.set({ phase, error, journal: error?.status !== 409 }),
    onInfo: ({ features }) => (hasContract = features.includes("contract")),
    onEvents: receive,
  });
}

/** Connects again at once, after a refusal or while it waits. */
export function reconnectLive() {
  stream?.reconnect();
}

/**
 * Empties the journal, or removes the requests of an organisation or sandbox. The stream tells when they are gone.
 * @param {{imsOrgId?: string, sandbox?: string}} [part]
 * @returns {Promise<number>} how many went
 */
export async function clearRequests(part) {
  return (await control("DELETE", "/requests", { query: part })).cleared;
}

/** The stream's state and the requests; the component renders again as they change. @returns {Live} */
export function useLive() {
  return useStore(live);
}

function receive(events) {
  for (const { type, data } of events) {
    if (type === "request") {
      requests.push(data);
      if (hasContract && data.brokenRules === undefined) completeLater(data);
      catchingUp = false;
    } else if (type === "lost") {
      pending = { ...pending, ...countLost(data.count) };
      catchingUp = false;
    } else if (type === "restarted") {
      remove({});
      catchingUp = true;
    } else if (type === "cleared") {
      remove(data);
    }
  }
  if (requests.length > KEPT) requests.splice(0, requests.length - KEPT);
  showSoon();
}

/** What is lost before the first request was gone before anybody looked. */
function countLost(count) {
  const { earlier, lost } = { ...live.get(), ...pending };
  return catchingUp ? { earlier: earlier + count } : { lost: lost + count };
}

/** Requests that a busy server sent before it had examined them; the last hundred. */
const unexamined = [];
let completing = false;

/** Asks for the broken rules of such a request: its details have them. */
async function completeLater(request) {
  unexamined.push(request);
  if (unexamined.length > 100) unexamined.shift();
  if (completing) return;
  completing = true;
  while (unexamined.length) {
    const next = unexamined.pop();
    try {
      next.brokenRules = (await control("GET", `/requests/${next.id}`)).brokenRules ?? [];
      showSoon();
    } catch {
      // It has left the journal, or the server has gone.
    }
  }
  completing = false;
}

/** Forgets the requests of a part of the journal; without names, all. */
function remove({ imsOrgId, sandbox }) {
  const goes = (request) =>
    (imsOrgId === undefined || request.imsOrgId === imsOrgId) &&
    (sandbox === undefined || request.sandbox === sandbox);
  const kept = requests.filter((request) => !goes(request));
  requests.length = 0;
  requests.push(...kept);
  if (!kept.length) pending = { earlier: 0, lost: 0 };
}

function showSoon() {
  timer ??= setTimeout(() => {
    timer = undefined;
    const change = pending;
    pending = null;
    live.set({ ...change, revision: live.get().revision + 1 });
  }, SHOW_EVERY_MS);
}
