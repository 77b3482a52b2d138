"""Clause, test, breach: each has the two others. The whole matrix is `conformance breaches`, which CI runs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import matrix
from conformance.clauses import Clause, Profile, registry
from conformance.listings import pairs_of, trials_of
from conformance.mock.breaches import BREACHES
from conformance.regions import regions
from tests.runs_of_the_suite import environment, run_suite

JUDGED = [clause for clause in registry() if clause.level != "observed" and not clause.untestable]
COLLECT = """
import json, sys, pytest
class Marks:
    def pytest_collection_finish(self, session):
        found = {item.nodeid: [name for mark in item.iter_markers("clause") for name in mark.args]
                 for item in session.items}
        print("MARKS" + json.dumps(found))
arguments = ["--pyargs", "conformance.suite", "--collect-only", "-q", "--profile=deep", *sys.argv[1:]]
sys.exit(pytest.main(arguments, [Marks()]))
"""


@pytest.fixture(scope="module")
def marks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The clauses of each test of the suite, in whichever region it is exercised."""
    found: dict[str, list[str]] = {}
    for region in regions():
        done = subprocess.run(
            [sys.executable, "-c", COLLECT, f"--target=mock-{region}"],
            cwd=tmp_path_factory.mktemp("collect"),
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        line = next(line for line in done.stdout.splitlines() if line.startswith("MARKS"))
        found |= json.loads(line.removeprefix("MARKS"))
    return found


def test_every_test_judges_one_clause(marks: dict[str, list[str]]) -> None:
    assert {node: names for node, names in marks.items() if len(names) != 1} == {}


def test_every_clause_has_a_test_or_a_reason(marks: dict[str, list[str]]) -> None:
    tested = {name for names in marks.values() for name in names}
    assert [clause.id for clause in registry() if clause.id not in tested and not clause.untestable] == []


def test_every_test_of_a_chapter_stands_in_its_module(marks: dict[str, list[str]]) -> None:
    modules = {
        node: node.partition("::")[0]
        .rpartition("/")[2]
        .removeprefix("test_")
        .removesuffix(".py")
        .partition("_")[0]
        for node in marks
    }
    strays = {
        node: marks[node]
        for node, module in modules.items()
        if module not in {"generated", "traffic", marks[node][0].partition(".")[0]}
    }
    assert strays == {}


def test_every_clause_that_can_fail_has_a_breach() -> None:
    aimed = {breach.clause for breach in BREACHES.values()}
    assert [clause.id for clause in JUDGED if clause.id not in aimed] == []


def test_every_breach_aims_at_a_clause_that_can_fail() -> None:
    judged = {clause.id for clause in JUDGED}
    assert {name: breach.clause for name, breach in BREACHES.items() if breach.clause not in judged} == {}


@pytest.mark.parametrize("target", ["mock-cn", "mock-intl"])
def test_every_clause_holds_on_the_lawful_mock(tmp_path: Path, target: str) -> None:
    done = run_suite(tmp_path, f"--target={target}", "--rate-probe=yes")
    assert done.status == 0, done.said
    region = target.removeprefix("mock-")
    exercised = {clause.id for clause in JUDGED if _is_exercised(clause, region)}
    assert done.verdicts("pass") == exercised
    observed = {clause.id for clause in registry() if clause.level == "observed"}
    assert done.verdicts("observed") == {name for name in observed if _is_exercised(registry()[name], region)}
    assert done.verdicts("absent") == {clause.id for clause in registry() if region not in clause.regions}


def _is_exercised(clause: Clause, region: str) -> bool:
    return region in clause.regions and Profile.STANDARD.includes(clause.profile)


def test_two_runs_give_the_same_summary_but_for_times(tmp_path: Path) -> None:
    summaries = []
    for name in ("one", "two"):
        # Waiting for batch tasks takes more or fewer looks.
        summary = run_suite(tmp_path / name, "--billable=no").summary
        del summary["started"], summary["totals"]["seconds"]
        summaries.append(summary)
    assert summaries[0] == summaries[1]


def test_the_deep_profile_exercises_every_clause_that_has_a_test(tmp_path: Path) -> None:
    done = run_suite(tmp_path, "--target=mock-cn", "--profile=deep", "--rate-probe=yes", timeout=400)
    assert done.status == 0, done.said
    assert done.verdicts("pass") == {clause.id for clause in JUDGED if "cn" in clause.regions}


def test_two_breaches_at_once_are_both_told() -> None:
    slow = {"rates", "batches", "content", "limits"}
    trials = [
        trial for trial in trials_of([]) if not slow & {name.partition(".")[0] for name in trial.clauses}
    ]
    for outcome in matrix.run(pairs_of(trials, 2, seed=4), jobs=2):
        assert outcome.killed, outcome
