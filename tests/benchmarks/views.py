"""Report and comparison of runs of 100, 1,000 and 10,000 exchanges: the time grows as the run does."""

import dataclasses
import time
from collections.abc import Callable, Iterator
from functools import partial
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
    """Repeat the exchanges of a run until there are so many, one after the other in time; or draw some of all its parts."""
    first, last = run.exchanges[0].started, run.exchanges[-1].started
    length = last - first + 1
    every = run.exchanges[:: max(1, len(run.exchanges) // size)]
    repeated = islice(cycle(every), size)
    exchanges = tuple(
        dataclasses.replace(each, number=number, started=each.started + length * ((number - 1) // len(every)))
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
    works: dict[str, Callable[[Run], object]] = {
        "all views": lambda large: report.write_all(large, folder / "large"),
        "comparison of two runs": lambda large: as_html(compare([large], [large])),
    }
    most = {"all views": MOST_SECONDS, "comparison of two runs": 2 * MOST_SECONDS}
    for name, work in works.items():
        before = 0.0
        for size in SIZES:
            large = grown(run, size)
            seconds = timed(partial(work, large), 3, time.process_time)
            last = size == SIZES[-1]
            yield Figure(
                chapter="views",
                name=f"{name}: {size:,} exchanges",
                value=seconds,
                unit="s",
                # Of the smaller runs most is what any run takes.
                ratio=seconds / before if last else None,
                beside="a tenth of it" if last else "",
                wanted=f"< {GROWTH:g} times, < {most[name]:g} s" if last else "",
                holds=not last or (seconds < GROWTH * before and seconds < most[name]),
            )
            before = seconds
    size_of = (folder / "large/report.html").stat().st_size
    yield Figure(
        chapter="views",
        name=f"report.html of {SIZES[-1]:,} exchanges",
        value=size_of / 1e6,
        unit="MB",
        wanted=f"< {MOST_BYTES / 1e6:g} MB",
        holds=size_of < MOST_BYTES,
    )
