"use strict";
// English and Chinese, for every page: an element holds its other language beside its own, in data-zh or data-en.
(() => {
  const find = (id) => document.getElementById(id);
  const page = document.documentElement;
  const button = find("language");
  const data = JSON.parse(document.querySelector('script[type="application/json"]')?.textContent ?? '{"words":{}}');
  const TAGS = { en: "en", zh: "zh-Hans" };
  const ATTRIBUTES = ["aria-label", "placeholder", "label", "data-name"];
  let language = "en";

  // Says something that came with the page's data, in an element that can be turned like all others.
  const fill = (phrase, values) => phrase.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  const say = (key, values = {}, element = document.createElement("span")) => {
    for (const name of Object.keys(TAGS)) element.dataset[name] = fill(data.words[name][key], values);
    element.textContent = element.dataset[language];
    return element;
  };
  // What a search looks through, in both languages.
  const searchable = (element) => [
    element.textContent, ...[...element.querySelectorAll("[data-zh]")].map(({ dataset }) => `${dataset.zh} ${dataset.en ?? ""}`),
  ].join(" ").toLowerCase().replace(/\s+/g, " ");

  const turn = (wanted) => {
    if (wanted === language) return;
    language = wanted;
    page.lang = TAGS[language];
    for (const element of document.querySelectorAll("[data-zh]")) {
      if (!element.hasAttribute("data-en")) element.setAttribute("data-en", element.textContent);
      element.textContent = element.getAttribute(`data-${language}`);
    }
    for (const name of ATTRIBUTES) {
      for (const element of document.querySelectorAll(`[data-zh-${name}]`)) {
        if (!element.hasAttribute(`data-en-${name}`)) element.setAttribute(`data-en-${name}`, element.getAttribute(name));
        element.setAttribute(name, element.getAttribute(`data-${language}-${name}`));
      }
    }
    const other = language === "en" ? "zh" : "en";
    button.lang = TAGS[other];
    button.textContent = { en: "English", zh: "中文" }[other];
  };
  const store = {
    get() { try { return localStorage.getItem("conformance-language"); } catch { return null; } },
    set(value) { try { localStorage.setItem("conformance-language", value); } catch { /* not remembered */ } },
  };
  button.hidden = false;
  button.addEventListener("click", () => { turn(language === "en" ? "zh" : "en"); store.set(language); });
  const chosen = store.get() ?? navigator.language.slice(0, 2);
  turn(chosen in TAGS ? chosen : "en");
  window.conformance = { data, say, searchable, find, count: (n) => n.toLocaleString("en-US") };
})();
