// What is done again and again while somebody looks.

import { useCallback, useEffect, useReducer, useRef } from "../lib/preact.js";
import { useLoad } from "./use-load.js";

/** Renders the component every `ms`, or calls `act` instead. @param {number} ms @param {() => void} [act] */
export function useTick(ms, act) {
  const [, tick] = useReducer((count) => count + 1, 0);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || (act ?? tick)(), ms);
    return () => clearInterval(timer);
  }, [ms, act]);
}

/** `useLoad`, repeated every `ms`; a slow answer is waited for. */
export function usePoll(load, inputs, ms) {
  const state = useLoad(load, inputs);
  const busy = useRef();
  busy.current = state.loading;
  useTick(
    ms,
    useCallback(() => busy.current || state.reload(), [state.reload]),
  );
  return state;
}
