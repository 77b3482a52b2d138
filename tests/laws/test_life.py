"""What is deleted stays deleted, and nothing else goes with it."""

import pytest

from .history import History, doubted


@pytest.fixture
def history() -> History:
    """Three uploads, listed and retrieved once."""
    written = History()
    for letter in "abc":
        written.retrieve(written.upload(letter))
    written.walk(list(written.files))
    return written


A, B, C = "file-fe-a", "file-fe-b", "file-fe-c"


def test_a_lawful_deletion_proves_every_clause(history: History) -> None:
    history.delete(B)
    history.retrieve(B, http=404)
    history.page([A, C])
    history.retrieve(A)
    history.delete(B, http=404)
    assert history.accused() == set()
    assert history.proven() >= {
        "deletion.id",
        "deletion.not-retrieved",
        "deletion.not-listed",
        "deletion.only-that-file",
    }


def test_reads_may_lag_behind_a_deletion(history: History) -> None:
    history.delete(B)
    history.retrieve(B)
    history.page([A, B, C])
    history.now += 1
    history.retrieve(B)
    history.page([A, B, C])
    history.now += 1
    history.retrieve(B, http=404)
    history.page([A, C])
    assert history.accused() == set()
    assert doubted(history) == []


def test_a_retried_deletion_may_find_nothing_any_more(history: History) -> None:
    history.delete(B, http=503, final=False)
    history.delete(B, http=404)
    history.retrieve(B, http=404)
    history.page([A, C])
    assert history.accused() == set()


def test_a_deletion_in_trouble_may_have_been_done_or_not(history: History) -> None:
    history.delete(B, http=503)
    history.retrieve(B)
    history.retrieve(B, http=404)
    history.page([A, C])
    assert history.accused() == set()


def test_a_deletion_that_says_it_was_not_done_promises_nothing(history: History) -> None:
    history.delete(B, deleted=False)
    history.now += 20
    history.retrieve(B)
    history.page([A, B, C])
    assert history.accused() == {"deletion.deleted"}


def test_a_second_deletion_may_say_that_it_did_nothing(history: History) -> None:
    history.retrieve(B)
    history.delete(B)
    history.delete(B, deleted=False)
    assert history.accused() == set()


def test_a_repeated_deletion_may_say_that_it_did_nothing(history: History) -> None:
    history.retrieve(B)
    history.delete(B, http=503, final=False)
    history.delete(B, deleted=False)
    assert history.accused() == set()


def test_a_file_too_young_to_be_known_may_not_be_deleted(history: History) -> None:
    history.delete(history.upload("d"), deleted=False)
    assert history.accused() == set()


@pytest.mark.parametrize("http", [401, 403, 429])
def test_a_refusal_of_the_account_does_not_say_that_a_file_is_gone(history: History, http: int) -> None:
    history.delete(B)
    history.retrieve(B, http=http)
    history.retrieve(B)
    assert history.accused() == set()


@pytest.mark.parametrize("http", [400, 404, 410])
def test_a_file_that_was_seen_gone_and_comes_back_for_good_is_accused(history: History, http: int) -> None:
    history.delete(B)
    history.retrieve(B, http=http)
    history.retrieve(B)
    # One reader may lag behind another.
    assert history.accused() == set()
    assert doubted(history) == [f"/files/{B}"]
    history.retrieve(B)
    assert history.accused() == {"deletion.not-retrieved"}


def test_a_file_that_is_retrieved_long_after_its_deletion_is_accused(history: History) -> None:
    history.delete(B)
    history.now += 11
    history.retrieve(B)
    assert history.accused() == {"deletion.not-retrieved"}


def test_a_file_that_was_missing_and_is_listed_again_for_good_is_accused(history: History) -> None:
    history.delete(B)
    history.page([A, C])
    history.page([A, B, C])
    assert history.accused() == set()
    assert doubted(history) == ["/files"]
    history.page([A, B, C])
    assert history.accused() == {"deletion.not-listed"}


