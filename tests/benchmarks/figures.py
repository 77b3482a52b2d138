"""Figures as values: what was measured, beside what, and what it may be; one table and one JSON of them."""

import gc
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

TIMES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement; `ratio` is to what stands in `beside`, and `wanted` says in words what one of the two may be."""

    chapter: str
    name: str
    value: float
    unit: str
    beside: str = ""
    ratio: float | None = None
    wanted: str = ""
    holds: bool = True


def timed(
    work: Callable[[], object], times: int = TIMES, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Give the median of the seconds that a piece of work takes; `time.process_time` counts this process alone."""
    taken = []
    for _ in range(times):
        gc.collect()
        began = clock()
        work()
        taken.append(clock() - began)
    return median(taken)


def show(figures: Iterable[Figure]) -> None:
    """Print the table."""
    table = Table(box=None, pad_edge=False)
    for column in ("", "figure", "value", "", "ratio", "to", "wanted"):
        table.add_column(column, justify="right" if column in {"value", "ratio"} else "left")
    chapter = ""
    for figure in figures:
        table.add_row(
            figure.chapter if figure.chapter != chapter else "",
            figure.name,
            f"{figure.value:,.4g}" if figure.value < 10_000 else f"{figure.value:,.0f}",
            figure.unit,
            "" if figure.ratio is None else f"{figure.ratio:.2f}",
            figure.beside,
            figure.wanted + ("" if figure.holds else "  NOT REACHED"),
        )
        chapter = figure.chapter
    Console(width=150).print(table)


def write(figures: Sequence[Figure], path: Path) -> None:
    """Write the figures down."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(figure) for figure in figures], indent=2) + "\n", encoding="utf-8")
