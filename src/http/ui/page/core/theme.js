// The theme: that of the system, unless the user chose one.

import { keepSetting, readSetting } from "./settings.js";
import { createStore } from "./store.js";

/** @typedef {"system" | "light" | "dark"} Theme */

/** @type {import("./store.js").Store<{theme: Theme}>} */
export const themeStore = createStore({ theme: readSetting("theme", "system") });

/** @param {Theme} theme */
export function chooseTheme(theme) {
  keepSetting("theme", theme === "system" ? undefined : theme);
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  themeStore.set({ theme });
}
