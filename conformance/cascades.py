"""What depends on a clause that did not hold is told by its cause, and accused of nothing."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from conformance.verdicts import BROKEN, Ruling, Verdict


class Needing(Protocol):
    """Whatever knows which clauses it needs: a clause, or its row in a run."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The names of the clauses without which it cannot be judged."""


def without_cascades(rulings: list[Ruling], clauses: Mapping[str, Needing]) -> list[Ruling]:
    """Where a prerequisite did not hold, its dependants are unproven, naming it."""
    bad = {ruling.clause for ruling in rulings if ruling.verdict in BROKEN}
    causes = {ruling.clause: _cause(ruling.clause, bad, clauses) for ruling in rulings}
    return [
        replace(
            ruling,
            verdict=Verdict.UNPROVEN,
            reason=f"it needs {causes[ruling.clause]}, which did not hold",
        )
        if causes[ruling.clause] and ruling.verdict in BROKEN | {Verdict.UNPROVEN}
        else ruling
        for ruling in rulings
    ]


def excused(rulings: Iterable[Ruling], clauses: Mapping[str, Needing]) -> tuple[Ruling, ...]:
    """What only a known failure keeps from being proven costs no more than the failure itself."""
    rulings = tuple(rulings)
    known = {ruling.clause for ruling in rulings if ruling.verdict is Verdict.KNOWN}
    return tuple(
        replace(ruling, required=False)
        if ruling.verdict is Verdict.UNPROVEN and _cause(ruling.clause, known, clauses)
        else ruling
        for ruling in rulings
    )


def _cause(name: str, bad: Collection[str], clauses: Mapping[str, Needing]) -> str:
    """Give the root of why a clause cannot be judged: what stands between is unproven itself."""
    needs = clauses[name].needs
    roots = (_cause(need, bad, clauses) or (need if need in bad else "") for need in needs if need in clauses)
    return next(filter(None, roots), "")
