// What the user chose, kept in the browser: `localStorage` for settings, `sessionStorage` for the control token.

const PREFIX = "flowmock.";

/**
 * Reads a setting. A browser may refuse storage; then there are no settings.
 * @param {string} name
 * @param {*} otherwise the value if there is none
 * @param {Storage} [storage]
 */
export function readSetting(name, otherwise, storage) {
  try {
    const text = (storage ?? localStorage).getItem(PREFIX + name);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/**
 * Keeps a setting; `undefined` forgets it.
 * @param {string} name
 * @param {*} value anything that JSON can hold
 * @param {Storage} [storage]
 */
export function keepSetting(name, value, storage) {
  try {
    const place = storage ?? localStorage;
    if (value === undefined) place.removeItem(PREFIX + name);
    else place.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Without storage a setting lasts until the page is closed.
  }
}
