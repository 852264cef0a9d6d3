// The requests: what arrives, as it arrives, and one of them in detail.

import { html, useEffect, useMemo, useState } from "../../lib/preact.js";
import { useKeys } from "../../core/keys.js";
import { useLive } from "../../core/live.js";
import { changeQuery, useRoute } from "../../core/route.js";
import { Announcer } from "./announcer.js";
import { Detail } from "./detail.js";
import { FilterBar } from "./filter-bar.js";
import { filterOf, JOURNAL_FILTERS } from "./filter.js";
import { indexOf, RequestList } from "./list.js";
import { NoRequests } from "./no-requests.js";
import { StatusLine } from "./status-line.js";
import { Tools } from "./tools.js";

export function RequestsView() {
  const { query } = useRoute();
  const live = useLive();
  const open = /^\d+$/.test(query.open ?? "") ? Number(query.open) : undefined;
  const [cursor, setCursor] = useState(open);
  // The id of the last request when the list was paused.
  const [pausedAt, setPausedAt] = useState(null);

  const filterKey = JSON.stringify(["q", ...JOURNAL_FILTERS].map((name) => query[name]));
  const fitting = useMemo(() => live.requests.filter(filterOf(query)), [live.revision, filterKey]);
  const shown = useMemo(
    () => (pausedAt === null ? fitting : fitting.filter(({ id }) => id <= pausedAt)),
    [fitting, pausedAt],
  );
  const waiting = fitting.length - shown.length;
  const pause = () => setPausedAt(pausedAt === null ? (live.requests.at(-1)?.id ?? 0) : null);
  useEffect(() => {
    // After a clear or a restart there is nothing that the pause could hold.
    if (pausedAt !== null && live.requests.length && live.requests.at(-1).id < pausedAt) setPausedAt(null);
  }, [live.revision]);
  useEffect(() => {
    if (open !== undefined) setCursor(open);
  }, [open]);

  /** `push`: the back button returns from there. */
  const show = (id, push = open === undefined) => {
    setCursor(id);
    changeQuery({ open: id }, { push });
  };
  const close = () => {
    changeQuery({ open: undefined });
    document.querySelector(".requests")?.focus();
  };
  const move = (step) => {
    if (!shown.length) return false;
    const at = cursor === undefined ? -1 : indexOf(shown, cursor);
    const next = at < 0 ? shown.length - 1 : Math.min(shown.length - 1, Math.max(0, at + step));
    if (open !== undefined) show(shown[next].id);
    else setCursor(shown[next].id);
  };
  const inList = (event) => event.target.closest(".requests") !== null;
  const enter = (event) => {
    const elsewhere = event.target.closest("a, button, summary, [role=tab]");
    if (elsewhere || cursor === undefined || indexOf(shown, cursor) < 0) return false;
    show(cursor);
  };
  useKeys([
    { key: "j", label: "Next request (older)", run: () => move(-1) },
    { key: "k", label: "Previous request (newer)", run: () => move(1) },
    {
      key: "ArrowDown",
      label: "Next request, in the list",
      run: (event) => (inList(event) ? move(-1) : false),
    },
    {
      key: "ArrowUp",
      label: "Previous request, in the list",
      run: (event) => (inList(event) ? move(1) : false),
    },
    { key: "Enter", label: "Open the request", run: enter },
    { key: "p", label: "Pause, or go on", run: pause },
  ]);

  return html`<div class="view full">
    <h1 class="visually-hidden">Requests</h1>
    <${FilterBar} query=${query} requests=${live.requests} revision=${live.revision}>
      <${Tools} ...${{ query, total: live.requests.length, paused: pausedAt !== null, waiting, pause }} />
    <//>
    <div class="split">
      <div class="request-column">
        ${
          shown.length
            ? html`<${RequestList} key=${filterKey} requests=${shown} ...${{ cursor, open, query }} onOpen=${(id) => show(id)} />`
            : html`<${NoRequests} live=${live} filtered=${live.requests.length > 0 && !waiting} waiting=${waiting} />`
        }
        <${StatusLine} ...${{ live, shown: shown.length, waiting }} />
      </div>
      ${open !== undefined && html`<${Detail} id=${open} onClose=${close} onOpen=${(id) => show(id, true)} />`}
    </div>
    <${Announcer} requests=${live.requests} revision=${live.revision} />
  </div>`;
}
