// Ids that tie labels to fields.

import { useRef } from "../lib/preact.js";

let next = 1;

/** An id of this component, the same at each rendering. @returns {string} */
export function useId() {
  const id = useRef();
  id.current ??= `f${next++}`;
  return id.current;
}
