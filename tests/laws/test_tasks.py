from dataclasses import replace
from typing import Any

import pytest

from conformance.trace import LAG

from .history import NOW
from .work import Work

DAY = 86_400


@pytest.fixture
def work() -> Work:
    """Three tasks, the first one done."""
    made = Work()
    for name in "abc":
        made.create(name)
    made.complete("batch_a")
    return made


NEWEST = ["batch_c", "batch_b", "batch_a"]


def test_lawful_lists_prove_every_clause(work: Work) -> None:
    work.tasks_walk(NEWEST, limit=100)
    work.tasks_walk(NEWEST[:1], NEWEST[1:2], NEWEST[2:], limit=1)
    work.tasks_page(NEWEST)
    work.tasks_page(NEWEST, ds_name="CONFORMANCE-0")
    work.tasks_page(NEWEST, ds_name="conformance good")
    work.tasks_page([], ds_name="nobody")
    work.tasks_page(NEWEST, input_file_ids="file-batch-other,file-batch-in")
    work.tasks_page(NEWEST[2:], status="failed,completed")
    work.tasks_page(NEWEST[2:], status="completed", ds_name="0 a")
    work.tasks_page(NEWEST, create_after="20200101000000")
    assert work.accused() == set()
    assert work.proven() >= {
        *("batches.listed", "batches.no-gap", "batches.no-duplicate", "batches.after", "batches.has-more"),
        *("batches.limit-caps", "batches.limit-default", "batches.limit-fills", "batches.newest-first"),
        *("batches.first-id", "batches.last-id", "batches.filter-name", "batches.filter-input"),
        *("batches.filter-status", "batches.filter-created", "batches.filter-together"),
    }


@pytest.mark.parametrize("data", [None, []])
def test_an_empty_list_may_be_null(work: Work, data: object) -> None:
    work.tasks_page([], said={"data": data}, ds_name="nobody")
    assert work.accused() == set()


@pytest.mark.parametrize(
    ("clause", "ids", "query"),
    [
        ("batches.limit-caps", NEWEST, {"limit": 2}),
        ("batches.newest-first", NEWEST[::-1], {}),
        ("batches.filter-name", NEWEST, {"ds_name": "nobody"}),
        ("batches.filter-input", NEWEST, {"input_file_ids": "file-batch-other"}),
        ("batches.filter-status", NEWEST, {"status": "completed"}),
        ("batches.filter-created", NEWEST, {"create_after": "20300101000000"}),
        ("batches.filter-created", NEWEST, {"create_before": "20200101000000"}),
        ("batches.filter-together", NEWEST, {"status": "completed", "ds_name": "conformance"}),
    ],
)
def test_a_page_that_holds_what_it_should_not_is_accused(
    work: Work, clause: str, ids: list[str], query: dict[str, Any]
) -> None:
    work.now += 3
    for number, name in enumerate(NEWEST):
        work.tasks[name]["created_at"] -= number
    work.exchanges = [each for each in work.exchanges if each.request.method != "POST"]
    work.tasks_page(ids, **query)
    assert work.accused() == {clause}


def test_what_a_recording_does_not_tell_of_a_creation_is_no_reason_to_accuse() -> None:
    work = Work()
    work.create("a")
    work.exchanges = [replace(each, request=replace(each.request, body=None)) for each in work.exchanges]
    work.tasks_page(["batch_a"], ds_name="conformance", limit=100)
    work.tasks_page(["batch_a"], input_file_ids="file-batch-in", limit=100)
    assert work.accused() == set()
    work.tasks_page(["batch_a"], input_file_ids="file-batch-other", limit=100)
    assert work.accused() == {"batches.filter-input"}


def test_a_page_without_a_limit_holds_twenty(work: Work) -> None:
    for number in range(18):
        work.create(f"more-{number}")
    work.tasks_page(list(work.tasks)[::-1])
    assert work.accused() == {"batches.limit-default"}


@pytest.mark.parametrize(
    ("name", "value"), [("first_id", None), ("first_id", "batch_a"), ("last_id", "batch_c")]
)
def test_a_page_that_names_other_ends_is_accused(work: Work, name: str, value: object) -> None:
    work.tasks_page(NEWEST, said={name: value})
    assert work.accused() == {f"batches.{name.replace('_', '-')}"}


def test_a_page_that_begins_with_its_cursor_is_accused(work: Work) -> None:
    work.tasks_walk(NEWEST[:2], NEWEST[1:], limit=2)
    assert work.accused() == {"batches.after"}


def test_a_task_on_two_pages_is_accused(work: Work) -> None:
    work.tasks_walk(NEWEST[:2], ["batch_c"], limit=2)
    assert "batches.no-duplicate" in work.accused()


def test_a_short_page_before_another_is_accused(work: Work) -> None:
    work.tasks_walk(NEWEST[:2], NEWEST[2:], limit=3)
    assert work.accused() == {"batches.limit-fills"}


def test_has_more_before_nothing_is_accused(work: Work) -> None:
    work.tasks_walk(NEWEST, [], limit=3)
    assert work.accused() == {"batches.has-more"}


def test_no_more_before_another_task_is_accused(work: Work) -> None:
    work.tasks_page(NEWEST, limit=3)
    work.tasks_page(NEWEST[:2], limit=2)
    work.tasks_page(NEWEST[2:], limit=2, after="batch_b")
    assert work.accused() == {"batches.has-more"}


@pytest.mark.parametrize(("pause", "accused"), [(0.0, False), (LAG + 1, True)])
def test_a_new_task_may_be_listed_late_but_not_for_long(work: Work, pause: float, accused: bool) -> None:  # noqa: FBT001
    work.now += pause
    work.tasks_page(NEWEST[1:], limit=100)
    assert (work.accused() == {"batches.listed"}) is accused


def test_a_task_that_was_listed_stays_listed(work: Work) -> None:
    work.tasks_page(NEWEST, limit=100)
    work.tasks_page(NEWEST[1:], limit=100)
    assert work.accused() == {"batches.listed"}


def test_one_reader_may_lag_behind_another(work: Work) -> None:
    for ids in (NEWEST, NEWEST[1:], NEWEST):
        work.tasks_page(ids, limit=100)
    assert work.accused() == set()


def test_the_tasks_of_others_come_and_stand_anywhere(work: Work) -> None:
    work.tasks["batch_x"] = {"id": "batch_x", "status": "completed", "created_at": NOW - DAY}
    work.tasks_walk([*NEWEST, "batch_x"], limit=100)
    work.tasks_walk(NEWEST[:2], ["batch_a", "batch_x"], limit=2)
    assert work.accused() == set()
