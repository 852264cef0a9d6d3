// The quick form for a fault rule: a preset and a press make the usual ones.

import { html } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { useRoute } from "../../core/route.js";
import { useFields } from "../../core/use-fields.js";
import { useAction, useLoad } from "../../core/use-load.js";
import { SelectField, TextField } from "../../parts/field.js";
import { ErrorNotice } from "../../parts/notice.js";
import { notify } from "../../parts/toasts.js";
import { INITIAL, KINDS, PRESETS, ruleFromFields, ruleText } from "./rule.js";

const METHODS = [{ value: "", label: "any" }, "GET", "POST", "PUT", "PATCH", "DELETE"];
const kinds = Object.entries(KINDS).map(([value, { label }]) => ({ value, label }));

/** @param {{errors: Map<string, object>, onAdded: () => void}} props `errors`: the catalogue */
export function RuleForm({ errors, onAdded }) {
  const { query } = useRoute();
  const { fields, setFields, bind } = useFields(() => initialFields(query));
  const { value: operations = [] } = useLoad(operationNames, []);
  const rule = ruleFromFields(fields);
  const { run, error, busy } = useAction(async () => {
    const { faults, warnings = [] } = await control("POST", "/faults", { body: rule });
    notify(`${faults[0].id} is in force. ${warnings.map(({ reason }) => reason).join(" ")}`, {
      tone: "good",
    });
    onAdded();
  });
  const number = (name, label, rest) =>
    html`<${TextField} label=${label} type="number" step="any" min="0" ...${rest} ...${bind(name)} />`;
  const options = [...errors.values()].map(({ onDemand, status, title }) => {
    return { value: onDemand, label: `${onDemand} · ${status} ${title}` };
  });
  const submit = (event) => {
    event.preventDefault();
    run();
  };
  return html`<form class="card" aria-label="Add a rule" novalidate onSubmit=${submit}>
    <h2>Add a rule</h2>
    <div class="row">
      ${Object.entries(PRESETS).map(
        ([name, preset]) =>
          html`<button type="button" class="button small" onClick=${() => setFields(preset)}>${name}</button>`,
      )}
    </div>
    <div class="fields">
      <${SelectField} label="What happens" options=${kinds} ...${bind("kind")} />
      ${fields.kind === "error" && html`<${SelectField} label="Error" options=${options} ...${bind("error")} />`}
      ${fields.kind === "rateLimit" && number("perSecond", "Requests per second")}
      ${number("delayMs", "Delay in ms")}
      <${SelectField} label="Method" options=${METHODS} ...${bind("method")} />
      <${TextField} label="Operation" placeholder="any" list="operations" ...${bind("operation")} />
      <${TextField} label="Organisation" placeholder="any" ...${bind("imsOrgId")} />
      <${TextField} label="Sandbox" placeholder="any" ...${bind("sandbox")} />
      ${number("times", "How often", { placeholder: "always" })} ${number("after", "After how many", { placeholder: "0" })}
      ${number("percent", "Probability in %", { placeholder: "100" })}
    </div>
    <datalist id="operations">${operations.map((name) => html`<option value=${name} />`)}</datalist>
    <p role="status"><strong>${ruleText(rule, errors)}</strong></p>
    <${ErrorNotice} error=${error} what="Not added" />
    <div><button class="button primary" disabled=${busy}>Add rule</button></div>
  </form>`;
}

/** A link may fill in the form: `faults?operation=createFlow&error=FLOW-1103-503`. */
function initialFields({ operation, error = INITIAL.error }) {
  return operation ? { ...INITIAL, method: "", times: "1", operation, error } : INITIAL;
}

async function operationNames(signal) {
  const { paths } = await control("GET", "/openapi.json", { signal });
  const own = Object.entries(paths).filter(([path]) => !path.startsWith("/_flowmock"));
  return own
    .flatMap(([, methods]) => Object.values(methods).map(({ operationId }) => operationId))
    .filter(Boolean);
}
