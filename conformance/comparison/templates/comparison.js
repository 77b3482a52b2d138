"use strict";
// The comparison: light and dark, search, and links into groups that are closed.
(() => {
  const find = (id) => document.getElementById(id);

  // Storage is refused to some pages opened from a disk: then the choice lasts as long as the page.
  const theme = find("theme");
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

  // Search
  const form = find("filters");
  if (!form) return;
  const search = find("search");
  const groups = [...document.querySelectorAll(".group")].map((element) => ({
    element,
    text: element.textContent.toLowerCase().replace(/\s+/g, " "),
  }));
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { element, text } of groups) {
      const fits = words.every((word) => text.includes(word));
      element.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    for (const section of document.querySelectorAll(".class")) {
      section.hidden = !section.querySelector(".group:not([hidden])");
    }
    find("shown").textContent = `${shown} of ${groups.length} groups shown`;
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", apply);
  apply();
})();
