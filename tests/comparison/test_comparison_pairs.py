"""Mocks that differ by planted faults differ by these and nothing else; equal mocks do not differ."""

from itertools import combinations

import pytest

from conformance.clauses import registry
from conformance.comparison.comparing import Comparison, compare
from conformance.comparison.difference import Class
from conformance.comparison.search import to_repeat
from conformance.comparison.sides import Side
from conformance.comparison.views import as_json
from conformance.listings import pairs_of, trials_of
from conformance.matrix import Trial
from conformance.runs import Run

from .conftest import RunSuite

PAIRS = 20
SEED = 20261122


def drawn() -> list[Trial]:
    # What the rate probe alone can see takes its twenty seconds four times.
    trials = [trial for trial in trials_of([]) if not trial.rate_probe]
    return pairs_of([trial for trial in trials if trial.region == "intl"], PAIRS, SEED)


def of_pair(run_suite: RunSuite, trial: Trial) -> Comparison:
    """Run the chapters of both faults against each mock, and once more what differs, as the command does."""
    chapters = " or ".join(sorted({clause.partition(".")[0] for clause in trial.clauses}))
    billable = "yes" if any(registry()[clause].billable for clause in trial.clauses) else "no"
    common = (f"--target=mock-{trial.region}", f"--billable={billable}")
    a, b = (run_suite(*common, f"--breach={name}", "-m", chapters) for name in trial.names)
    first = compare([a], [b])
    narrowed = [f"--clause={clause}" for clause in to_repeat(first.differences, first.a, first.b)]
    again = [run_suite(*common, f"--breach={name}", "-m", chapters, *narrowed) for name in trial.names]
    return compare([a, again[0]], [b, again[1]])


@pytest.mark.parametrize("trial", drawn(), ids=lambda trial: trial.name)
def test_two_planted_faults_are_both_named_and_nothing_else(
    trial: Trial, run_suite: RunSuite, lawful: tuple[Run, ...]
) -> None:
    found = of_pair(run_suite, trial)
    assert set(trial.clauses) <= set(found.named), as_json(found)
    assert found.exit_status == 1
    usual = Side(lawful[:2])
    for each in found.counted:
        assert each.clause in found.named or deviates(each, usual), each
    assert not [each for each in found.differences if each.cls is Class.UNEXPLAINED]


def deviates(each: object, usual: Side) -> bool:
    """Whether a side shows of a facet what the lawful mock never does, or not what it always does."""
    facet, a, b = each.facet, each.a, each.b  # type: ignore[attr-defined]
    values = usual.sights[facet].values if facet in usual.sights else frozenset()
    return any({told.value for told in side} != values for side in (a, b))


@pytest.mark.parametrize("pair", list(combinations(range(7), 2)), ids=str)
def test_equal_mocks_do_not_differ(pair: tuple[int, int], lawful: tuple[Run, ...]) -> None:
    found = compare([lawful[pair[0]]], [lawful[pair[1]]])
    assert found.differences == ()
    assert found.exit_status == 0
    assert found.whole.clauses > 200
    assert found.whole.behaviours > 700


def test_the_regions_differ_by_what_is_documented(lawful: tuple[Run, ...], beijing: Run) -> None:
    found = compare([lawful[0]], [beijing])
    others = [each for each in found.differences if each.cls is not Class.DOCUMENTED]
    assert others == []
    assert found.exit_status == 0
    assert any("chat, documents" in remark for remark in found.remarks)
