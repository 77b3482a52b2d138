"use strict";
// The exchanges: built when they are opened, out of text nodes only, because a target chose the text.
(() => {
  const { data, say, count, find } = window.conformance;
  const PAGE = 100;
  const FIELDS = ["number", "attempt", "final", "account", "operation", "test", "method", "path", "query", "headers",
    "parts", "sent", "status", "answerHeaders", "body", "bodyBytes", "kind", "cut", "trouble", "started", "seconds",
    "notes", "curl"];
  const text = (place) => (place < 0 ? "" : data.strings[place]);
  const read = (row) => Object.fromEntries(FIELDS.map((name, i) => [name, row[i]]));
  const places = new Map(data.exchanges.map((row, i) => [row[0], i]));
  const kindOf = (status) => (status < 0 ? "none" : `${Math.min(Math.max(Math.floor(status / 100), 2), 5)}xx`);
  const took = (s) => (s < 1 ? `${Math.round(s * 1000)} ms` : `${s.toFixed(1)} s`);

  const make = (tag, name, ...children) => {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...children.filter((child) => child !== null && child !== ""));
    return element;
  };
  // What the run recorded stays as it is in every language.
  const said = (content) => make("span", "said", content);
  const joined = (separator, children) => children.flatMap((child, i) => (i ? [separator, child] : [child]));
  const titled = (title, ...children) => make("div", "", make("p", "title", title), ...children);

  const where = (exchange) => {
    const query = [];
    for (let i = 0; i + 1 < exchange.query.length; i += 2) query.push(`${text(exchange.query[i])}=${text(exchange.query[i + 1])}`);
    const file = exchange.parts.find((part) => part[1] >= 0);
    return text(exchange.path) + (query.length ? `?${query.join("&")}` : "") + (file ? ` ← ${JSON.stringify(text(file[1]))}` : "");
  };
  const pairs = (list) => {
    const box = make("dl", "pairs");
    for (let i = 0; i + 1 < list.length; i += 2) {
      box.append(make("div", "", make("dt", "said", text(list[i])), make("dd", "said", text(list[i + 1]))));
    }
    return box;
  };
  // A list of pairs that was cut ends with the negative number of those missing.
  const headers = (list) => {
    const kept = list.length % 2 ? list.slice(0, -1) : list;
    if (!kept.length) return null;
    const left = list.length % 2 ? -list[list.length - 1] : 0;
    const box = make("details", "", make("summary", "", say("x.headers", { n: count(kept.length / 2 + left) })), pairs(kept));
    if (left) box.append(make("p", "under", say("x.more", { n: count(left) })));
    return box;
  };

  // Lays JSON out by its tokens and leaves each as it was sent: parsing would lose 1.0 and keys given twice.
  const layOut = (source) => {
    let out = "";
    let depth = 0;
    const line = () => `\n${"  ".repeat(Math.min(depth, 40))}`;
    const tokens = source.match(/"(?:[^"\\]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g) || [];
    tokens.forEach((token, i) => {
      if (token === "{" || token === "[") {
        depth += 1;
        out += token + (/^[}\]]$/.test(tokens[i + 1] || "") ? "" : line());
      } else if (token === "}" || token === "]") {
        depth = Math.max(depth - 1, 0);
        out += (/^[{[]$/.test(tokens[i - 1] || "") ? "" : line()) + token;
      } else out += token === "," ? `,${line()}` : token === ":" ? ": " : token;
    });
    return out;
  };

  const block = (content) => {
    const pre = make("pre", "", content);
    pre.tabIndex = 0;
    return pre;
  };
  const body = (exchange) => {
    if (!exchange.bodyBytes) return make("p", "under", say("x.nobody"));
    const source = text(exchange.body);
    const notes = [];
    if (exchange.kind === 2) notes.push(say("x.bytes"));
    if (exchange.cut) notes.push(say("x.stopped"));
    return make("div", "",
      make("p", "under", ...joined("; ", [say("x.body", { size: count(exchange.bodyBytes) }), ...notes])),
      block(exchange.kind === 1 ? layOut(source) : source));
  };
  const parts = (exchange) => {
    if (!exchange.parts.length) return exchange.sent ? make("p", "under", say("x.sent", { n: count(exchange.sent) })) : null;
    const box = make("dl", "pairs");
    for (const [name, filename, size, value] of exchange.parts) {
      const shown = filename < 0 ? "" : make("span", "", say("x.file"), " ", said(JSON.stringify(text(filename))));
      const content = value < 0 ? "" : said(text(value));
      box.append(make("div", "", make("dt", "said", text(name)),
        make("dd", "", ...joined(" · ", [content, shown, say("x.bytescount", { n: count(size) })].filter(Boolean)))));
    }
    return titled(say("x.parts"), box);
  };

  const copy = (content, button, source) => {
    const done = (key) => {
      say(key, {}, button);
      setTimeout(() => say("x.copy", {}, button), 2000);
    };
    const select = () => {
      getSelection().selectAllChildren(source);
      done(document.execCommand("copy") ? "x.copied" : "x.copyfailed");
    };
    if (navigator.clipboard) navigator.clipboard.writeText(content).then(() => done("x.copied"), select);
    else select();
  };
  const reproduce = (exchange) => {
    if (!exchange.curl.length) return null;
    const line = exchange.curl.map(text).join(" \\\n  ");
    const button = say("x.copy", {}, make("button"));
    const pre = block(line);
    button.type = "button";
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () => copy(line, button, pre));
    return titled(say("x.curl"), make("div", "reproduce", pre, button));
  };

  const inside = (exchange) => {
    const about = [make("span", "", say("x.account"), " ", said(text(exchange.account)))];
    if (exchange.operation >= 0) about.push(said(text(exchange.operation)));
    if (exchange.attempt > 1 || !exchange.final) about.push(say("x.attempt", { n: exchange.attempt }));
    if (!exchange.final) about.push(say("x.repeated"));
    const request = titled(say("x.request"), make("p", "under", ...joined(" · ", about)), headers(exchange.headers));
    const answer = titled(say("x.answer"));
    if (exchange.trouble >= 0) answer.append(make("p", "trouble", say("x.trouble"), " ", said(text(exchange.trouble))));
    if (exchange.status < 0) answer.append(make("p", "under", say("x.noanswer")));
    else answer.append(...[headers(exchange.answerHeaders), body(exchange)].filter(Boolean));
    const left = make("div", "", request, parts(exchange), reproduce(exchange));
    if (exchange.notes.length) left.append(titled(say("x.notes"), ...exchange.notes.map((note) => make("p", "said", text(note)))));
    if (text(exchange.test)) left.append(titled(say("x.test"), make("code", "", text(exchange.test))));
    return make("div", "inside", left, make("div", "", answer));
  };
  const show = (place) => {
    const exchange = read(data.exchanges[place]);
    const status = make("span", `status k-${kindOf(exchange.status)}`, exchange.status < 0 ? say("traffic.none") : String(exchange.status));
    const method = make("code", "", text(exchange.method));
    const box = make("details", "exchange", make("summary", "", make("span", "no", `№ ${exchange.number}`), method,
      make("code", "where", where(exchange)), status, make("span", "took", took(exchange.seconds))));
    box.addEventListener("toggle", () => { if (box.open && !box.querySelector(".inside")) box.append(inside(exchange)); });
    return make("li", "", box);
  };

  // Under a clause the plain list gives way to exchanges that open.
  for (const clause of document.querySelectorAll("details.clause")) {
    const list = clause.querySelector("[data-exchanges]");
    if (!list) continue;
    const enrich = () => {
      if (list.dataset.done) return;
      list.dataset.done = "yes";
      const numbers = list.dataset.exchanges.split(" ").map(Number);
      const plain = [...list.children];
      list.replaceChildren(...numbers.map((number, i) => (places.has(number) ? show(places.get(number)) : plain[i])));
    };
    clause.addEventListener("toggle", enrich);
    if (clause.open) enrich();
  }

  // All traffic
  const box = find("all-traffic");
  if (!box) return;
  const list = find("traffic-list");
  const search = find("traffic-search");
  const kind = find("traffic-kind");
  const further = find("traffic-further");
  let found = [];
  let until = 0;
  let lowered = null;
  const SEARCHED = ["account", "operation", "test", "method", "path", "query", "headers", "answerHeaders", "body", "trouble", "notes"]
    .map((name) => FIELDS.indexOf(name));
  const [PARTS, STATUS] = ["parts", "status"].map((name) => FIELDS.indexOf(name));
  // Each string of the run is looked through once, however many exchanges hold it.
  const finder = (word) => {
    lowered ??= data.strings.map((string) => string.toLowerCase());
    const hits = lowered.map((string) => string.includes(word));
    const holds = (value) => (Array.isArray(value) ? value.some(holds) : value >= 0 && hits[value]);
    return (row) => SEARCHED.some((field) => holds(row[field])) || row[PARTS].some((part) => holds([part[0], part[1], part[3]]))
      || `№ ${row[0]}`.includes(word) || String(row[STATUS]).includes(word);
  };
  const grow = () => {
    const next = found.slice(until, until + PAGE);
    list.append(...next.map(show));
    until += next.length;
    const left = Math.min(found.length - until, PAGE);
    further.hidden = left <= 0;
    say("traffic.further", { n: count(left) }, further);
  };
  const apply = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const finders = words.map(finder);
    found = data.exchanges.map((_, i) => i).filter((i) =>
      (!kind.value || kindOf(data.exchanges[i][STATUS]) === kind.value) && finders.every((holds) => holds(data.exchanges[i])));
    list.replaceChildren();
    until = 0;
    grow();
    say("traffic.shown", { shown: count(found.length), all: count(data.exchanges.length) }, find("traffic-shown"));
  };
  box.hidden = false;
  box.addEventListener("toggle", () => { if (box.open && !list.children.length) apply(); });
  box.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  let wait = 0;
  search.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(apply, 150); });
  kind.addEventListener("change", apply);
  further.addEventListener("click", grow);
  if (data.omitted) {
    say("traffic.omitted", { n: count(data.omitted) }, find("traffic-omitted"));
    find("traffic-omitted").hidden = false;
  }
})();
