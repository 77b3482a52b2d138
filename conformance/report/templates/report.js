"use strict";
// The clauses: filters, search, deep links.
(() => {
  const { say, count, find, searchable } = window.conformance;

  // Filters
  const form = find("filters");
  const search = find("search");
  const level = find("level");
  const chapter = find("chapter");
  const chips = [...form.querySelectorAll(".chip")];
  const clauses = [...document.querySelectorAll("details.clause")].map((element) => ({
    element,
    chapter: element.closest(".chapter").dataset.chapter,
    text: searchable(element),
  }));
  const none = document.createElement("p");
  none.className = "note";
  none.append(say("filter.none"));
  form.after(none);

  const chosen = () => chips.filter((chip) => chip.getAttribute("aria-pressed") === "true").map((chip) => chip.dataset.verdict);
  const apply = () => {
    const verdicts = chosen();
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const clause of clauses) {
      const { verdict, level: rank } = clause.element.dataset;
      const fits = (!verdicts.length || verdicts.includes(verdict)) && (!level.value || rank === level.value)
        && (!chapter.value || clause.chapter === chapter.value) && words.every((word) => clause.text.includes(word));
      clause.element.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    for (const section of document.querySelectorAll(".chapter")) {
      section.hidden = !section.querySelector("details.clause:not([hidden])");
    }
    none.hidden = shown > 0;
    say("filter.shown", { shown: count(shown), all: count(clauses.length) }, find("shown"));
    find("clear").hidden = !(verdicts.length || words.length || level.value || chapter.value);
  };
  const set = (wanted) => {
    search.value = wanted.search || "";
    level.value = wanted.level || "";
    chapter.value = wanted.chapter || "";
    for (const chip of chips) chip.setAttribute("aria-pressed", String(chip.dataset.verdict === wanted.verdict));
    apply();
  };
  form.addEventListener("submit", (event) => event.preventDefault());
  search.addEventListener("input", apply);
  level.addEventListener("change", apply);
  chapter.addEventListener("change", apply);
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.setAttribute("aria-pressed", String(chip.getAttribute("aria-pressed") !== "true"));
      apply();
    });
  }
  find("clear").addEventListener("click", () => { set({}); search.focus(); });
  const visible = () => clauses.filter((clause) => !clause.element.hidden);
  find("expand").addEventListener("click", () => visible().forEach((clause) => { clause.element.open = true; }));
  find("collapse").addEventListener("click", () => clauses.forEach((clause) => { clause.element.open = false; }));
  for (const link of document.querySelectorAll("[data-filter-verdict], [data-filter-chapter], [data-filter-level]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const { filterVerdict, filterChapter, filterLevel } = link.dataset;
      set({ verdict: filterVerdict, chapter: filterChapter, level: filterLevel });
      find("clauses").scrollIntoView();
      chips.find((chip) => chip.dataset.verdict === filterVerdict)?.focus({ preventScroll: true });
    });
  }

  // Deep links open their clause, even where a filter hides it.
  const go = () => {
    let name = "";
    try { name = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const clause = clauses.find(({ element }) => element.id === name);
    if (!clause) return;
    if (clause.element.hidden) set({});
    clause.element.open = true;
    clause.element.scrollIntoView({ block: "start" });
    clause.element.querySelector("summary").focus({ preventScroll: true });
  };
  window.addEventListener("hashchange", go);
  // The browser's own jump to the fragment comes after this script and takes the focus away.
  window.addEventListener("load", () => setTimeout(go));
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) go();
  });

  form.hidden = false;
  apply();
  go();
})();
