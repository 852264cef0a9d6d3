// The filter of a list, in the grammar of the API's `property` parameter, and what the server has against it.

import { changeQuery } from "../../core/route.js";
import { html, useEffect, useState } from "../../lib/preact.js";
import { TextField } from "../../parts/field.js";

const HINT = "Operators: == != < <= > >=. Join conditions with &, values with commas. Enter applies.";

/** @param {{kind: import("./kinds.js").Kind, filter: string, error?: Error}} props `error` of the list call */
export function FilterField({ kind, filter, error }) {
  const [text, setText] = useState(filter);
  useEffect(() => setText(filter), [filter, kind.name]);
  const apply = (event) => {
    event?.preventDefault();
    if (text.trim() !== filter) changeQuery({ filter: text.trim() });
  };
  return html`<form class="filter" role="search" onSubmit=${apply}>
    <${TextField}
      label=${`Filter ${kind.title.toLowerCase()}`}
      hideLabel
      type="search"
      name="filter"
      list="state-filters"
      placeholder=${`Filter, for example ${kind.filters[0]}`}
      hint=${HINT}
      error=${error?.code && `${error.detail || error.title} (${error.code})`}
      value=${text}
      onInput=${setText}
      onChange=${apply}
    />
    <datalist id="state-filters">
      ${kind.filters.map((example) => html`<option key=${example} value=${example.replace("…", "")}></option>`)}
    </datalist>
  </form>`;
}
