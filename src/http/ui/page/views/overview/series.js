// Requests over time, in slots of a few seconds, and rankings of requests.

/** Durations that a slot keeps; of more it keeps a uniform sample. */
const SAMPLE = 400;
/** A request stamped this far from now was stamped by a clock that somebody has moved since. */
const PLAUSIBLE_MS = 60_000;

export class Series {
  kept = new Map();

  /** @param {number} slotMs @param {number} slots number that is kept */
  constructor(slotMs, slots) {
    Object.assign(this, { slotMs, slots });
  }

  /** @param {{status?: number, durationMicros: number}} request @param {number} at milliseconds since 1970 */
  add(request, at) {
    const number = Math.floor(at / this.slotMs);
    const slot = this.kept.get(number) ?? this.begin(number);
    slot.count += 1;
    if (failed(request)) slot.errors += 1;
    const place = slot.count <= SAMPLE ? slot.count - 1 : Math.floor(Math.random() * slot.count);
    if (place < SAMPLE) slot.millis[place] = request.durationMicros / 1000;
  }

  begin(number) {
    const slot = { count: 0, errors: 0, millis: [] };
    this.kept.set(number, slot);
    for (const old of this.kept.keys()) if (old <= number - this.slots) this.kept.delete(old);
    return slot;
  }

  /**
   * All slots until now, the oldest first; durations in milliseconds, null without requests.
   * @returns {{start: number, count: number, errors: number, median: number | null, p95: number | null}[]}
   */
  until(now) {
    const first = Math.floor(now / this.slotMs) - this.slots + 1;
    return Array.from({ length: this.slots }, (_, index) => {
      const { count, errors, millis } = this.kept.get(first + index) ?? { count: 0, errors: 0, millis: [] };
      const sorted = [...millis].sort((one, other) => one - other);
      const start = (first + index) * this.slotMs;
      return { start, count, errors, median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
    });
  }
}

/** Whether a request got an error, or no answer. */
export function failed({ status }) {
  return !(status < 400);
}

/** The nearest rank. @param {number[]} sorted @param {number} share 0 to 1 */
export function quantile(sorted, share) {
  return sorted.length ? sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] : null;
}

/**
 * When a request arrived by the browser's clock; its own time follows the server's, which tests stop and move.
 * @param {{id: number, time: string}} request
 * @param {{running: boolean, aheadMs: number, lastId: number}} clock the server's; `lastId`: the newest request when the
 *   page began to watch
 * @returns {number | null} null for an older request that no clock places
 */
export function arrival({ id, time }, { running, aheadMs, lastId }, now) {
  const stamped = Date.parse(time) - aheadMs;
  if (id <= lastId) return running && stamped <= now ? stamped : null;
  return running && Math.abs(stamped - now) < PLAUSIBLE_MS ? Math.min(stamped, now) : now;
}

/**
 * The most frequent names of requests.
 * @param {object[]} requests
 * @param {(request: object) => string | undefined} nameOf requests without a name are left out
 * @returns {{name: string, count: number, errors: number, share: number}[]} `share` of the most frequent, 0 to 1
 */
export function ranked(requests, nameOf, limit = 10) {
  const rows = new Map();
  for (const request of requests) {
    const name = nameOf(request);
    if (name === undefined) continue;
    if (!rows.has(name)) rows.set(name, { name, count: 0, errors: 0 });
    const row = rows.get(name);
    row.count += 1;
    if (failed(request)) row.errors += 1;
  }
  const most = [...rows.values()].sort((one, other) => other.count - one.count).slice(0, limit);
  return most.map((row) => ({ ...row, share: row.count / most[0].count }));
}
