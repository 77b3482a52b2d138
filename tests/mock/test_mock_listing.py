"""The lawful list: pages, cursors, filters, and times read as Beijing's."""

from datetime import datetime

import pytest

from conformance.mock import Mock, VirtualClock, serve
from conformance.mock.moments import BEIJING, moment
from conformance.mock.records import Query, Record
from conformance.mock.store import Store
from tests.mock.client import Api

NOON = int(datetime(2025, 11, 12, 12, tzinfo=BEIJING).timestamp())


def test_the_newest_file_comes_first(api: Api) -> None:
    ids = [api.upload().json()["id"] for _ in range(5)]
    assert api.ids() == ids[::-1]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 2000])
def test_pages_together_are_the_whole_list(mock: Mock, api: Api, limit: int) -> None:
    for number in range(7):
        mock.plant(created_at=NOON + number // 3)
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": limit}
    while True:
        page = api.get("files", params=params).json()
        seen += [item["id"] for item in page["data"]]
        assert page["has_more"] == (len(seen) < 7)
        if not page["has_more"]:
            break
        params["after"] = seen[-1]
    assert seen == mock.files()
    assert api.get("files", params={"after": seen[-1]}).json() == {
        "object": "list",
        "data": [],
        "has_more": False,
    }


def test_a_page_holds_two_thousand_files_by_default(mock: Mock, api: Api) -> None:
    for _ in range(2001):
        mock.plant(body=b"")
    page = api.get("files").json()
    assert (len(page["data"]), page["has_more"]) == (2000, True)


@pytest.mark.parametrize(
    "limit", ["0", "-1", "2001", "99999999999999999999", "abc", "1.0", "1e3", "", " 1", "+1", "１"]
)
def test_a_limit_out_of_range_is_refused(api: Api, limit: str) -> None:
    answer = api.get("files", params={"limit": limit})
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "limit")


def test_a_cursor_keeps_its_place_when_its_file_is_deleted(mock: Mock, api: Api) -> None:
    for _ in range(4):
        mock.plant()
    ids = api.ids()
    api.delete(f"files/{ids[1]}")
    assert api.ids(after=ids[1]) == ids[2:]


def test_a_cursor_that_names_no_file_of_the_account_is_refused(mock: Mock, api: Api) -> None:
    for cursor in ("file-fe-000000000000000000000000", mock.plant(key=mock.keys[1])):
        assert api.get("files", params={"after": cursor}).status_code == 400


def test_purpose_filters_the_list_over_all_pages(mock: Mock, api: Api) -> None:
    planted = [mock.plant(purpose=purpose) for purpose in ("batch", "file-extract", "batch_output") * 3]
    for offset, purpose in enumerate(("batch", "file-extract", "batch_output")):
        expected = planted[offset::3][::-1]
        first = api.ids(purpose=purpose, limit=2)
        assert first + api.ids(purpose=purpose, limit=2, after=first[-1]) == expected
    assert api.get("files", params={"purpose": "vision"}).status_code == 400


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20251112120000", NOON),
        ("2025-11-12 12:00:00", NOON),
        ("2025-11-12", NOON - 43200),
        ("20251112", NOON - 43200),
    ],
)
def test_times_are_read_in_four_formats_as_beijing(text: str, expected: int) -> None:
    assert moment(text) == expected * 1_000_000


@pytest.mark.parametrize("text", ["x", "2025-13-01", "2025-02-30", "2025-1-2", "2025111212", "2025-11-12T12:00:00", "20251112 ", "٢٠٢٥١١١٢", "00000101"])  # fmt: skip
def test_a_time_in_no_known_format_is_refused(api: Api, text: str) -> None:
    for name in ("create_after", "create_before"):
        answer = api.get("files", params={name: text})
        assert (answer.status_code, answer.json()["error"]["param"]) == (400, name)


def test_times_are_exclusive_and_finer_than_what_is_shown(mock: Mock, api: Api) -> None:
    at, past = mock.plant(created_at=NOON), mock.plant(created_at=NOON + 0.5)
    assert api.get(f"files/{past}").json()["created_at"] == NOON
    assert api.ids(create_after="2025-11-12 12:00:00") == [past]
    assert api.ids(create_before="2025-11-12 12:00:00") == []
    assert api.ids(create_after="20251112115959", create_before="20251112120001") == [past, at]


def test_all_parameters_work_together(mock: Mock, api: Api) -> None:
    planted = [mock.plant(purpose="batch", created_at=NOON + number) for number in range(6)]
    ids = api.ids(
        after=planted[4], limit=2, purpose="batch", create_after="20251112120001", create_before="20251113"
    )
    assert ids == [planted[3], planted[2]]


def test_unknown_parameters_are_ignored(api: Api) -> None:
    assert api.ids(order="asc", page=3) == []


def test_pages_are_read_by_index() -> None:
    store = Store(None)
    place = Record(id="a", account="a", purpose="batch", filename="f", bytes=1, created=5, sequence=3)
    for query in (Query(limit=1), Query(limit=1, purpose="batch"), Query(limit=1, created_after=3)):
        plan = store.explain("a", query, place=place)
        assert "USING INDEX by_" in plan or "USING COVERING INDEX by_" in plan
        assert "TEMP B-TREE" not in plan
    store.close()


def test_a_file_is_created_when_the_server_says() -> None:
    with serve(clock=VirtualClock(start=NOON, step=0)) as mock, Api(mock) as api:
        assert api.upload().json()["created_at"] == NOON
        mock.clock.advance(90)
        answer = api.upload()
        assert answer.json()["created_at"] == NOON + 90
        assert answer.headers["date"] == "Wed, 12 Nov 2025 04:01:30 GMT"
