// Goes to a sandbox by its name, which need not hold anything yet.

import { html, useState } from "../../lib/preact.js";
import { TextField } from "../../parts/field.js";
import { go } from "./place.js";

/** @param {{imsOrgId?: string}} props the organisation to begin with */
export function OpenSandbox({ imsOrgId }) {
  const [names, setNames] = useState({});
  const { org = imsOrgId ?? "", sandbox = "" } = names;
  const submit = (event) => {
    event.preventDefault();
    if (org.trim() && sandbox.trim()) go({ org: org.trim(), sandbox: sandbox.trim(), kind: "connections" });
  };
  return html`<details class="open-sandbox">
    <summary>Open a sandbox by name</summary>
    <form onSubmit=${submit}>
      <${TextField} label="Organisation" required value=${org} onInput=${(value) => setNames({ org: value, sandbox })} placeholder="ACME@AdobeOrg" />
      <${TextField} label="Sandbox" required value=${sandbox} onInput=${(value) => setNames({ org, sandbox: value })} placeholder="prod" />
      <button class="button">Open</button>
    </form>
  </details>`;
}
