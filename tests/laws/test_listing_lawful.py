"""Lists that no law may accuse, however odd they look: what a live account and a lawful server do."""

import pytest

from .history import NOW, History


def seven(history: History) -> list[str]:
    """Upload seven files."""
    return [
        history.upload(letter, purpose="batch" if letter in "be" else "file-extract") for letter in "abcdefg"
    ]


@pytest.mark.parametrize("newest_first", [True, False])
def test_a_lawful_list_in_either_order_proves_every_clause(newest_first: bool) -> None:  # noqa: FBT001
    history = History()
    ids = sorted(seven(history), key=lambda name: history.files[name]["created_at"], reverse=newest_first)
    history.walk(ids)
    history.walk(ids, limit=2000)
    history.walk(ids[:3], ids[3:6], ids[6:], limit=3)
    history.walk(ids[:2], ids[2:4], ids[4:6], ids[6:], limit=2)
    history.page([], after=ids[-1], limit=2)
    assert history.accused() == set()
    assert history.proven() >= {
        "listing.after",
        "listing.complete",
        "listing.has-more-false",
        "listing.has-more-true",
        "listing.limit-caps",
        "listing.limit-default",
        "listing.limit-fills",
        "listing.no-duplicate",
        "listing.no-gap",
        "listing.order-stable",
    }


def test_an_empty_list_is_lawful() -> None:
    history = History()
    history.page([])
    history.page([], limit=5)
    history.page([], after="file-fe-nobody", limit=5)
    assert history.accused() == set()


def test_a_last_page_that_is_exactly_full_is_lawful() -> None:
    history = History()
    ids = seven(history)[:6]
    history.delete("file-fe-g")
    history.walk(ids[:3], ids[3:], limit=3)
    assert history.accused() == set()


def test_strangers_may_upload_between_pages() -> None:
    history = History()
    ids = seven(history)
    history.walk(ids)
    history.page(ids[:3], more=True, limit=3)
    new = history.stranger("new")
    history.page(ids[3:6], more=True, limit=3, after=ids[2])
    history.page([ids[6], new], limit=3, after=ids[5])
    history.page([new, *ids])
    assert history.accused() == set()


def test_strangers_may_delete_between_pages() -> None:
    history = History()
    old = history.stranger("old")
    ids = seven(history)
    history.walk([*ids[:4], old, *ids[4:]])
    history.page(ids[:3], more=True, limit=3)
    history.page([ids[3], *ids[4:6]], more=True, limit=3, after=ids[2])
    history.page(ids[6:], limit=3, after=ids[5])
    assert history.accused() == set()


@pytest.mark.parametrize("retrieved", [True, False])
def test_behind_a_file_that_a_stranger_deleted_the_list_may_begin_again(retrieved: bool) -> None:  # noqa: FBT001
    history = History()
    mine = history.upload("a")
    old = history.stranger("old")
    history.page([mine, old], more=True, limit=2)
    history.page([mine], limit=2, after=old)
    # The reader of single files may be the last to learn of it.
    history.retrieve(old, http=200 if retrieved else 404)
    history.page([mine])
    assert history.accused() == set()


def test_a_stranger_may_delete_the_file_that_has_more_had_promised() -> None:
    history = History()
    ids = seven(history)
    history.walk(ids)
    history.page(ids, more=True, limit=7)
    history.page([], limit=7, after=ids[-1])
    assert history.accused() == set()


def test_the_run_itself_may_delete_what_has_more_had_promised_any_number_of_times() -> None:
    history = History()
    ids = seven(history)
    history.walk(ids)
    for count in (6, 5, 4):
        history.page(ids[:count], more=True, limit=count)
        history.delete(ids[count])
        history.page([], limit=count, after=ids[count - 1])
    assert history.accused() == set()


def test_a_page_may_be_cut_once_by_a_concurrent_deletion() -> None:
    history = History()
    ids = seven(history)
    history.walk(ids)
    history.page(ids[:2], more=True, limit=3)
    history.page(ids[2:5], more=True, limit=3, after=ids[1])
    history.page(ids[5:], limit=3, after=ids[4])
    assert history.accused() == set()


def test_a_list_may_lag_behind_an_upload_by_a_second() -> None:
    history = History()
    ids = seven(history)
    history.page(ids[:5])
    history.now += 1
    history.page(ids)
    history.walk(ids[:4], ids[4:], limit=4)
    assert history.accused() == set()


