import json
from typing import Any

import pytest

from conformance.trace import LAG

from .work import Work, lines

DAY = 86_400


@pytest.fixture
def work() -> Work:
    return Work()


def done(work: Work, name: str = "a") -> str:
    """Create a task and let it complete."""
    task = work.create(name)
    work.come(task, "in_progress")
    work.complete(task)
    return task


def test_a_task_that_lives_as_documented_proves_what_it_can(work: Work) -> None:
    task = done(work)
    work.download(f"file-batch_output-{task}", lines("1", "2"))
    work.download(f"file-batch_output-{task}", lines("1", "2"))
    failed = work.create("b")
    work.come(failed, "failed", errors={"object": "list", "data": [{"code": "x", "message": "y"}]})
    work.tasks_walk([failed, task], limit=5)
    assert work.accused() == set()
    assert work.proven() >= {
        *("batches.id", "batches.endpoint", "batches.input-file-id", "batches.completion-window"),
        *("batches.metadata", "batches.created-at", "batches.status-forward", "batches.timestamps"),
        *("batches.state-time", "batches.counts", "batches.counts-end", "batches.errors"),
        *("batches.output-file-id", "batches.line-once", "batches.line-shape"),
        *("content.jsonl", "content.steady"),
    }


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ("batches.id", {"id": "batch_other"}),
        ("batches.endpoint", {"endpoint": "/v1/embeddings"}),
        ("batches.endpoint", {"endpoint": None}),
        ("batches.input-file-id", {"input_file_id": "file-batch-other"}),
        ("batches.completion-window", {"completion_window": "48h"}),
        ("batches.completion-window", {"completion_window": 86_400}),
        ("batches.metadata", {"metadata": None}),
        ("batches.metadata", {"metadata": {"ds_name": "conformance-0"}}),
        ("batches.created-at", {"created_at": 1}),
        ("batches.state-time", {"completed_at": None}),
        ("batches.counts", {"request_counts": {"total": 2, "completed": 2, "failed": 1}}),
        ("batches.counts-end", {"request_counts": {"total": 3, "completed": 2, "failed": 0}}),
        ("batches.output-file-id", {"output_file_id": "file-batch-in"}),
        ("batches.error-file-id", {"error_file_id": "file-batch-in"}),
    ],
)
def test_a_completed_task_that_is_told_otherwise_is_accused_of_that(
    work: Work, clause: str, said: dict[str, Any]
) -> None:
    task = done(work)
    work.look(task, **said)
    expected = {clause} | ({"batches.timestamps"} if clause == "batches.created-at" else set())
    assert clause in work.accused()
    assert work.accused() <= expected


@pytest.mark.parametrize(
    "said",
    [
        {"completion_window": "1d"},
        {"metadata": {"ds_name": "conformance-0 a", "tenant": "x"}},
        {"expires_at": 1_764_499_365 + DAY},
        {"cancelling_at": None},
        {"request_counts": None},
        {"error_file_id": "file-batch_error-1"},
    ],
)
def test_what_is_left_open_is_no_matter(work: Work, said: dict[str, Any]) -> None:
    task = done(work)
    work.look(task, **said)
    assert work.accused() == set()


def test_two_creations_never_give_one_id(work: Work) -> None:
    work.create("a")
    work.create("a")
    assert work.accused() == {"batches.id"}


@pytest.mark.parametrize(
    ("first", "later"),
    [
        ("completed", "failed"),
        ("failed", "completed"),
        ("cancelled", "completed"),
        ("completed", "cancelled"),
    ],
)
def test_no_lag_explains_a_second_end(work: Work, first: str, later: str) -> None:
    task = work.create("a")
    work.come(task, first, errors={"data": [{}]}, output_file_id="file-batch_output-1")
    work.come(task, later)
    assert "batches.status-forward" in work.accused()


@pytest.mark.parametrize(("pause", "accused"), [(0.0, False), (LAG + 1, True)])
def test_a_state_may_be_told_late_but_not_for_long(work: Work, pause: float, accused: bool) -> None:  # noqa: FBT001
    task = done(work)
    work.now += pause
    work.look(task, status="in_progress")
    assert ("batches.status-forward" in work.accused()) is accused


@pytest.mark.parametrize(
    "states",
    [
        ("validating", "completed"),
        ("validating", "in_progress", "finalizing", "completed"),
        ("in_progress", "cancelling", "cancelled"),
        ("cancelling", "completed"),
        ("in_progress", "expired"),
        ("validating", "failed"),
    ],
)
def test_every_way_of_the_pages_is_lawful_also_with_steps_unseen(work: Work, states: tuple[str, ...]) -> None:
    task = work.create("a")
    for state in states:
        work.now += LAG + 1
        work.look(task, status=state)
    assert "batches.status-forward" not in work.accused()


