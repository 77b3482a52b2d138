"""The lawful batch: taken, shown, cancelled; what time does to it and what it leaves behind."""

import threading
import time
from pathlib import Path

import pytest

from conformance.mock import Mock, VirtualClock, serve
from tests.mock.client import Api
from tests.mock.conversing import (
    CHAT,
    DAY,
    create,
    files,
    finished,
    jsonl,
    line,
    order,
    results,
    retrieve,
    user,
)

ABSENT = {"in_progress_at", "expires_at", "finalizing_at", "completed_at", "failed_at", "expired_at", "cancelling_at", "cancelled_at", "errors", "output_file_id", "error_file_id"}  # fmt: skip


def test_a_new_batch_is_validating(beijing: Mock, beijing_api: Api) -> None:
    told = {"ds_name": "first", "ds_description": "one line", "more": "kept"}
    asked = order(beijing, metadata=told)
    batch = beijing_api.post("batches", json=asked).json()
    assert batch["id"].startswith("batch_")
    assert batch == dict.fromkeys(ABSENT) | {
        "id": batch["id"],
        "object": "batch",
        **asked,
        "status": "validating",
        "created_at": batch["created_at"],
        "request_counts": {"total": 0, "completed": 0, "failed": 0},
    }


def test_a_batch_passes_through_its_states_and_leaves_its_results(beijing: Mock, beijing_api: Api) -> None:
    seen, end = finished(beijing_api, create(beijing_api, beijing, line("a"), line("b")))
    assert seen == ["validating", "in_progress", "finalizing", "completed"]
    assert end["request_counts"] == {"total": 2, "completed": 2, "failed": 0}
    assert (end["error_file_id"], end["errors"], end["expires_at"]) == (None, None, None)
    order_of_events = [end[f"{name}_at"] for name in ("created", "in_progress", "finalizing", "completed")]
    assert order_of_events == sorted(order_of_events)
    rows = results(beijing_api, end["output_file_id"])
    assert [row["custom_id"] for row in rows] == ["a", "b"]
    for row in rows:
        assert (row["response"]["status_code"], row["error"]) == (200, None)
        body = row["response"]["body"]
        message = {"role": "assistant", "content": "This is a test result."}
        assert body["choices"] == [{"index": 0, "message": message, "finish_reason": "stop"}]
        assert body["usage"] == {"prompt_tokens": 20, "completion_tokens": 6, "total_tokens": 26}


def test_a_small_batch_takes_a_second_of_real_time() -> None:
    with serve() as mock, Api(mock) as api:
        batch = create(api, mock, line("1"), line("2"))
        begun = time.monotonic()
        seen = ["validating"]
        while (latest := retrieve(api, batch)["status"]) != "completed":
            assert time.monotonic() - begun < 10
            if latest != seen[-1]:
                seen.append(latest)
        assert seen == ["validating", "in_progress", "finalizing"]
        assert 0.4 < time.monotonic() - begun < 3


def test_the_results_come_though_nobody_asks_for_the_batch() -> None:
    clock = VirtualClock(step=0)
    with serve(clock=clock) as mock, Api(mock) as api:
        batch = create(api, mock)
        assert len(api.ids()) == 1
        clock.advance(DAY)
        found = api.get("files", params={"purpose": "batch_output"}).json()["data"]
        assert [file["purpose"] for file in found] == ["batch_output"]
        assert found[0]["created_at"] < batch["created_at"] + 60
        assert retrieve(api, batch)["output_file_id"] == found[0]["id"]
        assert found[0]["id"].startswith("file-batch_output-")


def test_what_is_refused_is_in_the_error_file(beijing: Mock, beijing_api: Api) -> None:
    readable = beijing.plant(body=b"zebra")
    lines = [
        line("good", url=CHAT, model="qwen-long", messages=[files(readable), user("?")]),
        line("bad", url=CHAT, model="qwen-long", messages=[files("file-fe-none"), user("?")]),
        line("plain", url=CHAT, model="qwen-long"),
    ]
    _, end = finished(beijing_api, create(beijing_api, beijing, *lines, endpoint=CHAT))
    assert end["status"] == "completed"
    assert end["request_counts"] == {"total": 3, "completed": 2, "failed": 1}
    good, plain = results(beijing_api, end["output_file_id"])
    assert "zebra" in good["response"]["body"]["choices"][0]["message"]["content"]
    assert plain["custom_id"] == "plain"
    (bad,) = results(beijing_api, end["error_file_id"])
    assert (bad["custom_id"], bad["response"]) == ("bad", None)
    assert bad["error"] == {"code": "invalid_parameter_error", "message": "Invalid file [id:file-fe-none]."}
    assert end["error_file_id"].startswith("file-batch_output-")


