// A value that several components show. The page keeps no other state outside components.

import { useEffect, useReducer } from "../lib/preact.js";

/**
 * @template T
 * @typedef {object} Store
 * @property {() => T} get the value now
 * @property {(change: Partial<T> | ((value: T) => T)) => void} set replaces some members, or all by a function
 * @property {(listener: () => void) => () => void} subscribe calls `listener` after each change; returns how to stop
 */

/**
 * @template T
 * @param {T} initial an object
 * @returns {Store<T>}
 */
export function createStore(initial) {
  let value = initial;
  const listeners = new Set();
  return {
    get: () => value,
    set(change) {
      value = typeof change === "function" ? change(value) : { ...value, ...change };
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/**
 * The value of a store; the component renders again when it changes.
 * @template T
 * @param {Store<T>} store
 * @returns {T}
 */
export function useStore(store) {
  const [, render] = useReducer((count) => count + 1, 0);
  const value = store.get();
  useEffect(() => {
    if (store.get() !== value) render();
    return store.subscribe(render);
  }, [store]);
  return value;
}
