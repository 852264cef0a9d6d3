// Credentials are hidden, as in the journal, until somebody asks for them.
import { pointer } from "./patch.js";

export const HIDDEN = "[hidden]";

const NAMES = /(password|secret|credential|token$|accountkey|sasuri|connectionstring|privatekey)/i;

/** Whether the value at a JSON pointer is a credential: all of `auth` but its spec's name, and what its name tells. */
export function isSecret(path) {
  const steps = path.split("/");
  const at = steps.indexOf("auth");
  return (at >= 0 && steps.length > at + 1 && steps[at + 1] !== "specName") || NAMES.test(steps.at(-1));
}

/** A copy of a JSON value in which every credential is `[hidden]`. */
export function hide(value, path = "") {
  if (Array.isArray(value)) return value.map((item, at) => hide(item, pointer(path, at)));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, hide(part, pointer(path, key))]));
  }
  return value !== null && value !== undefined && isSecret(path) ? HIDDEN : value;
}

/** Whether a value has credentials. */
export const hasSecrets = (value) => JSON.stringify(value) !== JSON.stringify(hide(value));
