// Where the page starts.

import { html, render } from "./lib/preact.js";
import { App } from "./shell/app.js";

render(html`<${App} />`, document.getElementById("page"));
