// The page: header, the view that the address names, and what lies above all views.

import { html, useEffect, useErrorBoundary, useState } from "../lib/preact.js";
import { useKeys } from "../core/keys.js";
import { startLive } from "../core/live.js";
import { useRoute } from "../core/route.js";
import { ConfirmDialog } from "../parts/confirm.js";
import { ErrorNotice } from "../parts/notice.js";
import { Toasts } from "../parts/toasts.js";
import { ContractView } from "../views/contract/view.js";
import { FaultsView } from "../views/faults/view.js";
import { OverviewView } from "../views/overview/view.js";
import { RequestsView } from "../views/requests/view.js";
import { StateView } from "../views/state/view.js";
import { Header } from "./header.js";
import { KeysDialog } from "./keys-dialog.js";
import { TokenDialog } from "./token-dialog.js";

/** Name and component of each view, in the order of the navigation. */
export const VIEWS = {
  requests: { name: "Requests", component: RequestsView },
  state: { name: "State", component: StateView },
  faults: { name: "Faults", component: FaultsView },
  contract: { name: "Contract", component: ContractView },
  overview: { name: "Overview", component: OverviewView },
};

export function App() {
  const { view } = useRoute();
  const [keysShown, showKeys] = useState(false);
  useEffect(startLive, []);
  useEffect(() => {
    document.title = `${VIEWS[view].name} · flowmock`;
  }, [view]);
  useKeys([{ key: "?", label: "Show the keys", run: () => showKeys(true) }]);
  return html`<a class="skip" href="#main">Skip to the content</a>
    <${Header} views=${VIEWS} current=${view} showKeys=${() => showKeys(true)} />
    <main id="main" tabindex="-1"><${Guard} key=${view} component=${VIEWS[view].component} /></main>
    <${Toasts} />
    <${ConfirmDialog} />
    ${keysShown && html`<${KeysDialog} onClose=${() => showKeys(false)} />`}
    <${TokenDialog} />`;
}

/** Shows the error of a view that fails, instead of an empty page. */
function Guard({ component }) {
  const [error, reset] = useErrorBoundary((cause) => console.error(cause));
  if (!error) return html`<${component} />`;
  return html`<div class="view"><${ErrorNotice} error=${error} what="This view failed" retry=${reset} /></div>`;
}
