from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.pages import ACTS, LARGE, SMALL, large, measure, written
from tests.report.run_by_hand import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser

COUNT = "document.querySelectorAll('*').length"
# What is shorter than this many milliseconds is noise.
FLOOR = 25


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("pages")
    small, much = (written(build(), folder, count) for count in (SMALL, LARGE))
    return small, much


def test_exchanges_make_no_elements_before_they_are_opened(
    browser: "Browser", files: tuple[Path, Path]
) -> None:
    counted = []
    for file in files:
        page = browser.new_page()
        page.goto(file.as_uri())
        counted.append(page.evaluate(COUNT))
        page.close()
    # Under a clause stand the numbers of some of its exchanges: a thousand have fewer to choose from.
    lines = [
        sum(min(len(row.exchanges), 25) for row in large(build(), count).clauses) for count in (SMALL, LARGE)
    ]
    assert counted[1] - counted[0] <= 3 * (lines[1] - lines[0]) + 200
    assert counted[1] < 50_000


def test_ten_thousand_exchanges_are_about_as_quick_as_a_thousand(
    browser: "Browser", files: tuple[Path, Path]
) -> None:
    small, much = (measure(browser, file, rounds=2) for file in files)
    slow = {name: (small[name], much[name]) for name in ACTS if much[name] > 4 * max(small[name], FLOOR)}
    assert slow == {}
