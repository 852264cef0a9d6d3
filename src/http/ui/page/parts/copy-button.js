// Copies a text. Without the clipboard API (plain http to another machine) it falls back to a selection.

import { html, useEffect, useRef, useState } from "../lib/preact.js";
import { notify } from "./toasts.js";

/**
 * @param {string} text
 * @returns {Promise<void>} fails if the browser refuses
 */
export async function copyText(text) {
  if (navigator.clipboard && isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  const host = document.querySelector("dialog:modal") ?? document.body;
  const before = document.activeElement;
  host.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  before?.focus?.();
  if (!copied) throw new Error("the browser does not let this page copy");
}

/**
 * @param {object} props
 * @param {string | (() => string)} props.text
 * @param {string} [props.label] default: Copy
 * @param {string} [props.title] the name for screen readers, where the label alone is not clear
 * @param {string} [props.class] default: `button small`
 */
export function CopyButton({ text, label = "Copy", title, class: name = "button small" }) {
  const [copied, setCopied] = useState(false);
  const timer = useRef();
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    try {
      await copyText(typeof text === "function" ? text() : text);
      setCopied(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setCopied(false), 1500);
    } catch (error) {
      notify(`Not copied: ${error.message}`, { tone: "error" });
    }
  };
  return html`<button type="button" class=${name} title=${title} aria-label=${title} onClick=${copy}>
    <span class="same-place"
      ><span class=${copied ? "unseen" : ""}>${label}</span
      ><span class=${copied ? "" : "unseen"} aria-live="polite">${copied ? "Copied" : ""}</span></span
    >
  </button>`;
}
