"""What all traffic of the run must keep, whichever test sent it: openapi.yaml and the laws. Runs last."""

import pytest

from conformance import expect, laws
from conformance.clauses import registry
from conformance.contract import contract
from conformance.marks import judging
from conformance.session import Session

MEASURED = sorted(
    clause.id
    for clause in registry()
    if clause.id in contract().clauses() | laws.CLAUSES and clause.level != "observed"
)


@pytest.mark.parametrize("name", [judging(name, name) for name in MEASURED])
def test_all_traffic_keeps(conformance: Session, name: str) -> None:
    expect.lawful(conformance.judged(), name)