def test_other_models_and_embeddings_have_batches_too(beijing: Mock, beijing_api: Api) -> None:
    _, end = finished(
        beijing_api, create(beijing_api, beijing, line("1", url=CHAT, model="qwen-plus"), endpoint=CHAT)
    )
    assert results(beijing_api, end["output_file_id"])[0]["response"]["body"]["model"] == "qwen-plus"
    url = "/v1/embeddings"
    lines = [
        line("1", url=url, model="text-embedding-v4", input="a"),
        line("2", url=url, model="text-embedding-v4", input=["b", "a"]),
        line("3", url=url, model="text-embedding-v4", input=7),
    ]
    _, end = finished(beijing_api, create(beijing_api, beijing, *lines, endpoint=url))
    one, two = (row["response"]["body"] for row in results(beijing_api, end["output_file_id"]))
    assert len(one["data"][0]["embedding"]) == 1024
    assert two["data"][1]["embedding"] == one["data"][0]["embedding"] != two["data"][0]["embedding"]
    assert end["request_counts"] == {"total": 3, "completed": 2, "failed": 1}


@pytest.mark.parametrize(
    ("changes", "param"),
    [
        ({"input_file_id": None}, "input_file_id"),
        ({"input_file_id": 7}, "input_file_id"),
        ({"input_file_id": "file-batch-000000000000000000000000"}, "input_file_id"),
        ({"input_file_id": "oss:cn-beijing:bucket/in.jsonl"}, "input_file_id"),
        ({"endpoint": None}, "endpoint"),
        ({"endpoint": "/v1/completions"}, "endpoint"),
        ({"completion_window": None}, "completion_window"),
        *(({"completion_window": window}, "completion_window") for window in ("23h", "337h", "0d", "15d", "24", "1.5d", "24H", "24 h", "", 24)),
        ({"metadata": "x"}, "metadata"),
        ({"metadata": {"ds_name": 1}}, "metadata"),
        ({"metadata": {"ds_name": "x" * 101}}, "metadata.ds_name"),
        ({"metadata": {"ds_description": "x" * 201}}, "metadata.ds_description"),
    ],
)  # fmt: skip
def test_a_bad_order_is_refused(
    beijing: Mock, beijing_api: Api, changes: dict[str, object], param: str
) -> None:
    asked = {key: value for key, value in order(beijing, **changes).items() if value is not None}
    answer = beijing_api.post("batches", json=asked)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)
    assert beijing_api.get("batches").json()["data"] is None


@pytest.mark.parametrize("window", ["24h", "336h", "100h", "1d", "14d"])
def test_windows_of_a_day_to_a_fortnight_are_taken(beijing: Mock, beijing_api: Api, window: str) -> None:
    told = {"ds_name": "名" * 100, "ds_description": "x" * 200}
    batch = create(beijing_api, beijing, completion_window=window, metadata=told)
    assert (batch["completion_window"], batch["metadata"]) == (window, told)


def test_an_input_of_another_purpose_or_account_is_refused(beijing: Mock, beijing_api: Api) -> None:
    for file_id in (
        beijing.plant(),
        beijing.plant("in.jsonl", jsonl([line("1")]), "batch", key=beijing.keys[1]),
    ):
        asked = order(beijing, input_file_id=file_id)
        assert beijing_api.post("batches", json=asked).status_code == 400


def test_a_cancelled_batch_keeps_what_was_done() -> None:
    clock = VirtualClock(step=0)
    with serve(clock=clock) as mock, Api(mock) as api:
        batch = create(api, mock, *(line(str(n)) for n in range(10)))
        clock.advance(0.21)
        assert retrieve(api, batch)["status"] == "in_progress"
        clock.advance(0.1)
        cancelling = api.post(f"batches/{batch['id']}/cancel").json()
        assert (cancelling["status"], cancelling["cancelling_at"]) == ("cancelling", None)
        assert api.post(f"batches/{batch['id']}/cancel").status_code == 400
        clock.advance(1)
        end = retrieve(api, batch)
        assert end["status"] == "cancelled"
        assert end["cancelling_at"] == end["cancelled_at"] >= end["in_progress_at"]
        assert end["request_counts"] == {"total": 10, "completed": 3, "failed": 7}
        done, undone = results(api, end["output_file_id"]), results(api, end["error_file_id"])
        assert [row["custom_id"] for row in done + undone] == [str(n) for n in range(10)]
        assert {row["error"]["code"] for row in undone} == {"batch_cancelled"}


