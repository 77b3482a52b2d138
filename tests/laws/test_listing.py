"""Each way in which a list can go wrong, and the clause that each breaks."""

import pytest

from .history import History


@pytest.fixture
def history() -> History:
    """Nine uploads that the list has shown once, whole."""
    written = History()
    written.walk([written.upload(letter) for letter in "abcdefghi"])
    return written


@pytest.fixture
def ids(history: History) -> list[str]:
    return list(history.files)


def test_a_file_twice_on_one_page(history: History, ids: list[str]) -> None:
    history.page([*ids[:4], ids[1], *ids[4:]])
    assert history.accused() == {"listing.no-duplicate"}


def test_the_last_file_of_a_page_twice_on_it(history: History, ids: list[str]) -> None:
    history.walk([*ids[:4], ids[4], ids[4]], ids[5:], limit=6)
    assert history.accused() == {"listing.no-duplicate"}


def test_a_file_on_two_pages(history: History, ids: list[str]) -> None:
    history.walk(ids[:4], [ids[4], ids[1], ids[5], ids[6]], ids[7:], limit=4)
    assert history.accused() == {"listing.no-duplicate"}


def test_a_file_again_on_the_third_page(history: History, ids: list[str]) -> None:
    history.walk(ids[:4], ids[4:8], [ids[0], ids[8]], limit=4)
    assert history.accused() == {"listing.no-duplicate"}


def test_a_cursor_that_comes_again_on_the_third_page_alone(history: History, ids: list[str]) -> None:
    history.walk(ids[:3], ids[3:6], [ids[5], ids[6], ids[7]], [ids[8]], limit=3)
    assert history.accused() == {"listing.no-duplicate"}


def test_the_cursor_of_the_page_before_the_last(history: History, ids: list[str]) -> None:
    history.walk(ids[:3], ids[3:6], [*ids[6:8], ids[2]], [ids[8]], limit=3)
    assert history.accused() == {"listing.no-duplicate"}


def test_a_strangers_file_twice(history: History, ids: list[str]) -> None:
    other = history.stranger("z")
    history.page([other, *ids, other])
    assert history.accused() == {"listing.no-duplicate"}


def test_a_cursor_that_is_inclusive(history: History, ids: list[str]) -> None:
    history.walk(ids[:4], ids[3:7], ids[6:], limit=4)
    assert history.accused() == {"listing.after"}


def test_a_cursor_that_is_inclusive_on_a_page_of_its_own(history: History, ids: list[str]) -> None:
    history.page(ids[4:6], more=True, limit=2, after=ids[4])
    assert history.accused() == {"listing.after"}


def test_a_cursor_that_is_ignored(history: History, ids: list[str]) -> None:
    history.page(ids[:4], more=True, limit=4)
    history.page(ids[:4], more=True, limit=4, after=ids[3])
    assert history.accused() == {"listing.after", "listing.no-duplicate"}


def test_a_gap_between_pages(history: History, ids: list[str]) -> None:
    history.walk(ids[:4], ids[5:], limit=4)
    assert history.accused() == {"listing.no-gap"}


def test_a_gap_before_the_third_page(history: History, ids: list[str]) -> None:
    history.walk(ids[:3], ids[3:6], ids[7:], limit=3)
    assert history.accused() == {"listing.no-gap"}


def test_a_file_that_a_single_page_hides(history: History, ids: list[str]) -> None:
    history.page([*ids[:4], *ids[5:]], limit=2000)
    assert history.accused() == {"listing.complete"}


def test_a_file_that_no_list_shows_though_it_was_uploaded_long_ago() -> None:
    history = History()
    names = [history.upload(letter) for letter in "abc"]
    history.now += 11
    history.page(names[:2], limit=10)
    assert history.accused() == {"listing.complete"}


def test_a_list_that_is_empty_all_at_once(history: History) -> None:
    history.page([], limit=10)
    assert history.accused() == {"listing.complete"}


def test_has_more_false_before_a_page_that_comes_when_it_is_asked_for(
    history: History, ids: list[str]
) -> None:
    history.page(ids[:4], limit=4)
    history.page(ids[4:8], limit=4, after=ids[3])
    history.page(ids[8:], limit=4, after=ids[7])
    assert history.accused() == {"listing.has-more-true"}


def test_has_more_false_on_a_full_page_that_nobody_goes_beyond(history: History, ids: list[str]) -> None:
    history.page(ids[:4], limit=4)
    assert history.accused() == {"listing.has-more-true"}


def test_has_more_false_on_the_second_page(history: History, ids: list[str]) -> None:
    history.page(ids[:4], more=True, limit=4)
    history.page(ids[4:8], limit=4, after=ids[3])
    assert history.accused() == {"listing.has-more-true"}


def test_has_more_true_on_the_last_page_each_time(history: History, ids: list[str]) -> None:
    for limit in (5, 6):
        history.page(ids[:limit], more=True, limit=limit)
        history.page(ids[limit:], more=True, limit=limit, after=ids[limit - 1])
        history.page([], limit=limit, after=ids[-1])
    assert history.accused() == {"listing.has-more-false"}


