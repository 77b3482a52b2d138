"""The pages of drift and coverage opened in real Chromium from the disk, with the network off."""

from pathlib import Path

import pytest

from tests.pages import CONTRAST, Open

from .drawn import PAGES, drift_page

pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")


@pytest.fixture(scope="module", params=PAGES)
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / f"{request.param}.html"
    path.write_text(PAGES[request.param](), encoding="utf-8")
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
