"""Two sides become their differences: found, shown to come back, classed, and joined to the clause that they are of."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from conformance.comparison import timing, words
from conformance.comparison.difference import Class, Difference, Told
from conformance.comparison.facets import Facet, Kind
from conformance.comparison.observing import chapters_of
from conformance.comparison.sides import Side, Sight
from conformance.comparison.words import say
from conformance.regions import regions
from conformance.runs import ClauseRow, Run
from conformance.verdicts import CITED, JUDGED, NOT_HELD, Verdict

# The verdicts that say what a target does.
TELLING = JUDGED | {Verdict.OBSERVED}
# How improbable it must be that the other side had the same to show, and by chance did not.
CHANCE = 0.05
# How the reason of a clause begins that had nothing to judge, because of what the target did before.
MISSED = ("it needs ", "no task ", "the traffic of this run gave it nothing")
ONCE = say("why.once")


def find(a: Side, b: Side) -> tuple[Difference, ...]:
    """Find all differences of two sides, those of one clause together."""
    verdicts = tuple(_verdicts(a, b))
    broken = {each.clause: each for each in verdicts if each.cls is Class.CONTRACT}
    found = [_consequence(each, a, b, broken) for each in verdicts]
    twice = {each.clause: each for each in _broken_by_both(a, b)}
    behaviours = (_joined(each, a, b, broken, twice) for each in _behaviours(a, b))
    found += [*behaviours, *timing.differences(a, b)]
    order = list(Class)
    return tuple(sorted(found, key=lambda each: (order.index(each.cls), each.clause or "~", each.facet)))


def shared(a: Run, b: Run) -> Mapping[str, tuple[ClauseRow, ClauseRow]]:
    """Give the clauses that both contracts have, word for word and of one level."""
    theirs = {row.id: row for row in b.clauses}
    pairs = {row.id: (row, theirs[row.id]) for row in a.clauses if row.id in theirs}
    return {name: pair for name, pair in pairs.items() if _same(*pair)}


def _same(one: ClauseRow, other: ClauseRow) -> bool:
    return (one.text, one.level) == (other.text, other.level)


def lacking(a: Run, b: Run) -> frozenset[str]:
    """Name the chapters that one of the two regions lacks and the other offers."""
    known = regions()
    lacks = [
        {lack.chapter for lack in known[run.header.region].lacks} if run.header.region in known else set()
        for run in (a, b)
    ]
    return frozenset(lacks[0] ^ lacks[1])


def _verdicts(a: Side, b: Side) -> Iterator[Difference]:
    absent = lacking(a.first, b.first)
    for name, (mine, theirs) in shared(a.first, b.first).items():
        if mine.verdict == theirs.verdict or {mine.verdict, theirs.verdict} <= NOT_HELD:
            continue
        required = mine.required or theirs.required
        why: str
        if Verdict.ABSENT in {mine.verdict, theirs.verdict} or mine.chapter in absent:
            cls, why = Class.DOCUMENTED, say("why.lacks")
        elif not {mine.verdict, theirs.verdict} <= TELLING and {mine.verdict, theirs.verdict} & NOT_HELD:
            cls, why = Class.CONTRACT, say("why.half")
        elif not {mine.verdict, theirs.verdict} <= TELLING:
            row = theirs if mine.verdict in TELLING else mine
            cls, why = Class.INFRASTRUCTURE, row.reason or row.untestable or say("why.unexercised")
            required = row.required
        else:
            cls, why = _weighed(name, a, b)
        yield Difference(
            facet=Facet(Kind.VERDICT, name),
            cls=cls,
            a=(_ruled(a, mine),),
            b=(_ruled(b, theirs),),
            chapter=mine.chapter,
            clause=name,
            why=why,
            required=required,
        )


def _broken_by_both(a: Side, b: Side) -> Iterator[Difference]:
    """Go through the clauses that both sides break: no difference by themselves, unless each breaks it in its own way."""
    for name, (mine, theirs) in shared(a.first, b.first).items():
        if {mine.verdict, theirs.verdict} <= NOT_HELD:
            yield Difference(
                facet=Facet(Kind.VERDICT, name),
                cls=Class.CONTRACT,
                a=(_ruled(a, mine),),
                b=(_ruled(b, theirs),),
                chapter=mine.chapter,
                clause=name,
            )


def _ruled(side: Side, row: ClauseRow) -> Told:
    findings = side.findings(row.id)
    told = next((each.actual or each.reason for each in findings if each.actual or each.reason), "")
    numbers = tuple(dict.fromkeys(number for each in findings for number in each.exchanges)) or row.exchanges
    value = words.word("verdict", row.verdict)
    if told and row.verdict in NOT_HELD:
        value = say("ruled", verdict=value, told=told)
    return Told(value=value, times=len(side.clauses[row.id]), exchanges=numbers)


def _weighed(clause: str, a: Side, b: Side) -> tuple[Class, str]:
    """Class a clause that held on one side alone, by whether what broke it was seen again."""
    side, other = (a, b) if a.clauses[clause][0].verdict in NOT_HELD else (b, a)
    rows = side.clauses[clause]
    findings = side.findings(clause)
    often = len(findings) > 1 or len({number for each in findings for number in each.exchanges}) > 1
    again = sum(row.verdict in NOT_HELD for row in rows) > 1
    if any(row.verdict in NOT_HELD for row in other.clauses[clause]):
        return Class.UNEXPLAINED, say("why.both-again")
    if again or (often and len(rows) == 1):
        return Class.CONTRACT, say("why.alone")
    return (Class.UNEXPLAINED, say("why.held-again")) if often else (Class.ONCE, ONCE)


def _consequence(each: Difference, a: Side, b: Side, broken: Mapping[str, Difference]) -> Difference:
    """File what could not be exercised because of a broken clause under that clause."""
    if each.cls is not Class.INFRASTRUCTURE:
        return each
    rows = [side.clauses[each.clause][0] for side in (a, b)]
    side, row = next((one, row) for one, row in zip((a, b), rows, strict=True) if row.verdict not in TELLING)
    cause = next((name for name in broken if name in row.reason or name in row.needs), "")
    if not cause and row.reason.startswith(MISSED):
        cause = _nearest(row, [name for name in broken if side.clauses[name][0].verdict in NOT_HELD], side)
    return (
        replace(each, cls=Class.CONTRACT, clause=cause, why=say("why.follows", clause=cause))
        if cause
        else each
    )


def _nearest(row: ClauseRow, names: Iterable[str], side: Side) -> str:
    """Name the broken clause that speaks most of what a clause speaks of, its own chapter's first; nothing where none is."""

    def nearness(name: str) -> tuple[bool, int]:
        other = side.clauses[name][0]
        return other.chapter == row.chapter, len(set(other.applies) & set(row.applies))

    return max(names, key=nearness, default="")


