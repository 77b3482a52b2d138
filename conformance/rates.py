"""Rates: what answers in time say of a limit. Pure functions over exchanges; nothing here sends or waits.

The rate probe sends in phases, and each exchange bears the name of its own. A lane is what shares one
documented allowance: `uploads`, and `others`, which are retrieval, list and deletion together.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, groupby

from conformance.exchange import Exchange
from conformance.pacing import OTHERS_PER_SECOND, UPLOADS_PER_SECOND

UPLOADS, OTHERS = "uploads", "others"
DOCUMENTED: Mapping[str, float] = {UPLOADS: UPLOADS_PER_SECOND, OTHERS: OTHERS_PER_SECOND}
OTHER: Mapping[str, str] = {UPLOADS: OTHERS, OTHERS: UPLOADS}

ADMITTED, TOO_FAST, UNSAID = "admitted", "429", ""
HIDDEN = "a success that tells of an error"
# Fewer refusals than this share are out of turn, and not for speed.
SUBSTANTIAL = 0.2
# Below this share of answers the network was in the way.
ANSWERED = 0.7
# Requests so close together, in seconds, may have changed places on their way.
JITTER = 0.03
# Refusals closer together than this tell nothing of a rate.
SHORTEST = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One answered request: when, in seconds, and whether it was admitted."""

    time: float
    admitted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A limit as far as samples show it; `rate` and `error` are requests a second, None where none shows."""

    answers: int
    refused: int
    seconds: float
    rate: float | None = None
    error: float = 0.0
    burst: int | None = None

    @property
    def words(self) -> str:
        """The estimate as a sentence would have it."""
        spent = f"from {self.answers} answers in {self.seconds:.1f} s"
        if not self.answers:
            return "no answers"
        if not self.refused:
            return f"no limit met: {self.answers} admitted in {self.seconds:.1f} s"
        if self.rate is None:
            return f"too few refusals to tell a rate ({self.refused}), {spent}"
        return f"{self.rate:.1f} ± {self.error:.1f} a second, bursts of {self.burst}, {spent}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What became of one lane's requests in one phase; `seconds` run from the first sent to the last answered."""

    sent: int
    admitted: int
    refused: int
    seconds: float
    per_second: float

    @property
    def answered(self) -> int:
        """Those that were admitted or refused for their speed."""
        return self.admitted + self.refused

    @property
    def share(self) -> float:
        """The refused among the answered."""
        return self.refused / self.answered if self.answered else 0.0

    @property
    def heard(self) -> bool:
        """Whether so many were answered that they speak for all."""
        return self.answered > 0 and self.answered >= ANSWERED * self.sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a probe brought home.

    `skipped` gives the reason for each phase that was not run. `waits` gives for each limited lane how long
    in seconds its last wait was until it was admitted again; infinity where it was not.
    """

    exchanges: tuple[Exchange, ...]
    skipped: Mapping[str, str] = field(default_factory=dict)
    waits: Mapping[str, float] = field(default_factory=dict)

    def of(self, phase: str, lane: str, account: str = "first") -> tuple[Exchange, ...]:
        """Give one lane's exchanges of a phase, in the order in which they were sent."""
        return of(self.exchanges, phase, lane, account)

    def why_not(self, phase: str) -> str:
        """Say why a phase was not run."""
        return self.skipped.get(phase, "the probe ended before it")

    def tally(self, phase: str, lane: str, account: str = "first") -> Tally:
        """Count what became of one lane's requests in a phase."""
        return tally(self.of(phase, lane, account), self.disguises(lane))

    def disguises(self, lane: str) -> frozenset[str]:
        """Give what stands for 429 in this lane where it is not 429."""
        return disguises(self.exchanges, lane)


def of(exchanges: Iterable[Exchange], phase: str, lane: str, account: str = "first") -> tuple[Exchange, ...]:
    """Give one lane's exchanges of a phase, in the order in which they were sent."""
    mine = (each for each in exchanges if each.phase == phase and each.account == account)
    return tuple(sorted((each for each in mine if lane_of(each) == lane), key=lambda each: each.started))


def lane_of(exchange: Exchange) -> str:
    """Name the allowance that an exchange counts against."""
    return UPLOADS if exchange.request.is_upload else OTHERS


def said(exchange: Exchange) -> str:
    """Say in a word what an answer was: admitted, a status, or nothing where none came whole."""
    if exchange.answer is None or exchange.answer.cut:
        return UNSAID
    if exchange.succeeded:
        body = exchange.mapping()
        return HIDDEN if body.get("error") and not {"id", "data"} & set(body) else ADMITTED
    # A file that is gone or not seen yet was looked for: the request was admitted.
    return ADMITTED if exchange.missed else str(exchange.status)