@pytest.mark.parametrize(
    "states", [("in_progress", "validating"), ("finalizing", "in_progress"), ("cancelling", "in_progress")]
)
def test_no_way_leads_back(work: Work, states: tuple[str, ...]) -> None:
    task = work.create("a")
    for state in states:
        work.now += LAG + 1
        work.look(task, status=state)
    assert "batches.status-forward" in work.accused()


@pytest.mark.parametrize(
    "said",
    [
        {"completed_at": 1_764_499_365 - DAY},
        {"in_progress_at": 1_764_499_365 + 60, "completed_at": 1_764_499_365 + 30},
        {"completed_at": 1_764_499_365 + DAY},
        {"expires_at": 1_764_499_365 - DAY},
    ],
)
def test_times_out_of_order_or_ahead_are_accused(work: Work, said: dict[str, Any]) -> None:
    told: dict[str, Any] = {"completed_at": 1_764_499_366, **said}
    work.look(work.create("a"), status="completed", output_file_id="file-batch_output-1", **told)
    assert work.accused() == {"batches.timestamps"}


def test_a_time_that_moves_is_accused(work: Work) -> None:
    task = done(work)
    work.look(task, completed_at=int(work.now) + 7)
    assert work.accused() == {"batches.timestamps"}


def test_what_completed_names_its_files_a_moment_later_at_most(work: Work) -> None:
    task = work.create("a")
    work.come(task, "completed")
    assert "batches.output-file-id" not in work.accused()
    work.now += LAG + 1
    work.look(task)
    assert "batches.output-file-id" in work.accused()


@pytest.mark.parametrize("errors", [None, {}, {"object": "list", "data": []}])
def test_what_failed_says_why(work: Work, errors: object) -> None:
    work.come(work.create("a"), "failed", errors=errors)
    assert work.accused() == {"batches.errors"}


def counted(total: int, completed: int, failed: int) -> dict[str, Any]:
    return {"request_counts": {"total": total, "completed": completed, "failed": failed}}


@pytest.mark.parametrize(
    ("state", "pause", "later", "accused"),
    [
        ("completed", 0, (3, 2, 1), True),
        ("completed", 0, (3, 3, 0), False),
        ("in_progress", 0, (3, 2, 0), False),
        ("in_progress", LAG + 1, (3, 2, 0), True),
    ],
)
def test_what_was_counted_stays_counted(
    work: Work,
    state: str,
    pause: float,
    later: tuple[int, int, int],
    accused: bool,  # noqa: FBT001
) -> None:
    task = work.create("a")
    work.come(task, state, output_file_id="file-batch_output-1", **counted(3, 3, 0))
    work.now += pause
    work.look(task, **counted(*later))
    assert (work.accused() == {"batches.counts-end"}) is accused


def test_a_task_may_count_anew_at_its_end(work: Work) -> None:
    task = work.create("a")
    work.come(task, "finalizing", **counted(2, 2, 0))
    work.come(task, "completed", output_file_id="file-batch_output-1", **counted(2, 1, 1))
    assert work.accused() == set()


@pytest.mark.parametrize(("completed", "accused"), [(2, False), (3, False), (1, True)])
def test_no_success_is_counted_as_a_failure(work: Work, completed: int, accused: bool) -> None:  # noqa: FBT001
    task = work.create("a")
    counts = counted(3, completed, 3 - completed)
    work.come(task, "completed", output_file_id=f"file-batch_output-{task}", **counts)
    refused = lines("3", response={"status_code": 400, "body": {}})
    work.download(f"file-batch_output-{task}", lines("1", "2") + refused)
    assert (work.accused() == {"batches.counts-end"}) is accused


def test_a_task_that_ended_in_two_ways_is_accused(work: Work) -> None:
    work.look(done(work), failed_at=int(work.now))
    assert work.accused() == {"batches.timestamps"}


def test_what_was_being_cancelled_may_complete(work: Work) -> None:
    task = work.create("a")
    work.come(task, "cancelling")
    work.complete(task)
    assert work.accused() == set()


@pytest.mark.parametrize(("seconds", "accused"), [(DAY, False), (2 * DAY, False), (3600, True)])
def test_a_task_expires_no_earlier_than_its_window_ends(work: Work, seconds: int, accused: bool) -> None:  # noqa: FBT001
    work.create("a", said={"expires_at": int(work.now) + seconds})
    assert (work.accused() == {"batches.timestamps"}) is accused