def _behaviours(a: Side, b: Side) -> Iterator[Difference]:
    known = shared(a.first, b.first)
    chapters = {**chapters_of(b.first), **chapters_of(a.first)}
    absent = lacking(a.first, b.first)
    for facet in dict.fromkeys((*a.sights, *b.sights)):
        mine, theirs = a.sight(facet), b.sight(facet)
        if mine is None or theirs is None or mine.values == theirs.values:
            continue
        if facet.kind is Kind.RECORD and facet.subject not in known:
            continue
        chapter = chapter_of(facet, chapters)
        cls, why = _classed(mine, theirs)
        if chapter in absent and cls is not Class.ONCE:
            cls, why = Class.DOCUMENTED, say("why.lacks")
        yield Difference(
            facet=facet,
            cls=cls,
            a=_told(mine, theirs),
            b=_told(theirs, mine),
            chapter=chapter,
            clause=facet.subject if facet.kind is Kind.RECORD else "",
            why=why,
        )


def chapter_of(facet: Facet, chapters: Mapping[str, str]) -> str:
    """Name the chapter that a facet is counted under."""
    if facet.kind in {Kind.VERDICT, Kind.RECORD}:
        return facet.subject.partition(".")[0]
    return "ids" if facet.kind is Kind.ID else chapters.get(facet.subject, "errors")


def _told(mine: Sight, theirs: Sight) -> tuple[Told, ...]:
    return tuple(
        Told(
            value=value,
            times=mine.times(value),
            exchanges=mine.witnesses(value),
            alone=value not in theirs.values,
        )
        for value in sorted(mine.values)
    )


