// Organisations and their sandboxes, with the number of entities in each.

import { formatNumber } from "../../core/format.js";
import { html, useState } from "../../lib/preact.js";
import { TextField } from "../../parts/field.js";
import { Link } from "../../parts/link.js";
import { KINDS } from "./kinds.js";

/** Organisations from which on there is a field to find one. */
const MANY = 12;

/** @param {{tree: import("./counts.js").StateTree, place: import("./place.js").Place}} props */
export function Tree({ tree, place }) {
  const [find, setFind] = useState("");
  const fits = (text) => text.toLowerCase().includes(find.toLowerCase());
  const shown = tree.organisations.flatMap((organisation) => {
    const sandboxes = organisation.sandboxes.filter(({ name }) => fits(organisation.imsOrgId) || fits(name));
    return sandboxes.length ? [{ ...organisation, sandboxes }] : [];
  });
  const kind = place.tools ? undefined : place.kind.name;
  return html`
    ${
      tree.organisations.length >= MANY &&
      html`<${TextField} label="Find an organisation or sandbox" hideLabel type="search" placeholder="Find" value=${find} onInput=${setFind} />`
    }
    <ul class="tree">
      <li><${Node} name="Everything" total=${tree.total} query=${{}} current=${!place.imsOrgId} /></li>
      ${shown.map(
        ({ imsOrgId, sandboxes, total }) =>
          html`<li key=${imsOrgId}>
            <${Node} name=${imsOrgId} total=${total} query=${{ org: imsOrgId }} current=${place.imsOrgId === imsOrgId && !place.sandbox} />
            <ul>
              ${sandboxes.map(
                (sandbox) =>
                  html`<li key=${sandbox.name}>
                    <${Node}
                      name=${sandbox.name}
                      total=${sandbox.total}
                      title=${inWords(sandbox.counts)}
                      query=${{ org: imsOrgId, sandbox: sandbox.name, kind }}
                      current=${place.imsOrgId === imsOrgId && place.sandbox === sandbox.name}
                    />
                  </li>`,
              )}
            </ul>
          </li>`,
      )}
    </ul>
    ${tree.others > 0 && html`<p class="soft">${formatNumber(tree.others)} more in smaller sandboxes. Open one by its name.</p>`}
  `;
}

function Node({ name, total, title, query, current }) {
  return html`<${Link} view="state" query=${query} class="node" aria-current=${current ? "page" : undefined} title=${title}>
    <span class="name">${name}</span> <span class="count">${formatNumber(total)}</span>
  <//>`;
}

/** `connections 3, flows 1`: what a sandbox holds. */
function inWords(counts) {
  return KINDS.filter(({ name }) => counts[name])
    .map(({ name, title }) => `${title.toLowerCase()} ${formatNumber(counts[name])}`)
    .join(", ");
}
