// The fields of a form.

import { useState } from "../lib/preact.js";

/**
 * @template T
 * @param {T | (() => T)} initial
 * @returns {{fields: T, setFields: (fields: T) => void, bind: (name: keyof T) => {value: *, onInput: (value: *) => void}}}
 *   `bind` makes the props of a field: `html`<${TextField} label="Code" ...${bind("code")} />``
 */
export function useFields(initial) {
  const [fields, setFields] = useState(initial);
  const bind = (name) => ({
    value: fields[name],
    onInput: (value) => setFields((before) => ({ ...before, [name]: value })),
  });
  return { fields, setFields, bind };
}
