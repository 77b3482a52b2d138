"""What changed in substance between two editions in one language, and which clauses it concerns."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conformance.drift import matching, payloads
from conformance.drift.concern import beside, concerned, token
from conformance.drift.lines import Edition, Fact, Kind, Line
from conformance.drift.matching import Match, Pair
from conformance.drift.wording import alike, digest

# So alike must two sentences be before a small word more or less counts.
CLOSE: Final = 0.45
STATING: Final = frozenset({"not", "only", "required", "expiry", "most", "least"})
# What a sentence may well say twice, once of this and once of that.
COUNTED: Final = frozenset({"format", "number"})
PAIRED: Final = frozenset({"name", "model", "format", "region"})


class Fate(StrEnum):
    """What became of a line, or of the worst line of a clause."""

    KEPT = "kept"
    MOVED = "moved"
    REWORDED = "reworded"
    CHANGED = "changed"
    LOST = "lost"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference in substance: what was said, what is said now, in which lines, and whom it concerns.

    `near` says that no clause rests on the line itself: the clauses named rest on the same value, or on
    the nearest line. `excuse` is the reason why none rests on it, where one was given.
    """

    fate: Fate
    old: tuple[Fact, ...] = ()
    new: tuple[Fact, ...] = ()
    old_lines: tuple[Line, ...] = ()
    new_lines: tuple[Line, ...] = ()
    clauses: tuple[str, ...] = ()
    near: bool = False
    excuse: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A sample of the new page that openapi.yaml does not agree with."""

    sample: str
    problems: tuple[payloads.Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """All that a newer edition says otherwise than an older one."""

    source: str
    old: Edition
    new: Edition
    changes: tuple[Change, ...]
    fates: Mapping[str, Fate]
    lines: Mapping[Fate, tuple[Pair | Line, ...]]
    samples: tuple[Judged, ...] = ()
    across: bool = False
    agreed: tuple[Fact, ...] = ()

    @property
    def drifted(self) -> bool:
        """Whether something changed in substance."""
        return bool(self.changes or self.samples)

    @property
    def stale(self) -> tuple[str, ...]:
        """The clauses that lost a sentence, or whose sentence says something else now."""
        return tuple(name for name, fate in self.fates.items() if fate in {Fate.LOST, Fate.CHANGED})


def compare(source: str, old: Edition, new: Edition) -> Drift:
    """Compare two editions of one language."""
    found = matching.match(old.lines, new.lines)
    groups = _groups(found)
    changes = [*_changed(old, groups, found), *_gone(old, new, found), *_added(old, new, found)]
    fates = _fates(old, found, changes)
    changed = {line.digest for change in changes for line in change.old_lines if change.fate is Fate.CHANGED}
    return Drift(
        source=source,
        old=old,
        new=new,
        changes=tuple(changes),
        fates=fates,
        lines={
            Fate.MOVED: tuple(pair for pair in found.pairs if pair.moved),
            Fate.REWORDED: tuple(
                pair for pair in found.pairs if not pair.same and pair.old.digest not in changed
            ),
            Fate.CHANGED: tuple(pair for pair in found.pairs if not pair.same and pair.old.digest in changed),
            Fate.LOST: found.gone,
            Fate.NEW: found.new,
        },
        samples=judged(old, new),
    )


def judged(old: Edition, new: Edition) -> tuple[Judged, ...]:
    """Hold the samples that are not as they were to openapi.yaml."""
    known = {line.key for line in old.lines if line.kind is Kind.SAMPLE}
    found = []
    for sample in new.samples:
        leaves = tuple(payloads.leaves(sample))
        keys = {digest(f"{leaf.path}={leaf.value}") for leaf in leaves}
        if keys <= known:
            continue
        if problems := tuple(p for value in payloads.values(sample) for p in payloads.problems(value)):
            found.append(Judged(sample=sample, problems=tuple(dict.fromkeys(problems))))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Lines that belong together because one became the other, and the facts that went and came."""

    olds: tuple[Line, ...]
    news: tuple[Line, ...]
    lost: tuple[Fact, ...]
    gained: tuple[Fact, ...]


def _groups(found: Match) -> tuple[_Group, ...]:
    loose = [pair for pair in found.pairs if not pair.same]
    groups: list[tuple[list[Line], list[Line]]] = []
    place: dict[tuple[str, str], int] = {}
    for pair in loose:
        ends = (("old", pair.old.digest), ("new", pair.new.digest))
        known = sorted({place[end] for end in ends if end in place})
        number = known[0] if known else len(groups)
        if not known:
            groups.append(([], []))
        for other in known[1:]:
            for side in (0, 1):
                groups[number][side].extend(groups[other][side])
                groups[other][side].clear()
            place = {end: number if at == other else at for end, at in place.items()}
        for side, line, end in ((0, pair.old, ends[0]), (1, pair.new, ends[1])):
            place[end] = number
            if line not in groups[number][side]:
                groups[number][side].append(line)
    return tuple(_group(olds, news) for olds, news in groups if olds)


def _group(olds: Sequence[Line], news: Sequence[Line]) -> _Group:
    old, new = matching.facts_of(olds), matching.facts_of(news)
    senses = len(olds) == len(news) == 1 and alike(olds[0].sketch, news[0].sketch) >= CLOSE
    return _Group(
        olds=tuple(olds),
        news=tuple(news),
        lost=_without(old, new, senses=senses),
        gained=_without(new, old, senses=senses),
    )


