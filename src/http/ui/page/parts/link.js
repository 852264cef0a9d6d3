// A link to a view. It works as any link does: new tab, copy address.

import { html } from "../lib/preact.js";
import { hrefOf, navigate } from "../core/route.js";

/**
 * @param {object} props
 * @param {import("../core/route.js").View} props.view
 * @param {Record<string, string | number | undefined>} [props.query]
 * @param {*} props.children
 */
export function Link({ view, query, children, ...rest }) {
  const follow = (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(view, query);
  };
  return html`<a ...${rest} href=${hrefOf(view, query)} onClick=${follow}>${children}</a>`;
}
