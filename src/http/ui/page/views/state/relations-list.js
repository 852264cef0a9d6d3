// What an entity uses, and what uses it, as links.

import { flow } from "../../core/api.js";
import { useLoad } from "../../core/use-load.js";
import { html } from "../../lib/preact.js";
import { Link } from "../../parts/link.js";
import { ErrorNotice, Loading } from "../../parts/notice.js";
import { State, shortId } from "./cell.js";
import { listQuery, quoted } from "./filter.js";
import { kindOf, nameOf, stateOf } from "./kinds.js";
import { queryOf } from "./place.js";
import { dependants, dependsOn } from "./relations.js";

/** Users of each kind that are shown; the list has them all. */
const FIRST = 5;

/** @param {{place: object, tenant: object, entity: object, names: Map<string, string>, changes: number}} props */
export function Relations({ place, tenant, entity, names, changes }) {
  const kind = place.kind.name;
  const used = dependsOn(kind, entity);
  const usedNames = useNames(used, tenant);
  const users = dependants(kind, entity);
  return html`<h3>Uses</h3>
    ${!used.length && html`<p class="soft">Nothing.</p>`}
    <ul class="links">
      ${used.map(
        ({ kind: of, id, role }) =>
          html`<li key=${role + id}>
            <span class="soft">${role}</span>${" "}
            <${Link} view="state" query=${queryOf(place, of, { id })} title=${id}>
              ${names.get(id) ?? usedNames.get(id) ?? shortId(id)}
            <//>
          </li>`,
      )}
    </ul>
    <h3>Used by</h3>
    ${!users.length && html`<p class="soft">Nothing.</p>`}
    ${users.map((list) => html`<${Users} key=${entity.id + list.kind + list.filter} ...${{ ...list, place, tenant, changes }} />`)}`;
}

/** Names of the entities among these, by id. @param {{kind: string, id: string}[]} entities */
function useNames(entities, tenant) {
  const load = async (signal) => {
    const lists = Object.entries(Object.groupBy(entities, ({ kind }) => kind)).map(([kind, group]) => {
      const ids = group.map(({ id }) => quoted(id)).join(",");
      return flow("GET", `/${kind}?${listQuery({ filter: `id==${ids}&id,name` })}`, { tenant, signal });
    });
    return new Map((await Promise.all(lists)).flatMap(({ body }) => body.items).map(({ id, name }) => [id, name]));
  };
  return useLoad(load, [JSON.stringify(entities), tenant.imsOrgId, tenant.sandbox]).value ?? new Map();
}

function Users({ kind, filter, place, tenant, changes }) {
  const page = useLoad(
    async (signal) =>
      (await flow("GET", `/${kind}?${listQuery({ filter, limit: FIRST + 1 })}`, { tenant, signal })).body.items,
    [kind, filter, tenant.imsOrgId, tenant.sandbox, changes],
  );
  const { title } = kindOf(kind);
  const via = filter.split("==")[0];
  return html`<h4>${title} <span class="soft">by ${via}</span></h4>
    <${ErrorNotice} error=${page.error} />
    ${!page.value && !page.error && html`<${Loading} />`}
    ${page.value && !page.value.length && html`<p class="soft">None.</p>`}
    <ul class="links">
      ${(page.value ?? []).slice(0, FIRST).map(
        (user) =>
          html`<li key=${user.id}>
            <${Link} view="state" query=${queryOf(place, kind, { id: user.id })} title=${user.id}>${shortId(nameOf(user))}<//>
            ${stateOf(user) && html` <${State} state=${stateOf(user)} />`}
          </li>`,
      )}
      ${page.value?.length > FIRST && html`<li><${Link} view="state" query=${queryOf(place, kind, { filter })}>All of them<//></li>`}
    </ul>`;
}
