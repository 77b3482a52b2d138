"""How faithful the mock is: of each clause that it keeps, how that is known, and whether the other side does the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.comparison.difference import Class, Difference
from conformance.comparison.search import TELLING, shared
from conformance.comparison.sides import Side
from conformance.regions import regions
from conformance.runs import ClauseRow
from conformance.targets import MOCKS

LIVE = "live-verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What the mock does of one clause; `label` says how that is known, `alike` whether the other side does so too.

    `verified` names the live target that was seen to do so, with the day; it is empty elsewhere. `attested` names the
    regions where an earlier live run was, with its day.
    """

    clause: str
    text: str
    label: str
    alike: bool
    verified: str = ""
    attested: str = ""

    @property
    def live(self) -> str:
        """Which live runs have shown that the service does what the mock does; empty where none has."""
        return self.verified or self.attested

    @property
    def chapter(self) -> str:
        """The word before the dot."""
        return self.clause.partition(".")[0]


def is_mock(side: Side) -> bool:
    """Whether a side is the built-in mock."""
    return side.name in MOCKS


def behaviours(a: Side, b: Side, found: Sequence[Difference]) -> tuple[Behaviour, ...]:
    """Label what the mock does, where one side is the mock and the other is none; nothing elsewhere."""
    if is_mock(a) == is_mock(b):
        return ()
    other = b if is_mock(a) else a
    apart = {
        each.facet.subject
        for each in found
        if each.clause == each.facet.subject and each.cls is not Class.ONCE
    }
    rows = []
    for name, pair in shared(a.first, b.first).items():
        if not {row.verdict for row in pair} <= TELLING:
            continue
        alike = name not in apart
        day = other.first.header.started.partition("T")[0]
        verified = f"{other.name}, {day}" if alike and other.name in regions() else ""
        rows.append(
            Behaviour(
                clause=name,
                text=pair[0].text,
                label=LIVE if verified else _label(pair[0]),
                alike=alike,
                verified=verified,
                attested=_attested(pair),
            )
        )
    return tuple(rows)


def _attested(pair: Iterable[ClauseRow]) -> str:
    """Name the live runs that were known to either side to have seen the clause hold, the latest of each region."""
    held: dict[str, str] = {}
    for each in (each for row in pair for each in row.attested if each.held):
        held[each.region] = max(each.held[:10], held.get(each.region, ""))
    return "; ".join(f"{region}, {day}" for region, day in sorted(held.items()))


def _label(row: ClauseRow) -> str:
    """Say how a behaviour is known without the service: a rule of a page, an answer that somebody saw, or neither."""
    if row.level == "must":
        return "documented"
    return "observed" if any(source.document.startswith("observed") for source in row.sources) else "inferred"
