"use strict";
// The comparison: search, and links into groups that are closed.
(() => {
  const { say, count, find, searchable } = window.conformance;

  // Search
  const form = find("filters");
  if (!form) return;
  const search = find("search");
  const groups = [...document.querySelectorAll(".group")].map((element) => ({
    element,
    text: searchable(element),
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
    say("differences.shown", { shown: count(shown), all: count(groups.length) }, find("shown"));
  };
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", apply);
  apply();
})();
