"""A batch of as many lines as are allowed is worked on beside the requests, and not before them."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance.mock import serve
from tests.mock.client import Api

LINES = 50_000
ENDPOINT = "/v1/embeddings"


def lines(count: int) -> bytes:
    body = {"model": "text-embedding-v9", "input": "x"}
    return b"".join(
        json.dumps({"custom_id": f"n{number}", "method": "POST", "url": ENDPOINT, "body": body}).encode()
        + b"\n"
        for number in range(count)
    )


def begin(api: Api, made: str) -> str:
    wanted = {"input_file_id": made, "endpoint": ENDPOINT, "completion_window": "24h"}
    batch_id: str = api.post("batches", json=wanted).json()["id"]
    return batch_id


@pytest.fixture
def api() -> Iterator[Api]:
    with serve(region="cn", clock="virtual") as mock, Api(mock) as api:
        yield api
        assert mock.crashes == ()


def test_other_requests_do_not_wait_for_a_batch_of_all_lines(api: Api) -> None:
    batch_id = begin(api, api.upload("a.jsonl", lines(LINES), "batch").json()["id"])
    slowest, began = 0.0, time.monotonic()
    while (shown := api.get(f"batches/{batch_id}").json())["status"] == "validating":
        asked = time.monotonic()
        assert api.get("files", params={"limit": 1}).status_code == 200
        slowest = max(slowest, time.monotonic() - asked)
        assert asked - began < 60
    # Every line names a model that there is not.
    assert (shown["status"], len(shown["errors"]["data"])) == ("failed", 100)
    assert slowest < 0.5


def test_a_batch_that_is_cancelled_meanwhile_stays_cancelled(api: Api) -> None:
    text = lines(10_000).replace(b"-v9", b"-v4")
    batch_id = begin(api, api.upload("a.jsonl", text, "batch").json()["id"])
    assert api.get(f"batches/{batch_id}").json()["status"] == "validating"
    assert api.post(f"batches/{batch_id}/cancel").json()["status"] == "cancelling"
    began = time.monotonic()
    while (shown := api.get(f"batches/{batch_id}").json())["status"] == "cancelling":
        assert time.monotonic() - began < 60
    assert (shown["status"], shown["output_file_id"]) == ("cancelled", None)


def test_a_mock_that_stops_gives_the_work_up_and_takes_it_up_again(tmp_path: Path) -> None:
    with serve(region="cn", data_dir=tmp_path) as mock, Api(mock) as api:
        made = api.upload("a.jsonl", lines(LINES).replace(b"-v9", b"-v4"), "batch").json()["id"]
        batch_id = begin(api, made)
        mock.clock.advance(10)
        assert api.get(f"batches/{batch_id}").json()["status"] == "validating"
        began = time.monotonic()
    assert time.monotonic() - began < 2
    (tmp_path / "bodies" / "left-by-a-crash").write_bytes(b"half")
    with serve(region="cn", data_dir=tmp_path) as mock, Api(mock) as api:
        assert not (tmp_path / "bodies" / "left-by-a-crash").exists()
        assert api.post(f"batches/{batch_id}/cancel").json()["status"] == "cancelling"
        assert mock.files() == [made]
