"""The lane `explore`, behind all that the gate asks: draws until the time is up, and tells what it found."""

from dataclasses import replace

import pytest

from conformance.budget import Countdown
from conformance.clauses import Level, registry
from conformance.explore import address, again
from conformance.explorer import Explorer
from conformance.session import Session
from conformance.suite.conftest import EXPLORED


def test_exploring_finds_no_candidate(conformance: Session, pytestconfig: pytest.Config) -> None:
    explorer = Explorer(conformance, lambda case: again(pytestconfig.option, case))
    case = pytestconfig.option.case
    chosen = address(case, conformance.settings.seed) if case else None
    found = explorer.replay(chosen) if chosen else explorer.explore(Countdown(conformance.settings.exploring))
    pytestconfig.stash[EXPLORED] = found
    conformance.findings += [candidate.finding for candidate in found.candidates]
    excused = {row.clause for row in conformance.settings.deviations}
    broken = [
        each
        for each in found.candidates
        if registry()[each.finding.clause].level is Level.MUST and each.finding.clause not in excused
    ]
    if broken:
        pytest.fail(replace(found, candidates=broken).told(), pytrace=False)
