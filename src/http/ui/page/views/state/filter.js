// The query of a list: the filters as typed, the order and the page.

/** Parts of a filter text, separated by `&` outside quotes: `state==draft & name<="a & b"`. */
export function conditions(text) {
  const parts = text.match(/(?:"(?:[^"]|"")*"|[^&"]|"[^"]*$)+/g) ?? [];
  return parts.map((part) => part.trim()).filter(Boolean);
}

/** Text as a value of the filter grammar, quoted where it has to be. */
export const quoted = (text) => (/^[\w.:@/-]+$/.test(text) ? text : `"${text.replaceAll('"', '""')}"`);

/**
 * The query string of a list call.
 * @param {{filter?: string, order?: string, limit?: number, token?: string}} list
 */
export function listQuery({ filter = "", order, limit = 25, token }) {
  const query = new URLSearchParams();
  for (const condition of conditions(filter)) query.append("property", condition);
  if (order) query.set("orderby", order);
  query.set("limit", String(limit));
  if (token) query.set("continuationToken", token);
  return query.toString();
}

/** The continuation token of a page's link to the next one, if there is one. */
export function nextToken(page) {
  const query = page?._links?.next?.href?.split("?")[1];
  return query ? new URLSearchParams(query).get("continuationToken") : null;
}
