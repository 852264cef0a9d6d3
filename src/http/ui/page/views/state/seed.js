// Adds a state document, or replaces the state by it; and downloads the state as such a document.

import { control, download } from "../../core/api.js";
import { formatBytes } from "../../core/format.js";
import { useAction } from "../../core/use-load.js";
import { html, useEffect, useRef, useState } from "../../lib/preact.js";
import { ErrorNotice } from "../../parts/notice.js";
import { notify } from "../../parts/toasts.js";
import { changed } from "./changes.js";
import { confirmLoss, partName } from "./parts-of-state.js";

/** @param {{part: import("./parts-of-state.js").Part}} props the part to download */
export function Seed({ part }) {
  const [file, setFile] = useState();
  const [over, setOver] = useState(false);
  const input = useRef();
  const send = useAction(async (method) => {
    if (method === "PUT") {
      const text = "The state of every organisation goes, and the document takes its place.";
      if (!(await confirmLoss({ title: "Replace everything?", text, action: "Replace everything" }, {}, "seed")))
        return;
    }
    const type = /\.ya?ml$/i.test(file.name) ? "application/yaml" : "application/json";
    await control(method, "/state", { body: file.text, type });
    notify(`${file.name} is ${method === "PUT" ? "the state now" : "added"}`, { tone: "good" });
    setFile(undefined);
    changed();
  });
  const read = useAction(async (chosen) => {
    setFile({ name: chosen.name, size: chosen.size, text: await chosen.text() });
  });
  const save = useAction(() => download("/state", part, "flowmock-state.json"));
  const choose = (chosen) => {
    if (!chosen) return;
    send.clear();
    read.run(chosen);
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    choose(event.dataTransfer.files[0]);
  };
  const hover = (event) => {
    event.preventDefault();
    setOver(true);
  };
  useEffect(() => {
    // A file that misses the field would otherwise replace the page.
    const stay = (event) => event.preventDefault();
    for (const kind of ["dragover", "drop"]) addEventListener(kind, stay);
    return () => ["dragover", "drop"].forEach((kind) => removeEventListener(kind, stay));
  }, []);
  return html`<section class="card" aria-labelledby="state-seed">
    <h2 id="state-seed">Seed</h2>
    <div class="drop ${over ? "over" : ""}" onDragOver=${hover} onDragLeave=${() => setOver(false)} onDrop=${drop}>
      <p>${file ? html`<strong>${file.name}</strong>, ${formatBytes(file.size)}` : "Drop a state document here: JSON, or YAML."}</p>
      <input ref=${input} type="file" class="visually-hidden" tabindex="-1" aria-label="State document" accept=".json,.yaml,.yml"
        onChange=${(event) => (choose(event.target.files[0]), (event.target.value = ""))} />
      <button type="button" class="button" onClick=${() => input.current.click()}>Choose a file</button>
    </div>
    <div class="row">
      <button type="button" class="button primary" disabled=${!file || send.busy} onClick=${() => send.run("POST")}>Add to the state</button>
      <button type="button" class="button danger" disabled=${!file || send.busy} onClick=${() => send.run("PUT")}>Replace everything</button>
      <button type="button" class="button quiet" onClick=${save.run}>
        Download ${partName(part)}
      </button>
    </div>
    <${ErrorNotice} error=${send.error} what="Nothing changed" />
    <${ErrorNotice} error=${read.error} what="The file cannot be read" />
    <${ErrorNotice} error=${save.error} what="Not downloaded" />
  </section>`;
}
