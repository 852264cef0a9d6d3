// The form of a new entity: its fields, made of the schemas of its spec, and the body that the filled form stands for.
import { quoted } from "./filter.js";
import { fieldsOf, valueOf } from "./schema.js";

const NAME = { path: "/name", label: "name", type: "text", required: true };
const DESCRIPTION = { path: "/description", label: "description", type: "text", required: false };

/** Data formats by the type of a source; the first is the usual one. */
const FORMATS = { Tabular: ["tabular"], FileSystem: ["delimited", "json", "parquet"], Resource: ["json", "tabular"] };

const entity = (path, label, kind, filter, required) => ({ path, label, type: "entity", kind, filter, required });

/** Whether an entity of this kind can be made of the spec. */
export function fits(kind, spec) {
  if (kind === "sourceConnections") return Boolean(spec.sourceSpec) || !spec.targetSpec;
  return kind !== "targetConnections" || Boolean(spec.targetSpec) || Boolean(spec.attributes?.isDestination);
}

/**
 * The fields of a new entity; the path of a field is its place in the body.
 * @param {string} kind
 * @param {object} spec the connection spec, or of a flow the flow spec
 * @param {{name: string, spec: object}} [auth] the chosen auth spec of a connection
 * @returns {import("./schema.js").Field[]}
 */
export function formOf(kind, spec, auth) {
  if (kind === "connections") return [NAME, DESCRIPTION, ...fieldsOf(auth?.spec, "/auth/params")];
  if (kind === "flows") return flowForm(spec);
  const base = entity(
    "/baseConnectionId",
    "baseConnectionId",
    "connections",
    `connectionSpec.id==${quoted(spec.id)}`,
    Boolean(spec.authSpec?.length),
  );
  const part = kind === "sourceConnections" ? spec.sourceSpec : spec.targetSpec;
  const formats = kind === "sourceConnections" ? FORMATS[spec.exploreSpec?.type] : undefined;
  const format = {
    path: "/data/format",
    label: "data.format",
    type: "choice",
    choices: formats,
    required: true,
    initial: formats?.[0],
  };
  const params = fieldsOf(part?.spec, "/params");
  // A spec that describes no params still takes some.
  if (!params.length) params.push({ path: "/params", label: "params", type: "json", required: false });
  return [NAME, DESCRIPTION, base, ...(formats ? [format] : []), ...params];
}

function flowForm(spec) {
  const end = (key, label, kind, ids) =>
    entity(`/${key}/0`, label, kind, (ids ?? []).length ? `connectionSpec.id==${ids.map(quoted).join(",")}` : "", true);
  const transformations = (spec.transformationSpecs ?? []).flatMap(({ name, spec: schema }, at) =>
    fieldsOf(schema, `/transformations/${at}/params`, name === "Mapping").map((field) => ({
      ...field,
      label: `${name}: ${field.label}`,
    })),
  );
  const times = fieldsOf(spec.scheduleSpec?.spec, "/scheduleParams");
  return [
    NAME,
    DESCRIPTION,
    end("sourceConnectionIds", "source connection", "sourceConnections", spec.sourceConnectionSpecIds),
    end("targetConnectionIds", "target connection", "targetConnections", spec.targetConnectionSpecIds),
    ...transformations,
    ...times,
    ...fieldsOf(spec.optionSpec?.spec, "/options", false),
  ];
}

/**
 * The body of a filled form.
 * @param {Record<string, string>} texts by the path of the field
 */
export function bodyOf(kind, spec, auth, texts) {
  const value = valueOf(formOf(kind, spec, auth), texts);
  const reference = { id: spec.id, version: spec.version };
  if (kind === "connections") {
    return {
      ...value,
      connectionSpec: reference,
      ...(auth ? { auth: { specName: auth.name, params: {}, ...value.auth } } : {}),
    };
  }
  if (kind !== "flows") return { ...value, connectionSpec: reference };
  const named = value.transformations
    ?.map((part, at) => ({ name: spec.transformationSpecs[at].name, ...part }))
    .filter(Boolean);
  return { ...value, flowSpec: reference, ...(named ? { transformations: named } : {}) };
}

/** What the service wants although its schema does not say so. */
const USUAL = {
  "/params": '{"name": "example"}',
  "/params/mappingId": "my-mapping",
  "/params/deltaColumn/name": "updatedAt",
  "/params/datasets": '[{"dataSetId": "my-data-set"}]',
};

/** Texts that make a form valid, for fields that a client must fill: where the JSON editor starts. */
export function exampleTexts(kind, spec, auth, now) {
  const texts = {};
  for (const field of formOf(kind, spec, auth)) {
    const usual = Object.keys(USUAL).find((end) => field.path.endsWith(end));
    if (field.path === "/name") texts[field.path] = `new ${spec.name}`;
    else if (usual) texts[field.path] = USUAL[usual];
    else if (field.path.startsWith("/scheduleParams/")) texts[field.path] = schedule(field, now);
    else if (field.required && field.type !== "entity" && field.initial === undefined)
      texts[field.path] = example(field);
  }
  return texts;
}

function schedule({ path, required }, now) {
  const times = {
    startTime: String(Math.floor(now / 1000) + 3600),
    frequency: "hour",
    interval: "1",
    timeUnit: "hour",
  };
  const name = path.split("/").pop();
  return name === "interval" || required ? (times[name] ?? "") : "";
}

function example(field) {
  // Connection strings are described by an example.
  if (/^\w+=\S+;/.test(field.description)) return field.description.replaceAll("...", "example0");
  const texts = { choice: String(field.choices?.[0]), boolean: "false", json: "[]" };
  return (
    texts[field.type] ??
    (field.type === "text" || field.type === "password" ? `my-${field.label.replace(/\W+/g, "-")}` : "1")
  );
}
