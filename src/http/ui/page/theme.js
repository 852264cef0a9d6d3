// Not a module: it runs before the first paint, so that a stored theme does not flash. `core/theme.js` changes it later.
try {
  const theme = JSON.parse(localStorage.getItem("flowmock.theme"));
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Without storage the page follows the system.
}
