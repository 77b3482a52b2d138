"""comparison.html opened in real Chromium from the disk, with the network off."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.comparison.comparing import compare
from conformance.comparison.page import as_html
from tests.pages import CONTRAST, Open

from .by_hand import made
from .test_comparison_views import differing

if TYPE_CHECKING:
    from playwright.sync_api import Browser

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "comparison.html"
    path.write_text(as_html(differing()), encoding="utf-8")
    return path


def test_markup_that_a_target_sent_stays_text(open_page: Open) -> None:
    page = open_page()
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.locator("img, iframe, main script").count() == 0
    assert "</script><img src=x onerror=alert(1)>" in page.locator("#differences").inner_text()


def test_both_sides_stand_beside_each_other(open_page: Open) -> None:
    page = open_page()
    group = page.locator("details.group", has_text="retrieval.object").first
    expect(group.locator("thead th").nth(1)).to_have_text("mock")
    expect(group.locator("thead th").nth(2)).to_have_text("intl")
    a, b = (group.locator("tbody td.side").nth(n).bounding_box() for n in (0, 1))
    assert a
    assert b
    assert (abs(a["y"] - b["y"]) < 1, b["x"] > a["x"]) == (True, True)


@pytest.mark.parametrize("width", [1280, 768, 360, 320])
def test_the_page_never_scrolls_sideways(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_search_narrows_the_groups_and_the_count_is_announced(open_page: Open) -> None:
    page = open_page()
    search = page.get_by_role("searchbox", name="Search the differences")
    search.fill("retrieval.object")
    assert page.locator("details.group:not([hidden])").count() == 1
    shown = page.locator("#shown")
    assert shown.get_attribute("aria-live") == "polite"
    expect(shown).to_contain_text("1 of ")
    search.fill("nowhere at all")
    assert page.locator("section.class:not([hidden])").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_and_the_switch_turns_the_colours(open_page: Open, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate(CONTRAST) == []
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate(colour) != before
    assert page.evaluate(CONTRAST) == []


def test_the_keyboard_reaches_the_differences(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the differences"
    group = page.locator("details.group").first
    was = group.get_attribute("open")
    group.locator("summary").focus()
    page.keyboard.press("Enter")
    assert group.get_attribute("open") != was


def test_every_control_has_a_name(open_page: Open) -> None:
    nameless = open_page().evaluate(
        """() => [...document.querySelectorAll("button, input, select, summary, a")]
        .filter((e) => e.checkVisibility() && !(e.labels?.length || e.textContent.trim() || e.ariaLabel))
        .map((e) => e.outerHTML)"""
    )
    assert nameless == []


def test_without_javascript_everything_is_there_and_no_dead_control(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    assert page.locator("details.group").count() > 1
    assert not page.locator("#filters").is_visible()
    assert not page.locator("#theme").is_visible()


def test_two_targets_that_are_alike_say_so(browser: "Browser", tmp_path: Path) -> None:
    path = tmp_path / "comparison.html"
    path.write_text(as_html(compare([made(1)], [made(2)])), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text("No differences.")
    expect(page.get_by_text("Both did the same, as far as they were asked.")).to_be_visible()
    page.close()
