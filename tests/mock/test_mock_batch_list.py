"""The list of batches, their isolation and their rates."""

import pytest

from conformance.mock import Limits, Mock, VirtualClock, serve
from tests.mock.client import Api
from tests.mock.conversing import (
    DAY,
    batch_ids,
    create,
    line,
    order,
    refusal,
    results,
    retrieve,
)

NOON = 1_764_475_200  # 2025-11-30 12:00:00 in Beijing


def test_the_list_is_newest_first_and_paged(beijing: Mock, beijing_api: Api) -> None:
    assert beijing_api.get("batches").json() == {
        "object": "list",
        "data": None,
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }
    made = [create(beijing_api, beijing)["id"] for _ in range(23)][::-1]
    page = beijing_api.get("batches").json()
    assert [batch["id"] for batch in page["data"]] == made[:20]
    assert (page["first_id"], page["last_id"], page["has_more"]) == (made[0], made[19], True)
    assert batch_ids(beijing_api, after=made[19]) == made[20:]
    assert batch_ids(beijing_api, limit=100) == made
    assert batch_ids(beijing_api, limit=2, after=made[4]) == made[5:7]
    assert page["data"][0] == retrieve(beijing_api, {"id": made[0]}) | page["data"][0]


def test_the_list_is_filtered() -> None:
    clock = VirtualClock(start=NOON, step=0)
    with serve(clock=clock) as mock, Api(mock) as api:
        first = create(api, mock, metadata={"ds_name": "Nightly run"})
        clock.advance(10)
        second = create(api, mock, line(""), metadata={"ds_name": "weekly"})
        clock.advance(10)
        third = create(api, mock)
        assert batch_ids(api, ds_name="night") == [first["id"]]
        assert batch_ids(api, ds_name="LY") == [second["id"], first["id"]]
        assert batch_ids(api, status="validating") == [third["id"]]
        assert batch_ids(api, status="completed,failed") == [second["id"], first["id"]]
        inputs = f"{first['input_file_id']},{third['input_file_id']},file-batch-none"
        assert batch_ids(api, input_file_ids=inputs) == [third["id"], first["id"]]
        assert batch_ids(api, create_after="20251130120005") == [third["id"], second["id"]]
        assert batch_ids(api, create_before="20251130120005") == [first["id"]]
        assert batch_ids(api, create_after="20251130120005", status="failed", limit=1) == [second["id"]]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("limit", value) for value in ("0", "101", "-1", "x", "")),
        ("after", "batch_none"),
        ("status", "done"),
        ("status", "completed,done"),
        ("create_after", "2025-11-30"),
        ("create_before", "20251130"),
        ("create_after", "20251399000000"),
        ("input_file_ids", ",".join(f"file-batch-{n}" for n in range(21))),
    ],
)
def test_a_bad_question_to_the_list_is_refused(api: Api, name: str, value: str) -> None:
    answer = api.get("batches", params={name: value})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, name)


def test_a_batch_is_remembered_for_thirty_days() -> None:
    clock = VirtualClock(step=0)
    with serve(clock=clock) as mock, Api(mock) as api:
        batch = create(api, mock)
        clock.advance(30 * DAY - 1)
        assert batch_ids(api) == [batch["id"]]
        output = retrieve(api, batch)["output_file_id"]
        clock.advance(2)
        assert batch_ids(api) == []
        assert api.get(f"batches/{batch['id']}").status_code == 404
        assert len(results(api, output)) == 1


def test_an_unknown_batch_and_another_accounts_are_the_same(beijing: Mock, beijing_api: Api) -> None:
    batch = create(beijing_api, beijing)
    with Api(beijing, beijing.keys[1]) as other:
        for method, rest in (("GET", ""), ("POST", "/cancel")):
            foreign, unknown = (
                other.request(method, f"batches/{name}{rest}") for name in (batch["id"], "batch_none")
            )
            told = refusal(foreign)[1].replace(batch["id"], "batch_none")
            assert (foreign.status_code, told) == refusal(unknown) == (404, told)
        assert other.get("batches").json()["data"] is None
        assert other.get("files").json()["data"] == []


def test_so_many_batches_may_be_unfinished() -> None:
    with serve(limits=Limits(unfinished_batches=2), clock=VirtualClock(step=0)) as mock, Api(mock) as api:
        asked = order(mock)
        assert [api.post("batches", json=asked).status_code for _ in range(3)] == [200, 200, 429]
        mock.clock.advance(60)
        assert api.post("batches", json=asked).status_code == 200


def test_the_rates_of_batches_are_their_own() -> None:
    limits = Limits(batch_calls_per_minute=5, batch_lists_per_minute=2)
    with serve(rate_limits=True, clock=VirtualClock(step=0), limits=limits) as mock, Api(mock) as api:
        asked = order(mock)
        works = [("POST", "batches"), ("GET", "batches/batch_none"), ("POST", "batches/batch_none/cancel")]
        for method, path in works:
            statuses = [api.request(method, path, json=asked).status_code for _ in range(6)]
            assert statuses.index(429) == 5
        assert [api.get("batches").status_code for _ in range(3)] == [200, 200, 429]
        mock.clock.advance(31)
        assert [api.get("batches").status_code for _ in range(2)] == [200, 429]
        assert api.get("files").status_code == 200
