// The server's clock: stop it, move it, set it.

import { html, useState } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { useAction } from "../../core/use-load.js";
import { usePoll, useTick } from "../../core/use-poll.js";
import { Badge } from "../../parts/badge.js";
import { TextField } from "../../parts/field.js";
import { ErrorNotice } from "../../parts/notice.js";
import { Time } from "../../parts/time.js";

const STEPS = { "1 minute": 60_000, "1 hour": 3_600_000, "1 day": 86_400_000 };

/** @param {{onChange: () => void}} props `onChange`: the clock was changed here */
export function Clock({ onChange }) {
  const { value, error, reload } = usePoll(
    async (signal) => ({ ...(await control("GET", "/clock", { signal })), readAt: performance.now() }),
    [],
    10_000,
  );
  const [wanted, setWanted] = useState("");
  const { run, error: refusal } = useAction(async (method, body) => {
    await control(method, "/clock", { body });
    reload();
    onChange();
  });
  const put = (change) => () => run("PUT", change);
  // The field holds local time, the server takes UTC. The form of a text that is no time is the server's to refuse.
  const set = (event) => {
    event.preventDefault();
    const time = new Date(wanted);
    run("PUT", { now: Number.isNaN(time.getTime()) ? wanted : time.toISOString() });
  };
  return html`<section class="card">
    <h2>Clock</h2>
    ${value && html`<${Now} clock=${value} />`}
    <${ErrorNotice} error=${error ?? refusal} what="The clock" />
    <div class="row">
      ${
        value?.running === false
          ? html`<button type="button" class="button" onClick=${put({ running: true })}>Let it run</button>`
          : html`<button type="button" class="button" onClick=${put({ running: false })}>Freeze</button>`
      }
      ${Object.entries(STEPS).map(
        ([name, advanceMs]) =>
          html`<button type="button" class="button" onClick=${put({ advanceMs })}>+ ${name}</button>`,
      )}
      <button type="button" class="button" onClick=${() => run("DELETE")}>Reset the clock</button>
    </div>
    <form class="row" onSubmit=${set}>
      <${TextField} label="Set to (local time)" type="datetime-local" step="1" value=${wanted} onInput=${setWanted} />
      <button class="button">Set and freeze</button>
    </form>
  </section>`;
}

function Now({ clock }) {
  useTick(1000);
  const { epochMs, running, readAt } = clock;
  const now = epochMs + (running ? performance.now() - readAt : 0);
  return html`<p>
    <strong><${Time} time=${now} /></strong> <${Badge} tone=${running ? "good" : "info"}>${running ? "running" : "frozen"}<//>
  </p>`;
}
