"""What a run has set to work is remembered until it has ended, and what it wrote until it is gone."""

import json
from typing import Any

import pytest

from conformance.exchange import Answer, Exchange, Request
from conformance.unfinished import Unfinished

BODY = json.dumps({"metadata": {"ds_name": "conformance-0 good"}})


def heard(
    unfinished: Unfinished,
    method: str,
    path: str,
    status: int | None,
    said: Any = None,
    *,
    account: str = "first",
    attempt: int = 1,
) -> None:
    answer = None if status is None else Answer(status=status, body=json.dumps(said).encode())
    request = Request(method=method, path=path, body=BODY if method == "POST" else None)
    unfinished.expect(request)
    unfinished(Exchange(number=1, request=request, answer=answer, account=account, attempt=attempt))


@pytest.fixture
def unfinished() -> Unfinished:
    """Two tasks that were created."""
    made = Unfinished()
    for name in ("batch_1", "batch_2"):
        heard(made, "POST", "/batches", 200, {"id": name, "status": "validating"})
    return made


def test_the_newest_is_stopped_first(unfinished: Unfinished) -> None:
    assert unfinished.left == (("batch_2", "first"), ("batch_1", "first"))
    assert unfinished.doubtful == set()


@pytest.mark.parametrize("status", ["completed", "failed", "expired", "cancelled"])
@pytest.mark.parametrize("where", ["/batches/batch_1", "/batches"])
def test_what_has_ended_is_forgotten_whoever_says_so(unfinished: Unfinished, status: str, where: str) -> None:
    said: dict[str, Any] = {"id": "batch_1", "status": status}
    heard(unfinished, "GET", where, 200, {"data": [said]} if where == "/batches" else said)
    assert dict(unfinished.left) == {"batch_2": "first"}


@pytest.mark.parametrize("status", ["validating", "in_progress", "finalizing", "cancelling", "odd", None])
def test_what_may_still_be_at_work_is_remembered(unfinished: Unfinished, status: object) -> None:
    heard(unfinished, "GET", "/batches/batch_1", 200, {"id": "batch_1", "status": status})
    assert len(unfinished.left) == 2


def test_what_a_task_wrote_is_remembered_until_it_is_deleted(unfinished: Unfinished) -> None:
    said = {"id": "batch_1", "status": "completed", "output_file_id": "file-o", "error_file_id": "file-e"}
    heard(unfinished, "GET", "/batches/batch_1", 200, said)
    assert set(unfinished.files) == {("file-o", "first"), ("file-e", "first")}
    heard(unfinished, "DELETE", "/files/file-o", 500)
    heard(unfinished, "DELETE", "/files/file-e", 200)
    heard(unfinished, "GET", "/batches/batch_1", 200, said)
    assert unfinished.files == (("file-o", "first"),)


def test_the_tasks_of_others_are_left_alone(unfinished: Unfinished) -> None:
    theirs = {"id": "batch_x", "status": "in_progress", "output_file_id": "file-x"}
    heard(unfinished, "GET", "/batches/batch_x", 200, theirs)
    heard(unfinished, "GET", "/batches", 200, {"data": [theirs]})
    assert len(unfinished.left) == 2
    assert unfinished.files == ()


@pytest.mark.parametrize("status", [None, 500, 503])
def test_a_creation_that_was_not_answered_is_looked_for(status: int | None) -> None:
    unfinished = Unfinished()
    heard(unfinished, "POST", "/batches", status)
    assert unfinished.doubtful == {"conformance-0 good"}
    heard(unfinished, "POST", "/batches", 200, {"id": "batch_1"}, attempt=2)
    assert unfinished.doubtful == {"conformance-0 good"}


def test_a_creation_that_was_refused_left_nothing() -> None:
    unfinished = Unfinished()
    heard(unfinished, "POST", "/batches", 400, {"id": "batch_1"})
    assert (unfinished.left, unfinished.doubtful) == ((), set())
