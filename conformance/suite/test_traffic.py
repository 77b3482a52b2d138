"""What all traffic of the run must keep, whichever test sent it: openapi.yaml, the laws, and what the SDK can use. Runs last."""

import contextlib
import time

import pytest

from conformance import expect, laws, sdk
from conformance.budget import OutOfBudget
from conformance.clauses import registry
from conformance.contract import contract
from conformance.errors import TargetError
from conformance.laws.doubts import doubts
from conformance.marks import judging
from conformance.session import Session

MEASURED = sorted(
    clause.id
    for clause in registry()
    if clause.id in contract().clauses() | laws.CLAUSES | sdk.JUDGED and clause.level != "observed"
)

# What comes and goes need not be there at the first look.
LOOKS = 3
MOST_DOUBTS = 6


@pytest.fixture(scope="module", autouse=True)
def beyond_doubt(conformance: Session) -> None:
    """What a lag may have made is asked for once more when none excuses it; a lawful run has hardly any of it."""
    if conformance.obstacle or conformance.recorded:
        return
    with contextlib.suppress(OutOfBudget, TargetError):
        for request, moment in list(doubts(conformance.trace).items())[:MOST_DOUBTS]:
            time.sleep(max(0.0, moment - time.time()) + 0.1)
            for _ in range(LOOKS):
                conformance.client.send("GET", request.path, query=request.query)


@pytest.mark.parametrize("name", [judging(name, name) for name in MEASURED])
def test_all_traffic_keeps(conformance: Session, name: str) -> None:
    expect.lawful(conformance.judged(), name)
