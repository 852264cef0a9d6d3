// Form fields: a label, the control, a hint, and what is wrong with it, tied together for screen readers.

import { html } from "../lib/preact.js";
import { useId } from "./use-id.js";

/**
 * @typedef {object} FieldProps
 * @property {string} label
 * @property {string} [hint]
 * @property {string} [error] what is wrong with the value
 * @property {boolean} [hideLabel] the label is for screen readers only
 */

/** The frame of a field; `control` gets the attributes of the form control. */
function Frame({ label, hint, error, hideLabel, control }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  const attributes = {
    id,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? "true" : undefined,
  };
  return html`<div class="field">
    <label for=${id} class=${hideLabel ? "visually-hidden" : ""}>${label}</label>
    ${control(attributes)} ${hint && html`<p id="${id}-hint" class="hint">${hint}</p>`}
    ${error && html`<p id="${id}-error" class="field-error">${error}</p>`}
  </div>`;
}

/**
 * An input of one line. Other attributes (`type`, `placeholder`, `required`, `data-autofocus`) go to the input.
 * @param {FieldProps & {value: string | number, onInput: (value: string) => void}} props
 */
export function TextField({ label, hint, error, hideLabel, value, onInput, ...rest }) {
  const control = (attributes) =>
    html`<input
      autocomplete="off"
      spellcheck=${false}
      ...${rest}
      ...${attributes}
      value=${value}
      onInput=${(event) => onInput(event.target.value)}
    />`;
  return html`<${Frame} ...${{ label, hint, error, hideLabel, control }} />`;
}

/** Text of several lines; `mono` for JSON. @param {FieldProps & {value: string, onInput: (value: string) => void, mono?: boolean}} props */
export function TextArea({ label, hint, error, hideLabel, value, onInput, mono, ...rest }) {
  const control = (attributes) =>
    html`<textarea
      rows="6"
      spellcheck=${false}
      ...${rest}
      ...${attributes}
      class=${mono ? "mono" : ""}
      value=${value}
      onInput=${(event) => onInput(event.target.value)}
    ></textarea>`;
  return html`<${Frame} ...${{ label, hint, error, hideLabel, control }} />`;
}

/**
 * A choice from a list.
 * @param {FieldProps & {value: string, onInput: (value: string) => void, options: (string | {value: string, label: string})[]}} props
 */
export function SelectField({ label, hint, error, hideLabel, value, onInput, options, ...rest }) {
  const control = (attributes) =>
    html`<select ...${rest} ...${attributes} value=${value} onChange=${(event) => onInput(event.target.value)}>
      ${options.map((option) => {
        const { value: own, label: name } =
          typeof option === "string" ? { value: option, label: option } : option;
        return html`<option key=${own} value=${own} selected=${own === value}>${name}</option>`;
      })}
    </select>`;
  return html`<${Frame} ...${{ label, hint, error, hideLabel, control }} />`;
}

/** A box to tick. @param {{label: *, checked: boolean, onChange: (checked: boolean) => void, hint?: string}} props */
export function CheckField({ label, checked, onChange, hint, ...rest }) {
  const id = useId();
  return html`<div class="field check">
    <input
      type="checkbox"
      ...${rest}
      id=${id}
      checked=${checked}
      aria-describedby=${hint ? `${id}-hint` : undefined}
      onChange=${(event) => onChange(event.target.checked)}
    />
    <label for=${id}>${label}</label>
    ${hint && html`<p id="${id}-hint" class="hint">${hint}</p>`}
  </div>`;
}
