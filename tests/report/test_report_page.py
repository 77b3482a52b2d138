"""report.html opened in real Chromium from the disk, with the network off: what a reader can do there."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.report import FORMATS
from conformance.runs import Run
from tests.pages import CONTRAST, Open

from .traffic_by_hand import HOSTILE_NAMES, exchange

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

expect = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed").expect
SHOWN = "details.clause:not([hidden])"


@pytest.fixture(scope="module")
def file(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(FORMATS["report.html"](run), encoding="utf-8")
    return path


def clause(page: "Page", name: str) -> "Locator":
    return page.locator(f'details.clause[id="{name}"]')


def test_everything_opened_at_once_runs_nothing_that_was_planted(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="Expand all").click()
    page.locator("#all-traffic > summary").click()
    expect(page.locator("#traffic-list > li")).to_have_count(40)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    expect(page.locator("#traffic-list .inside")).to_have_count(40)
    assert page.locator("img, iframe, main script").count() == 0
    text = page.locator("#traffic-list").inner_text()
    assert "</script><script>alert" in text
    assert "invoice[U+202E]fdp.exe" in text
    assert HOSTILE_NAMES[1] not in page.content()


@pytest.mark.parametrize("width", [1280, 768, 360, 320])
def test_the_page_never_scrolls_sideways(open_page: Open, width: int) -> None:
    page = open_page(width=width)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    expect(page.locator("#traffic-list > li")).to_have_count(40)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    expect(page.locator("#traffic-list .inside")).to_have_count(40)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_verdicts_filter_the_clauses_and_the_count_is_announced(open_page: Open) -> None:
    page = open_page()
    fail = page.get_by_role("button", name="fail 2")
    fail.click()
    assert fail.get_attribute("aria-pressed") == "true"
    assert page.locator(SHOWN).count() == 2
    assert page.locator(".chapter:not([hidden])").count() == 2
    page.get_by_role("button", name="warn 1").click()
    assert page.locator("#shown").inner_text() == "3 of 25 clauses shown"
    assert page.locator("#shown").get_attribute("aria-live") == "polite"
    page.get_by_role("button", name="Clear filters").click()
    assert page.locator(SHOWN).count() == 25


def test_level_and_chapter_narrow_what_is_shown(open_page: Open) -> None:
    page = open_page()
    page.get_by_label("Level", exact=True).select_option("observed")
    assert page.locator(SHOWN).count() == 3
    page.get_by_label("Chapter", exact=True).select_option("listing")
    assert page.locator(SHOWN).count() == 1


def test_search_finds_sentences_reasons_sources_and_tests(open_page: Open) -> None:
    page = open_page()
    search = page.get_by_role("searchbox", name="Search", exact=True)
    for words, count in (
        ("NEWEST first", 1),
        ("second_api_key", 2),
        ("test_limit-range", 1),
        ("nowhere at all", 0),
    ):
        search.fill(words)
        assert page.locator(SHOWN).count() == count
    assert page.get_by_text("No clause matches these filters.").is_visible()


def test_a_cell_of_the_matrix_filters_by_chapter_and_verdict(open_page: Open) -> None:
    page = open_page()
    page.locator('.matrix a[data-filter-chapter="isolation"][data-filter-verdict="unproven"]').click()
    assert page.locator(SHOWN).count() == 2


def test_a_deep_link_opens_its_clause(open_page: Open) -> None:
    page = open_page("#listing.limit-range")
    found = clause(page, "listing.limit-range")
    assert found.get_attribute("open") is not None
    assert page.locator("details.clause[open]").count() == 1
    assert "status 400 for limit=0" in found.inner_text()
    expect(found.locator("summary").first).to_be_focused()
    expect(found.locator("summary").first).to_be_in_viewport()


def test_a_link_to_a_clause_that_a_filter_hides_shows_it_again(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="warn 1").click()
    page.locator('#unproven a[href="#deletion.stays-deleted"]').click()
    expect(clause(page, "deletion.stays-deleted")).to_have_attribute("open", "")
    assert clause(page, "deletion.stays-deleted").is_visible()


def test_a_clause_shows_its_exchanges_with_a_curl_line_to_copy(open_page: Open) -> None:
    page = open_page("#listing.limit-range", permissions=["clipboard-read", "clipboard-write"])
    row = clause(page, "listing.limit-range").locator(".exchange").first
    row.locator("summary").first.click()
    expect(row).to_contain_text('"has_more": false')
    expect(row).to_contain_text('"ratio": 1.0')
    row.get_by_role("button", name="Copy").click()
    expect(row.get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("curl -sS -i \\\n")
    assert '-H "Authorization: Bearer $DASHSCOPE_API_KEY"' in copied


def test_the_exchanges_can_be_searched_and_told_by_their_answer(open_page: Open) -> None:
    page = open_page()
    page.locator("#all-traffic > summary").click()
    page.get_by_label("Answer", exact=True).select_option("none")
    assert page.locator("#traffic-shown").inner_text() == "2 of 40 exchanges"
    assert page.locator("#traffic-list .status").all_inner_texts() == ["no answer", "no answer"]
    page.get_by_label("Answer", exact=True).select_option("")
    page.get_by_role("searchbox", name="Search the exchanges").fill("delete wrong")
    expect(page.locator("#traffic-shown")).to_have_text("1 of 40 exchanges")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_switch_turns_the_colours_around_and_is_remembered(open_page: Open, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    colour = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(colour)
    page.get_by_role("button", name="Light or dark").click()
    after = page.evaluate(colour)
    assert before != after
    page.evaluate("window.name = 'kept'")
    assert page.evaluate("localStorage.getItem('conformance-theme')") != scheme


def test_the_switch_works_where_storage_is_refused(open_page: Open) -> None:
    refused = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } });"
    page = open_page(script=refused, color_scheme="light")
    page.get_by_role("button", name="Light or dark").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_lies_behind_it(open_page: Open, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    expect(page.locator("#traffic-list > li")).to_have_count(40)
    page.locator("#traffic-list .exchange > summary").first.click()
    page.locator(".chip").first.click()
    page.wait_for_timeout(100)
    assert page.evaluate(CONTRAST) == []


def test_the_language_is_switched_in_the_page_and_back_and_is_remembered(open_page: Open) -> None:
    page = open_page("#listing.limit-range", locale="en-GB")
    english = page.locator("body").inner_text()
    page.get_by_role("button", name="中文").click()
    assert page.title() == "intl 的一致性报告：2 个条款不符"
    assert page.url.endswith("#listing.limit-range")
    expect(page.get_by_role("heading", level=1)).to_have_text("2 个条款不符。")
    page.get_by_role("button", name="不符 2").click()
    assert page.locator("#shown").inner_text() == "显示 2 / 25 个条款"
    page.get_by_role("searchbox", name="搜索", exact=True).fill("second_api_key")
    page.get_by_role("button", name="清除筛选").click()
    assert page.evaluate("localStorage.getItem('conformance-language')") == "zh"
    page.get_by_role("button", name="English").click()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("body").inner_text() == english


def test_a_search_finds_words_of_both_languages(open_page: Open) -> None:
    page = open_page(locale="zh-CN")
    search = page.get_by_role("searchbox", name="搜索", exact=True)
    search.fill("fail limit-range")
    assert page.locator(SHOWN).count() == 1
    search.fill("不符 limit-range")
    assert page.locator(SHOWN).count() == 1


def test_the_keyboard_reaches_filters_and_clauses(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the clauses"
    clause(page, "uploads.object").locator("summary").focus()
    page.keyboard.press("Enter")
    assert clause(page, "uploads.object").get_attribute("open") is not None
    page.get_by_role("button", name="pass 12").focus()
    page.keyboard.press("Space")
    assert page.locator(SHOWN).count() == 12


def test_every_control_has_a_name(open_page: Open) -> None:
    page = open_page()
    page.locator("#all-traffic > summary").click()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll("button, input, select, summary, a")]
        .filter((e) => e.checkVisibility() && !(e.labels?.length || e.textContent.trim() || e.ariaLabel))
        .map((e) => e.outerHTML)"""
    )
    assert nameless == []


def test_without_javascript_the_clauses_are_there_and_no_dead_controls(open_page: Open) -> None:
    page = open_page(java_script_enabled=False)
    assert page.locator("details.clause").count() == 25
    assert not page.locator("#filters").is_visible()
    assert not page.locator("#theme").is_visible()
    page.locator("details.clause > summary").first.click()
    assert page.locator("details.clause").first.get_by_text("№ 1 POST /files → 200").is_visible()
    assert page.locator("noscript p").is_visible()


def test_ten_thousand_exchanges_open_a_hundred_at_a_time(
    browser: "Browser", run: Run, tmp_path: Path
) -> None:
    exchanges = tuple(replace(exchange(1 + n % 40), number=n + 1) for n in range(10_000))
    (tmp_path / "large.html").write_text(
        FORMATS["report.html"](replace(run, exchanges=exchanges)), encoding="utf-8"
    )
    page = browser.new_page()
    page.goto((tmp_path / "large.html").as_uri())
    page.locator("#all-traffic > summary").click(timeout=10_000)
    expect(page.locator("#traffic-list > li")).to_have_count(100)
    page.get_by_role("button", name="Show 100 more").click()
    expect(page.locator("#traffic-list > li")).to_have_count(200)
    page.close()
