// Credentials are hidden, as in the journal, until somebody asks for them.
import { pointer } from "./patch.js";

export const HIDDEN = "[hidden]";

// The names are those of the journal: src/testkit/journal/redact/credential.rs.
const PARTS =
  /password|passwd|passphrase|secret|credential|authorization|privatekey|(access|account|shared|subscription)key|connectionstring|sharedaccesssignature|cookie/;
const WHOLE = /^(pwd|pass|sig|signature|jwt|bearer|sas|sasuri|assertion|authcode|codeverifier)$/;
const HARMLESS = /^(continuation|next|page)token$/;
/** A bearer token, a JSON Web Token, a private key, a URL with a password. */
const IN_TEXT =
  /bearer\s+[\w.~+/-]{8,}|\beyJ[\w-]{8,}\.[\w-]+\.|-----BEGIN [A-Z ]*PRIVATE KEY|:\/\/[^\s/@:]+:[^\s/@]+@/i;

function isName(name) {
  const plain = name.replace(/[^a-z0-9]/gi, "").toLowerCase();
  return PARTS.test(plain) || WHOLE.test(plain) || (plain.endsWith("token") && !HARMLESS.test(plain));
}

/** Whether a text has a credential in it, as a connection string and a signed URL do. */
function hasCredential(text) {
  if (IN_TEXT.test(text)) return true;
  return [...text.matchAll(/([\w.-]+)\s*=\s*[^\s=;&]/g)].some(([, name]) => isName(name));
}

/** Whether the value at a JSON pointer is a credential: all of `auth` but its spec's name, and what its name tells. */
export function isSecret(path) {
  const steps = path.split("/");
  const at = steps.indexOf("auth");
  return (at >= 0 && steps.length > at + 1 && steps[at + 1] !== "specName") || isName(steps.at(-1));
}

/** A copy of a JSON value in which every credential is `[hidden]`. */
export function hide(value, path = "") {
  if (value !== null && typeof value === "object" && isName(path.split("/").at(-1))) return HIDDEN;
  if (Array.isArray(value)) return value.map((item, at) => hide(item, pointer(path, at)));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, hide(part, pointer(path, key))]));
  }
  if (value === null || value === undefined) return value;
  return isSecret(path) || (typeof value === "string" && hasCredential(value)) ? HIDDEN : value;
}

/** Whether a value has credentials. */
export const hasSecrets = (value) => JSON.stringify(value) !== JSON.stringify(hide(value));
