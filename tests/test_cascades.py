"""What depends on a clause that did not hold is told by its root, and is accused of nothing."""

from dataclasses import dataclass

import pytest

from conformance.cascades import excused, without_cascades
from conformance.verdicts import Ruling, Verdict


@dataclass(frozen=True, slots=True)
class Clause:
    needs: tuple[str, ...] = ()


# The third rests on the second, and the second on the first.
CLAUSES = {
    "a.root": Clause(),
    "a.stem": Clause(("a.root",)),
    "a.leaf": Clause(("a.stem",)),
    "a.other": Clause(),
}


def rulings(**verdicts: Verdict) -> list[Ruling]:
    return [
        Ruling(clause=f"a.{name}", level="must", verdict=verdict, required=True)
        for name, verdict in verdicts.items()
    ]


@pytest.mark.parametrize("how", [Verdict.FAIL, Verdict.WARN])
def test_dependants_are_unproven_and_name_the_root(how: Verdict) -> None:
    found = without_cascades(
        rulings(root=how, stem=Verdict.FAIL, leaf=Verdict.FAIL, other=Verdict.FAIL), CLAUSES
    )
    verdicts = [each.verdict for each in found]
    assert verdicts == [how, Verdict.UNPROVEN, Verdict.UNPROVEN, Verdict.FAIL]
    assert found[2].reason == "it needs a.root, which did not hold"


def test_a_dependant_that_held_all_the_same_stays_held() -> None:
    found = without_cascades(rulings(root=Verdict.FAIL, stem=Verdict.PASS), CLAUSES)
    assert found[1].verdict is Verdict.PASS


def test_what_a_known_failure_keeps_from_being_proven_is_owed_by_nobody() -> None:
    found = excused(
        rulings(root=Verdict.KNOWN, stem=Verdict.UNPROVEN, leaf=Verdict.UNPROVEN, other=Verdict.UNPROVEN),
        CLAUSES,
    )
    assert [each.required for each in found] == [True, False, False, True]
