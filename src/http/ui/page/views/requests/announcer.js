// Tells screen readers how many requests arrived, every few seconds at most.

import { html, useEffect, useRef, useState } from "../../lib/preact.js";
import { plural } from "../../core/format.js";

const EVERY_MS = 5000;

/** @param {{requests: {id: number}[], revision: number}} props */
export function Announcer({ requests, revision }) {
  const [text, setText] = useState("");
  const told = useRef(null);
  const timer = useRef();
  const tell = () => {
    timer.current = undefined;
    const last = requests.at(-1)?.id ?? 0;
    if (last > told.current) setText(`${plural(last - told.current, "new request")}`);
    told.current = last;
  };
  useEffect(() => {
    // What was there at the beginning is no news.
    told.current ??= requests.at(-1)?.id ?? 0;
    if ((requests.at(-1)?.id ?? 0) !== told.current) timer.current ??= setTimeout(tell, EVERY_MS);
  }, [revision]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return html`<p class="visually-hidden" role="status" aria-live="polite">${text}</p>`;
}
