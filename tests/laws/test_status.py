"""The state of a file goes forward, and retrieval and list agree on it."""

import itertools

import pytest

from .history import History

FORWARD, AGREES = "lifecycle.status-forward", "lifecycle.status-agrees"
LONG = 11


@pytest.fixture
def history() -> History:
    """One file, uploaded."""
    written = History()
    written.upload("a")
    return written


A = "file-fe-a"


def test_a_state_that_goes_forward_proves_both_clauses(history: History) -> None:
    for state in ("uploaded", "processing", "processing", "processed", "processed"):
        history.retrieve(A, status=state)
        history.now += LONG
        history.page([A], said={"status": state})
    assert history.accused() == set()
    assert history.proven() >= {FORWARD, AGREES}


@pytest.mark.parametrize(
    ("before", "after"), [*itertools.combinations(("processed", "processing", "uploaded"), 2)]
)
def test_a_state_that_goes_back_is_accused(history: History, before: str, after: str) -> None:
    history.retrieve(A, status=before)
    history.now += LONG
    history.retrieve(A, status=after)
    assert history.accused() == {FORWARD}


def test_a_list_whose_state_goes_back_is_accused(history: History) -> None:
    history.page([A])
    history.now += LONG
    history.page([A], said={"status": "processing"})
    assert history.accused() == {FORWARD}


def test_a_list_that_never_hears_of_the_end_is_accused(history: History) -> None:
    history.retrieve(A)
    history.now += LONG
    history.page([A], said={"status": "processing"})
    assert history.accused() == {AGREES}


def test_a_retrieval_that_never_hears_of_the_end_is_accused(history: History) -> None:
    history.page([A])
    history.now += LONG
    history.retrieve(A, status="processing")
    assert history.accused() == {AGREES}


def test_one_reader_may_lag_behind_another(history: History) -> None:
    for state in ("processed", "processing", "processed", "uploaded", "processed"):
        history.retrieve(A, status=state)
        history.page([A], said={"status": "processing"})
    assert history.accused() == set()


def test_the_answer_to_the_upload_may_be_ahead_of_the_parser(history: History) -> None:
    history.now += LONG
    history.retrieve(A, status="processing")
    assert history.accused() == set()


@pytest.mark.parametrize("state", ["error", "deleted", "PROCESSING", "", None, 2, {"a": 1}])
def test_words_that_no_page_knows_stand_in_no_order(history: History, state: object) -> None:
    history.retrieve(A)
    history.now += LONG
    history.retrieve(A, status=state)
    history.page([A], said={"status": state})
    assert history.accused() == set()


def test_what_is_said_of_a_file_that_is_to_be_deleted_is_no_matter(history: History) -> None:
    history.retrieve(A)
    history.now += LONG
    history.delete(A, http=503)
    history.retrieve(A, status="processing")
    assert history.accused() == set()


def test_strangers_files_are_parsed_when_they_will() -> None:
    history = History()
    other = history.stranger("z")
    history.retrieve(other)
    history.now += LONG
    history.retrieve(other, status="processing")
    assert history.accused() == set()
