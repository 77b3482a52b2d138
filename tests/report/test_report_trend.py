"""Runs one after another: what the figures, the drawings and the page make of them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from conformance.report import trend_views, trends
from conformance.report.trends import Series
from conformance.runs import Run
from conformance.verdicts import Verdict
from tests.pages import CONTRAST

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MARKUP = "<script>alert('planted')</script><img src=x onerror=alert(1)>"


def nights(run: Run, count: int = 12) -> list[Run]:
    """Make runs of it, a night apart, in which clauses come and go, one of a newer contract and one of another target."""
    made = []
    for at in range(count):
        rows = list(run.clauses)
        rows[0] = replace(rows[0], verdict=Verdict.FAIL if at in {4, 5} else Verdict.PASS)
        if at >= 9:
            rows = [*rows[1:], replace(rows[0], id="uploads.new")]
        contract = "sha256:new" if at >= 9 else "sha256:old"
        exchanges = tuple(replace(each, seconds=each.seconds * (1 + at % 4)) for each in run.exchanges)
        header = replace(run.header, started=f"2026-11-{at + 1:02}T03:17:00+00:00", contract=contract)
        made.append(replace(run, header=header, clauses=tuple(rows), exchanges=exchanges))
    made.append(replace(made[3], header=replace(made[3].header, target=MARKUP, profile=MARKUP)))
    return made


@pytest.fixture(scope="module")
def found(run: Run) -> tuple[Series, ...]:
    return trends.series(map(trends.point, reversed(nights(run))))


@pytest.fixture(scope="module")
def main(found: tuple[Series, ...]) -> Series:
    return next(each for each in found if len(each.points) > 1)


def test_runs_stand_by_target_and_in_the_order_in_which_they_began(found: tuple[Series, ...]) -> None:
    assert sorted(len(each.points) for each in found) == [1, 12]
    for each in found:
        moments = [point.started for point in each.points]
        assert moments == sorted(moments)


def test_what_changed_is_told_youngest_first(main: Series, run: Run) -> None:
    told = [(move.started[8:10], move.clause, str(move.before), str(move.after)) for move in main.moves]
    name = run.clauses[0].id
    assert told == [("07", name, "fail", "pass"), ("05", name, "pass", "fail")]


def test_a_new_contract_is_said_and_only_what_both_have_is_compared(main: Series, run: Run) -> None:
    [sentence] = main.said
    assert main.breaks == (9,)
    assert "2026-11-10 03:17 UTC" in sentence
    assert f"{len(run.clauses) - 1} clauses are in both, 1 are gone, 1 are new" in sentence


def test_every_run_has_its_figure(main: Series) -> None:
    fails = next(line for line in main.verdicts if line.name == "fail")
    assert [value - min(fails.values) for value in fails.values if value is not None] == [  # type: ignore[type-var,operator]
        0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0,
    ]  # fmt: skip
    for line in main.latencies:
        for median, p95 in zip(line.values, line.upper, strict=True):
            assert median is not None
            assert p95 is not None
            assert median <= p95


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([], ""),
        ([None], " "),
        ([0.0, 0.0], "▁▁"),
        ([7.0, 7.0], "▄▄"),
        ([0.0, None, 1.0], "▁ █"),
        ([0.0, 1.0, 2.0, 7.0], "▁▂▃█"),
    ],
)
def test_a_sparkline_has_one_character_for_each_run(values: list[float | None], drawn: str) -> None:
    assert trend_views.sparkline(values) == drawn


def test_the_terminal_shows_figures_and_changes_and_no_markup(found: tuple[Series, ...]) -> None:
    console = Console(width=120, record=True, force_terminal=False)
    with console.capture() as shown:
        console.print(trend_views.as_text(found, apart=["Left out: [bold]x[/bold]\x1b[31m"]))
    text = shown.get()
    assert "12 runs, 2026-11-01 03:17 UTC to 2026-11-12 03:17 UTC" in text
    assert "▁▁▁▁██▁▁▁▁▁▁" in text
    assert "fail → pass" in text
    assert "No verdict changed." in text
    assert "[bold]x[/bold][U+001B]" in text


def test_the_json_holds_every_run_and_change(found: tuple[Series, ...], main: Series) -> None:
    document = json.loads(trends.as_json(found))
    each = next(each for each in document["series"] if len(each["runs"]) > 1)
    assert [run["started"] for run in each["runs"]] == [point.started for point in main.points]
    assert each["runs"][0]["clauses"] == sum(each["runs"][0]["verdicts"].values())
    assert len(each["changes"]) == 2
    assert each["said"] == list(main.said)


def test_the_same_runs_give_the_same_page(run: Run, found: tuple[Series, ...]) -> None:
    again = trends.series(map(trends.point, nights(run)))
    assert trend_views.as_html(again) == trend_views.as_html(found)


@pytest.fixture(params=["light", "dark"])
def page(
    request: pytest.FixtureRequest, browser: "Browser", found: tuple[Series, ...], tmp_path: Path
) -> Iterator["Page"]:
    """The page from the disk with the network off; at the end nothing was complained of or asked for."""
    file = tmp_path / "trend.html"
    file.write_text(trend_views.as_html(found, apart=[MARKUP]), encoding="utf-8")
    trouble: list[str] = []
    context = browser.new_context(color_scheme=request.param, viewport={"width": 1280, "height": 900})
    context.set_offline(True)
    opened = context.new_page()
    opened.on("console", lambda message: trouble.append(message.text))
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.on("dialog", lambda dialog: trouble.append(dialog.message))
    opened.on("request", lambda sent: trouble.append(sent.url) if sent.url != file.as_uri() else None)
    opened.goto(file.as_uri())
    yield opened
    context.close()
    assert trouble == []


def test_the_page_draws_every_figure_and_can_be_read(page: "Page", found: tuple[Series, ...]) -> None:
    lines = sum(len(each.verdicts) + len(each.latencies) for each in found)
    assert page.locator("figure.trend svg[role=img]").count() == lines
    assert page.locator("main script, main img").count() == 0
    assert page.get_by_text(MARKUP).first.is_visible()
    assert page.locator("path.break").count() > 0
    assert page.evaluate(CONTRAST) == []
    nameless = "[...document.querySelectorAll('svg[role=img]')].filter((e) => !e.ariaLabel).length"
    assert page.evaluate(nameless) == 0


@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_never_scrolls_sideways(page: "Page", width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
