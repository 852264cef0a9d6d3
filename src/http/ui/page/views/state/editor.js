// Edits an entity as JSON. What is sent is the difference, with the etag that was read.

import { flow } from "../../core/api.js";
import { plural } from "../../core/format.js";
import { useAction } from "../../core/use-load.js";
import { html, useState } from "../../lib/preact.js";
import { TextArea } from "../../parts/field.js";
import { ErrorNotice, Notice } from "../../parts/notice.js";
import { notify } from "../../parts/toasts.js";
import { changed } from "./changes.js";
import { nameOf } from "./kinds.js";
import { editable, operations } from "./patch.js";
import { hide } from "./secrets.js";

const textOf = (value) => JSON.stringify(value, null, 2);

/**
 * @param {object} props
 * @param {object} props.entity as it is now; editing goes on from the version that was there when it began
 * @param {boolean} props.clear whether credentials are shown. Hidden ones stay as they are, unless they are replaced.
 * @param {{current?: object}} props.draft keeps an edit while another tab is shown
 */
export function Editor({ kind, tenant, path, entity, clear, draft }) {
  const [edit, setEdit] = useState(draft.current ?? { base: entity, clear });
  const shown = (version) => (edit.clear ? editable(version) : hide(editable(version)));
  const [current, setCurrent] = useState();
  // As long as nothing was typed, a newer version takes the place of the one that is shown.
  const follows = edit.text === undefined && entity.updatedAt > edit.base.updatedAt;
  const base = follows ? entity : edit.base;
  const { text = textOf(shown(base)) } = edit;
  const change = (more) => {
    draft.current = { ...edit, base, ...more };
    setEdit(draft.current);
  };
  const { value, problem } = parse(text);
  const changes = problem ? [] : operations(shown(base), value);
  const restart = (version, keptText) => {
    setCurrent(undefined);
    change({ base: version, text: keptText });
    if (keptText === undefined) draft.current = undefined;
  };
  const save = useAction(async () => {
    try {
      await flow("PATCH", path, { tenant, ifMatch: base.etag, body: changes });
    } catch (error) {
      if (error.status !== 412) throw error;
      setCurrent((await flow("GET", path, { tenant })).body.items[0]);
      return;
    }
    notify(`${nameOf(value)} is saved`, { tone: "good" });
    const saved = (await flow("GET", path, { tenant })).body.items[0];
    restart(saved);
    changed();
  });
  const submit = (event) => {
    event.preventDefault();
    save.run();
  };
  return html`<form class="editor" onSubmit=${submit}>
    ${
      entity.updatedAt > base.updatedAt &&
      !current &&
      html`<${Notice} tone="warning" title="Somebody changed it meanwhile">
      <button type="button" class="button small" onClick=${() => restart(entity)}>Reload, without my changes</button>
    <//>`
    }
    <${NumberedText} label=${`The ${kind.one} as JSON`} value=${text} error=${problem} onInput=${(value) => change({ text: value })} />
    <details>
      <summary>${changes.length ? `PATCH with ${plural(changes.length, "operation")}` : "No changes"}</summary>
      <pre class="mono">${changes.map((change) => `${JSON.stringify(change)}\n`)}</pre>
    </details>
    <div class="row">
      <button class="button primary" disabled=${save.busy || !changes.length}>Save</button>
      <span class="soft">with If-Match: <code>${base.etag}</code></span>
    </div>
    <${ErrorNotice} error=${save.error} what="Not saved" />
    ${
      current &&
      html`<${Conflict} yours=${text} theirs=${textOf(shown(current))} etag=${current.etag}
      reload=${() => restart(current)} keep=${() => restart(current, text)} />`
    }
  </form>`;
}

/** @returns {{value?: object, problem?: string}} */
function parse(text) {
  try {
    const value = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? { value }
      : { problem: "An entity is an object: {…}" };
  } catch (error) {
    return { problem: error.message };
  }
}

/** A text area with the numbers of its lines, which scroll with it. */
export function NumberedText({ value, ...rest }) {
  const lines = value.split("\n").length;
  const numbers = Array.from({ length: lines }, (_, at) => at + 1).join("\n");
  return html`<div class="numbered">
    <pre class="numbers" aria-hidden="true">${numbers}</pre>
    <${TextArea} ...${rest} value=${value} mono hideLabel wrap="off" rows=${Math.max(lines, 6)} />
  </div>`;
}

/** Both versions, after a 412. */
function Conflict({ yours, theirs, etag, reload, keep }) {
  return html`<${Notice} tone="error" title="Somebody changed it meanwhile (412)">
    <div class="versions">
      <section><h3>On the server, ${etag}</h3><pre class="mono">${theirs}</pre></section>
      <section><h3>Yours</h3><pre class="mono">${yours}</pre></section>
    </div>
    <div class="row">
      <button type="button" class="button" onClick=${reload}>Reload, without my changes</button>
      <button type="button" class="button" onClick=${keep}>Keep mine, to save over it</button>
    </div>
  <//>`;
}
