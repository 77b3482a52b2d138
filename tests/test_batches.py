"""Batch tasks in verbs: nothing is created twice, and what is waited for is asked for no more than it must."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from conformance.batches import Batches, ended, settled
from conformance.exchange import Answer as Said
from conformance.exchange import Exchange, Request
from conformance.expect import Unproven
from conformance.files import Files

from .loopback import Answer, Loopback, Received, answer, client_of, hang_up

T = TypeVar("T")
NAMED: dict[str, Any] = {"input_file_id": "file-batch-1", "metadata": {"ds_name": "conformance-0 good"}}
REFUSED = answer(b'{"error": {"message": "no", "type": "t", "param": null, "code": null}}', 400)
LOOK = "GET ?limit=100"


def task(
    name: str, status: str = "validating", ds_name: str = "conformance-0 good", **said: Any
) -> dict[str, Any]:
    return {"id": name, "status": status, "metadata": {"ds_name": ds_name}, **said}


def one(name: str, status: str = "validating", **said: Any) -> bytes:
    return answer(json.dumps(task(name, status, **said)).encode())


def page(*items: dict[str, Any], more: bool = False) -> bytes:
    return answer(json.dumps({"object": "list", "data": list(items) or None, "has_more": more}).encode())


def spoken(work: Callable[[Batches], T], *answers: Answer) -> tuple[T, list[str]]:
    """Work against a server that gives these answers, and tell what it was asked for."""
    with Loopback(*answers) as server:
        client = client_of(server)
        try:
            result = work(Batches(client, Files(client, lag=2.0)))
        finally:
            client.close()
        return result, [asked(each) for each in server.received]


def asked(received: Received) -> str:
    return f"{received.method} {received.target.removeprefix('/v1/batches')}"


def ids(walk: Any) -> tuple[str, ...]:
    assert walk is not None
    return tuple(walk.ids)


def test_a_creation_that_is_answered_is_sent_once() -> None:
    exchange, said = spoken(lambda batches: batches.create(**NAMED), one("batch_1"))
    assert (exchange.mapping()["id"], said) == ("batch_1", ["POST "])


def test_a_creation_is_sent_as_json() -> None:
    exchange, _ = spoken(lambda batches: batches.create(**NAMED), one("batch_1"))
    assert exchange.request.json() == NAMED
    assert dict(exchange.request.headers)["content-type"] == "application/json"


@pytest.mark.parametrize("trouble", [hang_up, answer(b"{}", 500), answer(b"{}", 503)])
def test_what_a_lost_creation_left_is_cancelled_before_it_is_sent_again(trouble: Answer) -> None:
    left = page(task("batch_lost"), task("batch_strange", ds_name="another's"))
    exchange, said = spoken(
        lambda batches: batches.create(**NAMED),
        trouble,
        left,
        one("batch_lost", "cancelling"),
        one("batch_2"),
    )
    assert exchange.mapping()["id"] == "batch_2"
    assert said == ["POST ", LOOK, "POST /batch_lost/cancel", "POST "]


def test_what_has_ended_is_not_cancelled_and_what_was_answered_neither() -> None:
    def work(batches: Batches) -> None:
        batches.create(**NAMED)
        batches.create(**NAMED)

    left = page(task("batch_1", "in_progress"), task("batch_0", "failed"))
    _, said = spoken(work, one("batch_1"), hang_up, left, one("batch_2"))
    assert said == ["POST ", "POST ", LOOK, "POST "]


def test_a_creation_that_could_not_be_found_again_is_not_repeated() -> None:
    exchange, said = spoken(lambda batches: batches.create(input_file_id="file-1"), hang_up, one("batch_1"))
    assert (exchange.answer, said) == (None, ["POST "])


def test_a_creation_that_is_refused_leaves_nothing_to_look_for() -> None:
    exchange, said = spoken(lambda batches: batches.create(**NAMED), REFUSED)
    assert (exchange.status, said) == (400, ["POST "])


def test_a_cancellation_is_asked_for_again_after_trouble() -> None:
    exchange, said = spoken(lambda batches: batches.cancel("batch_1"), hang_up, one("batch_1", "cancelling"))
    assert (exchange.attempt, said) == (2, ["POST /batch_1/cancel"] * 2)


def test_an_id_is_one_segment_of_a_path() -> None:
    _, said = spoken(lambda batches: batches.retrieve("batch/1?x"), one("batch/1?x"))
    assert said == ["GET /batch%2F1%3Fx"]


def test_pages_are_followed_to_the_end() -> None:
    pages = [page(task("batch_3"), task("batch_2"), more=True), page(task("batch_1"))]
    (_, walk), said = spoken(lambda batches: batches.traverse(limit=2), *pages)
    assert ids(walk) == ("batch_3", "batch_2", "batch_1")
    assert said == ["GET ?limit=2", "GET ?limit=2&after=batch_2"]


def test_a_walk_begins_behind_a_cursor_that_is_given() -> None:
    pages = [page(task("batch_2"), more=True), page(task("batch_1"))]
    _, said = spoken(lambda batches: batches.traverse(limit=1, after="batch_3"), *pages)
    assert said == ["GET ?limit=1&after=batch_3", "GET ?limit=1&after=batch_2"]


def test_pages_are_followed_no_further_than_what_is_looked_for() -> None:
    pages = [page(task("batch_3"), more=True), page(task("batch_2"), more=True)]
    (_, walk), said = spoken(lambda batches: batches.traverse(until=["batch_2"]), *pages)
    assert (ids(walk), len(said)) == (("batch_3", "batch_2"), 2)


def test_a_list_that_goes_round_in_circles_is_left() -> None:
    (_, walk), said = spoken(lambda batches: batches.traverse(), page(task("batch_1"), more=True))
    assert (ids(walk), len(said)) == (("batch_1", "batch_1"), 2)


def test_a_list_whose_data_is_null_is_an_empty_one() -> None:
    (exchange, walk), _ = spoken(lambda batches: batches.traverse(), page())
    assert (exchange.mapping()["data"], ids(walk)) == (None, ())


@pytest.mark.parametrize("data", [{}, "x", [1], [{"id": 1}]])
def test_a_list_that_cannot_be_read_proves_nothing(data: object) -> None:
    body = answer(json.dumps({"data": data, "has_more": False}).encode())
    with pytest.raises(Unproven, match="it needs the list"):
        spoken(lambda batches: batches.traverse(), body)


def test_only_what_is_not_done_is_asked_for_again() -> None:
    answers = [one("batch_1", "completed"), one("batch_2"), one("batch_2", "failed")]
    last, said = spoken(
        lambda batches: batches.wait(["batch_1", "batch_2"], ended, within=5, pause=0.01), *answers
    )
    assert {name: each.mapping()["status"] for name, each in last.items()} == {
        "batch_1": "completed",
        "batch_2": "failed",
    }
    assert said == ["GET /batch_1", "GET /batch_2", "GET /batch_2"]


def test_a_task_that_a_reader_does_not_know_yet_is_asked_for_again() -> None:
    last, said = spoken(
        lambda batches: batches.wait(["batch_1"], ended, within=5, pause=0.01),
        REFUSED,
        one("batch_1", "failed"),
    )
    assert (ended(last["batch_1"]), len(said)) == (True, 2)


def test_a_task_that_nobody_knows_is_not_waited_for_longer_than_any_lag() -> None:
    def work(batches: Batches) -> dict[str, Exchange]:
        batches.files.lag = 0.0
        return batches.wait(["batch_1"], ended, within=60, pause=0.01)

    last, _ = spoken(work, REFUSED)
    assert last["batch_1"].status == 400


def test_when_the_time_is_up_the_last_look_is_given() -> None:
    last, said = spoken(lambda batches: batches.wait(["batch_1"], ended, within=0, pause=1), one("batch_1"))
    assert (last["batch_1"].mapping()["status"], len(said)) == ("validating", 1)


def test_a_result_that_comes_to_light_later_is_waited_for() -> None:
    exchange, said = spoken(
        lambda batches: batches.downloaded("file-batch_output-1"),
        answer(b"{}", 404),
        answer(b'{"custom_id": "1"}'),
    )
    assert exchange.succeeded
    assert said == ["GET /v1/files/file-batch_output-1/content"] * 2


@pytest.mark.parametrize(
    ("status", "said", "expected"),
    [
        (200, {"status": "completed", "output_file_id": "f"}, True),
        (200, {"status": "completed", "error_file_id": "f"}, True),
        (200, {"status": "completed", "output_file_id": None}, False),
        (200, {"status": "failed"}, True),
        (200, {"status": "finalizing", "output_file_id": "f"}, False),
        (200, {"status": "CANCELLED"}, False),
        (404, {}, False),
        (503, {}, False),
    ],
)
def test_a_task_is_settled_when_it_names_what_it_left(
    status: int, said: dict[str, Any], expected: object
) -> None:
    exchange = Exchange(
        number=1,
        request=Request(method="GET", path="/batches/batch_1"),
        answer=Said(status=status, body=json.dumps(said).encode()),
    )
    assert settled(exchange) is expected
