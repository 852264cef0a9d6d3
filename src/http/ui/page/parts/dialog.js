// A modal dialog: the browser's own, which keeps the focus inside and gives it back.

import { html, useEffect, useRef } from "../lib/preact.js";
import { useId } from "./use-id.js";

/**
 * Show it by rendering it: `open && html`<${Dialog} ... />``.
 * @param {object} props
 * @param {string} props.title
 * @param {() => void} props.onClose Escape, the close button; without `onSubmit` also a click beside it
 * @param {(event: Event) => void} [props.onSubmit] makes the dialog a form; the default is prevented
 * @param {*} [props.actions] buttons at the bottom; with `onSubmit` one has `type="submit"`
 * @param {boolean} [props.wide]
 * @param {*} props.children
 */
export function Dialog({ title, onClose, onSubmit, actions, wide, children }) {
  const dialog = useRef();
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element.showModal();
    element.querySelector("[data-autofocus]")?.focus();
    return () => {
      element.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
  const submit = (event) => {
    event.preventDefault();
    onSubmit(event);
  };
  const content = html`<header class="dialog-head">
      <h2 id=${heading}>${title}</h2>
      <button type="button" class="button quiet small" aria-label="Close" onClick=${onClose}>✕</button>
    </header>
    <div class="dialog-body">${children}</div>
    ${actions && html`<footer class="dialog-actions">${actions}</footer>`}`;
  return html`<dialog
    ref=${dialog}
    class=${wide ? "dialog wide" : "dialog"}
    aria-labelledby=${heading}
    onCancel=${(event) => (event.preventDefault(), onClose())}
    onMouseDown=${(event) => !onSubmit && event.target === dialog.current && onClose()}
  >
    ${
      onSubmit
        ? html`<form class="dialog-content" onSubmit=${submit} novalidate>${content}</form>`
        : html`<div class="dialog-content">${content}</div>`
    }
  </dialog>`;
}
