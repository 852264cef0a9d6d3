// A message in its place: a refusal, a remark, an empty list.

import { html } from "../lib/preact.js";
import { CopyButton } from "./copy-button.js";

/**
 * @param {object} props
 * @param {"info" | "good" | "warning" | "error"} [props.tone]
 * @param {string} [props.title]
 * @param {*} props.children
 */
export function Notice({ tone = "info", title, children }) {
  return html`<div class="notice tone-${tone}" role=${tone === "error" ? "alert" : undefined}>
    ${title && html`<p class="notice-title">${title}</p>`} ${children}
  </div>`;
}

/**
 * What the server said about a failed call: title, code, message, every problem.
 * @param {object} props
 * @param {Error | undefined} props.error nothing is shown without one
 * @param {string} [props.what] what failed: "The rule was not added"
 * @param {() => void} [props.retry] offers a button
 */
export function ErrorNotice({ error, what, retry }) {
  if (!error) return null;
  const { title, detail, code, problems = [] } = error;
  const message = detail ?? error.message;
  return html`<${Notice} tone="error" title=${what ? `${what}: ${title ?? error.name}` : (title ?? error.name)}>
    ${message && html`<p>${message}</p>`} ${code && code !== title && html`<p><code>${code}</code></p>`}
    ${
      problems.length > 0 &&
      html`<ul class="problems" tabindex="0">
      ${problems.map(({ path, reason }) => html`<li>${path && html`<code>${path}</code> `}${reason}</li>`)}
    </ul>`
    }
    ${retry && html`<button type="button" class="button small" onClick=${retry}>Try again</button>`}
  <//>`;
}

/**
 * What stands where a list is empty: why, and what to do.
 * @param {object} props
 * @param {string} props.title "No requests yet"
 * @param {string} [props.command] a line for a shell, with a button to copy it
 * @param {*} [props.children]
 */
export function Empty({ title, command, children }) {
  return html`<div class="empty">
    <p class="empty-title">${title}</p>
    ${children}
    ${command && html`<div class="command"><code>${command}</code><${CopyButton} text=${command} title="Copy the command" /></div>`}
  </div>`;
}

/** Shown while something loads, after a moment only, so that quick answers do not flicker. */
export function Loading({ what = "Loading" }) {
  return html`<p class="loading" role="status">${what}…</p>`;
}
