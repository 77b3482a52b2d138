"""Which clauses a change concerns: those that rest on the line, else on the same value, else on the nearest line."""

from collections.abc import Iterable
from typing import Final

from conformance.drift.lines import Edition, Fact, Line
from conformance.drift.matching import Match

# The same value is the same wherever it stands, but for those that belong to a name.
OWNED: Final = frozenset({"sample", "type", "example", "argument", "required", "location"})


def token(fact: Fact) -> tuple[str, ...]:
    """Give what makes two facts the same."""
    return (fact.kind, fact.subject, fact.value) if fact.kind in OWNED else (fact.kind, fact.value)


def concerned(old: Edition, lines: Iterable[Line], facts: Iterable[Fact]) -> tuple[tuple[str, ...], bool]:
    """Name the clauses that rest on these lines; else on the same values; else on the nearest line."""
    own = tuple(dict.fromkeys(name for line in lines for name in old.of(line)))
    if own:
        return own, False
    wanted = {token(fact) for fact in facts}
    same = [line for line in old.lines if wanted & {token(fact) for fact in line.facts}]
    shared = tuple(dict.fromkeys(name for line in same for name in old.of(line)))
    if shared:
        return shared, True
    numbers = {line.digest: number for number, line in enumerate(old.lines)}
    places = [numbers[line.digest] for line in lines if line.digest in numbers]
    return (_nearest(old, places[0]) if places else ()), True


def _nearest(old: Edition, place: int) -> tuple[str, ...]:
    for away in range(len(old.lines)):
        for number in (place - away, place + away):
            if 0 <= number < len(old.lines) and old.of(old.lines[number]):
                return old.of(old.lines[number])
    return ()


def beside(old: Edition, new: Edition, matched: Match, line: Line) -> tuple[str, ...]:
    """Name the clauses of the lines that a new line stands beside."""
    numbers = {each.digest: number for number, each in enumerate(old.lines)}
    became = {pair.new.digest: numbers[pair.old.digest] for pair in matched.pairs}
    place = next(number for number, each in enumerate(new.lines) if each.digest == line.digest)
    around = [*range(place, -1, -1)], range(place + 1, len(new.lines))
    found: list[str] = []
    for numbers_that_way in around:
        known = (
            became[new.lines[number].digest]
            for number in numbers_that_way
            if new.lines[number].digest in became
        )
        tied = next((old.of(old.lines[number]) for number in known if old.of(old.lines[number])), ())
        found += tied
    return tuple(dict.fromkeys(found))
