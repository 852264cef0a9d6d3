// A request as a curl command for a POSIX shell.

/** Headers that curl, or the connection, sets itself. */
const LEFT_OUT = new Set([
  "host",
  "content-length",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "expect",
  "te",
  "upgrade",
]);
const HIDDEN = /\[redacted\]/g;

/**
 * @param {object} request of the journal
 * @param {string} origin of the server
 * @returns {{command: string, placeholders: string[], incomplete: boolean}} `placeholders` stand for credentials, which the journal
 *   hides; `incomplete`: the journal does not have the whole body
 */
export function curlCommand(request, origin) {
  const { method, path, query, headers, body } = request;
  const placeholders = new Set();
  const fill = (text, name) =>
    text.replace(HIDDEN, () => {
      placeholders.add(`{${name}}`);
      return `{${name}}`;
    });
  const content = contentOf(body);
  const parts = [
    `curl${/[[\]{}]/.test(path + query) ? " --globoff" : ""} ${methodFlag(method, content)}`.trim(),
  ];
  parts.push(quote(fill(origin + path + (query ? `?${query}` : ""), "CREDENTIAL")));
  for (const [name, value] of headers) {
    if (LEFT_OUT.has(name)) continue;
    const placeholder =
      name === "authorization" ? "ACCESS_TOKEN" : name.replace(/^x-/, "").replace(/\W/g, "_").toUpperCase();
    // curl sends a header without a value if it ends in a semicolon.
    parts.push(`-H ${quote(value === "" ? `${name};` : `${name}: ${fill(value, placeholder)}`)}`);
  }
  if (content !== undefined) {
    if (!headers.some(([name]) => name === "content-type")) parts.push("-H 'content-type:'");
    parts.push(`--data-raw ${quote(fill(content, "CREDENTIAL"))}`);
  }
  const incomplete = body !== undefined && (content === undefined || body.truncated === true);
  return { command: parts.join(" \\\n  "), placeholders: [...placeholders], incomplete };
}

function contentOf(body) {
  if (body?.json !== undefined) return JSON.stringify(body.json);
  return body?.text;
}

function methodFlag(method, content) {
  if (method === "HEAD") return "--head";
  if (method === (content === undefined ? "GET" : "POST")) return "";
  return `-X ${quote(method)}`;
}

/** A word of a POSIX shell: nothing in it is special. @param {string} text */
export function quote(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
