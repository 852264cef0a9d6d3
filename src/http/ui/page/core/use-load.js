// Loading what a component shows.

import { useCallback, useEffect, useRef, useState } from "../lib/preact.js";

/**
 * Calls `load` when `inputs` change, and when `reload` is called; what was loaded stays until the next answer.
 * An answer that a newer call has overtaken is dropped, and its request aborted.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} load
 * @param {unknown[]} inputs
 * @returns {{value: T | undefined, error: Error | undefined, loading: boolean, reload: () => void}}
 */
export function useLoad(load, inputs) {
  const [state, setState] = useState({ value: undefined, error: undefined, loading: true });
  const running = useRef(null);
  const reload = useCallback(() => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    setState((before) => ({ ...before, loading: true }));
    load(abort.signal).then(
      (value) => abort.signal.aborted || setState({ value, error: undefined, loading: false }),
      (error) => abort.signal.aborted || setState((before) => ({ ...before, error, loading: false })),
    );
  }, inputs);
  useEffect(() => {
    reload();
    return () => running.current?.abort();
  }, [reload]);
  return { ...state, reload };
}

/**
 * Runs an action of a button: one at a time, keeping its error.
 * @param {(...args: any[]) => Promise<void>} act
 * @returns {{run: (...args: any[]) => Promise<boolean>, busy: boolean, error: Error | undefined, clear: () => void}}
 *   `run` tells whether it worked
 */
export function useAction(act) {
  const [state, setState] = useState({ busy: false, error: undefined });
  const busy = useRef(false);
  const run = async (...args) => {
    if (busy.current) return false;
    busy.current = true;
    setState({ busy: true, error: undefined });
    try {
      await act(...args);
      setState({ busy: false, error: undefined });
      return true;
    } catch (error) {
      setState({ busy: false, error });
      return false;
    } finally {
      busy.current = false;
    }
  };
  return { run, ...state, clear: () => setState({ busy: false, error: undefined }) };
}
