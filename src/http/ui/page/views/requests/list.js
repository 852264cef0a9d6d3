// The list of requests, newest first.

import { html } from "../../lib/preact.js";
import { formatMillis } from "../../core/format.js";
import { hrefOf } from "../../core/route.js";
import { Badge, Method, StatusChip, toneOf } from "../../parts/badge.js";
import { Time } from "../../parts/time.js";
import { VirtualList } from "../../parts/virtual-list.js";
import { withoutBase } from "./filter.js";

const ROW_HEIGHT = 30;
const COLUMNS = ["Time", "Method", "Path", "Operation", "Status", "ms", "Sandbox", "Consumer", "Rules"];

const head = html`<div class="request request-head" role="row" aria-rowindex="1">
  ${COLUMNS.map((name) => html`<span role="columnheader" class="c-${name.toLowerCase()}">${name}</span>`)}
</div>`;

/**
 * @param {object} props
 * @param {import("../../core/live.js").RequestSummary[]} props.requests those to show, oldest first
 * @param {number | undefined} props.cursor the id of the request that the keys are at
 * @param {number | undefined} props.open the id of the request whose details are shown
 * @param {Record<string, string>} props.query
 * @param {(id: number) => void} props.onOpen
 */
export function RequestList({ requests, cursor, open, query, onOpen }) {
  const last = requests.length - 1;
  const at = cursor === undefined ? -1 : indexOf(requests, cursor);
  const row = (request, index) =>
    html`<${Row} ...${{ request, index, query, onOpen }} at=${request.id === cursor} open=${request.id === open} />`;
  const attributes = {
    role: "grid",
    tabindex: 0,
    "aria-label": "Requests, newest first",
    "aria-rowcount": requests.length + 1,
    "aria-activedescendant": at >= 0 ? `request-${cursor}` : undefined,
  };
  return html`<${VirtualList}
    class="requests"
    count=${requests.length}
    itemAt=${(index) => requests[last - index]}
    keyOf=${({ id }) => id}
    showIndex=${at >= 0 ? last - at : undefined}
    showKey=${cursor}
    rowHeight=${ROW_HEIGHT}
    ...${{ head, row, attributes }}
  />`;
}

function Row({ request, index, query, at, open, onOpen }) {
  const { id, time, method, path, operation, status, outcome, errorCode, durationMicros, sandbox, consumer } =
    request;
  const follow = (event) => {
    if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    // Rows are used again as the list scrolls, so the focus stays with the list.
    event.currentTarget.closest(".requests").focus({ preventScroll: true });
    onOpen(id);
  };
  const whole = request.query ? `${path}?${request.query}` : path;
  return html`<div
    id="request-${id}"
    class="request ${at ? "at" : ""} ${open ? "open" : ""}"
    role="row"
    aria-rowindex=${index + 2}
    aria-selected=${open ? "true" : "false"}
    onClick=${follow}
  >
    <span role="gridcell" class="c-time"><${Time} time=${time} form="clock" /></span>
    <span role="gridcell" class="c-method"><${Method} method=${method} /></span>
    <span role="gridcell" class="c-path" title=${whole}>
      <a href=${hrefOf("requests", { ...query, open: id })} tabindex="-1">${withoutBase(whole)}</a>
    </span>
    <span role="gridcell" class="c-operation" title=${operation}>${operation}</span>
    <span role="gridcell" class="c-status">
      <${StatusChip} status=${status} outcome=${outcome} /> <span class="error-code" title=${errorCode}>${errorCode}</span>
    </span>
    <span role="gridcell" class="c-ms">${formatMillis(durationMicros)}</span>
    <span role="gridcell" class="c-sandbox" title=${request.imsOrgId && `${sandbox} of ${request.imsOrgId}`}>${sandbox}</span>
    <span role="gridcell" class="c-consumer" title=${consumer}>${consumer}</span>
    <span role="gridcell" class="c-rules"><${Rules} rules=${request.brokenRules} /></span>
  </div>`;
}

/** The worst broken rule, and how many more there are. */
function Rules({ rules = [] }) {
  if (!rules.length) return null;
  const worst =
    ["error", "warning", "info"].map((level) => rules.find((rule) => rule.level === level)).find(Boolean) ??
    rules[0];
  const title = rules.map(({ rule, level }) => `${level}: ${rule}`).join("\n");
  return html`<${Badge} tone=${toneOf(worst.level)} title=${title}>${worst.rule}<//>${rules.length > 1 && html` <${Badge} title=${title}>+${rules.length - 1}<//>`}`;
}

/** The index of the request with an id; ids grow. -1 if there is none. */
export function indexOf(requests, id) {
  let [from, to] = [0, requests.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (requests[middle].id < id) from = middle + 1;
    else to = middle;
  }
  return requests[from]?.id === id ? from : -1;
}