def test_a_batch_cancelled_at_once_has_done_nothing(beijing: Mock, beijing_api: Api) -> None:
    batch = create(beijing_api, beijing)
    assert beijing_api.post(f"batches/{batch['id']}/cancel").json()["status"] == "cancelling"
    _, end = finished(beijing_api, {**batch, "status": "cancelling"})
    assert end["status"] == "cancelled"
    assert end["request_counts"] == {"total": 0, "completed": 0, "failed": 0}
    assert (end["output_file_id"], end["error_file_id"]) == (None, None)


def test_what_is_finished_is_not_cancelled(beijing: Mock, beijing_api: Api) -> None:
    completed = create(beijing_api, beijing)
    failed = create(beijing_api, beijing, line(""))
    for batch in (completed, failed):
        _, end = finished(beijing_api, batch)
        assert beijing_api.post(f"batches/{batch['id']}/cancel").status_code == 400
        assert retrieve(beijing_api, batch) == end


@pytest.mark.parametrize(("requests", "done"), [(1, 0), (2, 1), (3, 1), (9, 4)])
def test_a_batch_expires_with_what_was_done(requests: int, done: int) -> None:
    with serve(clock="virtual", weather=["overdue-batches"]) as mock, Api(mock) as api:
        begun = time.monotonic()
        batch = create(api, mock, *(line(str(n)) for n in range(requests)), completion_window="2d")
        seen, end = finished(api, batch)
        assert seen == ["validating", "in_progress", "expired"]
        assert end["expired_at"] == end["created_at"] + 2 * DAY
        assert end["request_counts"] == {"total": requests, "completed": done, "failed": requests - done}
        assert {row["error"]["code"] for row in results(api, end["error_file_id"])} == {"batch_expired"}
        assert (end["output_file_id"] is None) == (done == 0)
        assert time.monotonic() - begun < 5


def test_an_input_that_is_deleted_is_worked_on_all_the_same(beijing: Mock, beijing_api: Api) -> None:
    batch = create(beijing_api, beijing)
    beijing_api.delete(f"files/{batch['input_file_id']}")
    _, end = finished(beijing_api, batch)
    assert (end["status"], end["request_counts"]["completed"]) == ("completed", 1)


def test_an_input_serves_several_batches(beijing: Mock, beijing_api: Api) -> None:
    asked = order(beijing)
    batches = [beijing_api.post("batches", json=asked).json() for _ in range(3)]
    outputs = {finished(beijing_api, batch)[1]["output_file_id"] for batch in batches}
    assert len(outputs) == len({batch["id"] for batch in batches}) == 3


def test_batches_outlive_the_mock(tmp_path: Path) -> None:
    clock = VirtualClock(step=0)
    with serve(data_dir=tmp_path, clock=clock, seed=1) as mock, Api(mock) as api:
        done, begun, fresh = (create(api, mock, line(str(n))) for n in range(3))
        clock.advance(5)
        done = retrieve(api, done)
        begun = create(api, mock)
        clock.advance(0.25)
        assert retrieve(api, begun)["status"] == "in_progress"
        fresh = create(api, mock)
    with serve(data_dir=tmp_path, clock=clock, seed=1) as mock, Api(mock) as api:
        assert retrieve(api, done) == done
        assert retrieve(api, begun)["status"] == "in_progress"
        assert retrieve(api, fresh)["status"] == "validating"
        clock.advance(5)
        assert {retrieve(api, batch)["status"] for batch in (done, begun, fresh)} == {"completed"}
        assert create(api, mock)["id"] not in {done["id"], begun["id"], fresh["id"]}
    # What is left of batches is the input of the one that was just created.
    left = {path.name for path in (tmp_path / "bodies").iterdir() if not path.name.startswith("file-")}
    assert len(left) == 1


def test_many_clients_share_the_batches() -> None:
    with serve(clock="virtual") as mock:
        made: list[str] = []

        def work() -> None:
            with Api(mock) as api:
                for _ in range(5):
                    batch = create(api, mock)
                    assert finished(api, batch)[1]["status"] == "completed"
                    made.append(batch["id"])

        workers = [threading.Thread(target=work) for _ in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert len(set(made)) == 30
        assert mock.crashes == ()
