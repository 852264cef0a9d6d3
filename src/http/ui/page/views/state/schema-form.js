// The fields of a form that is made of a JSON Schema.

import { flow } from "../../core/api.js";
import { useLoad } from "../../core/use-load.js";
import { html } from "../../lib/preact.js";
import { SelectField, TextArea, TextField } from "../../parts/field.js";
import { listQuery } from "./filter.js";
import { nameOf } from "./kinds.js";
import { initialText, textOf } from "./schema.js";

/**
 * @param {object} props
 * @param {import("./schema.js").Field[]} props.fields
 * @param {Record<string, string>} props.texts by the path of the field
 * @param {(texts: Record<string, string>) => void} props.setTexts
 * @param {{path: string, text: string}} [props.error] what the server refused
 */
export function SchemaForm({ fields, texts, setTexts, tenant, error }) {
  return fields.map((field) => {
    const props = {
      field,
      label: `${field.label}${field.required ? " (required)" : ""}`,
      hint: field.description,
      error: error?.path === field.path ? error.text : undefined,
      value: texts[field.path] ?? initialText(field),
      onInput: (text) => setTexts({ ...texts, [field.path]: text }),
    };
    return html`<${field.type === "entity" ? EntityField : Field} key=${field.path} tenant=${tenant} ...${props} />`;
  });
}

function Field({ field, tenant: _, ...props }) {
  const initial = textOf(field, field.initial);
  if (field.type === "choice" || field.type === "boolean") {
    const choices = (field.choices ?? [true, false]).map((choice) => textOf(field, choice));
    const none = { value: "", label: initial ? `default: ${initial}` : "" };
    return html`<${SelectField} ...${props} options=${[none, ...choices]} />`;
  }
  const rest = { ...props, "aria-required": field.required ? "true" : undefined, placeholder: initial };
  if (field.type === "json") return html`<${TextArea} ...${rest} mono rows="3" placeholder=${initial || "JSON"} />`;
  const numeric = field.type === "number" || field.type === "integer";
  return html`<${TextField} ...${rest} type=${field.type === "password" ? "password" : "text"} inputmode=${numeric ? "decimal" : undefined} />`;
}

/** A choice among the entities that fit. */
function EntityField({ field: { kind, filter }, tenant, ...props }) {
  const list = useLoad(
    async (signal) =>
      (await flow("GET", `/${kind}?${listQuery({ filter, limit: 200 })}`, { tenant, signal })).body.items,
    [kind, filter, tenant.imsOrgId, tenant.sandbox],
  );
  const options = (list.value ?? []).map((entity) => ({ value: entity.id, label: nameOf(entity) }));
  const none = {
    value: "",
    label: list.loading ? "Loading…" : options.length ? "Choose…" : "None fits: make one first",
  };
  return html`<${SelectField} ...${props} error=${list.error?.detail ?? props.error} options=${[none, ...options]} />`;
}
