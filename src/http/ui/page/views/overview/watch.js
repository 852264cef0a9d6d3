// The requests of the last minutes, for the charts. It goes on while other views are shown: with a stopped clock on the
// server, nothing else tells when they arrived.

import { control } from "../../core/api.js";
import { live } from "../../core/live.js";
import { Series, arrival } from "./series.js";

export const SLOT_MS = 5000;
export const series = new Series(SLOT_MS, 60);

let seenId = 0;
let clock;
let startedAt;

/** Learns of the server's clock, and at first begins to watch. @param {{startedAt: string}} info @param {AbortSignal} signal */
export async function watch(info, signal) {
  const { epochMs, running } = await control("GET", "/clock", { signal });
  const known = startedAt === info.startedAt && clock;
  const { lastId } = known || (await control("GET", "/requests", { query: { limit: 1 }, signal }));
  if (startedAt === undefined) live.subscribe(collect);
  // The ids of a restarted server begin anew.
  if (startedAt !== info.startedAt) seenId = 0;
  startedAt = info.startedAt;
  clock = { running, aheadMs: epochMs - Date.now(), lastId };
  collect();
}

function collect() {
  const { requests } = live.get();
  let index = requests.length;
  while (index > 0 && requests[index - 1].id > seenId) index -= 1;
  const now = Date.now();
  for (const request of requests.slice(index)) {
    const at = arrival(request, clock, now);
    if (at !== null) series.add(request, at);
    seenId = request.id;
  }
}
