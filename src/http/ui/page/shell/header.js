// The header: product, version, navigation, state of the live stream, theme.

import { html } from "../lib/preact.js";
import { live, reconnectLive } from "../core/live.js";
import { useStore } from "../core/store.js";
import { chooseTheme, themeStore } from "../core/theme.js";
import { Link } from "../parts/link.js";

/** @param {{views: Record<string, {name: string}>, current: string, showKeys: () => void}} props */
export function Header({ views, current, showKeys }) {
  const version = document.documentElement.dataset.version;
  return html`<header class="header">
    <div class="product"><${Link} view="requests">flowmock<//> <span class="version">${version}</span></div>
    <nav aria-label="Views">
      <ul>
        ${Object.entries(views).map(
          ([view, { name }]) =>
            html`<li key=${view}>
              <${Link} view=${view} data-name=${name} aria-current=${view === current ? "page" : undefined}>${name}<//>
            </li>`,
        )}
      </ul>
    </nav>
    <div class="header-end">
      <${Connection} />
      <${ThemeSwitch} />
      <button type="button" class="button quiet small" aria-label="Keys" title="Keys (?)" onClick=${showKeys}>?</button>
    </div>
  </header>`;
}

const PHASES = {
  connecting: { text: "Connecting", tone: "info" },
  live: { text: "Live", tone: "good" },
  waiting: { text: "Disconnected", tone: "error" },
  off: { text: "Not live", tone: "warning" },
};

/** Whether requests are shown as they arrive. */
function Connection() {
  const { phase, error, journal } = useStore(live);
  const { text, tone } = PHASES[phase];
  // Without a journal there is nothing to connect to.
  const stopped = phase === "waiting" || (phase === "off" && journal);
  return html`<div class="connection">
    <span class="connection-state tone-${tone}" role="status" title=${error?.message}><span class="dot" aria-hidden="true"></span>${text}</span>
    ${
      stopped &&
      html`<button type="button" class="button small" title=${error?.message} onClick=${reconnectLive}>Reconnect</button>`
    }
  </div>`;
}

const THEMES = { system: "◐", light: "☀", dark: "☾" };
const NEXT = { system: "light", light: "dark", dark: "system" };

function ThemeSwitch() {
  const { theme } = useStore(themeStore);
  const label = `Theme: ${theme}`;
  return html`<button
    type="button"
    class="button quiet small"
    aria-label=${label}
    title="${label}; press for ${NEXT[theme]}"
    onClick=${() => chooseTheme(NEXT[theme])}
  >
    <span class="glyph" aria-hidden="true">${THEMES[theme]}</span>
  </button>`;
}
