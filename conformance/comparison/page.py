"""comparison.html: one file that opens offline, with the look and behind the walls of the report's page."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance.comparison import telling
from conformance.comparison.comparing import Comparison
from conformance.comparison.difference import Class, Difference
from conformance.comparison.speed import Race, Spread
from conformance.comparison.words import WORDS, plural, say
from conformance.report.html import data, render
from conformance.report.words import number

TEMPLATES: Final = Path(__file__).parent / "templates"
WIDTH: Final = 1000
# Rows of one group that the page shows; the others are in comparison.json.
MOST: Final = 200
OPEN: Final = frozenset({Class.CONTRACT, Class.UNDOCUMENTED, Class.UNEXPLAINED, Class.TIMING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One side's times on the common scale: from the least to the p90, and the median between."""

    start: float
    middle: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """One operation: both sides, one above the other."""

    race: Race
    a: Strip
    b: Strip


def as_html(comparison: Comparison) -> str:
    """Write comparison.html."""
    a, b = telling.names(comparison)
    drawn, top = tracks(comparison)
    return render(
        "comparison.html",
        ("report.css", "sections.css", "comparison.css"),
        ("theme.js", "language.js", "comparison.js"),
        TEMPLATES,
        comparison=comparison,
        names=(a, b),
        sides=(comparison.a, comparison.b),
        headline=telling.headline(comparison),
        closing=telling.closing(comparison),
        counts=telling.counts(comparison),
        groups={cls: telling.groups(comparison, cls) for cls, _ in telling.counts(comparison)},
        tracks=drawn,
        top=top,
        labels=telling.labels(comparison),
        by_chapter=_by_chapter(comparison.differences),
        tell=telling,
        told=told,
        say=say,
        plural=plural,
        word=WORDS.word,
        data=data(words=WORDS.beginning("differences.")),
        OPEN=OPEN,
        MOST=MOST,
        WIDTH=WIDTH,
        Class=Class,
    )


def told(difference: Difference, side: int) -> tuple[tuple[str, str, bool], ...]:
    """Give what one side showed: the value, where it was seen, and whether the other side never showed it."""
    rows = sorted(
        (difference.a, difference.b)[side], key=lambda each: (not each.alone, -each.times, each.value)
    )
    return tuple((each.value, _seen(each.times, each.exchanges), each.alone) for each in rows)


def _seen(times: int, exchanges: tuple[int, ...]) -> str:
    numbers = ", ".join(str(number) for number in exchanges[:4] if number)
    more = "…" if len(exchanges) > 4 else ""
    often = f"{number(times)}×" if times else ""
    if not numbers:
        return often
    witnesses = say("seen.exchanges", numbers=numbers + more)
    return say("seen", often=often, exchanges=witnesses) if often else witnesses


def tracks(comparison: Comparison) -> tuple[tuple[Track, ...], float]:
    """Place the times of both sides on one scale, and give its end in seconds."""
    top = max((max(each.a.p90, each.b.p90) for each in comparison.races), default=0.0)
    return tuple(
        Track(race=each, a=_strip(each.a, top), b=_strip(each.b, top)) for each in comparison.races
    ), top


def _strip(times: Spread, top: float) -> Strip:
    def place(seconds: float) -> float:
        return round(seconds / top * WIDTH, 1) if top else 0.0

    return Strip(start=place(times.least), middle=place(times.median), end=place(times.p90))


def _by_chapter(found: tuple[Difference, ...]) -> dict[str, dict[Class, int]]:
    counted: dict[str, dict[Class, int]] = {}
    for each in found:
        row = counted.setdefault(each.chapter, {})
        row[each.cls] = row.get(each.cls, 0) + 1
    return counted
