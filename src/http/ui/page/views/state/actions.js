// Publishes, enables, disables and deletes an entity.

import { flow } from "../../core/api.js";
import { useAction } from "../../core/use-load.js";
import { html } from "../../lib/preact.js";
import { confirm } from "../../parts/confirm.js";
import { ErrorNotice } from "../../parts/notice.js";
import { notify } from "../../parts/toasts.js";
import { changed } from "./changes.js";
import { actionsOf, nameOf } from "./kinds.js";
import { open } from "./place.js";

const DONE = { publish: "published", enable: "enabled", disable: "disabled" };

/** @param {{kind: object, tenant: object, path: string, entity: object}} props */
export function Actions({ kind, tenant, path, entity }) {
  const name = nameOf(entity);
  const act = useAction(async (action) => {
    await flow("POST", `${path}/action`, { tenant, query: { op: action }, ifMatch: entity.etag });
    notify(`${name} is ${DONE[action]}`, { tone: "good" });
    changed();
  });
  const remove = useAction(async () => {
    const text = `The ${kind.one} ${name} (${entity.id}) goes. Its id is not used again.`;
    if (!(await confirm({ title: `Delete ${name}?`, text, action: `Delete the ${kind.one}` }))) return;
    await flow("DELETE", path, { tenant });
    notify(`${name} is deleted`, { tone: "good" });
    open(undefined);
    changed();
  });
  return html`<div class="row">
      ${actionsOf(kind, entity).map(
        (action) =>
          html`<button key=${action} type="button" class="button" disabled=${act.busy} onClick=${() => act.run(action)}>
            ${action[0].toUpperCase() + action.slice(1)}
          </button>`,
      )}
      <button type="button" class="button danger" disabled=${remove.busy} onClick=${remove.run}>Delete</button>
    </div>
    <${ErrorNotice} error=${act.error} what="Refused" />
    <${ErrorNotice} error=${remove.error} what="Not deleted" />`;
}
