"use strict";
// The comparison: search, and links into groups that are closed.
(() => {
  const find = (id) => document.getElementById(id);

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