def _classed(mine: Sight, theirs: Sight) -> tuple[Class, str]:
    alone = [(value, mine, theirs) for value in sorted(mine.values - theirs.values)]
    alone += [(value, theirs, mine) for value in sorted(theirs.values - mine.values)]
    if not any(_repeated(value, one, other) for value, one, other in alone):
        return Class.ONCE, ONCE
    if mine.steady and theirs.steady:
        return Class.UNDOCUMENTED, say("why.stable")
    return Class.UNEXPLAINED, say("why.unsteady")


def _repeated(value: str, one: Sight, other: Sight) -> bool:
    if sum(value in seen for seen in one.runs) > 1:
        return True
    times, all_ = one.times(value), one.all
    return times > 1 and (1 - times / all_) ** other.all < CHANCE


def _joined(
    each: Difference, a: Side, b: Side, broken: Mapping[str, Difference], twice: Mapping[str, Difference]
) -> Difference:
    """File a behaviour under the broken clause whose evidence or test shows it, or that is about the same operation."""
    if each.cls in {Class.DOCUMENTED, Class.ONCE}:
        return each
    for clauses, why in ((broken, "why.goes"), (twice, "why.own-way")):
        for witness in (_cited, _tested):
            for name, cause in clauses.items():
                if witness(each, cause, a, b):
                    return replace(each, cls=Class.CONTRACT, clause=name, why=say(why, clause=name))
    names = [
        name
        for name in broken
        if each.facet.kind is not Kind.ID and _about(each.facet, a) & _applies(name, a)
    ]
    if names:
        near = max(names, key=lambda name: name.partition(".")[0] == each.chapter)
        return replace(each, cls=Class.CONTRACT, clause=near, why=say("why.follows", clause=near))
    return each


def _about(facet: Facet, side: Side) -> frozenset[str]:
    return _applies(facet.subject, side) if facet.kind is Kind.RECORD else frozenset({facet.subject})


def _applies(clause: str, side: Side) -> frozenset[str]:
    return frozenset(side.clauses[clause][0].applies)


def _sides(
    each: Difference, cause: Difference, a: Side, b: Side
) -> Iterator[tuple[Side, set[int], set[int]]]:
    """Give the sides that broke a clause: the exchanges that showed a behaviour there, and those that it is broken by."""
    for side, told, ruled in ((a, each.a, cause.a), (b, each.b, cause.b)):
        if side.clauses[cause.clause][0].verdict in NOT_HELD:
            shown = {number for one in told if one.alone for number in one.exchanges}
            yield side, shown, {number for one in ruled for number in one.exchanges}


def _cited(each: Difference, cause: Difference, a: Side, b: Side) -> bool:
    return any(
        shown and 2 * len(shown & cited) >= min(len(shown), CITED)
        for _, shown, cited in _sides(each, cause, a, b)
    )


def _tested(each: Difference, cause: Difference, a: Side, b: Side) -> bool:
    for side, shown, _ in _sides(each, cause, a, b):
        tests = {finding.test for finding in side.findings(cause.clause)}
        sent = {exchange.test for exchange in side.first.exchanges if exchange.number in shown}
        if sent and sent <= tests:
            return True
    return False


def to_repeat(found: Iterable[Difference], a: Side, b: Side) -> tuple[str, ...]:
    """Name the clauses whose tests show the differences, to be run once more."""
    wanted: dict[str, None] = {}
    for each in found:
        if each.cls in {Class.DOCUMENTED, Class.TIMING}:
            continue
        if each.clause:
            wanted[each.clause] = None
        if each.facet.kind is Kind.VERDICT:
            wanted[each.facet.subject] = None
        for side, told in ((a, each.a), (b, each.b)):
            numbers = {number for one in told if one.alone for number in one.exchanges[:3]}
            tests = {exchange.test for exchange in side.first.exchanges if exchange.number in numbers}
            wanted.update((finding.clause, None) for finding in side.first.findings if finding.test in tests)
            # What was sent ahead of its test bears the clause's name.
            wanted.update((name, None) for name in tests & set(side.clauses))
    return tuple(sorted(wanted))
