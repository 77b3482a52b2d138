"""Batch tasks that are cancelled, and what cannot be."""

from typing import Any

from conformance import expect
from conformance.batch_trace import CANCELLED, ids_of
from conformance.batches import Batches, ended, refused
from conformance.marks import clause
from conformance.suite.tasks import UNKNOWN, altered, created, finished, shown
from conformance.workload import Cancelled, Task, Workload, downloads


@clause("batches.cancel")
def test_a_task_at_work_can_be_cancelled(cancelled: Cancelled) -> None:
    _is_cancelled(cancelled)
    if cancelled.task.status == "cancelling":
        return
    expect.equal("cancelled", finished(cancelled.task).status, cancelled.answer, *shown(cancelled.task))


@clause("batches.cancel")
def test_a_task_that_is_being_validated_can_be_cancelled(
    batches: Batches, workload: Workload, cancelled: Cancelled
) -> None:
    _is_cancelled(cancelled)
    # Over many lines: where its validation is over already, it is at work for a while.
    task = created(workload.create(cancelled.task.plan))
    answer = expect.answered(batches.cancel(task.id))
    if refused(answer):
        after = batches.retrieve(task.id)
        status = after.mapping().get("status")
        if answer.status == 404 or status != "validating" or answer.attempt > 1:
            raise expect.Unproven(f"the task was {status} before it could be cancelled")
    expect.accepted(answer)


@clause("batches.cancelling-at")
def test_whether_a_cancellation_tells_when_it_began_is_recorded(cancelled: Cancelled) -> None:
    said = expect.accepted(cancelled.answer)
    told = "null" if said.get("cancelling_at") is None else "a time"
    expect.record(f"cancelling_at in the answer: {told}", cancelled.answer)


@clause("batches.cancel-finished")
def test_what_has_ended_cannot_be_cancelled(
    batches: Batches, cancelled: Cancelled, tasks: dict[str, Task]
) -> None:
    _is_cancelled(cancelled)
    over = [task for task in (tasks["good"], tasks["unknown"]) if task.last and ended(task.last)]
    if not over:
        raise expect.Unproven("it needs a task that has ended")
    for task in over:
        expect.refused(batches.cancel(task.id), twin=cancelled.answer)
        after = batches.retrieve(task.id)
        expect.equal(task.status, expect.accepted(after).get("status"), *shown(task), after)


@clause("batches.cancel-unknown")
def test_what_nobody_has_cannot_be_cancelled(batches: Batches, cancelled: Cancelled) -> None:
    _is_cancelled(cancelled)
    for unknown in (UNKNOWN, altered(cancelled.task.id)):
        expect.refused(batches.cancel(unknown), twin=cancelled.answer)


@clause("batches.cancel-keeps")
def test_what_was_done_before_a_cancellation_is_kept(workload: Workload, cancelled: Cancelled) -> None:
    _is_cancelled(cancelled)
    task = finished(cancelled.task)
    counts = task.said.get("request_counts")
    done = counts.get("completed") if isinstance(counts, dict) else None
    if not isinstance(done, int):
        raise expect.Unproven("it needs request_counts")
    results = workload.results(task)
    found = downloads(results)
    if len(found) < len(results):
        raise expect.Unproven("it needs what the task has written, which could not be downloaded")
    names = [name for each in found.values() for name in ids_of(each.lines)]
    strange = sorted(set(names) - set(task.custom_ids))
    exchanges = (*shown(task), *results.values())
    expect.that(
        not strange and len(names) <= len(task.custom_ids), "lines of the input", f"{strange[:3]}", *exchanges
    )
    lines = [line for line in found["output"].lines if line] if "output" in found else []
    kept = [line for line in lines if _status(line) == 200]
    expect.that(len(kept) == done, f"{done} answers in the output file", f"{len(kept)}", *exchanges)


def _is_cancelled(cancelled: Cancelled) -> None:
    """Expect that a cancellation was accepted, unless the task had ended before it came."""
    created(cancelled.task)
    answer, status = cancelled.answer, cancelled.task.status
    if refused(answer) and (answer.attempt > 1 or not cancelled.alive):
        raise expect.Unproven(f"the task was {status} before it could be cancelled")
    said = expect.accepted(answer)
    expect.that(
        said.get("status") in CANCELLED,
        "cancelling or cancelled",
        said.get("status"),
        answer,
    )


def _status(line: dict[str, Any]) -> object:
    response = line.get("response")
    return response.get("status_code") if isinstance(response, dict) else None
