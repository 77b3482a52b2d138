"""Caps that are never passed, but by cleaning up."""

import pytest

from conformance.budget import Budget, Caps, OutOfBudget
from conformance.exchange import Request

GET = Request(method="GET", path="/files")
UPLOAD = Request(method="POST", path="/files", body_bytes=10)


def counts(budget: Budget) -> tuple[int, int, int]:
    return budget.requests, budget.uploads, budget.bytes


def test_everything_is_counted() -> None:
    budget = Budget(Caps())
    for request in (GET, UPLOAD, UPLOAD):
        budget.spend(request)
    assert counts(budget) == (3, 2, 20)


@pytest.mark.parametrize(
    ("caps", "before", "last", "said"),
    [
        (Caps(requests=2), [GET, UPLOAD], GET, "--budget-requests=2 is used up"),
        (Caps(uploads=1), [UPLOAD, GET, GET], UPLOAD, "--budget-uploads=1 is used up"),
        (Caps(bytes=20), [UPLOAD, UPLOAD, GET], UPLOAD, "--budget-bytes=20 is used up"),
        (Caps(bytes=9), [GET], UPLOAD, "--budget-bytes=9 is used up"),
        (Caps(requests=0), [], GET, "--budget-requests=0 is used up"),
    ],
)
def test_a_cap_is_reached_and_never_passed(
    caps: Caps, before: list[Request], last: Request, said: str
) -> None:
    budget = Budget(caps)
    for request in before:
        budget.spend(request)
    spent = counts(budget)
    for _ in range(2):
        with pytest.raises(OutOfBudget, match=said):
            budget.spend(last)
    assert counts(budget) == spent


def test_cleaning_up_is_counted_and_never_refused() -> None:
    budget = Budget(Caps(requests=1, uploads=0, bytes=0))
    for _ in range(3):
        budget.spend(GET, cleaning=True)
    assert counts(budget) == (3, 0, 0)
