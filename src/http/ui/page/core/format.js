// Times, numbers, sizes and durations as people read them.

const numbers = new Intl.NumberFormat("en", { useGrouping: true, maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});
const dates = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** `12 345` with thin spaces. @param {number} value */
export function formatNumber(value) {
  return numbers.format(value).replaceAll(",", "\u2009");
}

/** `3 requests`, `1 request`. @param {number} count @param {string} one @param {string} [many] */
export function plural(count, one, many = `${one}s`) {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** `1.2 kB`. @param {number} bytes */
export function formatBytes(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  const [size, unit] = bytes < 1e6 ? [bytes / 1e3, "kB"] : [bytes / 1e6, "MB"];
  return `${size < 10 ? size.toFixed(1) : formatNumber(Math.round(size))} ${unit}`;
}

/** `0.52 ms`, `12 ms`, `1 204 ms`. @param {number} micros microseconds */
export function formatDuration(micros) {
  return `${formatMillis(micros)} ms`;
}

/** Milliseconds without the unit. @param {number} micros microseconds */
export function formatMillis(micros) {
  const millis = micros / 1000;
  const digits = millis < 1 ? 2 : millis < 10 ? 1 : 0;
  return digits ? millis.toFixed(digits) : formatNumber(Math.round(millis));
}

/** The local time of day, with milliseconds. @param {string | number | Date} time */
export function formatClock(time) {
  return clock.format(new Date(time));
}

/** The local date and time. @param {string | number | Date} time */
export function formatTime(time) {
  return dates.format(new Date(time));
}

/** The ISO form, for `title` and `datetime`. @param {string | number | Date} time */
export function isoTime(time) {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}

/** A span of time in its two largest units: `2 d 4 h`. @param {number} ms */
export function formatSpan(ms) {
  let rest = Math.max(0, Math.floor(ms / 1000));
  const parts = [];
  for (const [unit, size] of Object.entries({ d: 86_400, h: 3600, min: 60, s: 1 })) {
    const amount = Math.floor(rest / size);
    rest %= size;
    if (amount || (unit === "s" && !parts.length)) parts.push(`${amount} ${unit}`);
  }
  return parts.slice(0, 2).join(" ");
}
