"""The pictures of the README, made from runs of today: two against the built-in mock, one of them with planted faults.

    python -m tests.screenshots [--into .github]

What differs from run to run (port, day, hours) is written over, so that a picture changes where the page has.
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import sync_playwright

from conformance import runs
from conformance.comparison.comparing import compare
from conformance.comparison.page import as_html as comparison_page
from conformance.report import FORMATS, trend_views, trends
from conformance.runs import Run
from conformance.verdicts import Verdict
from tests.pages import FLAGS, chromium
from tests.runs_of_the_suite import run_suite

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOME = Path(__file__).parents[1] / ".github"
WIDTH, HEIGHT = 1280, 800
LARGEST = 150_000
FAULTS = ("retrieval-bytes-as-text", "default-limit-ten", "purpose-filter-documents-ignored")
NIGHTS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A look at a page: of which one, in which language and colours, and from which part on."""

    page: str
    locale: str = "en-GB"
    scheme: str = "light"
    part: str = ""


PICTURES: Mapping[str, Picture] = {
    "report": Picture(page="report"),
    "report-zh": Picture(page="report", locale="zh-CN", scheme="dark"),
    "report-traffic": Picture(page="report", part="#traffic"),
    "comparison": Picture(page="comparison"),
    "trend": Picture(page="trend"),
}


def pages(lawful: Run, faulty: Run) -> dict[str, str]:
    """Give the pages that the pictures are of."""
    lawful, faulty = plain(lawful), plain(faulty)
    return {
        "report": FORMATS["report.html"](faulty),
        "comparison": comparison_page(compare([lawful], [faulty])),
        "trend": trend_views.as_html(trends.series(map(trends.point, nights(lawful, faulty)))),
    }


def plain(run: Run) -> Run:
    """Write over what no two runs share."""
    base = "http://localhost:8080/compatible-mode/v1"
    return replace(run, header=replace(run.header, base_url=base, started="2026-11-22T08:15:00+00:00"))


def nights(lawful: Run, faulty: Run) -> list[Run]:
    """Make a fortnight of two runs: the faults come in one night, and go one by one."""
    broken = [row.id for row in faulty.clauses if row.verdict in {Verdict.FAIL, Verdict.WARN}]
    made = []
    for at in range(NIGHTS):
        left = set(broken[: max(0, len(broken) - max(0, at - 6))]) if at >= 5 else set()
        rows = tuple(replace(row, verdict=Verdict.FAIL) if row.id in left else row for row in lawful.clauses)
        exchanges = tuple(replace(each, seconds=each.seconds * (1 + at % 5 / 8)) for each in lawful.exchanges)
        header = replace(lawful.header, target="intl", started=f"2026-11-{at + 8:02}T03:17:00+00:00")
        made.append(replace(lawful, header=header, clauses=rows, exchanges=exchanges))
    return made


def shoot(browser: "Browser", file: Path, picture: Picture) -> bytes:
    """Take a picture of a page."""
    page = browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT},
        locale=picture.locale,
        color_scheme=picture.scheme,  # type: ignore[arg-type]
        # A page that glides to its part would be taken on the way.
        reduced_motion="reduce",
    )
    page.goto(file.as_uri() + picture.part)
    taken: bytes = page.screenshot(animations="disabled")
    page.close()
    return taken


def main() -> int:
    """Make all pictures."""
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots")
    parser.add_argument("--into", type=Path, default=HOME)
    into: Path = parser.parse_args().into
    with tempfile.TemporaryDirectory() as name, sync_playwright() as driver:
        folder = Path(name)
        made = []
        for at, faults in enumerate(((), FAULTS)):
            options = ("--target=mock-intl", "--rate-probe=yes", *(f"--breach={fault}" for fault in faults))
            run_suite(folder / str(at), *options)
            made.append(runs.read(folder / str(at) / "mock-intl" / "run.jsonl"))
        for page, text in pages(*made).items():
            (folder / f"{page}.html").write_text(text, encoding="utf-8")
        browser = driver.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        for title, picture in PICTURES.items():
            taken = shoot(browser, folder / f"{picture.page}.html", picture)
            (into / f"{title}.png").write_bytes(taken)
            print(f"{into / title}.png: {len(taken) // 1000} kB")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
