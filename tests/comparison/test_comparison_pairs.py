"""Mocks that differ by planted faults differ by these and nothing else; equal mocks do not differ."""

from collections.abc import Sequence
from itertools import combinations

import pytest

from conformance.clauses import registry
from conformance.comparison.both import confirm
from conformance.comparison.comparing import Comparison, compare
from conformance.comparison.difference import Class, Difference
from conformance.comparison.sides import Side
from conformance.comparison.views import as_json
from conformance.listings import pairs_of, trials_of
from conformance.matrix import Trial
from conformance.runs import Run
from conformance.verdicts import NOT_HELD

from .conftest import Lawful, RunSuite

PAIRS = 20
SEED = 20261122


def drawn() -> list[Trial]:
    # What the rate probe alone can see takes its twenty seconds four times.
    trials = [trial for trial in trials_of([]) if not trial.rate_probe]
    return pairs_of([trial for trial in trials if trial.region == "intl"], PAIRS, SEED)


def of_pair(run_suite: RunSuite, trial: Trial) -> Comparison:
    """Run the suite against each mock, and once more what differs, as the command does."""
    chapters = " or ".join(sorted({clause.partition(".")[0] for clause in trial.clauses}))
    billable = "yes" if any(registry()[clause].billable for clause in trial.clauses) else "no"
    common = (f"--target=mock-{trial.region}", f"--billable={billable}")
    own: tuple[str, ...] = ("-m", chapters)
    a, b = run_suite(*([*common, f"--breach={name}", *own] for name in trial.names))
    if not all(is_shown(clause, run) for clause, run in zip(trial.clauses, (a, b), strict=True)):
        # The traffic of other chapters shows it.
        own = ()
        a, b = run_suite(*([*common, f"--breach={name}"] for name in trial.names))

    def ask(clauses: Sequence[str]) -> tuple[Run, Run]:
        narrowed = [f"--clause={clause}" for clause in clauses]
        one, other = run_suite(*([*common, f"--breach={name}", *own, *narrowed] for name in trial.names))
        return one, other

    return confirm(a, b, ask)


def is_shown(clause: str, run: Run) -> bool:
    return any(row.id == clause and row.verdict in NOT_HELD for row in run.clauses)


@pytest.mark.parametrize("trial", drawn(), ids=lambda trial: trial.name)
def test_two_planted_faults_are_both_named_and_nothing_else(
    trial: Trial, run_suite: RunSuite, lawful: Lawful
) -> None:
    found = of_pair(run_suite, trial)
    assert set(trial.clauses) <= set(found.named), as_json(found)
    assert found.exit_status == 1
    usual = Side(tuple(lawful(1)))
    for each in found.counted:
        assert each.clause in found.named or deviates(each, usual), each
    assert not [each for each in found.differences if each.cls is Class.UNEXPLAINED]


def deviates(each: Difference, usual: Side) -> bool:
    """Whether a side shows something else of a facet than the lawful mock does."""
    sight = usual.sight(each.facet)
    values = sight.values if sight else frozenset()
    return any({told.value for told in side} != values for side in (each.a, each.b))


def test_equal_mocks_do_not_differ(lawful: Lawful) -> None:
    pairs = list(combinations(lawful(7), 2))
    assert len(pairs) >= 20
    for one, other in pairs:
        found = compare([one], [other])
        assert found.differences == ()
        assert found.exit_status == 0
        assert found.whole.clauses > 200
        assert found.whole.behaviours > 700


def test_the_regions_differ_by_what_is_documented(lawful: Lawful, beijing: Run) -> None:
    found = compare(lawful(1), [beijing])
    others = [each for each in found.differences if each.cls is not Class.DOCUMENTED]
    assert others == []
    assert found.exit_status == 0
    assert any("chat, documents" in remark for remark in found.remarks)