def _without(facts: Sequence[Fact], others: Sequence[Fact], *, senses: bool) -> tuple[Fact, ...]:
    there, needed = Counter(map(token, others)), Counter(map(token, facts))
    kinds = {(fact.kind, fact.subject) for fact in others}
    left = [
        fact
        for fact in dict.fromkeys(facts)
        if (not there[token(fact)] or (fact.kind in COUNTED and there[token(fact)] < needed[token(fact)]))
        and (senses or fact.kind != "sense")
    ]
    # A page that lost the marks of its table does not say what is required; that is no change.
    return tuple(fact for fact in left if fact.kind != "required" or (fact.kind, fact.subject) in kinds)


def _changed(old: Edition, groups: Sequence[_Group], found: Match) -> Iterator[Change]:
    came = Counter(token(f) for g in groups if not g.lost for f in g.gained)
    went = Counter(token(f) for g in groups if not g.gained for f in g.lost)
    came += Counter(token(f) for line in found.new for f in line.facts)
    for group in groups:
        lost, gained = group.lost, group.gained
        if not lost:
            gained = _not_moved(gained, went)
        elif not gained:
            lost = _not_moved(lost, came)
        if not lost and not gained and (swap := _swapped(group)):
            lost, gained = swap
        if lost or gained:
            clauses, near = concerned(old, group.olds, lost)
            yield Change(
                fate=Fate.CHANGED,
                old=lost,
                new=gained,
                old_lines=group.olds,
                new_lines=group.news,
                clauses=clauses,
                near=near,
            )


def _not_moved(facts: Iterable[Fact], elsewhere: Counter[tuple[str, ...]]) -> tuple[Fact, ...]:
    """Drop the facts that another line took over; each can take one only."""
    left = []
    for fact in facts:
        if fact.kind != "sense" and elsewhere[token(fact)] > 0:
            elsewhere[token(fact)] -= 1
        else:
            left.append(fact)
    return tuple(left)


def _swapped(group: _Group) -> tuple[tuple[Fact, ...], tuple[Fact, ...]] | None:
    """Find numbers that changed places: the same names and the same numbers, joined otherwise."""
    if len(group.olds) != 1 or len(group.news) != 1:
        return None
    old, new = _joined(group.olds[0]), _joined(group.news[0])
    if old == new or {name for name, _ in old} != {name for name, _ in new}:
        return None
    return tuple(_joined_fact(each) for each in old if each not in new), tuple(
        _joined_fact(each) for each in new if each not in old
    )


def _joined(line: Line) -> list[tuple[str, str]]:
    """Give the numbers of a line with the name that stands before each."""
    name, found = "", []
    for fact in line.facts:
        if fact.kind in PAIRED:
            name = fact.value
        elif fact.kind == "number" and name:
            found.append((name, fact.value))
    return found


def _joined_fact(pair: tuple[str, str]) -> Fact:
    return Fact(kind="number", subject=pair[0], value=pair[1])


def _gone(old: Edition, new: Edition, found: Match) -> Iterator[Change]:
    tokens = {token(fact) for line in new.lines for fact in line.facts}
    for line in found.gone:
        if _unmarked(line, new):
            continue
        rests = old.of(line)
        facts = tuple(f for f in line.facts if f.kind != "sense")
        missing = tuple(f for f in facts if token(f) not in tokens)
        stated = bool(old.excuses.get(line.digest)) and line.kind is not Kind.CODE
        if rests or stated or missing:
            clauses, near = concerned(old, [line], missing)
            yield Change(
                fate=Fate.LOST,
                old=missing or facts,
                old_lines=(line,),
                clauses=clauses,
                near=near,
                excuse=old.excuses.get(line.digest, ""),
            )


def _added(old: Edition, new: Edition, found: Match) -> Iterator[Change]:
    tokens = Counter(token(fact) for line in old.lines for fact in line.facts)
    members = Counter(token(f) for line in new.lines for f in line.facts if f.kind == "member")
    for line in found.new:
        if _unmarked(line, old):
            continue
        facts = tuple(
            f
            for f in line.facts
            if f.kind != "sense"
            and (token(f) not in tokens or (f.kind == "member" and members[token(f)] > tokens[token(f)]))
        )
        if facts or _states(line):
            near = beside(old, new, found, line)
            yield Change(fate=Fate.NEW, new=facts, new_lines=(line,), clauses=near, near=True)


def _unmarked(line: Line, other: Edition) -> bool:
    """Whether a line says only what is required, and the other page says nothing of that; some copies drop the marks."""
    subjects = {fact.subject for each in other.lines for fact in each.facts if fact.kind == "required"}
    return bool(line.facts) and all(f.kind == "required" and f.subject not in subjects for f in line.facts)


def _states(line: Line) -> bool:
    """Whether a new sentence binds: it forbids, limits or demands something, and asks nothing."""
    senses = {fact.value for fact in line.facts if fact.kind == "sense"}
    return (
        line.kind in {Kind.PROSE, Kind.CELL}
        and bool(senses & STATING)
        and line.sketch.bit_count() >= 8
        and not line.text.rstrip().endswith(("?", "？"))
    )


def _fates(old: Edition, found: Match, changes: Iterable[Change]) -> dict[str, Fate]:
    worst: dict[str, Fate] = defaultdict(lambda: Fate.KEPT)
    order = list(Fate)

    def worsen(line: Line, fate: Fate) -> None:
        for name in old.of(line):
            worst[name] = max(worst[name], fate, key=order.index)

    for pair in found.pairs:
        worsen(
            pair.old,
            Fate.KEPT if pair.same and not pair.moved else Fate.MOVED if pair.moved else Fate.REWORDED,
        )
    for change in changes:
        for line in change.old_lines:
            worsen(line, change.fate)
    return dict(sorted(worst.items()))
