"""Every page of ours, in both languages, light and dark, wide and narrow: what axe-core and a reader would object to."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.comparison.page import as_html as comparison_page
from conformance.report import FORMATS, trend_views, trends
from tests.comparison.test_comparison_views import differing
from tests.drift import drawn
from tests.pages import ENGLISH, OPEN_ALL, Open, node_module
from tests.report.run_by_hand import build
from tests.report.test_report_trend import nights

if TYPE_CHECKING:
    from playwright.sync_api import Page

# All but what axe itself calls minor.
GRAVE = ("moderate", "serious", "critical")
AXE = """async (grave) => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.filter((each) => grave.includes(each.impact))
    .flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 160)}`));
}"""


def _trend() -> str:
    return trend_views.as_html(trends.series(map(trends.point, nights(build()))))


PAGES: dict[str, Callable[[], str]] = {
    "report": lambda: FORMATS["report.html"](build()),
    "comparison": lambda: comparison_page(differing()),
    "trend": _trend,
    **drawn.PAGES,
}


@pytest.fixture(scope="module", params=PAGES)
def file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / f"{request.param}.html"
    path.write_text(PAGES[request.param](), encoding="utf-8")
    return path


def opened_whole(page: "Page") -> "Page":
    # What stands in a part is made when the part is opened.
    for _ in range(3):
        page.evaluate(OPEN_ALL)
    return page


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-GB", "zh-CN"])
def test_axe_finds_nothing_grave(open_page: Open, width: int, scheme: str, locale: str) -> None:
    axe = node_module("axe-core/axe.min.js").read_text(encoding="utf-8")
    page = opened_whole(open_page(width=width, color_scheme=scheme, locale=locale, script=axe))
    assert page.evaluate(AXE, GRAVE) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_in_chinese_nothing_but_contract_and_evidence_stays_english(open_page: Open) -> None:
    page = opened_whole(open_page(locale="zh-CN"))
    assert page.evaluate("document.documentElement.lang") == "zh-Hans"
    # The name of a target is the user's own word.
    assert [text for text in page.evaluate(ENGLISH) if text != page.title()] == []


def test_the_language_turns_around_and_back_and_leaves_nothing(open_page: Open) -> None:
    page = opened_whole(open_page(locale="en-GB"))
    text, title = page.locator("body").inner_text(), page.title()
    page.get_by_role("button", name="中文").click()
    assert page.title() != title
    assert page.evaluate("localStorage.getItem('conformance-language')") == "zh"
    page.get_by_role("button", name="English").click()
    assert (page.locator("body").inner_text(), page.title()) == (text, title)
    assert page.evaluate("document.documentElement.lang") == "en"


def test_without_javascript_the_page_is_english_and_has_no_dead_switch(open_page: Open) -> None:
    page = open_page(java_script_enabled=False, locale="zh-CN")
    assert not page.locator("#language").is_visible()
    assert not page.locator("#theme").is_visible()


def test_no_chinese_stands_where_only_text_can_stand(file: Path) -> None:
    # A phrase printed inside an attribute would bring its element along.
    assert '="<span' not in file.read_text(encoding="utf-8")
    assert "&lt;span data-zh" not in file.read_text(encoding="utf-8")
