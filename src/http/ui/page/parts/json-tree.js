// JSON, coloured, with objects and arrays that fold. Long ones begin folded, and long arrays show their rest on demand.

import { html, useState } from "../lib/preact.js";
import { CopyButton } from "./copy-button.js";

/** Items of an object or array that are shown before somebody asks for more. */
const FIRST_ITEMS = 100;
/** Characters of a string that are shown before somebody asks for more. */
const FIRST_CHARACTERS = 2000;

/**
 * @param {object} props
 * @param {*} props.value
 * @param {string} [props.label] for screen readers, and the name of the copy button: "Body of the request"
 * @param {number} [props.open] levels that begin unfolded; default: 3, fewer if the value is large
 * @param {boolean} [props.copy] whether there is a button to copy; default: true
 */
export function JsonTree({ value, label = "JSON", open, copy = true }) {
  const levels = open ?? (weigh(value, 400) >= 400 ? 1 : 3);
  return html`<div class="json" role="group" aria-label=${label}>
    ${
      copy &&
      html`<${CopyButton} class="button small json-copy" text=${() => JSON.stringify(value, null, 2)} title=${`Copy: ${label}`} />`
    }
    <${Node} value=${value} levels=${levels} last=${true} />
  </div>`;
}

function Node({ name, value, levels, last }) {
  const [unfolded, setUnfolded] = useState(levels > 0);
  const [limit, setLimit] = useState(FIRST_ITEMS);
  const key = name !== undefined && html`<span class="json-key">${JSON.stringify(name)}</span>: `;
  const comma = last ? "" : ",";
  if (value === null || typeof value !== "object") {
    return html`<div class="json-line">${key}<${Leaf} value=${value} />${comma}</div>`;
  }
  const list = Array.isArray(value);
  const keys = list ? value : Object.keys(value);
  const [begin, end] = list ? "[]" : "{}";
  if (!keys.length) return html`<div class="json-line">${key}${begin}${end}${comma}</div>`;
  const count = `${keys.length} ${list ? (keys.length === 1 ? "item" : "items") : keys.length === 1 ? "key" : "keys"}`;
  const fold = html`<button
    type="button"
    class="json-fold"
    aria-expanded=${unfolded ? "true" : "false"}
    aria-label=${`${name ?? "the value"}, ${count}`}
    onClick=${() => setUnfolded(!unfolded)}
  ></button>`;
  if (!unfolded) {
    return html`<div class="json-line">${fold}${key}${begin}<span class="json-count">${count}</span>${end}${comma}</div>`;
  }
  const rest = keys.length - limit;
  return html`<div class="json-line">${fold}${key}${begin}</div>
    <div class="json-inside">
      ${keys.slice(0, limit).map((item, index) => {
        const props = list ? { value: item } : { name: item, value: value[item] };
        return html`<${Node} key=${list ? index : item} ...${props} levels=${levels - 1} last=${index === keys.length - 1} />`;
      })}
      ${
        rest > 0 &&
        html`<button type="button" class="button small" onClick=${() => setLimit(limit + 10 * FIRST_ITEMS)}>
        ${rest} more
      </button>`
      }
    </div>
    <div class="json-line">${end}${comma}</div>`;
}

function Leaf({ value }) {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string")
    return html`<span class="json-${value === null ? "null" : typeof value}">${String(value)}</span>`;
  const cut = !whole && value.length > FIRST_CHARACTERS;
  const text = JSON.stringify(cut ? value.slice(0, FIRST_CHARACTERS) : value);
  return html`<span class="json-string">${text}</span>${
    cut &&
    html` <button type="button" class="button small" onClick=${() => setWhole(true)}>
      ${value.length - FIRST_CHARACTERS} more characters
    </button>`
  }`;
}

/** The number of values in a value, counted to `limit`. */
function weigh(value, limit) {
  if (value === null || typeof value !== "object") return 1;
  let sum = 1;
  for (const item of Object.values(value)) {
    sum += weigh(item, limit - sum);
    if (sum >= limit) return sum;
  }
  return sum;
}
