// Asks for the control token when a call is refused without it.

import { html, useState } from "../lib/preact.js";
import { useStore } from "../core/store.js";
import { answerToken, tokenStore } from "../core/token.js";
import { Dialog } from "../parts/dialog.js";
import { TextField } from "../parts/field.js";

export function TokenDialog() {
  const { open } = useStore(tokenStore);
  return open && html`<${Ask} />`;
}

function Ask() {
  const { wrong } = useStore(tokenStore);
  const [token, setToken] = useState("");
  const submit = () => token && answerToken(token);
  const actions = html`<button type="button" class="button" onClick=${() => answerToken(null)}>Cancel</button>
    <button type="submit" class="button primary">Continue</button>`;
  return html`<${Dialog} title="Control token" onClose=${() => answerToken(null)} onSubmit=${submit} actions=${actions}>
    <p>This server was started with a control token. The browser keeps it until this tab is closed.</p>
    <${TextField}
      label="Token"
      type="password"
      data-autofocus
      value=${token}
      onInput=${setToken}
      error=${wrong ? "The server refused this token." : undefined}
    />
  <//>`;
}
