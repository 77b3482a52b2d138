"""What a cancelled task came to is chance; what no task may say is not."""

from typing import Any

import pytest

from conformance.comparison.members import described
from conformance.comparison.naming import Names, Thing
from tests.comparison import by_hand

NAMES = Names(
    things={
        "batch_1": Thing(kind="task", account="first"),
        "file-1": Thing(kind="result file", account="first"),
        "file-2": Thing(kind="batch file", account="first"),
    },
    strangers=frozenset(),
)


def told(key: str, value: Any, status: str = "cancelled") -> str:
    [exchange, *_] = by_hand.made().exchanges
    return described(key, value, {"id": "batch_1", "status": status}, exchange, NAMES)


@pytest.mark.parametrize(("key", "value"), [("in_progress_at", 1_764_475_200), ("output_file_id", "file-1")])
def test_a_cancelled_task_may_have_come_so_far_or_not(key: str, value: object) -> None:
    assert told(key, value) == told(key, None)
    assert told(key, value, "cancelling") == told(key, None, "cancelling")
    assert told(key, value, "completed") != told(key, None, "completed")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("in_progress_at", "soon"),
        ("in_progress_at", 5),
        ("in_progress_at", True),
        ("error_file_id", "file-2"),
        ("error_file_id", 1),
    ],
)
def test_what_is_no_sound_value_is_told_all_the_same(key: str, value: object) -> None:
    assert told(key, value) != told(key, None)


def test_other_fields_of_a_cancelled_task_are_told_as_they_are() -> None:
    assert told("cancelled_at", None) != told("cancelled_at", 1_764_475_200)
