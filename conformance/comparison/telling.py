"""A comparison in words and groups, as all its views tell it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.comparison.comparing import Comparison
from conformance.comparison.difference import COUNTED, Class, Difference, Told
from conformance.comparison.facets import Kind
from conformance.comparison.sides import Side
from conformance.report.legible import one_line
from conformance.report.words import number

MEANINGS: Final[Mapping[Class, str]] = {
    Class.CONTRACT: "A clause holds on one side alone, or each breaks it in its own way.",
    Class.UNDOCUMENTED: "No clause is broken; each side does it again and again.",
    Class.UNEXPLAINED: "One side does not do the same each time.",
    Class.DOCUMENTED: "The documents say so of one of the regions.",
    Class.TIMING: "More than noise, and no verdict.",
    Class.INFRASTRUCTURE: "Could not be compared: the way to a target, or the options of a run.",
    Class.ONCE: "Seen once, and not counted until it comes back.",
}
TITLES: Final[Mapping[Class, str]] = {
    Class.CONTRACT: "Clauses that are not kept alike",
    Class.UNDOCUMENTED: "Undocumented, but stable",
    Class.UNEXPLAINED: "Unexplained",
    Class.DOCUMENTED: "Documented for one of the regions",
    Class.TIMING: "Timing",
    Class.INFRASTRUCTURE: "Infrastructure: could not be compared",
    Class.ONCE: "Seen once only",
}
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
        return "Not all could be compared" if comparison.undecided else "No differences"
    words = (
        [f"{number(len(named))} {'clause differs' if len(named) == 1 else 'clauses differ'}"] if named else []
    )
    beside = sum(each.cls is not Class.CONTRACT for each in counted)
    if beside:
        words.append(f"{number(beside)} {'behaviour' if beside == 1 else 'behaviours'} beside the clauses")
    return ", ".join(words) or "Differences"


def closing(comparison: Comparison) -> str:
    """Say how much was compared, and what the exit status means."""
    whole = comparison.whole
    compared = (
        f"{number(whole.clauses_alike)} of {number(whole.clauses)} clauses and {number(whole.behaviours_alike)} of "
        f"{number(whole.behaviours)} behaviours are alike."
    )
    status = {
        0: "Exit status 0: the targets are alike.",
        1: "Exit status 1: the targets differ.",
        6: f"Exit status 6: {len(comparison.undecided)} verdicts could not be compared or were seen once only.",
    }[int(comparison.exit_status)]
    return f"{compared} {status}"


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
    return (f"{a} (A)", f"{b} (B)") if a == b else (a, b)


def facts(side: Side) -> tuple[tuple[str, str], ...]:
    """Say of a side what it was, when, and by what it was judged."""
    header, totals = side.first.header, side.first.footer.totals
    return (
        ("Base URL", header.base_url),
        ("Region", header.region),
        ("Started", header.started),
        ("Contract", header.contract),
        ("Profile", f"{header.profile}, lane {header.lane}"),
        ("Runs", number(len(side.runs))),
        ("Requests", number(totals.requests + totals.rate_probe.requests + totals.billable.requests)),
    )


def is_counted(cls: Class) -> bool:
    """Whether differences of a class make the targets differ."""
    return cls in COUNTED


def unconfirmed(comparison: Comparison) -> str:
    """Say of how much of the mock no live run has shown that the service does so too."""
    open_ = sum(not each.live for each in comparison.behaviours)
    return f"No live run has confirmed {number(open_)} of {number(len(comparison.behaviours))}."


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
