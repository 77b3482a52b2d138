"""Two editions in two languages: no sentence can be the same, so they are compared by what they name."""

from collections import defaultdict
from typing import Final

from conformance.drift.comparing import Change, Drift, Fate, judged
from conformance.drift.concern import token
from conformance.drift.lines import Edition, Fact, Line
from conformance.drift.names import vocabulary

# What is the same in every language. Small words, and sentences that only one language needs, are not.
SHARED: Final = frozenset(
    {
        "number",
        "range",
        "default",
        "format",
        "host",
        "endpoint",
        "type",
        "member",
        "sample",
        "model",
        "required",
        "argument",
    }
)


def compare(source: str, old: Edition, new: Edition) -> Drift:
    """Compare two editions by their facts: which agree, which went, which came."""
    olds, news = _by_token(old), _by_token(new)
    lost = [
        key
        for key in olds
        if key not in news
        and not (key[0] == "required" and not _told(key, news))
        and not (key[0] == "name" and _named_at_all(key, new))
    ]
    gained = [
        key
        for key in news
        if key not in olds
        and not (key[0] == "required" and not _told(key, olds))
        and not (key[0] == "name" and _named_at_all(key, old))
    ]
    changes = []
    for key in lost:
        lines = olds[key]
        fact = _fact(lines, key)
        partner = next(
            (other for other in gained if _family(_fact(news[other], other)) == _family(fact)), None
        )
        if partner is not None:
            gained.remove(partner)
        new_lines = tuple(news[partner]) if partner else ()
        clauses = tuple(dict.fromkeys(name for line in lines for name in old.of(line)))
        changes.append(
            Change(
                fate=Fate.CHANGED if partner else Fate.LOST,
                old=(fact,),
                new=(_fact(new_lines, partner),) if partner else (),
                old_lines=tuple(lines),
                new_lines=new_lines,
                clauses=clauses,
                near=not clauses,
            )
        )
    changes += [
        Change(
            fate=Fate.NEW,
            new=(_fact(news[key], key),),
            new_lines=tuple(news[key]),
            clauses=_of_unit(old, olds, key) or _beside(old, olds, new, news[key][0]),
            near=True,
        )
        for key in gained
    ]
    agreed = tuple(_fact(olds[key], key) for key in olds if key in news)
    fates = {name: Fate.KEPT for names in old.clauses.values() for name in names}
    for change in changes:
        if not change.near:
            fates |= dict.fromkeys(change.clauses, change.fate)
    return Drift(
        source=source,
        old=old,
        new=new,
        changes=tuple(changes),
        fates=dict(sorted(fates.items())),
        lines={},
        samples=judged(old, new),
        across=True,
        agreed=agreed,
    )


def _facts(edition: Edition) -> list[Fact]:
    return [fact for line in edition.lines for fact in line.facts]


def _by_token(edition: Edition) -> dict[tuple[str, ...], list[Line]]:
    found: dict[tuple[str, ...], list[Line]] = defaultdict(list)
    for line in edition.lines:
        for fact in line.facts:
            named = fact.kind in SHARED or (fact.kind == "name" and _strong(fact.value))
            if named and not _small(fact) and "…" not in fact.value and fact.value.isascii():
                found[token(fact)].append(line)
    return dict(found)


def _told(key: tuple[str, ...], others: dict[tuple[str, ...], list[Line]]) -> bool:
    """Whether the other page says anything of whether a parameter is required."""
    return any(other[:2] == key[:2] for other in others)


def _small(fact: Fact) -> bool:
    """Whether a number is one that some languages spell out or leave out: few, and of nothing that has a unit."""
    few = fact.value.startswith("few ") or (fact.value.isdigit() and int(fact.value) < 10)
    return fact.kind == "number" and few


def _strong(name: str) -> bool:
    """Whether a name cannot be a word of some language."""
    return "_" in name or (name in vocabulary() and "-" in name)


def _named_at_all(key: tuple[str, ...], edition: Edition) -> bool:
    """Whether an edition has a name in any form: as a parameter, a field of a sample, an argument."""
    return any(key[1] in {fact.value, fact.subject.rpartition(".")[2]} for fact in _facts(edition))


def _fact(lines: list[Line] | tuple[Line, ...], key: tuple[str, ...]) -> Fact:
    return next(fact for line in lines for fact in line.facts if token(fact) == key)


def _family(fact: Fact) -> tuple[str, ...]:
    """Say of which facts one could have become another: same kind, same subject, same unit, same way to a field."""
    if fact.kind == "number":
        return ("number", fact.value.lstrip("0123456789."))
    if fact.kind in {"format", "name", "model", "member", "endpoint"}:
        return (fact.kind, fact.value)
    return (fact.kind, fact.subject)


def _of_unit(old: Edition, olds: dict[tuple[str, ...], list[Line]], key: tuple[str, ...]) -> tuple[str, ...]:
    """Name the clauses that rest on other numbers of the same unit."""
    unit = key[-1].lstrip("0123456789.") if key[0] == "number" else ""
    if not unit:
        return ()
    lines = [
        line for other in olds if other[0] == "number" and other[-1].endswith(unit) for line in olds[other]
    ]
    return tuple(dict.fromkeys(name for line in lines for name in old.of(line)))


def _beside(
    old: Edition, olds: dict[tuple[str, ...], list[Line]], new: Edition, line: Line
) -> tuple[str, ...]:
    """Name the clauses of what stands nearest before a new fact and is in both editions."""
    place = next(number for number, each in enumerate(new.lines) if each.digest == line.digest)
    for number in range(place, -1, -1):
        for fact in reversed(new.lines[number].facts):
            for other in olds.get(token(fact), ()):
                if clauses := old.of(other):
                    return clauses
    return ()
