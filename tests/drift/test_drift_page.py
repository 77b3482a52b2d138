"""The pages of drift and coverage opened in real Chromium from the disk, with the network off."""

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.clauses import registry
from conformance.drift import comparing, coverage, outline, pages
from tests.pages import CONTRAST, Open

from .by_hand import read, text_of, tied

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
HOSTILE = '</script><img src=x onerror=alert(1)>"vase-still"'


def drift_page() -> str:
    old = replace(read(text_of("zh")), name="yours.txt")
    text = text_of("zh").replace("800个", "900个").replace('"arranged"', '"cut"')
    new = read(text.replace("限流\n", f"花瓶必须先清洗。{HOSTILE}\n\n限流\n"))
    return pages.as_html(comparing.compare("vases", replace(old, clauses=tied(old).clauses), new))


def coverage_page() -> str:
    edition = replace(tied(read(text_of("zh"))), name="files-zh-2024-10")
    return outline.as_html([coverage.cover(edition, edition)], registry().sources)


@pytest.fixture(scope="module", params=["drift", "coverage"])
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / f"{request.param}.html"
    path.write_text({"drift": drift_page, "coverage": coverage_page}[request.param](), encoding="utf-8")
    return path


def test_markup_of_a_page_stays_text(open_page: Open) -> None:
    page = open_page()
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.locator("img, iframe, main script").count() == 0


def test_old_and_new_stand_side_by_side() -> None:
    text = drift_page()
    assert "最多存放800个花瓶" in text
    assert "最多存放900个花瓶" in text
    assert "&lt;img src=x" in text


@pytest.mark.parametrize("width", [1280, 768, 360, 320])
def test_the_page_never_scrolls_sideways(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(open_page: Open, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate(CONTRAST) == []
