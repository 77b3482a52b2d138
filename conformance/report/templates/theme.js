"use strict";
// Light and dark, for every page.
(() => {
  // Storage is refused to some pages opened from a disk: then the choice lasts as long as the page.
  const theme = document.getElementById("theme");
  const store = {
    get() { try { return localStorage.getItem("conformance-theme"); } catch { return null; } },
    set(value) { try { localStorage.setItem("conformance-theme", value); } catch { /* not remembered */ } },
  };
  const prefersDark = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme || (prefersDark.matches ? "dark" : "light")) === "dark";
  const paint = (value) => {
    if (value === "dark" || value === "light") document.documentElement.dataset.theme = value;
    theme.setAttribute("aria-pressed", String(isDark()));
  };
  paint(store.get());
  theme.hidden = false;
  theme.addEventListener("click", () => { const value = isDark() ? "light" : "dark"; paint(value); store.set(value); });
  prefersDark.addEventListener("change", () => paint(null));
})();
