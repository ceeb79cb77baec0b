/* Sets the theme before the first paint: loaded in <head>, not deferred. */
(() => {
  "use strict";
  const root = document.documentElement;
  const stored = () => {
    try { return localStorage.getItem("wy-theme") || "auto"; } catch { return "auto"; }
  };
  const apply = (theme) => {
    root.classList.toggle("dark", theme === "dark");
    root.classList.toggle("light", theme === "light");
    root.dataset.themeChosen = theme;
  };
  apply(stored());
  window.wyTheme = {
    get: stored,
    set(theme) {
      try { localStorage.setItem("wy-theme", theme); } catch { /* private window: for this page only */ }
      apply(theme);
      document.dispatchEvent(new CustomEvent("wy:theme", { detail: { theme } }));
    },
  };
})();
