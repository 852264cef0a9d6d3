// Reads the server-sent events of /_flowmock/events. `EventSource` cannot send the control token, so this reads with `fetch`;
// like it, this resumes after a break where it was, and waits longer after each failure.

import { control, search, send } from "./api.js";
import { errorOf } from "./errors.js";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** The server sends a comment every ten seconds; after a silence of this length the connection is dead. */
const SILENCE_MS = 25_000;

/**
 * @typedef {object} ServerEvent
 * @property {"request" | "lost" | "cleared" | "restarted"} type "restarted" comes from here: ids begin anew
 * @property {*} data
 */

/**
 * @typedef {object} StreamState
 * @property {"connecting" | "live" | "waiting" | "off"} phase "off": the server refused; it is not asked again
 * @property {Error} [error] why it waits or is off
 */

/**
 * @param {object} options
 * @param {Record<string, string>} [options.query] the journal's filters
 * @param {number} [options.sinceId] 0: everything that the journal has; default: from the next request on
 * @param {(events: ServerEvent[]) => void} options.onEvents called with what arrived together
 * @param {(state: StreamState) => void} options.onState
 * @param {(info: object) => void} [options.onInfo] called with `/_flowmock/info` before each connection
 * @returns {{close: () => void, reconnect: () => void}} `reconnect` continues at once after the last event that was read
 */
export function openEvents({ query = {}, sinceId, onEvents, onState, onInfo = () => {} }) {
  let lastId = sinceId;
  let startedAt;
  let failures = 0;
  let timer;
  let abort;

  async function connect() {
    const own = new AbortController();
    abort = own;
    onState({ phase: "connecting" });
    try {
      await noticeRestart(own.signal);
      await follow(own);
      throw new Error("the server ended the stream");
    } catch (error) {
      if (abort !== own) return;
      if (error.status >= 400 && error.status < 500 && error.status !== 429) {
        onState({ phase: "off", error });
        return;
      }
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
      failures += 1;
      onState({ phase: "waiting", error });
      timer = setTimeout(connect, wait);
    }
  }

  /** After a restart of the server, ids begin at 1 again: the last id that was read means nothing there. */
  async function noticeRestart(signal) {
    const info = await control("GET", "/info", { signal });
    if (startedAt !== undefined && startedAt !== info.startedAt) {
      lastId = 0;
      onEvents([{ type: "restarted", data: info }]);
    }
    startedAt = info.startedAt;
    onInfo(info);
  }

  async function follow(own) {
    const response = await send(`/_flowmock/events${search({ ...query, sinceId: lastId })}`, {
      signal: own.signal,
      headers: { accept: "text/event-stream" },
    });
    if (!response.ok) throw errorOf(response.status, await response.text());
    failures = 0;
    onState({ phase: "live" });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const parse = eventParser();
    let silence;
    const listen = () => {
      clearTimeout(silence);
      silence = setTimeout(() => reader.cancel(), SILENCE_MS);
    };
    try {
      for (;;) {
        listen();
        const { done, value } = await reader.read();
        if (done || abort !== own) return;
        const events = parse(value);
        for (const { id } of events) if (id) lastId = Number(id);
        if (events.length) onEvents(events);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  function stop() {
    clearTimeout(timer);
    const last = abort;
    abort = undefined;
    last?.abort();
  }

  connect();
  return {
    close: stop,
    reconnect() {
      stop();
      connect();
    },
  };
}

/**
 * Splits a stream of text into events. Give it each piece as it arrives.
 * @returns {(text: string) => (ServerEvent & {id?: string})[]}
 */
export function eventParser() {
  let rest = "";
  return (text) => {
    const blocks = (rest + text).split("\n\n");
    rest = blocks.pop();
    return blocks.map(parseBlock).filter(Boolean);
  };
}

function parseBlock(block) {
  const event = { type: "message", id: undefined };
  const data = [];
  for (const line of block.split("\n")) {
    const [, name, value] = line.match(/^([a-z]*):? ?(.*)$/) ?? [];
    if (name === "event") event.type = value;
    else if (name === "id") event.id = value;
    else if (name === "data") data.push(value);
  }
  if (!data.length) return null;
  try {
    return { ...event, data: JSON.parse(data.join("\n")) };
  } catch {
    return null;
  }
}