def test_two_tasks_never_write_one_file(work: Work) -> None:
    first, second = done(work, "a"), work.create("b")
    work.come(second, "completed", output_file_id=f"file-batch_output-{first}")
    assert work.accused() == {"batches.output-file-id"}


def test_an_output_that_moves_is_accused(work: Work) -> None:
    task = done(work)
    work.look(task, output_file_id="file-batch_output-2")
    assert work.accused() == {"batches.output-file-id"}


@pytest.mark.parametrize(("seconds", "accused"), [(DAY, False), (DAY + 600, False), (DAY - 3600, True)])
def test_nothing_expires_before_its_window_ends(work: Work, seconds: int, accused: bool) -> None:  # noqa: FBT001
    task = work.create("a")
    work.now += DAY + 3600
    created = work.tasks[task]["created_at"]
    work.look(task, status="expired", expired_at=created + seconds, error_file_id="file-batch_output-1")
    assert (work.accused() == {"batches.expiry"}) is accused


@pytest.mark.parametrize(
    ("clause", "body"),
    [
        ("content.jsonl", b""),
        ("content.jsonl", b"[1]\n"),
        ("content.jsonl", b'{"custom_id": "1"'),
        ("content.jsonl", b'{"id": "1"}\n'),
        ("batches.line-once", lines("1", "2", "1")),
        ("batches.line-shape", lines("1", id=None)),
        ("batches.line-shape", lines("1", response=None)),
        ("batches.line-shape", lines("1", response=None, error="no")),
        ("batches.line-shape", lines("1", response={"body": {}})),
        ("batches.line-shape", lines("1", "2", id="batch_req_1")),
        ("batches.line-shape", lines("1", error={"code": "none", "message": "no error"})),
    ],
)
def test_a_bad_result_file_is_accused(work: Work, clause: str, body: bytes) -> None:
    work.download(f"file-batch_output-{done(work)}", body)
    assert work.accused() == {clause}


@pytest.mark.parametrize(
    "said",
    [
        {"response": None, "error": {"code": "x", "message": "y"}},
        {"error": {"code": "", "message": ""}},
        {"response": None, "error": {"error_code": "x", "error_message": "y"}},
        {"id": None, "response": None, "error": {"code": "batch_cancelled", "message": "y"}},
        {"response": {"status_code": 400, "body": {"error": {}}}},
    ],
)
def test_a_request_that_failed_may_be_told_in_several_ways(work: Work, said: dict[str, Any]) -> None:
    work.download(f"file-batch_output-{done(work)}", lines("1", **said))
    assert work.accused() == set()


def test_a_line_in_both_files_stands_twice(work: Work) -> None:
    task = done(work)
    work.look(task, lasting=True, error_file_id="file-batch_output-e")
    work.download(f"file-batch_output-{task}", lines("1", "2"))
    work.download("file-batch_output-e", lines("2"))
    assert work.accused() == {"batches.line-once"}


def test_a_download_is_as_long_as_its_file(work: Work) -> None:
    task = done(work)
    name, body = f"file-batch_output-{task}", lines("1")
    work.add("GET", f"/files/{name}", {"id": name, "bytes": len(body)})
    work.download(name, body)
    assert "content.bytes" in work.proven()
    work.exchanges.pop()
    work.download(name, body + b"\n")
    assert work.accused() == {"content.bytes"}


def test_two_downloads_that_differ_are_accused(work: Work) -> None:
    name = f"file-batch_output-{done(work)}"
    work.download(name, lines("1", "2"))
    work.download(name, lines("2", "1"))
    assert work.accused() == {"content.steady"}


def test_the_tasks_of_others_bind_nobody(work: Work) -> None:
    work.say(
        "GET", "/batches/batch_x", {"id": "batch_x", "status": "failed", "errors": None, "created_at": 9}
    )
    work.say("GET", "/batches/batch_x", {"id": "batch_x", "status": "completed", "created_at": 7})
    work.say("GET", "/files/file-batch_output-x/content", json.dumps([1]).encode())
    assert work.accused() == set()


def test_a_task_that_another_account_is_told_of_is_accused(work: Work) -> None:
    task = done(work)
    work.say("GET", f"/batches/{task}", work.tasks[task], account="second")
    assert work.accused() == {"isolation.batch"}


def test_two_accounts_may_have_tasks_of_their_own(work: Work) -> None:
    done(work)
    work.say("POST", "/batches", {"id": "batch_x", "status": "failed"}, body="{}", account="second")
    work.say("GET", "/batches/batch_x", {"id": "batch_x", "status": "failed"}, account="second")
    assert work.accused() == set()
