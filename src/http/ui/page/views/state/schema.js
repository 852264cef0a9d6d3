// The fields of a form that is made of a JSON Schema, and the value that the filled form stands for.
import { pointer } from "./patch.js";

/**
 * @typedef {object} Field
 * @property {string} path JSON pointer from the schema's own value
 * @property {string} label
 * @property {"text"|"password"|"number"|"integer"|"boolean"|"choice"|"json"|"entity"} type
 * @property {boolean} required
 * @property {string} [description]
 * @property {unknown} [initial] the schema's default; sent only if the field is required, since the server knows it too
 * @property {unknown[]} [choices] of an enum
 * @property {string} [kind] of an `entity`: the list to choose from
 * @property {string} [filter] the filter of that list
 * @property {boolean} [numeric] text that becomes a number if it is one
 */

/**
 * The fields of an object schema; those of objects inside it come with longer paths.
 * @param {object} schema
 * @returns {Field[]} required ones first, otherwise in the schema's order
 */
export function fieldsOf(schema, base = "", required = true) {
  const needed = new Set(schema?.required ?? []);
  const fields = Object.entries(schema?.properties ?? {}).flatMap(([name, part]) => {
    const path = pointer(base, name);
    const must = required && needed.has(name);
    if (part.type === "object" && Object.keys(part.properties ?? {}).length) return fieldsOf(part, path, must);
    return [
      {
        path,
        label: name,
        required: must,
        description: part.description ?? part.title,
        initial: part.default ?? part.const,
        ...inputOf(part),
      },
    ];
  });
  return fields.sort((a, b) => Number(b.required) - Number(a.required));
}

function inputOf(part) {
  if (Array.isArray(part.enum)) return { type: "choice", choices: part.enum };
  const types = [part.type ?? "string"].flat().filter((type) => type !== "null");
  if (types.includes("string")) {
    return {
      type: part.format === "password" ? "password" : "text",
      numeric: types.includes("integer") || types.includes("number"),
    };
  }
  return { type: ["number", "integer", "boolean"].includes(types[0]) ? types[0] : "json" };
}

/** The text that an input shows for a value. */
export function textOf(field, value) {
  if (value === undefined) return "";
  return typeof value === "string" && field.type !== "json" ? value : JSON.stringify(value);
}

/** The text that a field starts with. */
export const initialText = (field) => (field.required ? textOf(field, field.initial) : "");

/** The value of a field's text; `undefined` for an empty one. Text that is no value of the type stays text: the server refuses it. */
function parsed(field, text) {
  if (text === "") return undefined;
  if (field.type === "choice") return field.choices.find((choice) => textOf(field, choice) === text) ?? text;
  if (["text", "password", "entity"].includes(field.type))
    return field.numeric && /^-?\d+$/.test(text) ? Number(text) : text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The object that a filled form stands for. Empty fields are left out.
 * @param {Field[]} fields
 * @param {Record<string, string>} texts by the path of the field
 */
export function valueOf(fields, texts) {
  const value = {};
  for (const field of fields) {
    const filled = parsed(field, texts[field.path] ?? initialText(field));
    if (filled === undefined) continue;
    const steps = field.path
      .slice(1)
      .split("/")
      .map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
    const last = steps.pop();
    const next = (at) => (/^\d+$/.test(steps[at + 1] ?? last) ? [] : {});
    const holder = steps.reduce((part, step, at) => (part[step] ??= next(at)), value);
    holder[last] = filled;
  }
  return value;
}

/** The path of the field that a refusal's pointer is about: the place itself, or a field around or inside it. */
export function fieldAt(paths, place) {
  if (!place) return undefined;
  const around = paths.find((path) => `${place}/`.startsWith(`${path}/`));
  return around ?? paths.find((path) => path.startsWith(`${place}/`));
}
