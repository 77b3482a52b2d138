"""Report and comparison of runs of 100, 1,000 and 10,000 exchanges: the time grows as the run does."""

import dataclasses
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

from conformance import report, runs
from conformance.comparison.comparing import compare
from conformance.comparison.page import as_html
from conformance.runs import Run
from tests.runs_of_the_suite import run_suite

from .figures import Figure, timed

SIZES = (100, 1_000, 10_000)
MOST_SECONDS = 5.0
MOST_BYTES = 10_000_000
# Ten times as much may take so many times as long, where a fixed part is left out of the smaller.
GROWTH = 12.0


def grown(run: Run, size: int) -> Run:
    """Repeat the exchanges of a run until there are so many, one after the other in time."""
    first, last = run.exchanges[0].started, run.exchanges[-1].started
    length = last - first + 1
    repeated = islice(cycle(run.exchanges), size)
    exchanges = tuple(
        dataclasses.replace(
            each, number=number, started=each.started + length * ((number - 1) // len(run.exchanges))
        )
        for number, each in enumerate(repeated, 1)
    )
    known = {each.number for each in exchanges}
    findings = tuple(each for each in run.findings if set(each.exchanges) <= known)
    return dataclasses.replace(run, exchanges=exchanges, findings=findings)


def figures(folder: Path) -> Iterator[Figure]:
    """Measure all views of a run but the one that pytest-html writes, and a comparison of two with its page."""
    done = run_suite(folder / "views", "--billable=no")
    [log] = done.folder.glob("*/run.jsonl")
    run = runs.read(log)
    before: dict[str, float] = {}
    for size in SIZES:
        large = grown(run, size)
        where = folder / f"views-{size}"
        seconds = timed(lambda: report.write_all(large, where), 3)  # noqa: B023  called at once
        bytes_of = (where / "report.html").stat().st_size
        last = size == SIZES[-1]
        yield _figure(f"all views of {size:,} exchanges", seconds, before, MOST_SECONDS if last else None)
        if last:
            yield Figure(
                chapter="views",
                name=f"report.html of {size:,} exchanges",
                value=bytes_of / 1e6,
                unit="MB",
                wanted=f"< {MOST_BYTES / 1e6:g} MB",
                holds=bytes_of < MOST_BYTES,
            )
    before.clear()
    for size in SIZES:
        one, two = grown(run, size), grown(run, size)
        seconds = timed(lambda: as_html(compare([one], [two])), 3)  # noqa: B023  called at once
        yield _figure(f"comparison of two runs of {size:,}", seconds, before, None)


def _figure(name: str, seconds: float, before: dict[str, float], most: float | None) -> Figure:
    ratio = seconds / before["seconds"] if before else None
    before["seconds"] = seconds
    return Figure(
        chapter="views",
        name=name,
        value=seconds,
        unit="s",
        ratio=ratio,
        beside="a tenth of it" if ratio else "",
        wanted=f"< {GROWTH:g} times" + (f", < {most:g} s" if most else "") if ratio else "",
        holds=(ratio is None or ratio < GROWTH) and (most is None or seconds < most),
    )
