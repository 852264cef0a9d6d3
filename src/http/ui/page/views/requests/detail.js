// One request: what was sent, what was answered, which rules it broke, and what can be done with it.

import { html } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { formatDuration } from "../../core/format.js";
import { useLoad } from "../../core/use-load.js";
import { Method, StatusChip } from "../../parts/badge.js";
import { CopyButton } from "../../parts/copy-button.js";
import { ErrorNotice, Loading } from "../../parts/notice.js";
import { Panel } from "../../parts/panel.js";
import { Time } from "../../parts/time.js";
import { Actions } from "./actions.js";
import { BrokenRules } from "./broken-rules.js";
import { Body, Headers, Query } from "./message.js";

/** @param {{id: number, onClose: () => void, onOpen: (id: number) => void}} props */
export function Detail({ id, onClose, onOpen }) {
  const { value: request, error } = useLoad((signal) => control("GET", `/requests/${id}`, { signal }), [id]);
  const title = request
    ? html`<${Method} method=${request.method} /> <code class="detail-path">${request.path}</code>`
    : `Request ${id}`;
  return html`<${Panel} label="Request ${id}" title=${title} onClose=${onClose}>
    ${error && html`<${ErrorNotice} error=${error} what="Request ${id}" />`} ${!request && !error && html`<${Loading} />`}
    ${request && !error && html`<${Content} key=${request.id} request=${request} onOpen=${onOpen} />`}
  <//>`;
}

function Content({ request, onOpen }) {
  const { status, outcome, errorCode, durationMicros, requestId } = request;
  const fault = request.responseHeaders?.find(([name]) => name === "x-flowmock-fault")?.[1];
  return html`<p class="row">
      <${StatusChip} status=${status} outcome=${outcome} /> ${errorCode && html`<code>${errorCode}</code>`}
      <span>${formatDuration(durationMicros)}</span> <${Time} time=${request.time} />
    </p>
    <${Actions} request=${request} onOpen=${onOpen} />
    <${BrokenRules} rules=${request.brokenRules} />
    <dl class="pairs">
      <${Fact} name="Operation" value=${request.operation} />
      <${Fact} name="Organisation" value=${request.imsOrgId} />
      <${Fact} name="Sandbox" value=${request.sandbox} />
      <${Fact} name="Consumer" value=${request.consumer} />
      <${Fact} name="Request id" value=${requestId} copy />
      <${Fact} name="Fault rule" value=${fault} />
    </dl>
    <section class="stack" aria-label="What was sent">
      <h2>Request</h2>
      <${Query} query=${request.query} />
      <${Body} body=${request.body} label="Body of the request" />
      <${Headers} headers=${request.headers} />
    </section>
    <section class="stack" aria-label="What was answered">
      <h2>Answer</h2>
      ${outcome === "reset" && html`<p class="soft">A fault broke the connection before an answer.</p>`}
      ${outcome === "clientGone" && html`<p class="soft">The client gave up before the answer.</p>`}
      <${Body} body=${request.responseBody} label="Body of the answer" />
      <${Headers} headers=${request.responseHeaders} />
    </section>`;
}

function Fact({ name, value, copy }) {
  if (value === undefined) return null;
  return html`<dt>${name}</dt>
    <dd>
      <span class="mono">${value}</span> ${copy && html`<${CopyButton} class="button quiet small" text=${value} title=${`Copy: ${name}`} />`}
    </dd>`;
}
