"""What weather and lawful variations make of batches."""

from typing import Any

import pytest

from conformance.mock import VirtualClock, serve
from tests.mock.client import Api
from tests.mock.conversing import (
    CHAT,
    DAY,
    batch_ids,
    create,
    finished,
    line,
    results,
    retrieve,
)


@pytest.mark.parametrize(
    ("weather", "status", "shown"),
    [
        ("expires-at-told", "validating", lambda batch: batch["expires_at"] == batch["created_at"] + DAY),
        ("cancelling-at-told", "cancelling", lambda batch: batch["cancelling_at"] is not None),
        ("counts-at-the-end", "finalizing", lambda batch: batch["request_counts"] == {"total": 2, "completed": 0, "failed": 0}),
        ("error-files-of-their-own-kind", "completed", lambda batch: batch["error_file_id"].startswith("file-batch_error-")),
        ("failed-lines-in-output", "completed", lambda batch: batch["error_file_id"] is None and batch["request_counts"]["completed"] == 2),
        ("extra-fields", "completed", lambda batch: "region" in batch),
    ],
)  # fmt: skip
def test_variations_show_in_a_batch(weather: str, status: str, shown: Any) -> None:
    with serve(region="cn", clock="virtual", weather=[weather]) as mock, Api(mock) as api:
        bad = line("2", url=CHAT, model="qwen-plus", messages=[])
        batch = create(api, mock, line("1", url=CHAT, model="qwen-plus"), bad, endpoint=CHAT)
        if status == "cancelling":
            batch = api.post(f"batches/{batch['id']}/cancel").json()
        while batch["status"] != status:
            batch = retrieve(api, batch)
        assert shown(batch)
        if batch["error_file_id"]:
            assert results(api, batch["error_file_id"])[0]["custom_id"] == "2"
        if weather == "failed-lines-in-output":
            assert results(api, batch["output_file_id"])[1]["response"]["status_code"] == 400


def test_variations_of_lists_lines_and_unknown_ids() -> None:
    names = ["empty-batch-list-is-array", "line-errors-as-the-script-reads", "unknown-batches-are-bad-requests", "unknown-batch-cursor-gives-nothing"]  # fmt: skip
    with serve(region="cn", clock="virtual", weather=names) as mock, Api(mock) as api:
        assert api.get("batches").json()["data"] == []
        assert api.get("batches", params={"after": "batch_none"}).json()["data"] == []
        assert api.get("batches/batch_none").status_code == 400
        bad = line("2", url=CHAT, model="qwen-plus", messages=[])
        _, end = finished(api, create(api, mock, bad, endpoint=CHAT))
        assert set(results(api, end["error_file_id"])[0]["error"]) == {"error_code", "error_message"}


def test_slow_batches_take_longer() -> None:
    clock = VirtualClock(step=0)
    with serve(clock=clock, weather=["slow-batches"]) as mock, Api(mock) as api:
        batch = create(api, mock)
        seen = []
        for _ in range(8):
            clock.advance(1)
            seen.append(retrieve(api, batch)["status"])
        assert seen == ["validating", *["in_progress"] * 3, "finalizing", *["completed"] * 3]


def test_strange_batches_come_and_go() -> None:
    with serve(weather=["strange-batches"], clock="virtual") as mock, Api(mock) as api:
        mine = create(api, mock)
        for _ in range(100):
            api.get("files")
        assert len(batch_ids(api, limit=100)) > 10
        assert mine["id"] in batch_ids(api, limit=100)
        assert len(api.ids()) < 15


def test_a_client_that_is_behind_sees_results_later() -> None:
    clock = VirtualClock(step=0)
    with serve(clock=clock, weather=["eventual-consistency"]) as mock, Api(mock) as api:
        batch = create(api, mock)
        assert batch_ids(api) == []
        clock.advance(0.7)
        latest = retrieve(api, batch)
        assert latest["status"] == "completed"
        assert api.get(f"files/{latest['output_file_id']}/content").status_code == 404
        clock.advance(1)
        assert batch_ids(api) == [batch["id"]]
        assert len(results(api, latest["output_file_id"])) == 1
