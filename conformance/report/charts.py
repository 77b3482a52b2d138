"""The geometry of the page's small drawings, as plain numbers; the templates draw them as SVG."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup

from conformance.exchange import Exchange
from conformance.report import summary, words
from conformance.report.summary import Latency, Tally
from conformance.runs import Run
from conformance.verdicts import Verdict

WIDTH: Final = 1000
KINDS: Final = ("2xx", "3xx", "4xx", "5xx", "none")
# What no answer of the API is; a cross marks it, so that no colour is needed to see it.
ERRORS: Final = frozenset({"5xx", "none"})
# The timeline: names of operations at the left, how often each was asked at the right, seconds below.
LEFT: Final = 170
RIGHT: Final = 56
ROW: Final = 30
TALL: Final = 20
AXIS: Final = 26
SPANS: Final = 110
# So many labels an axis of time bears at most.
LABELS: Final = 12


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
    quarter: float
    middle: float
    three_quarters: float
    end: float

    @property
    def drawn(self) -> bool:
        """Whether anything was answered."""
        return self.latency.median is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One operation over time: a path of bars for each kind of answer, and where errors were."""

    operation: str
    base: float
    count: int
    errors: int
    bars: tuple[tuple[str, Markup], ...]
    crosses: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Requests over time by operation, with the number of answers of each kind; ticks are places and seconds."""

    lanes: tuple[Lane, ...]
    kinds: tuple[tuple[str, int], ...]
    ticks: tuple[tuple[float, str], ...]
    seconds: float
    # How many requests the tallest bar stands for, and how long a bar is.
    tallest: int
    span: float

    @property
    def height(self) -> float:
        """The height of the drawing."""
        return len(self.lanes) * ROW + AXIS


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
    """Count the answers of each span of time by operation and kind."""
    begin = min((exchange.started for exchange in run.exchanges), default=0.0)
    length = max((exchange.started for exchange in run.exchanges), default=0.0) - begin
    columns: dict[str, dict[int, Counter[str]]] = {}
    for exchange in run.exchanges:
        place = min(int((exchange.started - begin) / length * SPANS), SPANS - 1) if length else 0
        lane = columns.setdefault(exchange.operation or "", {})
        lane.setdefault(place, Counter())[kind(exchange)] += 1
    tallest = max((count.total() for lane in columns.values() for count in lane.values()), default=1)
    totals = Counter(kind(exchange) for exchange in run.exchanges)
    names = sorted(columns, key=lambda name: (not name, name))
    return Timeline(
        lanes=tuple(_lane(name, at, columns[name], tallest) for at, name in enumerate(names)),
        kinds=tuple((name, totals[name]) for name in KINDS if totals[name]),
        ticks=tuple(_ticks(length)),
        seconds=length,
        tallest=tallest,
        span=length / SPANS,
    )


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
        quarter=place(latency.quarter),
        middle=place(latency.median),
        three_quarters=place(latency.three_quarters),
        end=place(latency.p95),
    )


def _lane(name: str, at: int, columns: Mapping[int, Mapping[str, int]], tallest: int) -> Lane:
    step, base = (WIDTH - LEFT - RIGHT) / SPANS, float((at + 1) * ROW)
    bars: dict[str, list[str]] = {}
    crosses = []
    for place, column in sorted(columns.items()):
        x, y = LEFT + place * step, base
        for each in KINDS:
            if count := column.get(each, 0):
                height = max(count / tallest * TALL, 2.0)
                bars.setdefault(each, []).append(
                    f"M{x:.1f} {y:.1f}v-{height:.1f}h{step - 1.2:.1f}v{height:.1f}z"
                )
                y -= height
        if ERRORS & set(column):
            crosses.append(round(x + step / 2 - 0.6, 1))
    counted = [sum(column.get(each, 0) for column in columns.values()) for each in KINDS]
    return Lane(
        operation=name or words.say("cost.unnamed"),
        base=base,
        count=sum(counted),
        errors=sum(count for each, count in zip(KINDS, counted, strict=True) if each in ERRORS),
        # Numbers of our own alone.
        bars=tuple((each, Markup("".join(bars[each]))) for each in KINDS if each in bars),  # noqa: S704
        crosses=tuple(crosses),
    )


def _ticks(seconds: float) -> Iterable[tuple[float, str]]:
    """Give the labels of an axis of time, at numbers that one can count by."""
    if not math.isfinite(seconds) or seconds <= 0:
        yield float(LEFT), words.duration(0)
        return
    unit = float(10.0 ** math.floor(math.log10(seconds / LABELS)))
    step = next(unit * each for each in (1, 2, 5, 10, 20) if seconds / (unit * each) <= LABELS)
    for at in range(int(seconds / step) + 1):
        yield (
            round(LEFT + at * step / seconds * (WIDTH - LEFT - RIGHT), 1),
            f"{at * step:g} s" if not at else f"{at * step:g}",
        )


def _round_up(seconds: float) -> float:
    """Give the next number of one digit, so that the scale ends at a number one can read."""
    if seconds <= 0 or not math.isfinite(seconds):
        return 0.0
    unit = float(10.0 ** math.floor(math.log10(seconds)))
    return math.ceil(seconds / unit - 1e-9) * unit