def test_an_upload_that_lags_may_show_behind_a_last_page() -> None:
    history = History()
    ids = seven(history)
    late = history.upload("late")
    history.page(ids, limit=7)
    history.now += 1
    history.page([late], limit=7, after=ids[-1])
    assert history.accused() == set()


def test_a_list_that_is_oldest_first_grows_behind_its_last_page() -> None:
    history = History()
    ids = seven(history)
    history.page(ids, limit=7)
    history.now += 60
    late = history.upload("late")
    history.page([late], limit=7, after=ids[-1])
    assert history.accused() == set()


def test_two_traversals_may_interleave() -> None:
    history = History()
    ids = seven(history)
    for pages in (
        (ids[:3], True, {}),
        (ids[3:6], True, {"after": ids[2]}),
        (ids[6:], False, {"after": ids[5]}),
    ):
        for _ in range(2):
            history.page(pages[0], more=pages[1], limit=3, **pages[2])
    for start in (0, 2):
        history.page(ids[start : start + 2], more=True, limit=2, **({"after": ids[1]} if start else {}))
        history.page(ids[start : start + 4], more=True, limit=4, **({"after": ids[1]} if start else {}))
    assert history.accused() == set()


def test_a_traversal_may_be_left_in_the_middle() -> None:
    history = History()
    ids = seven(history)
    history.walk(ids)
    history.page(ids[:3], more=True, limit=3)
    assert history.accused() == set()


def test_a_file_deleted_between_the_pages_may_be_missing() -> None:
    history = History()
    ids = seven(history)
    history.walk(ids)
    history.page(ids[:3], more=True, limit=3)
    history.delete(ids[4])
    history.page([ids[3], ids[5], ids[6]], limit=3, after=ids[2])
    assert history.accused() == set()


def test_a_file_whose_deletion_was_lost_on_the_way_may_be_there_or_not() -> None:
    history = History()
    ids = seven(history)
    history.walk(ids)
    history.delete(ids[0], http=503)
    history.page(ids)
    history.page(ids[1:])
    assert history.accused() == set()


@pytest.mark.parametrize("limit", ["0", "-1", "many", "1.5", "2001", "", "٣"])
def test_what_a_limit_out_of_range_gets_is_no_matter_of_a_law(limit: str) -> None:
    history = History()
    ids = seven(history)
    history.walk(ids)
    history.page([], limit=limit)
    history.page([], more=True, limit=limit)
    history.page(ids[:1], limit=limit)
    history.page(ids[:1], more=True, limit=limit)
    assert history.accused() == set()


def test_a_parameter_that_came_twice_is_no_matter_of_a_law() -> None:
    history = History()
    ids = seven(history)
    history.walk(ids)
    body = {"object": "list", "data": [history.files[ids[0]]], "has_more": False}
    history.add("GET", "/files", body, query=(("limit", "5"), ("limit", "1")))
    assert history.accused() == set()


def test_items_that_cannot_be_read_are_left_to_the_contract() -> None:
    history = History()
    ids = seven(history)
    history.walk(ids)
    data = [*(history.files[name] for name in ids[:2]), {"object": "file"}]
    history.add("GET", "/files", {"object": "list", "data": data, "has_more": True}, query=(("limit", "3"),))
    history.add(
        "GET", "/files", {"object": "list", "data": [None], "has_more": True}, query=(("limit", "1"),)
    )
    history.add("GET", "/files", {"object": "list", "data": None, "has_more": True})
    history.add("GET", "/files", {"object": "list", "data": [history.files[ids[0]]]})
    history.add("GET", "/files", b"[]")
    assert history.accused() == set()


def test_traffic_without_uploads_of_its_own_is_judged_by_what_it_shows() -> None:
    history = History()
    ids = [history.stranger(letter) for letter in "abcd"]
    history.walk(ids[:2], ids[2:], limit=2)
    history.walk([ids[3], ids[0]], [ids[1]], limit=2)
    assert history.accused() == set()
    assert {"listing.limit-caps", "listing.after", "listing.has-more-true"} <= history.proven()


def test_the_number_of_seconds_that_a_list_may_lag_has_an_end() -> None:
    history = History()
    ids = seven(history)
    history.now = NOW + 9
    history.page(ids[1:])
    assert history.accused() == set()
