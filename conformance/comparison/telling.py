"""A comparison in words and groups, as all its views tell it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.comparison.comparing import Comparison
from conformance.comparison.difference import COUNTED, Class, Difference, Told
from conformance.comparison.facets import Kind
from conformance.comparison.sides import Side
from conformance.comparison.words import plural, say
from conformance.report.legible import one_line
from conformance.report.words import listed, moment, number

# A colour of the report's verdicts for each class.
COLOURS: Final[Mapping[Class, str]] = {
    Class.CONTRACT: "fail",
    Class.UNDOCUMENTED: "warn",
    Class.UNEXPLAINED: "error",
    Class.DOCUMENTED: "absent",
    Class.TIMING: "observed",
    Class.INFRASTRUCTURE: "unproven",
    Class.ONCE: "known",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Differences that belong together: of one clause, of one operation, or of one reason."""

    name: str
    head: Difference | None
    rest: tuple[Difference, ...]
    text: str = ""

    @property
    def size(self) -> int:
        """How many there are."""
        return len(self.rest) + bool(self.head)


def headline(comparison: Comparison) -> str:
    """Say in a few words what came of it."""
    counted, named = comparison.counted, comparison.named
    if not counted:
        return say("undecided" if comparison.undecided else "alike")
    words = [plural("differ", len(named))] if named else []
    beside = sum(each.cls is not Class.CONTRACT for each in counted)
    if beside:
        words.append(plural("beside", beside))
    return listed(words)


def closing(comparison: Comparison) -> str:
    """Say how much was compared, and what the exit status means."""
    whole = comparison.whole
    compared = say(
        "closing.compared",
        clauses_alike=whole.clauses_alike,
        clauses=whole.clauses,
        behaviours_alike=whole.behaviours_alike,
        behaviours=whole.behaviours,
    )
    status = say(f"closing.{int(comparison.exit_status)}", n=len(comparison.undecided))
    return say("closing", compared=compared, status=status)


def counts(comparison: Comparison) -> tuple[tuple[Class, int], ...]:
    """Count the differences of each class that there is."""
    counted = Counter(each.cls for each in comparison.differences)
    return tuple((cls, counted[cls]) for cls in Class if counted[cls])


def groups(comparison: Comparison, cls: Class) -> tuple[Group, ...]:
    """Group the differences of a class: by clause, else by reason where many share one, else by subject."""
    texts = {row.id: row.text for side in (comparison.a, comparison.b) for row in side.first.clauses}
    found: dict[str, list[Difference]] = {}
    for each in comparison.differences:
        if each.cls is cls:
            found.setdefault(_heading(each), []).append(each)
    return tuple(_group(name, members, texts) for name, members in found.items())


def _heading(each: Difference) -> str:
    if each.cls is Class.CONTRACT:
        return each.clause
    return each.why if each.cls in {Class.DOCUMENTED, Class.INFRASTRUCTURE} else each.facet.subject


def _group(name: str, members: Iterable[Difference], texts: Mapping[str, str]) -> Group:
    members = tuple(members)
    head = next(
        (each for each in members if each.facet.kind is Kind.VERDICT and each.facet.subject == name), None
    )
    rest = tuple(each for each in members if each is not head)
    return Group(name=name, head=head, rest=rest, text=texts.get(name, ""))


def shown(told: Iterable[Told], *, limit: int = 200) -> str:
    """Say on one line what one side showed, what it alone showed first."""
    words = [
        one_line(each.value, limit=limit) + (f" ({number(each.times)}×)" if each.times > 1 else "")
        for each in sorted(told, key=lambda each: (not each.alone, -each.times, each.value))
    ]
    return " | ".join(words) or "—"


def names(comparison: Comparison) -> tuple[str, str]:
    """Name the two sides so that they can be told apart."""
    a, b = comparison.a.name, comparison.b.name
    return (say("side", name=a, letter="A"), say("side", name=b, letter="B")) if a == b else (a, b)


def facts(side: Side) -> tuple[tuple[str, str], ...]:
    """Say of a side what it was, when, and by what it was judged."""
    header, totals = side.first.header, side.first.footer.totals
    return (
        (say("fact.base"), header.base_url),
        (say("fact.region"), header.region),
        (say("fact.started"), moment(header.started)),
        (say("fact.contract"), header.contract),
        (say("fact.profile"), say("fact.lane-of", profile=header.profile, lane=header.lane)),
        (say("fact.runs"), number(len(side.runs))),
        (
            say("cost.requests"),
            number(totals.exchanges),
        ),
    )


def is_counted(cls: Class) -> bool:
    """Whether differences of a class make the targets differ."""
    return cls in COUNTED


def unconfirmed(comparison: Comparison) -> str:
    """Say of how much of the mock no live run has shown that the service does so too."""
    open_ = sum(not each.live for each in comparison.behaviours)
    return say("mock.unconfirmed", n=open_, all=len(comparison.behaviours))


def labels(comparison: Comparison) -> tuple[tuple[str, int, int], ...]:
    """Count what the mock does by how it is known: each label, how many there are, and how many are alike."""
    found = {each.label: None for each in comparison.behaviours}
    return tuple(
        (
            label,
            sum(each.label == label for each in comparison.behaviours),
            sum(each.label == label and each.alike for each in comparison.behaviours),
        )
        for label in sorted(found)
    )
