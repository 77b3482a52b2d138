"""What a test of the suite did: as a finding, and in pytest's own words."""

from typing import Any

import pytest

from conformance.budget import OutOfBudget
from conformance.clauses import Clause, Level, registry
from conformance.errors import SpecsError, TargetError
from conformance.expect import Broken, Evidence, Unproven
from conformance.report.legible import legible, one_line
from conformance.session import Session
from conformance.verdicts import CITED, Finding, Verdict

# Characters of what a target said that a line of pytest's shows.
LONGEST = 1200
EVIDENCE = pytest.StashKey[Evidence]()


def clauses_of(item: pytest.Item) -> list[Clause]:
    """Give the clauses that a test is marked with.

    Raises:
        pytest.UsageError: one of them does not exist.
    """
    try:
        return [registry()[name] for mark in item.iter_markers("clause") for name in mark.args]
    except SpecsError as error:
        raise pytest.UsageError(f"{item.nodeid}: {error}") from None


def finding(item: pytest.Item, clause: Clause, call: pytest.CallInfo[None]) -> Finding:
    """Say what a test showed of its clause."""
    evidence = item.stash[EVIDENCE]
    common: dict[str, Any] = {"clause": clause.id, "test": item.nodeid}
    error = call.excinfo.value if call.excinfo else None
    match error:
        case None if evidence.recorded:
            outcome: dict[str, Any] = {"verdict": Verdict.OBSERVED, "reason": "; ".join(evidence.recorded)}
        case None:
            outcome = {"verdict": Verdict.PASS}
        case Broken():
            outcome = {
                "verdict": Verdict.FAIL,
                "reason": str(error),
                "expected": error.expected,
                "actual": error.actual,
            }
            evidence.exchanges[:0] = [n for n in error.exchanges if n not in evidence.exchanges]
        case Unproven() | OutOfBudget() | TargetError():
            outcome = {"verdict": Verdict.UNPROVEN, "reason": str(error)}
        case pytest.skip.Exception():
            outcome = {"verdict": Verdict.UNPROVEN, "reason": error.msg or "skipped"}
        case _:
            outcome = {"verdict": Verdict.ERROR, "reason": f"{type(error).__name__}: {error}"[:500]}
    return Finding(**common, **outcome, exchanges=tuple(evidence.exchanges[:CITED]))


def speak(
    report: pytest.TestReport, item: pytest.Item, clause: Clause, finding: Finding, session: Session
) -> None:
    """Give pytest's report the outcome and the words that the finding deserves."""
    path, line, _ = item.location
    if finding.verdict is Verdict.UNPROVEN:
        report.outcome = "skipped"
        report.longrepr = (path, line or 0, f"unproven: {legible(finding.reason, limit=LONGEST)}")
    elif finding.verdict is Verdict.FAIL:
        report.longrepr = _card(clause, finding)
        excused = {row.clause for row in session.settings.deviations}
        if clause.level is not Level.MUST or clause.id in excused:
            report.outcome = "skipped"
            report.wasxfail = f"{clause.id}: {legible(finding.reason, limit=LONGEST)}"


def _card(clause: Clause, finding: Finding) -> str:
    sources = "; ".join(f"{c.source.title} ({c.source.date}), {c.section}" for c in clause.citations)
    lines = [
        f"{clause.id} ({clause.level}) does not hold",
        f"  {clause.text}",
        f"  source:    {sources}",
        f"  expected:  {one_line(finding.expected, limit=LONGEST)}",
        f"  actual:    {one_line(finding.actual, limit=LONGEST)}",
        f"  exchanges: {', '.join(map(str, finding.exchanges)) or 'none'} of the run log",
    ]
    return legible("\n".join(lines))
