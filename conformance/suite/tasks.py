"""What the tests of batch tasks expect in common."""

from conformance import expect
from conformance.batches import ended
from conformance.exchange import Exchange
from conformance.workload import Task

UNKNOWN = "batch_00000000-0000-0000-0000-000000000000"


def created(task: Task) -> Task:
    """Expect that a task was created.

    Raises:
        Unproven: it was not.
    """
    expect.answered(task.created)
    if not task.created.succeeded:
        raise expect.Unproven(
            f"it needs a task over {task.plan.input}, and got {expect.describe(task.created)}"
        )
    return task


def completed(task: Task) -> Task:
    """Expect that a task has completed.

    Raises:
        Unproven: it has not, as yet or for good.
    """
    created(task)
    if task.status != "completed":
        raise expect.Unproven(
            f"it needs a completed task, and that over {task.plan.input} is {task.status or 'unknown'}"
        )
    return task


def looked_at(task: Task) -> Exchange:
    """Give the last look at a task that was created.

    Raises:
        Unproven: it was not, or has no id to be asked for by.
    """
    created(task)
    if task.last is None:
        raise expect.Unproven("it needs the id of the task")
    return task.last


def finished(task: Task) -> Task:
    """Expect that a task has come to an end in time.

    Raises:
        Unproven: it has not; how long a task takes, no page tells.
    """
    last = expect.answered(looked_at(task))
    if not last.succeeded:
        raise expect.Unproven(f"it needs the task, which cannot be retrieved: {expect.describe(last)}")
    said = last.mapping()
    if not ended(last):
        raise expect.Unproven(
            f"the task is still {said.get('status')} when the time is up that a run waits for it"
        )
    return task


def shown(task: Task) -> tuple[Exchange, ...]:
    """Give the exchanges that tell of a task: its creation, and the last look at it."""
    return (task.created, *([task.last] if task.last else []))


def altered(name: str) -> str:
    """Give an id that differs from another in its last letters alone."""
    tail = "0" * 8 if not name.endswith("0" * 8) else "1" * 8
    return name[:-8] + tail
