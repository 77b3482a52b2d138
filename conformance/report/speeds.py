"""The geometry of the rate probe's drawing: for each lane, what was sent and admitted within the last second."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from markupsafe import Markup

from conformance import rates
from conformance.exchange import Exchange
from conformance.report import words
from conformance.runs import Run

WIDTH: Final = 1000
LEFT: Final = 40
RIGHT: Final = 16
# From the top: the names of the phases, the curves, one row of marks each for what was admitted and refused.
HEAD: Final = 22
CURVES: Final = 120
ROWS: Final = (HEAD + CURVES + 16, HEAD + CURVES + 34)
HEIGHT: Final = HEAD + CURVES + 66
WINDOW: Final = 1.0
# A longer silence, in seconds, is drawn as long as this.
SILENCE: Final = 1.6
# A narrower phase has no room for its name; a letter of it is about so wide.
NAMED: Final = 9
LETTER: Final = 6.6

Height = Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One request; `kind` is admitted, refused or none, where no answer came."""

    x: float
    y: float
    kind: str
    is_second: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One phase."""

    x: float
    width: float
    words: str
    is_flood: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Stripe:
    """The estimate, where the flood was that it rests on."""

    x: float
    width: float
    y: float
    height: float
    middle: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One label of an axis."""

    at: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One lane."""

    lane: str
    estimate: str
    admitted: int
    refused: int
    unanswered: int
    documented: float
    limit: float
    sent_path: Markup
    admitted_path: Markup
    marks: tuple[Mark, ...]
    bands: tuple[Band, ...]
    stripe: Stripe | None
    levels: tuple[Tick, ...]
    seconds: tuple[Tick, ...]
    silences: tuple[Tick, ...]

    @property
    def has_second(self) -> bool:
        """Whether another account sent something beside."""
        return any(mark.is_second for mark in self.marks)


def panels(run: Run) -> tuple[Panel, ...]:
    """Draw both lanes on one axis of time; nothing where there was no probe."""
    probe = tuple(sorted((each for each in run.exchanges if each.phase), key=lambda each: each.started))
    scale = _Scale([each.started for each in probe])
    lanes = (tuple(e for e in probe if rates.lane_of(e) == lane) for lane in rates.DOCUMENTED)
    return tuple(
        _panel(lane, mine, probe, scale) for lane, mine in zip(rates.DOCUMENTED, lanes, strict=True) if mine
    )


def estimate(found: rates.Estimate) -> str:
    """Say what the probe tells of a limit."""
    numbers = {"answers": found.answers, "refused": found.refused, "seconds": words.duration(found.seconds)}
    if not found.answers:
        return words.say("rates.estimate.none")
    if not found.refused:
        return words.say("rates.estimate.unmet", **numbers)
    if found.rate is None:
        return words.say("rates.estimate.few", **numbers)
    rate, error = f"{found.rate:.1f}", f"{found.error:.1f}"
    return words.say("rates.estimate.rate", rate=rate, error=error, burst=found.burst, **numbers)


class _Scale:
    """Seconds since the beginning as places on the page; long silences are drawn short."""

    def __init__(self, moments: Sequence[float]) -> None:
        self.begin = moments[0] if moments else 0.0
        self.cuts: list[tuple[float, float]] = []
        for one, other in pairwise(moments):
            # The second in which the curve falls is drawn as it is.
            if other - one > WINDOW + 2 * SILENCE:
                self.cuts.append((one - self.begin + WINDOW, other - self.begin))
        self.end = (moments[-1] - self.begin + WINDOW) if moments else WINDOW
        self._unit = (WIDTH - LEFT - RIGHT) / self._drawn(self.end)

    def place(self, seconds: float) -> float:
        """Give the place of a moment."""
        return round(LEFT + self._drawn(seconds) * self._unit, 1)

    def is_cut(self, seconds: float) -> bool:
        """Whether a moment lies in a silence that is drawn short."""
        return any(start < seconds < end for start, end in self.cuts)

    def _drawn(self, seconds: float) -> float:
        spared = 0.0
        for start, end in self.cuts:
            inside = min(max(seconds - start, 0.0), end - start)
            spared += inside * (1 - SILENCE / (end - start))
        return seconds - spared


def _panel(lane: str, mine: tuple[Exchange, ...], probe: tuple[Exchange, ...], scale: _Scale) -> Panel:
    disguised = rates.disguises(probe, lane)
    kinds = {each.number: _kind(each, disguised) for each in mine}
    first = [each for each in mine if each.account == "first"]
    sent = _within_the_last_second([each.started - scale.begin for each in first])
    admitted = _within_the_last_second(
        [each.started - scale.begin for each in first if kinds[each.number] == "admitted"]
    )
    documented = rates.DOCUMENTED[lane]
    top = max(documented * 1.5, *(count for _, count in sent))

    def height(count: float) -> float:
        return round(HEAD + CURVES * (1 - count / top), 1)

    said = rates.measure(probe, lane)
    flood = rates.of(probe, f"{lane}-flood", lane)
    return Panel(
        lane=lane,
        estimate=estimate(said),
        admitted=sum(kind == "admitted" for kind in kinds.values()),
        refused=sum(kind == "refused" for kind in kinds.values()),
        unanswered=sum(kind == "none" for kind in kinds.values()),
        documented=documented,
        limit=height(documented),
        sent_path=_path(sent, scale, height),
        admitted_path=_path(admitted, scale, height),
        marks=tuple(
            Mark(
                x=scale.place(each.started - scale.begin),
                y=ROWS[kinds[each.number] != "admitted"],
                kind=kinds[each.number],
                is_second=each.account != "first",
            )
            for each in mine
        ),
        bands=tuple(_bands(lane, mine, scale)),
        stripe=_stripe(said, flood, scale, height, top) if flood else None,
        levels=tuple(Tick(at=height(count), words=f"{count:g}") for count in sorted({0.0, documented, top})),
        seconds=tuple(
            Tick(at=scale.place(second), words=str(second) if second else "0 s")
            for second in range(0, int(scale.end) + 1, 1 if scale.end < 30 else 5)
            if not scale.is_cut(second)
        ),
        silences=tuple(
            Tick(
                at=(scale.place(start) + scale.place(end)) / 2,
                words=words.say("rates.silence", seconds=words.duration(end - start + WINDOW)),
            )
            for start, end in scale.cuts
        ),
    )


def _kind(exchange: Exchange, disguised: frozenset[str]) -> str:
    if rates.is_refused(exchange, disguised):
        return "refused"
    return "admitted" if rates.said(exchange) == rates.ADMITTED else "none"


def _within_the_last_second(moments: Iterable[float]) -> list[tuple[float, int]]:
    """Give the steps of a curve: from each moment on, how many there were within the second before."""
    steps = sorted((at, change) for moment in moments for at, change in ((moment, 1), (moment + WINDOW, -1)))
    count, found = 0, [(0.0, 0)]
    for at, change in steps:
        count += change
        found.append((at, count))
    return found


def _path(steps: Sequence[tuple[float, int]], scale: _Scale, height: Height) -> Markup:
    drawn = (f"H{scale.place(at)}V{height(count)}" for at, count in steps)
    # Numbers of our own alone, and more of them than the page shows of what a target said.
    return Markup(f"M{LEFT} {height(0)}{''.join(drawn)}")  # noqa: S704


def _bands(lane: str, mine: Iterable[Exchange], scale: _Scale) -> Iterable[Band]:
    free = 0.0
    for phase, group in groupby(mine, key=lambda each: each.phase):
        moments = [each.started - scale.begin for each in group]
        x, end = scale.place(moments[0]) - 3, scale.place(moments[-1]) + 4
        kind = phase.removeprefix(f"{lane}-") if phase.startswith(f"{lane}-") else phase
        kind = "beside" if kind.endswith(("-flood", "-flood-again")) else kind
        known = f"rates.phase.{kind}"
        name: str = words.say(known) if known in words.WORDS.english and end - x >= NAMED else ""
        reach = len(name) * LETTER / 2
        # A name that would run into the one before it is left out.
        name = name if (x + end) / 2 - reach >= free else ""
        free = (x + end) / 2 + reach + LETTER if name else free
        yield Band(
            x=round(x, 1),
            width=round(end - x, 1),
            words=name,
            is_flood=kind in {"flood", "flood-again", "mix"},
        )


def _stripe(
    said: rates.Estimate, flood: Sequence[Exchange], scale: _Scale, height: Height, top: float
) -> Stripe | None:
    if said.rate is None:
        return None
    x = scale.place(flood[0].started - scale.begin)
    high = height(min(top, said.rate + said.error))
    return Stripe(
        x=x,
        width=round(scale.place(flood[-1].started - scale.begin) - x, 1),
        y=high,
        height=round(height(max(0.0, said.rate - said.error)) - high, 1),
        middle=height(min(top, said.rate)),
    )
