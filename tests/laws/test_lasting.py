"""What nobody deleted stays, also when what is gone is deleted again."""

import pytest

from .history import History, doubted

A, B, C = "file-fe-a", "file-fe-b", "file-fe-c"
SURVIVES, HARMLESS = "lifecycle.upload-survives", "lifecycle.second-deletion-harmless"


@pytest.fixture
def history() -> History:
    """Three uploads, retrieved once and listed twice."""
    written = History()
    for letter in "abc":
        written.retrieve(written.upload(letter))
    written.walk(list(written.files))
    written.walk(list(written.files))
    return written


def lifecycle(history: History) -> set[str]:
    """Name the clauses of this chapter that are accused."""
    return {name for name in history.accused() if name.startswith(("lifecycle.", "isolation."))}


def test_files_that_stay_prove_every_clause(history: History) -> None:
    history.delete(B)
    history.page([A, C])
    history.delete(B, http=404)
    history.page([A, C])
    assert history.accused() == set()
    assert history.proven() >= {SURVIVES, HARMLESS}


def test_a_file_that_is_missed_in_the_list_for_good_is_accused(history: History) -> None:
    history.page([B, C])
    assert doubted(history) == ["/files"]
    history.page([B, C])
    assert lifecycle(history) == {SURVIVES}


def test_a_file_that_is_missed_by_retrieval_for_good_is_accused(history: History) -> None:
    history.retrieve(A, http=404)
    assert doubted(history) == [f"/files/{A}"]
    history.retrieve(A, http=410)
    assert lifecycle(history) == {SURVIVES}


def test_an_old_file_needs_to_be_missed_only_once(history: History) -> None:
    history.now += 11
    history.page([B, C])
    assert lifecycle(history) == {SURVIVES}


def test_a_young_file_may_be_missed(history: History) -> None:
    history.page([B, C])
    history.page([B, C])
    assert lifecycle(history) == set()


def test_a_file_that_comes_to_be_seen_again_was_only_hidden(history: History) -> None:
    history.page([B, C])
    history.page([B, C])
    history.retrieve(A)
    assert doubted(history) == []
    assert lifecycle(history) == set()


def test_a_list_that_never_showed_a_file_does_not_lose_it() -> None:
    history = History()
    history.retrieve(history.upload("a"))
    history.page([])
    history.page([])
    assert lifecycle(history) == set()


@pytest.mark.parametrize("query", [{"purpose": "batch"}, {"limit": "2"}, {"after": "file-fe-b"}])
def test_part_of_a_list_misses_nothing(history: History, query: dict[str, str]) -> None:
    for _ in range(2):
        history.page([B, C] if "limit" in query else [], more="limit" in query, **query)
    assert lifecycle(history) == set()


@pytest.mark.parametrize("http", [401, 429, 500, 503])
def test_weather_loses_nothing(history: History, http: int) -> None:
    for _ in range(3):
        history.retrieve(A, http=http)
    assert lifecycle(history) == set()


def test_what_a_second_deletion_takes_is_accused(history: History) -> None:
    history.delete(B)
    history.page([A, C])
    history.delete(B, http=404)
    history.page([C])
    assert doubted(history) == ["/files"]
    history.page([C])
    assert lifecycle(history) == {HARMLESS}


def test_what_a_first_deletion_takes_is_left_to_the_chapter_of_deletions(history: History) -> None:
    history.delete(B)
    history.page([C])
    history.page([C])
    assert lifecycle(history) == set()
    assert history.accused() == {"deletion.only-that-file"}


def test_what_the_deletion_of_an_unknown_id_takes_is_left_to_that_chapter(history: History) -> None:
    history.delete("file-fe-nobody", http=404)
    history.page([B, C])
    history.page([B, C])
    assert lifecycle(history) == set()


def test_a_deletion_without_a_key_is_left_to_the_chapter_of_keys(history: History) -> None:
    history.account = "none"
    history.delete(A, http=401)
    history.account = "first"
    history.page([B, C])
    history.page([B, C])
    assert lifecycle(history) == set()


def test_strangers_files_may_go_at_any_time() -> None:
    history = History()
    other = history.stranger("z")
    for ids in ([other], [], []):
        history.page(ids)
    assert lifecycle(history) == set()
