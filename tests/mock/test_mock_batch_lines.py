"""The lines of a batch that fails: what is wrong with them is said later, line by line."""

from random import Random
from typing import Any

import pytest

from conformance.mock import Mock, VirtualClock
from conformance.mock.batch_lines import Fault, Inspection
from conformance.mock.lawful import Lawful, World
from conformance.mock.records import Body
from conformance.mock.settings import settings
from conformance.mock.shelf import Shelf
from conformance.mock.store import Store
from tests.mock.client import Api
from tests.mock.conversing import (
    CHAT,
    TEST,
    create,
    finished,
    jsonl,
    line,
    order,
)


def fails(api: Api, batch: dict[str, Any]) -> list[dict[str, Any]]:
    seen, end = finished(api, batch)
    assert seen == ["validating", "failed"]
    assert (end["output_file_id"], end["error_file_id"]) == (None, None)
    assert end["failed_at"] >= end["created_at"]
    data: list[dict[str, Any]] = end["errors"]["data"]
    return data


LINES: list[tuple[dict[str, object], str, str | None]] = [
    ({**line("1"), "url": "/v1/chat/completion"}, "url_not_found", "url"),
    ({**line("1"), "url": CHAT}, "mismatched_test_url", "url"),
    (line("1", url=CHAT, model="qwen-plus"), "mismatched_url", "url"),
    (line("1", model="qwen3.8-flash"), "model_not_found", "body.model"),
    (line("0"), "duplicate_custom_id", "custom_id"),
    (line(""), "missing_required_parameter", "custom_id"),
    ({**line("1"), "method": "GET"}, "invalid_method", "method"),
    ({**line("1"), "url": None}, "missing_required_parameter", "url"),
    ({**line("1"), "body": "x"}, "missing_required_parameter", "body.model"),
]


@pytest.mark.parametrize(("bad", "code", "param"), LINES)
def test_a_bad_line_fails_the_batch_later(
    beijing: Mock, beijing_api: Api, bad: dict[str, object], code: str, param: str
) -> None:
    errors = fails(beijing_api, create(beijing_api, beijing, line("0"), bad))
    assert [(error["code"], error["param"], error["line"]) for error in errors] == [(code, param, 2)]


def test_a_batch_is_of_one_model(beijing: Mock, beijing_api: Api) -> None:
    models = ("qwen-plus", "qwen-max", "qwen-plus")
    lines = [line(str(number), url=CHAT, model=model) for number, model in enumerate(models)]
    errors = fails(beijing_api, create(beijing_api, beijing, *lines, endpoint=CHAT))
    assert [(error["code"], error["line"]) for error in errors] == [("mismatched_model", 2)]


def test_each_bad_line_is_named_as_observed(beijing: Mock, beijing_api: Api) -> None:
    lines = [{**line(name), "url": CHAT} for name in ("1", "2")]
    message = f"The provided URL '{CHAT}' does not match the test model 'batch-test-model'."
    assert fails(beijing_api, create(beijing_api, beijing, *lines, endpoint=CHAT)) == [
        {"code": "mismatched_test_url", "message": message, "param": "url", "line": number}
        for number in (1, 2)
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", "empty_file"), (b"\n \n", "empty_file"), (b"{\n", "invalid_json_line"), (b"[1]\n", "invalid_json_line"), (b"\xff\n", "invalid_json_line"), (b'{"custom_id": "\\udc00"}\n', "invalid_json_line")],
)  # fmt: skip
def test_what_is_no_input_fails_the_batch(beijing: Mock, beijing_api: Api, body: bytes, code: str) -> None:
    asked = order(beijing) | {"input_file_id": beijing.plant("in.jsonl", body, "batch")}
    batch = beijing_api.post("batches", json=asked).json()
    assert fails(beijing_api, batch)[0]["code"] == code


def test_a_test_is_small(beijing: Mock, beijing_api: Api) -> None:
    _, end = finished(beijing_api, create(beijing_api, beijing, *(line(str(n)) for n in range(100))))
    assert end["request_counts"]["completed"] == 100
    many = create(beijing_api, beijing, *(line(str(n)) for n in range(101)))
    large = create(beijing_api, beijing, line("1", padding="x" * 1024 * 1024))
    for batch in (many, large):
        assert [error["code"] for error in fails(beijing_api, batch)] == ["test_limit_exceeded"]


def test_of_many_errors_a_hundred_are_shown(beijing: Mock, beijing_api: Api) -> None:
    lines = ({**line(str(n)), "method": "GET"} for n in range(150))
    assert len(fails(beijing_api, create(beijing_api, beijing, *lines))) == 100


def test_whatever_a_line_holds_the_mock_lives_on(beijing: Mock, beijing_api: Api) -> None:
    odd: list[object] = [None, 7, 1.5, True, "", "x", "\0", [], [None], [[]], {}, {"role": "user"}, [{"role": []}], "1" * 5000]  # fmt: skip
    for url, model in (
        (CHAT, "qwen-long"),
        ("/v1/embeddings", "text-embedding-v4"),
        (TEST, "batch-test-model"),
    ):
        names = ("messages", "input", "max_tokens", "stream", "stream_options")
        lines = [
            line(f"{name}-{index}", url=url, model=model, **{name: value})
            for name in names
            for index, value in enumerate(odd)
        ]
        _, end = finished(beijing_api, create(beijing_api, beijing, *lines, endpoint=url))
        assert end["status"] == "completed"
        assert end["request_counts"]["total"] == len(lines)


class Lax(Lawful):
    """Finds nothing wrong with any line."""

    def inspect_line(self, inspection: Inspection, number: int, raw: bytes) -> Fault | None:  # noqa: ARG002
        return None


def test_what_a_lax_inspection_lets_through_fails_when_it_is_run() -> None:
    clock, store, shelf = VirtualClock(step=0), Store(None), Shelf(None)
    region = settings(region="cn", keys=None)
    try:
        lax = Lax(World(settings=region, clock=clock, store=store, shelf=shelf, random=Random(1)))  # noqa: S311 - ids of a mock
        body = b"{\n[1]\n7\n" + jsonl([{}, line("1", url=CHAT, model="no-such-model"), line("1", url=CHAT, model="qwen-plus")])  # fmt: skip
        source = lax.plant("a", filename="in.jsonl", body=body, purpose="batch")
        order: Body = {"input_file_id": source.id, "endpoint": CHAT, "completion_window": "24h"}
        batch = lax.create_batch("a", order)
        clock.advance(60)
        lax.settle()
        end = lax.retrieve_batch("a", str(batch["id"]))
        assert (end["status"], end["request_counts"]) == (
            "completed",
            {"total": 6, "completed": 1, "failed": 5},
        )
    finally:
        store.close()
        shelf.close()