def test_a_file_that_is_listed_long_after_its_deletion_is_accused(history: History) -> None:
    history.delete(B)
    history.now += 11
    history.page([A, B, C])
    assert history.accused() == {"deletion.not-listed"}


def test_a_deleted_file_that_only_a_filter_still_shows_is_accused(history: History) -> None:
    history.delete(B)
    history.page([A, C])
    history.page([A, B, C], purpose="file-extract")
    # What answers filtered lists may lag behind what answers the others.
    assert history.accused() == set()
    history.now += 11
    history.page([A, B, C], purpose="file-extract")
    assert history.accused() == {"deletion.not-listed"}


def test_a_deleted_file_that_resurfaces_on_the_second_page_is_accused(history: History) -> None:
    history.delete(B)
    history.page([A, C])
    history.walk([A, C], [B], limit=2)
    assert history.accused() == set()
    assert doubted(history) == ["/files"]
    history.page([B], limit=2, after=C)
    assert history.accused() == {"deletion.not-listed"}


def test_an_empty_page_of_a_limit_out_of_range_does_not_say_that_a_file_is_gone(history: History) -> None:
    history.delete(B)
    history.page([], limit=0)
    history.page([A, B, C])
    assert history.accused() == set()


def test_a_deletion_that_names_another_file_is_accused(history: History) -> None:
    history.delete(B, id=A)
    assert history.accused() == {"deletion.id"}


def test_a_deletion_that_names_none_is_accused(history: History) -> None:
    history.delete(B, id=None)
    assert history.accused() == {"deletion.id"}


def test_a_deletion_that_says_nothing_at_all_is_left_to_the_contract(history: History) -> None:
    history.add("DELETE", f"/files/{B}", b"", http=204)
    assert history.accused() == set()


def test_a_neighbour_that_goes_too_is_accused(history: History) -> None:
    history.delete(B)
    history.retrieve(A, http=404)
    assert history.accused() == set()
    assert doubted(history) == [f"/files/{A}"]
    history.retrieve(A, http=404)
    assert history.accused() == {"deletion.only-that-file"}


def test_a_neighbour_that_goes_from_the_list_too_is_accused(history: History) -> None:
    history.delete(B)
    history.page([C], limit=10)
    assert history.accused() == {"deletion.only-that-file"}


def test_a_neighbour_that_the_list_only_forgot_is_missed_there(history: History) -> None:
    history.delete(B)
    history.page([C], limit=10)
    history.retrieve(A)
    assert history.accused() == {"listing.complete"}


def test_a_file_that_vanishes_though_nothing_was_deleted_is_accused(history: History) -> None:
    history.retrieve(A, http=404)
    assert history.accused() == set()
    assert doubted(history) == [f"/files/{A}"]
    history.retrieve(A, http=404)
    assert history.accused() == {"retrieval.found", "lifecycle.upload-survives"}


def test_a_file_that_was_never_found_is_accused_once_no_lag_excuses_it() -> None:
    history = History()
    file = history.upload("a")
    history.retrieve(file, http=404)
    assert history.accused() == set()
    history.now += 11
    history.retrieve(file, http=404)
    assert history.accused() == {"retrieval.found"}


def test_a_young_file_may_flicker_while_readers_lag() -> None:
    history = History()
    file = history.upload("a")
    history.retrieve(file)
    history.retrieve(file, http=404)
    history.retrieve(file)
    assert history.accused() == set()


def test_an_old_file_may_not_flicker() -> None:
    history = History()
    file = history.upload("a")
    history.retrieve(file)
    history.now += 11
    history.retrieve(file, http=404)
    history.retrieve(file)
    assert history.accused() == {"retrieval.found"}


@pytest.mark.parametrize("http", [401, 429, 500, 503])
def test_weather_does_not_lose_a_file(history: History, http: int) -> None:
    history.delete(B)
    history.retrieve(A, http=http)
    assert history.accused() == set()


def test_strangers_files_may_go_at_any_time() -> None:
    history = History()
    other = history.stranger("z")
    history.retrieve(other)
    history.page([other])
    history.retrieve(other, http=404)
    history.page([])
    assert history.accused() == set()
