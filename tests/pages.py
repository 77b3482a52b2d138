"""Pages opened in real Chromium from the disk, with the network off. One browser for all tests of a process."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Open = Callable[..., "Page"]
# Gives every visible piece of text whose contrast with what lies behind it is below AA's 4.5 to 1.
CONTRAST = """() => {
  const parse = (colour) => {
    const n = (colour.match(/[\\d.]+/g) || []).map(Number);
    const unit = colour.startsWith("color(") ? 255 : 1;
    return [n[0] * unit, n[1] * unit, n[2] * unit, n.length > 3 ? n[3] : 1];
  };
  const light = (c) => c.slice(0, 3).map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour[3] > 0) return colour;
    }
    return [255, 255, 255, 1];
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest("[aria-hidden], svg, script, .unseen, .skip")) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${element.outerHTML.slice(0, 120)}`);
  }
  return poor;
}"""
# Gives what a reader meets that is not in Chinese, but for what is evidence or contract and stays as it was said.
ENGLISH = """() => {
  const evidence = ".said, code, pre, [lang]:not(html), script, style";
  // Units, file names, digests and the names of operations are the same in every language.
  const units = /sha256:\\w+|\\b[a-z]+[A-Z]\\w+|\\b(ms|min|s|kB|MB|B|UTC|p90|[2345]xx|A|B|UTF-8|cn|intl|QPS|Ctrl|C|NN|xNN|run\\.jsonl|comparison\\.json|openapi\\.yaml|Model Studio|API|SDK)\\b/g;
  const left = new Set();
  const look = (text) => { if (/[A-Za-z]{2,}/.test(text.replace(units, ""))) left.add(text.trim()); };
  for (const element of document.querySelectorAll("body *, title")) {
    if (element.closest(evidence) || !(element.checkVisibility() || element.matches("title, svg *, option"))) continue;
    for (const node of element.childNodes) if (node.nodeType === Node.TEXT_NODE) look(node.data);
    for (const name of ["aria-label", "placeholder", "title", "label"]) look(element.getAttribute(name) ?? "");
  }
  return [...left];
}"""
# Opens all that can be opened, and waits until what that makes is there.
OPEN_ALL = """async () => {
  for (const part of document.querySelectorAll("details")) part.open = true;
  await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
}"""
NODE = Path(__file__).parents[1] / ".ci" / "node" / "node_modules"
# No request of the browser's own, and a sandbox is not to be had by root.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def node_module(name: str) -> Path:
    """Give a file of an npm package, where `.ci/run` has installed it."""
    path = NODE / name
    if not path.exists():
        pytest.skip(f"{name} is not installed: .ci/run does that")
    return path


def chromium() -> str | None:
    """Find a browser."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    if chromium() is None:
        pytest.skip("Chromium is not installed: the page was not opened in a browser")
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with playwright.sync_playwright() as driver:
        opened: Browser = driver.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser: "Browser", file: Path) -> Iterator[Open]:
    """Opens the page and, at the end, insists that nothing was complained of, asked for or popped up."""
    trouble: list[str] = []
    requested: list[str] = []
    contexts = []

    def opened(fragment: str = "", width: int = 1280, script: str = "", **options: Any) -> "Page":
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.set_offline(True)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: trouble.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: trouble.append(f"error: {error}"))
        page.on("dialog", lambda dialog: trouble.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: requested.append(request.url))
        if script:
            page.add_init_script(script)
        page.goto(file.as_uri() + fragment)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert trouble == []
    # A test that was skipped has opened nothing.
    assert not contexts or {url.partition("#")[0] for url in requested} == {file.as_uri()}
