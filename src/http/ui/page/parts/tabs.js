// Tabs: arrow keys move between them, as screen readers expect.

import { html, useEffect, useRef } from "../lib/preact.js";
import { useId } from "./use-id.js";

/**
 * @param {object} props
 * @param {string} props.label what the tabs choose between
 * @param {{id: string, label: *}[]} props.tabs
 * @param {string} props.selected
 * @param {(id: string) => void} props.onSelect
 * @param {*} props.children the content of the selected tab
 */
export function Tabs({ label, tabs, selected, onSelect, children }) {
  const list = useRef();
  const base = useId();
  useEffect(() => {
    const tab = list.current.querySelector("[aria-selected=true]");
    tab?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [selected]);
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const index = tabs.findIndex(({ id }) => id === selected);
    const next = tabs[(index + step + tabs.length) % tabs.length];
    onSelect(next.id);
    list.current.querySelector(`[data-tab="${next.id}"]`)?.focus();
  };
  return html`<div class="tabs">
    <div class="tab-list" role="tablist" aria-label=${label} ref=${list} onKeyDown=${move}>
      ${tabs.map(
        ({ id, label: name }) =>
          html`<button
            key=${id}
            type="button"
            role="tab"
            data-tab=${id}
            id="${base}-${id}"
            aria-selected=${id === selected ? "true" : "false"}
            aria-controls="${base}-content"
            tabindex=${id === selected ? 0 : -1}
            onClick=${() => onSelect(id)}
          >
            ${name}
          </button>`,
      )}
    </div>
    <div class="tab-content" role="tabpanel" id="${base}-content" aria-labelledby="${base}-${selected}" tabindex="0">
      ${children}
    </div>
  </div>`;
}
