"""What differs in time: latencies, the delay until a file is processed, measured rates; and how much trouble was met."""

from collections.abc import Iterator

from conformance.comparison.difference import Class, Difference, Told
from conformance.comparison.facets import Facet, Kind
from conformance.comparison.sides import Side
from conformance.comparison.speed import Race, Spread, race
from conformance.comparison.words import say
from conformance.rates import Estimate
from conformance.report.speeds import estimate
from conformance.report.words import duration

# Trouble that one side met so often and the other never is told.
OFTEN = 3
DELAY = say("times.delay")


def races(a: Side, b: Side) -> tuple[Race, ...]:
    """Set the latencies of each operation beside each other, and the delays until a file is processed."""
    named = [(name, times, b.latencies.get(name, ())) for name, times in a.latencies.items()]
    named.append((DELAY, a.delays, b.delays))
    return tuple(found for name, mine, theirs in named if (found := race(name, mine, theirs)))


def differences(a: Side, b: Side) -> Iterator[Difference]:
    """Find what differs by more than noise."""
    for each in races(a, b):
        if each.differs:
            chapter = "lifecycle" if each.name == DELAY else ""
            yield _timed(
                each.name,
                _spread(each.a),
                _spread(each.b),
                chapter,
                say("why.chance", chance=f"{each.chance:.1g}"),
            )
    for lane, mine in a.estimates.items():
        theirs = b.estimates[lane]
        if mine and theirs and _apart(mine[0], theirs[0]):
            told = (estimate(mine[0]), estimate(theirs[0]))
            yield _timed(say(f"times.limit.{lane}"), *told, "rates", say("why.margins"))
    yield from _troubles(a, b)


def _timed(name: str, mine: str, theirs: str, chapter: str, why: str) -> Difference:
    return Difference(
        facet=Facet(Kind.SPEED, name),
        cls=Class.TIMING,
        a=(Told(value=mine),),
        b=(Told(value=theirs),),
        chapter=chapter,
        why=why,
    )


def _spread(times: Spread) -> str:
    return say("times.spread", median=duration(times.median), p90=duration(times.p90), count=times.count)


def _apart(one: Estimate, other: Estimate) -> bool:
    if one.rate is None or other.rate is None:
        # Refusals on one side alone say that a limit is there which the other has not.
        return (one.rate is None) != (other.rate is None) and not (one.refused and other.refused)
    return abs(one.rate - other.rate) > one.error + other.error


def _troubles(a: Side, b: Side) -> Iterator[Difference]:
    met = [
        dict(side.first.footer.infrastructure.kinds) if side.first.footer.infrastructure else {}
        for side in (a, b)
    ]
    for kind in sorted(met[0] | met[1]):
        counts = [each.get(kind, 0) for each in met]
        if max(counts) >= OFTEN and not min(counts):
            yield Difference(
                facet=Facet(Kind.TROUBLE, kind),
                cls=Class.INFRASTRUCTURE,
                a=(Told(value=say("times.often", n=counts[0]), times=counts[0]),),
                b=(Told(value=say("times.often", n=counts[1]), times=counts[1]),),
                chapter="",
                why=say("why.trouble"),
            )
