"""Comparison: two sides, all that differs, and how much was compared; nothing here sends or prints."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance.comparison import fidelity, timing
from conformance.comparison.difference import Class, Difference
from conformance.comparison.facets import Kind
from conformance.comparison.fidelity import Behaviour
from conformance.comparison.observing import chapters_of
from conformance.comparison.search import TELLING, chapter_of, find, lacking, shared
from conformance.comparison.sides import Side
from conformance.comparison.speed import Race
from conformance.comparison.words import say, word
from conformance.report.words import listed
from conformance.runs import Run
from conformance.verdicts import ExitStatus

# What is counted as behaviour beside the clauses.
BEHAVIOURS = frozenset({Kind.RECORD, Kind.ANSWER, Kind.MEMBER, Kind.ID, Kind.HEADER, Kind.ORDER, Kind.PAGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """How much of a chapter was compared, and how much of it is alike: clauses, and behaviours beside them."""

    name: str
    clauses: int = 0
    clauses_alike: int = 0
    behaviours: int = 0
    behaviours_alike: int = 0

    @property
    def compared(self) -> int:
        """Clauses and behaviours together."""
        return self.clauses + self.behaviours

    @property
    def alike(self) -> int:
        """Those that are alike."""
        return self.clauses_alike + self.behaviours_alike

    @property
    def share(self) -> float:
        """The alike among the compared, from 0 to 1; 1 where nothing was compared."""
        return self.alike / self.compared if self.compared else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What two sides do otherwise; `remarks` say aloud what could not be compared, and why."""

    a: Side
    b: Side
    differences: tuple[Difference, ...]
    chapters: tuple[Chapter, ...]
    races: tuple[Race, ...]
    remarks: tuple[str, ...]
    behaviours: tuple[Behaviour, ...] = ()

    @property
    def counted(self) -> tuple[Difference, ...]:
        """The differences between the targets themselves."""
        return tuple(each for each in self.differences if each.counted)

    @property
    def named(self) -> tuple[str, ...]:
        """The clauses that hold on one side alone, or that each side breaks in its own way."""
        return tuple(sorted({each.clause for each in self.differences if each.cls is Class.CONTRACT}))

    @property
    def undecided(self) -> tuple[Difference, ...]:
        """Verdicts on required clauses that differ, and could not be told or did not come back."""
        unsure = {Class.ONCE, Class.INFRASTRUCTURE}
        return tuple(each for each in self.differences if each.cls in unsure and each.required)

    @property
    def whole(self) -> Chapter:
        """All chapters together."""
        return Chapter(
            name="",
            clauses=sum(each.clauses for each in self.chapters),
            clauses_alike=sum(each.clauses_alike for each in self.chapters),
            behaviours=sum(each.behaviours for each in self.chapters),
            behaviours_alike=sum(each.behaviours_alike for each in self.chapters),
        )

    @property
    def exit_status(self) -> ExitStatus:
        """0 where the targets are alike, 1 where they differ, 6 where a required clause could not be compared."""
        if self.counted:
            return ExitStatus.FAILED
        return ExitStatus.UNPROVEN if self.undecided else ExitStatus.PASSED


def compare(a: Sequence[Run], b: Sequence[Run]) -> Comparison:
    """Compare the runs of one target with those of another; the first of each are shown, the others confirm."""
    one, other = Side(tuple(a)), Side(tuple(b))
    found = find(one, other)
    return Comparison(
        a=one,
        b=other,
        differences=found,
        chapters=tuple(_chapters(one, other, found)),
        races=timing.races(one, other),
        remarks=tuple(_remarks(one, other)),
        behaviours=fidelity.behaviours(one, other, found),
    )


def _chapters(a: Side, b: Side, found: Sequence[Difference]) -> Iterator[Chapter]:
    pairs = {name: pair[0].chapter for name, pair in shared(a.first, b.first).items()}
    known = {**chapters_of(b.first), **chapters_of(a.first)}
    facets = [
        chapter_of(facet, known)
        for facet in dict.fromkeys((*a.sights, *b.sights))
        if facet.kind in BEHAVIOURS and a.sight(facet) and b.sight(facet)
    ]
    verdicts = {each.facet.subject: each for each in found if each.facet.kind is Kind.VERDICT}
    apart = [each.chapter for each in found if each.facet.kind in BEHAVIOURS and each.cls is not Class.ONCE]
    for name in sorted({*pairs.values(), *facets}):
        clauses = [clause for clause, chapter in pairs.items() if chapter == name and _compared(clause, a, b)]
        alike = [clause for clause in clauses if clause not in verdicts or verdicts[clause].cls is Class.ONCE]
        yield Chapter(
            name=name,
            clauses=len(clauses),
            clauses_alike=len(alike),
            behaviours=facets.count(name),
            behaviours_alike=facets.count(name) - apart.count(name),
        )


def _compared(clause: str, a: Side, b: Side) -> bool:
    """Whether a clause was exercised on both sides."""
    return {side.clauses[clause][0].verdict for side in (a, b)} <= TELLING


def _remarks(a: Side, b: Side) -> Iterator[str]:
    """Say what the runs do not share."""
    one, other = a.first, b.first
    both = len(shared(one, other))
    if one.header.contract != other.header.contract:
        yield say(
            "remark.contracts",
            one=one.header.contract,
            other=other.header.contract,
            both=both,
            a=len(one.clauses) - both,
            b=len(other.clauses) - both,
        )
    for field in ("profile", "lane", "seed", "pace", "version"):
        mine, theirs = getattr(one.header, field), getattr(other.header, field)
        if mine != theirs:
            yield say(f"remark.option.{field}", one=str(mine), other=str(theirs))
    if one.header.region != other.header.region:
        lacks = listed(word("chapter", each) for each in sorted(lacking(one, other)))
        key = "remark.regions.lacking" if lacks else "remark.regions"
        yield say(key, one=one.header.region, other=other.header.region, lacks=lacks)
    cases = [{facet for facet in side.sights if facet.kind is Kind.ANSWER} for side in (a, b)]
    only = [len(cases[0] - cases[1]), len(cases[1] - cases[0])]
    if any(only):
        yield say("remark.cases", both=len(cases[0] & cases[1]), a=only[0], b=only[1])
    for side, letter in ((a, "A"), (b, "B")):
        if side.first.footer.exit_status in {2, 3, 5}:
            yield say("remark.ended", side=letter, status=side.first.footer.exit_status)
