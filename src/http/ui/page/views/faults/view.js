// Faults, the clock and runs: what makes the server misbehave on purpose.

import { html, useState } from "../../lib/preact.js";
import { control } from "../../core/api.js";
import { useLoad } from "../../core/use-load.js";
import { usePoll } from "../../core/use-poll.js";
import { ErrorNotice } from "../../parts/notice.js";
import { Clock } from "./clock.js";
import { RuleForm } from "./form.js";
import { RuleList } from "./rules.js";
import { Runs } from "./runs.js";

export function FaultsView() {
  const [clockChanges, setClockChanges] = useState(0);
  const {
    value: faults,
    error,
    reload,
  } = usePoll(async (signal) => (await control("GET", "/faults", { signal })).faults, [], 1000);
  const { value: errors, error: unknown } = useLoad(catalogue, []);
  return html`<div class="view">
    <h1>Faults, clock and runs</h1>
    <${ErrorNotice} error=${error ?? unknown} what="Not up to date" retry=${reload} />
    ${
      errors &&
      faults &&
      html`<div class="columns">
      <${RuleList} ...${{ faults, errors, reload }} />
      <${RuleForm} errors=${errors} onAdded=${reload} />
    </div>`
    }
    <${Clock} onChange=${() => setClockChanges((count) => count + 1)} />
    <${Runs} clockChanges=${clockChanges} />
  </div>`;
}

async function catalogue(signal) {
  const { errors } = await control("GET", "/errors", { signal });
  return new Map(errors.map((error) => [error.onDemand, error]));
}