def disguises(exchanges: Iterable[Exchange], lane: str) -> frozenset[str]:
    """Find what a flood got again and again, and nothing at the documented rate ever did."""
    exchanges = tuple(exchanges)
    usual = {said(each) for each in of(exchanges, f"{lane}-paced", lane)}
    counts = Counter(said(each) for each in of(exchanges, f"{lane}-flood", lane))
    least = max(3.0, SUBSTANTIAL * sum(counts.values()))
    known = usual | {UNSAID, ADMITTED, TOO_FAST}
    return frozenset(word for word, count in counts.items() if word not in known and count >= least)


def is_refused(exchange: Exchange, disguised: frozenset[str] = frozenset()) -> bool:
    """Whether a request was refused for its speed."""
    return said(exchange) in {TOO_FAST, *disguised}


def tally(exchanges: Sequence[Exchange], disguised: frozenset[str] = frozenset()) -> Tally:
    """Count what became of requests."""
    words = Counter(said(each) for each in exchanges)
    starts = [each.started for each in exchanges]
    spread = max(starts) - min(starts) if starts else 0.0
    return Tally(
        sent=len(exchanges),
        admitted=words[ADMITTED],
        refused=sum(words[word] for word in {TOO_FAST, *disguised}),
        seconds=max((each.started + each.seconds for each in exchanges), default=0.0)
        - min(starts, default=0.0),
        per_second=(len(starts) - 1) / spread if spread else math.inf,
    )


def most(rate: float, seconds: float) -> float:
    """Give the most that any lawful limiter admits in so many seconds: windows met at both of their ends.

    A bucket that starts full admits less: one second's worth at once, and the rate from then on.
    """
    return rate * (math.floor(seconds) + 2)


def samples(exchanges: Iterable[Exchange], disguised: frozenset[str] = frozenset()) -> tuple[Sample, ...]:
    """Give the answered ones in the order of time; the limiter saw each about half-way through."""
    found = [
        Sample(time=each.started + each.seconds / 2, admitted=said(each) == ADMITTED)
        for each in exchanges
        if said(each) == ADMITTED or is_refused(each, disguised)
    ]
    return tuple(sorted(found, key=lambda sample: sample.time))


def measure(exchanges: Iterable[Exchange], lane: str) -> Estimate:
    """Estimate a lane's limit from its flood."""
    exchanges = tuple(exchanges)
    return estimate(samples(of(exchanges, f"{lane}-flood", lane), disguises(exchanges, lane)))


def estimate(found: Sequence[Sample]) -> Estimate:
    """Estimate a limit from what was admitted while there was always too much.

    From one crowd that was too large to another as many were admitted as the limit lets in: give or take one where
    it lets them in one by one, and give or take a whole lump where it lets them in by windows. Windows so few that
    a bucket explains them as well are taken for a bucket.
    """
    refused = sum(not sample.admitted for sample in found)
    seconds = found[-1].time - found[0].time if found else 0.0
    bare = Estimate(answers=len(found), refused=refused, seconds=seconds)
    marks = _exhaustions(found)
    span = marks[-1].time - marks[0].time if marks else 0.0
    if span < SHORTEST:
        return bare
    lowest, highest = _bounds(marks)
    if lowest <= highest < math.inf:
        rate, error = (lowest + highest) / 2, (highest - lowest) / 2
    else:
        rate, error = (marks[-1].admitted - marks[0].admitted) / span, _largest_lump(found) / span
    burst = max(1, round(marks[0].admitted - rate * (marks[0].time - found[0].time)))
    # So much at once and so little after may be a window of which no second one was seen.
    unseen = burst / span if burst > 2 * (rate + error) else 0.0
    return replace(bare, rate=rate, error=max(error, unseen), burst=burst)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A moment when the allowance was used up, and how many had been admitted until then."""

    time: float
    admitted: int


def _exhaustions(found: Sequence[Sample]) -> list[_Mark]:
    """Find the crowds in which something was refused; in which order a crowd arrived, nobody can tell."""
    marks, admitted = [], 0
    for place, sample in enumerate(found):
        if place == 0 or sample.time - found[place - 1].time > JITTER:
            refused = None
        admitted += sample.admitted
        refused = refused if sample.admitted else sample.time
        ends = place + 1 == len(found) or found[place + 1].time - sample.time > JITTER
        if ends and refused is not None:
            marks.append(_Mark(time=refused, admitted=admitted))
    return marks


def _bounds(marks: Sequence[_Mark]) -> tuple[float, float]:
    """Give the least and the greatest rate by which a bucket explains all marks; crossed where none does."""
    lowest, highest = 0.0, math.inf
    for one, other in combinations(marks, 2):
        admitted, apart = other.admitted - one.admitted, other.time - one.time
        lowest = max(lowest, (admitted - 1) / (apart + JITTER))
        highest = min(highest, (admitted + 1) / max(apart - JITTER, 1e-9))
    return lowest, highest


def _largest_lump(found: Sequence[Sample]) -> int:
    """Give the most that were admitted one after another, after the first refusal."""
    runs = [
        (admitted, len(list(run))) for admitted, run in groupby(found, key=lambda sample: sample.admitted)
    ]
    return max((length for admitted, length in runs[1:] if admitted), default=1)
