"""How findings become a verdict, and verdicts an exit status."""

import itertools

import pytest

from conformance.verdicts import ExitStatus, Finding, Ruling, Verdict, exit_status, weigh

PASS, FAIL, OBSERVED = Verdict.PASS, Verdict.FAIL, Verdict.OBSERVED
UNPROVEN, ERROR, WARN = Verdict.UNPROVEN, Verdict.ERROR, Verdict.WARN


def found(*verdicts: Verdict) -> list[Finding]:
    return [Finding(clause="c.c", verdict=verdict, reason=f"{verdict} it was") for verdict in verdicts]


@pytest.mark.parametrize(
    ("verdicts", "must", "should", "observed"),
    [
        ((), UNPROVEN, UNPROVEN, UNPROVEN),
        ((PASS,), PASS, PASS, OBSERVED),
        ((FAIL,), FAIL, WARN, OBSERVED),
        ((OBSERVED,), OBSERVED, OBSERVED, OBSERVED),
        ((UNPROVEN,), UNPROVEN, UNPROVEN, UNPROVEN),
        ((ERROR,), ERROR, ERROR, ERROR),
        ((PASS, FAIL), FAIL, WARN, OBSERVED),
        ((PASS, UNPROVEN), PASS, PASS, OBSERVED),
        ((FAIL, UNPROVEN), FAIL, WARN, OBSERVED),
        ((OBSERVED, UNPROVEN), OBSERVED, OBSERVED, OBSERVED),
        ((ERROR, FAIL), ERROR, ERROR, ERROR),
        ((PASS, PASS, PASS, FAIL), FAIL, WARN, OBSERVED),
    ],
)
def test_findings_are_weighed_by_the_level_of_their_clause(
    verdicts: tuple[Verdict, ...], must: Verdict, should: Verdict, observed: Verdict
) -> None:
    for order in set(itertools.permutations(verdicts)):
        assert weigh("must", found(*order))[0] is must
        assert weigh("should", found(*order))[0] is should
        assert weigh("observed", found(*order))[0] is observed


def test_the_reason_is_that_of_the_weightiest_finding_that_has_one() -> None:
    silent = Finding(clause="c.c", verdict=FAIL)
    assert weigh("must", [silent, *found(PASS, FAIL)])[1] == "fail it was"
    assert weigh("must", [])[1] == "no test exercised it"


def ruling(verdict: Verdict, *, required: bool = True) -> Ruling:
    return Ruling(clause="c.c", level="must", verdict=verdict, required=required)


@pytest.mark.parametrize(
    ("rulings", "status"),
    [
        ([], ExitStatus.EMPTY),
        ([ruling(PASS)], ExitStatus.PASSED),
        ([ruling(PASS), ruling(WARN), ruling(OBSERVED)], ExitStatus.PASSED),
        ([ruling(Verdict.ABSENT), ruling(Verdict.KNOWN)], ExitStatus.PASSED),
        ([ruling(PASS), ruling(UNPROVEN)], ExitStatus.UNPROVEN),
        ([ruling(PASS), ruling(UNPROVEN, required=False)], ExitStatus.PASSED),
        ([ruling(UNPROVEN), ruling(FAIL)], ExitStatus.FAILED),
        ([ruling(FAIL, required=False)], ExitStatus.FAILED),
        ([ruling(FAIL), ruling(ERROR)], ExitStatus.INTERNAL),
    ],
)
def test_rulings_become_an_exit_status(rulings: list[Ruling], status: ExitStatus) -> None:
    assert exit_status(rulings) is status
    assert exit_status(reversed(rulings)) is status


def test_exit_statuses_are_those_that_others_script_against() -> None:
    assert [(each.name, each.value) for each in ExitStatus] == [
        ("PASSED", 0),
        ("FAILED", 1),
        ("INTERRUPTED", 2),
        ("INTERNAL", 3),
        ("USAGE", 4),
        ("EMPTY", 5),
        ("UNPROVEN", 6),
    ]