def test_has_more_true_on_a_last_page_that_is_exactly_full(history: History, ids: list[str]) -> None:
    for _ in range(2):
        history.page(ids, more=True, limit=9)
        history.page([], limit=9, after=ids[-1])
    assert history.accused() == {"listing.has-more-false"}


def test_has_more_true_on_an_empty_page(history: History, ids: list[str]) -> None:
    history.page([], more=True, limit=4, after=ids[-1])
    assert history.accused() == {"listing.has-more-false"}


def test_has_more_always_true(history: History, ids: list[str]) -> None:
    history.page(ids, more=True)
    history.page([], more=True, after=ids[-1])
    history.page(ids, more=True, limit=100)
    assert history.accused() == {"listing.has-more-false"}


def test_more_files_than_the_limit(history: History, ids: list[str]) -> None:
    history.page(ids[:5], more=True, limit=4)
    assert history.accused() == {"listing.limit-caps"}


def test_a_limit_that_the_second_page_forgets(history: History, ids: list[str]) -> None:
    history.page(ids[:2], more=True, limit=2)
    history.page(ids[2:], limit=2, after=ids[1])
    assert history.accused() == {"listing.limit-caps"}


def test_pages_one_file_short(history: History, ids: list[str]) -> None:
    history.walk(ids[:3], ids[3:6], ids[6:], limit=4)
    assert history.accused() == {"listing.limit-fills"}


def test_a_page_much_too_short(history: History, ids: list[str]) -> None:
    history.page(ids[:5], more=True, limit=2000)
    assert history.accused() == {"listing.limit-fills"}


def test_a_default_of_twenty(history: History, ids: list[str]) -> None:
    more = [history.upload(f"m{number}") for number in range(20)]
    history.walk([*ids, *more], limit=2000)
    history.walk([*ids, *more[:11]], more[11:])
    assert history.accused() == {"listing.limit-default"}


def test_a_default_of_five_that_is_said_to_be_all(history: History, ids: list[str]) -> None:
    history.page(ids[:5])
    assert history.accused() == {"listing.limit-default"}


def test_a_short_page_is_told_though_an_honest_last_page_was_followed_by_an_empty_one(
    history: History, ids: list[str]
) -> None:
    history.walk(ids, limit=2000)
    history.page(ids, limit=len(ids))
    history.page([], limit=len(ids), after=ids[-1])
    history.page(ids[:5], more=True)
    assert history.accused() == {"listing.limit-default"}


def test_an_order_that_changes_from_one_traversal_to_the_next(history: History, ids: list[str]) -> None:
    history.walk(ids[::-1])
    assert history.accused() == {"listing.order-stable"}


def test_an_order_that_changes_with_the_limit(history: History, ids: list[str]) -> None:
    order = [*ids[:3], *ids[5:8], ids[3], ids[4], ids[8]]
    history.walk(order[:3], order[3:6], order[6:], limit=3)
    assert history.accused() == {"listing.order-stable"}


def test_an_order_that_changes_under_a_filter(history: History, ids: list[str]) -> None:
    history.walk(ids[::-1], purpose="file-extract")
    assert history.accused() == {"listing.order-stable"}


def test_a_duplicate_costs_the_list_neither_its_order_nor_its_wholeness(
    history: History, ids: list[str]
) -> None:
    history.page([*ids, ids[0]], limit=2000)
    history.walk(ids, limit=2000)
    assert history.accused() == {"listing.no-duplicate"}


def test_a_file_that_the_default_page_hides_in_its_middle(history: History, ids: list[str]) -> None:
    history.page([*ids[:4], *ids[5:]])
    assert history.accused() == {"listing.complete"}


def shown_thrice(history: History, ids: list[str]) -> None:
    for _ in range(3):
        history.page(ids)


@pytest.mark.parametrize("place", [1, 4, 8])
def test_a_first_page_that_begins_amid_the_list(history: History, ids: list[str], place: int) -> None:
    shown_thrice(history, ids)
    history.page([ids[place]], more=True, limit=1)
    assert history.accused() == {"listing.order-stable"}


def test_a_file_left_out_between_two_pages_that_are_not_all(history: History, ids: list[str]) -> None:
    shown_thrice(history, ids)
    history.page(ids[:3], more=True, limit=3)
    history.page(ids[4:7], more=True, limit=3, after=ids[2])
    assert history.accused() == {"listing.no-gap"}


def test_a_file_deleted_between_two_pages_is_no_gap(history: History, ids: list[str]) -> None:
    shown_thrice(history, ids)
    history.page(ids[:3], more=True, limit=3)
    history.delete(ids[3])
    history.page(ids[4:7], more=True, limit=3, after=ids[2])
    assert history.accused() == set()


def test_what_one_reader_does_not_know_yet_is_no_gap(history: History, ids: list[str]) -> None:
    history.page(ids)
    history.page(ids[1:3], more=True, limit=2)
    assert history.accused() == set()
