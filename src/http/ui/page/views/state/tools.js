// Snapshots, seed and reset, of everything or of a part of it.

import { html } from "../../lib/preact.js";
import { Reset } from "./reset.js";
import { Seed } from "./seed.js";
import { Snapshots } from "./snapshots.js";

/** @param {{place: import("./place.js").Place, changes: number}} props */
export function Tools({ place: { imsOrgId, sandbox }, changes }) {
  const part = { imsOrgId, sandbox };
  return html`<div class="stack">
    <${Snapshots} part=${part} changes=${changes} />
    <${Seed} part=${part} />
    <${Reset} part=${part} />
  </div>`;
}
