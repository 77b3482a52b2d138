"""The tasks of a run: what they are made of, in what order they are asked for, and what is given up."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.batches import Batches
from conformance.documents import TEST_MODEL
from conformance.files import Files
from conformance.workload import INPUTS, PLANS, Plan, Workload, custom_ids

from .loopback import Answer, Loopback, answer, client_of

UPLOADED = answer(b'{"id": "file-batch-1"}')
REFUSED = answer(b'{"error": {"message": "no", "type": "t", "param": null, "code": null}}', 400)


def told(status: str, **said: Any) -> bytes:
    return answer(json.dumps({"id": "batch_1", "status": status, **said}).encode())


def spoken(work: Callable[[Workload], Any], *answers: Answer, second: bool = False) -> tuple[Any, list[str]]:
    """Work against a server that gives these answers, and tell what it was asked for."""
    with Loopback(*answers) as server:
        client = client_of(server)
        try:
            files = Files(client, lag=0.3)
            result = work(Workload(Batches(client, files), files, "0", within=2.0, second=second))
        finally:
            client.close()
        return result, [f"{one.method} {one.target.removeprefix('/v1')}" for one in server.received]


def test_every_plan_has_a_name_and_an_input_of_its_own_kind() -> None:
    assert len({plan.name for plan in PLANS}) == len(PLANS)
    assert {plan.input for plan in PLANS} <= set(INPUTS)


@pytest.mark.parametrize("name", [name for name, lines in INPUTS.items() if lines])
def test_every_line_of_an_input_is_a_request(name: str) -> None:
    for line in map(json.loads, INPUTS[name]):
        assert line["method"] == "POST"
        assert line["url"].startswith("/v1/")
        # What could cost money is cut short.
        assert line["body"]["model"] == TEST_MODEL or line["body"]["max_tokens"] == 1


def test_only_the_input_that_is_to_be_refused_uses_an_id_twice() -> None:
    assert [name for name in INPUTS if len(set(custom_ids(name))) < len(custom_ids(name))] == ["double"]


def test_metadata_are_as_long_as_they_may_be() -> None:
    workload = Workload(None, None, "0", within=1)  # type: ignore[arg-type]
    metadata = workload.metadata("longest", longest=True)
    assert {name: len(text) for name, text in metadata.items()} == {"ds_name": 100, "ds_description": 200}


def test_an_input_is_uploaded_once() -> None:
    def work(workload: Workload) -> None:
        workload.create(Plan(name="a", input="unknown"))
        workload.create(Plan(name="b", input="unknown"))

    _, asked = spoken(work, UPLOADED, told("validating"))
    assert asked == ["POST /files", "POST /batches", "POST /batches"]


def test_a_creation_says_what_its_plan_has() -> None:
    task, _ = spoken(
        lambda workload: workload.create(Plan(name="a", input="test", window="14d")),
        UPLOADED,
        told("validating"),
    )
    asked = task.created.request.json()
    assert (asked["input_file_id"], asked["completion_window"]) == ("file-batch-1", "14d")
    assert asked["metadata"]["ds_name"] == "conformance-0 a"
    assert task.custom_ids == ("test-1", "test-2", "test-3")


def test_a_task_is_cancelled_when_it_has_done_something() -> None:
    counts = {"total": 9, "completed": 4, "failed": 0}
    cancelled, asked = spoken(
        lambda workload: workload.cancel(),
        *(UPLOADED, told("validating"), told("in_progress"), told("in_progress", request_counts=counts)),
        *(told("cancelling"), told("cancelled")),
    )
    assert (cancelled.before, cancelled.task.status) == ("in_progress", "cancelled")
    assert asked[-2:] == ["POST /batches/batch_1/cancel", "GET /batches/batch_1"]


def test_another_account_tries_first() -> None:
    cancelled, asked = spoken(
        lambda workload: workload.cancel(),
        *(UPLOADED, told("validating"), told("completed"), REFUSED, told("cancelling"), told("cancelled")),
        second=True,
    )
    assert cancelled.foreign.account == "second"
    assert asked.count("POST /batches/batch_1/cancel") == 2


def test_a_task_that_was_too_quick_is_followed_by_one_that_is_cancelled_at_once() -> None:
    cancelled, asked = spoken(
        lambda workload: workload.cancel(),
        *(UPLOADED, told("validating"), told("completed"), REFUSED),
        *(told("validating"), told("cancelling"), told("cancelled")),
    )
    assert (cancelled.before, cancelled.answer.status) == ("validating", 200)
    assert asked.count("POST /batches") == 2


@pytest.mark.parametrize(
    ("status", "alive"),
    [("in_progress", True), ("validating", True), ("finalizing", False), ("completed", False)],
)
def test_a_refusal_is_told_from_one_that_came_too_late(status: str, alive: object) -> None:
    cancelled, _ = spoken(
        lambda workload: workload.cancel(),
        *(UPLOADED, told("validating"), told("completed"), REFUSED),
        *(told("validating"), REFUSED, told(status), told("completed")),
    )
    assert cancelled.alive is alive


def test_what_a_task_has_written_is_downloaded_once() -> None:
    def work(workload: Workload) -> list[str]:
        task = workload.create(Plan(name="a", input="test"))
        return [*workload.results(task), *workload.results(task)]

    said = {"output_file_id": "file-batch_output-1", "error_file_id": None}
    kinds, asked = spoken(work, UPLOADED, told("completed", **said), answer(b'{"custom_id": "test-1"}'))
    assert kinds == ["output", "output"]
    assert asked[2:] == ["GET /files/file-batch_output-1/content"]
