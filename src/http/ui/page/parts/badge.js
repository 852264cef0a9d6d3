// Small labels: a badge, a status, a method. Their colour never says anything that their text does not.

import { html } from "../lib/preact.js";

/**
 * @param {object} props
 * @param {"neutral" | "accent" | "good" | "info" | "warning" | "error"} [props.tone]
 * @param {string} [props.title]
 * @param {*} props.children
 */
export function Badge({ tone = "neutral", title, children }) {
  return html`<span class="badge tone-${tone}" title=${title}>${children}</span>`;
}

/** The tone of a severity of the contract. @param {string} severity */
export function toneOf(severity) {
  return severity === "error" || severity === "warning" ? severity : "info";
}

const OUTCOMES = { reset: "reset", clientGone: "gone" };
const OUTCOME_TITLES = {
  reset: "A fault broke the connection before an answer",
  clientGone: "The client gave up before the answer",
};

/**
 * The status of an answer; without one, what happened instead.
 * @param {{status?: number, outcome?: string, title?: string}} props
 */
export function StatusChip({ status, outcome, title }) {
  if (status === undefined) {
    return html`<span class="status tone-warning" title=${OUTCOME_TITLES[outcome]}>${OUTCOMES[outcome] ?? "none"}</span>`;
  }
  const tone = status >= 500 ? "error" : status >= 400 ? "warning" : status >= 300 ? "info" : "good";
  return html`<span class="status tone-${tone}" title=${title}>${status}</span>`;
}

/** @param {{method: string}} props */
export function Method({ method }) {
  return html`<span class="method">${method}</span>`;
}
