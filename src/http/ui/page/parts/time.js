// A time in the local zone; its title is the ISO form.

import { html } from "../lib/preact.js";
import { formatClock, formatTime, isoTime } from "../core/format.js";

/**
 * @param {object} props
 * @param {string | number} props.time ISO, or milliseconds since 1970
 * @param {"clock" | "full"} [props.form] `clock`: the time of day alone, with milliseconds
 */
export function Time({ time, form = "full" }) {
  const iso = isoTime(time);
  return html`<time datetime=${iso} title=${iso}>${form === "clock" ? formatClock(time) : formatTime(time)}</time>`;
}
