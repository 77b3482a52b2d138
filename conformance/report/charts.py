"""The geometry of the page's small drawings, as plain numbers; the templates draw them as SVG."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from conformance.exchange import Exchange
from conformance.report import summary, words
from conformance.report.summary import Latency, Tally
from conformance.runs import Run
from conformance.verdicts import Verdict

WIDTH: Final = 1000
HEIGHT: Final = 60
BARS: Final = 80
KINDS: Final = ("2xx", "3xx", "4xx", "5xx", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One piece of a bar that shows a whole."""

    verdict: Verdict
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Whisker:
    """One operation's latencies on the common scale."""

    latency: Latency
    start: float
    middle: float
    end: float

    @property
    def drawn(self) -> bool:
        """Whether anything was answered."""
        return self.latency.median is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One rectangle of the timeline: the answers of one kind in one span of time."""

    kind: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Requests over time, with the number of answers of each kind."""

    boxes: tuple[Box, ...]
    kinds: tuple[tuple[str, int], ...]
    seconds: float


def bar(tally: Tally) -> tuple[Segment, ...]:
    """Divide a bar by verdict; what is rare stays wide enough to be seen."""
    present = [(verdict, count) for verdict, count in tally.counts.items() if count]
    shares = [max(count / tally.all, 0.012) for _, count in present]
    scale = WIDTH / sum(shares) if shares else 0
    segments, x = [], 0.0
    for (verdict, count), share in zip(present, shares, strict=True):
        width = share * scale
        segments.append(Segment(verdict=verdict, count=count, x=round(x, 2), width=round(width - 2, 2)))
        x += width
    return tuple(segments)


def whiskers(run: Run) -> tuple[tuple[Whisker, ...], float]:
    """Place every operation's latencies on one scale, and give the scale's end in seconds."""
    latencies = summary.latencies(run)
    top = _round_up(max((latency.p95 or 0.0 for latency in latencies), default=0.0))
    return tuple(_whisker(latency, top) for latency in latencies), top


def timeline(run: Run) -> Timeline:
    """Stack the answers of each span of time by their kind."""
    begin = min((exchange.started for exchange in run.exchanges), default=0.0)
    length = max((exchange.started for exchange in run.exchanges), default=0.0) - begin
    counts = [dict.fromkeys(KINDS, 0) for _ in range(BARS)]
    for exchange in run.exchanges:
        place = int((exchange.started - begin) / length * BARS) if length else 0
        counts[min(place, BARS - 1)][kind(exchange)] += 1
    tallest = max(sum(column.values()) for column in counts) or 1
    boxes = [box for place, column in enumerate(counts) for box in _stack(place, column, tallest)]
    totals = ((name, sum(column[name] for column in counts)) for name in KINDS)
    return Timeline(boxes=tuple(boxes), kinds=tuple((name, n) for name, n in totals if n), seconds=length)


def kind(exchange: Exchange) -> str:
    """Name the class of an answer's status, `none` where no answer came."""
    status = exchange.status
    if status is None:
        return "none"
    return f"{min(max(status // 100, 2), 5)}xx"


def kind_word(name: str) -> str:
    """Say the class of an answer."""
    return words.say("traffic.none") if name == "none" else name


def _whisker(latency: Latency, top: float) -> Whisker:
    def place(seconds: float | None) -> float:
        return round((seconds or 0.0) / top * WIDTH, 1) if top else 0.0

    return Whisker(
        latency=latency,
        start=place(latency.least),
        middle=place(latency.median),
        end=place(latency.p95),
    )


def _stack(place: int, column: dict[str, int], tallest: int) -> Iterable[Box]:
    step, y = WIDTH / BARS, float(HEIGHT)
    for name, count in column.items():
        if count:
            height = max(count / tallest * HEIGHT, 1.5)
            y -= height
            yield Box(
                kind=name, x=round(place * step, 2), y=round(y, 2), width=step - 1.5, height=round(height, 2)
            )


def _round_up(seconds: float) -> float:
    """Give the next number of one digit, so that the scale ends at a number one can read."""
    if seconds <= 0 or not math.isfinite(seconds):
        return 0.0
    unit = float(10.0 ** math.floor(math.log10(seconds)))
    return math.ceil(seconds / unit - 1e-9) * unit
