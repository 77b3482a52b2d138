"""Batch tasks: from their creation to their end, what they refuse, and how they are cancelled."""

import json
import time
from typing import Any

import pytest

from conformance import expect
from conformance.batch_trace import ids_of
from conformance.batches import Batches, ended
from conformance.documents import TEST_MODEL, TEST_URL
from conformance.exchange import Exchange
from conformance.files import Files, description
from conformance.laws.batches import hours, states_go_forward
from conformance.marks import clause, judging
from conformance.session import Session
from conformance.suite.tasks import UNKNOWN, altered, completed, created, finished, looked_at, shown
from conformance.workload import DESCRIPTION, UNKNOWN_FILE, Cancelled, Plan, Task, Workload, downloads

WINDOWS = ("23h", "337h", "15d", "36.5h", "tomorrow")
TEST_RESULT = "This is a test result."
TEST_USAGE = {"prompt_tokens": 20, "completion_tokens": 6, "total_tokens": 26}
# Seconds between tries over a deleted file, up to the time from which no lag excuses taking it.
LOOKS = (0.0, 1.0, 3.0, 7.0)
REQUIRED = ("input_file_id", "endpoint", "completion_window")


@clause("batches.created")
def test_a_task_over_an_uploaded_file_is_created(tasks: dict[str, Task]) -> None:
    task = tasks["good"]
    expect.accepted(task.uploaded)
    expect.accepted(task.created)


@clause("batches.id")
def test_a_task_is_found_by_its_id(batches: Batches, files: Files, tasks: dict[str, Task]) -> None:
    task = created(tasks["good"])
    if task.id:
        exchange = files.wait(lambda: batches.retrieve(task.id), lambda each: each.succeeded)
        expect.equal(task.id, expect.accepted(exchange).get("id"), task.created, exchange)


@clause("batches.completes")
def test_a_small_task_completes(tasks: dict[str, Task]) -> None:
    task = finished(tasks["good"])
    expect.equal("completed", task.status, *shown(task))


@clause("batches.status-forward")
def test_what_has_ended_stays_so(
    conformance: Session, batches: Batches, files: Files, tasks: dict[str, Task], cancelled: Cancelled
) -> None:
    for task in (tasks["good"], tasks["unknown"], cancelled.task):
        if task.last is not None and ended(task.last):
            # A reader that lags behind catches up.
            look = files.wait(lambda name=task.id: batches.retrieve(name), ended)  # type: ignore[misc]
            expect.answered(look)
            expect.that(ended(look), f"a task that has {task.status}", look.mapping().get("status"), look)
    expect.lawful(conformance.lawful(states_go_forward), "batches.status-forward")


@clause("batches.counts-end")
def test_the_total_is_the_number_of_lines(tasks: dict[str, Task]) -> None:
    for name in ("good", "mixed"):
        if name == "mixed" and tasks[name].status != "completed":
            continue
        task = completed(tasks[name])
        counts = task.said.get("request_counts")
        total = counts.get("total") if isinstance(counts, dict) else None
        expect.equal(len(task.custom_ids), total, *shown(task))


@clause("batches.every-line")
def test_every_line_is_answered(workload: Workload, tasks: dict[str, Task], good: Task) -> None:
    for task in _completed_ones(tasks, good):
        results = workload.results(task)
        missing = sorted(set(task.custom_ids) - set(_answered(task, results)))
        expect.that(not missing, "every line", f"without {missing[:3]}", *results.values())


@clause("batches.line-strange")
def test_no_line_is_another_tasks(workload: Workload, tasks: dict[str, Task], good: Task) -> None:
    for task in _completed_ones(tasks, good):
        results = workload.results(task)
        strange = sorted(set(_answered(task, results)) - set(task.custom_ids))
        expect.that(not strange, "lines of the input", f"{strange[:3]}", *results.values())


@clause("batches.test-result")
def test_the_test_model_says_what_it_always_says(good: Task, output: Exchange) -> None:
    lines = (
        [line for line in downloads({"output": output})["output"].lines if line] if output.succeeded else []
    )
    if not lines:
        raise expect.Unproven(f"it needs the output of {good.id}, which answered {expect.describe(output)}")
    for line in lines:
        body = _body(line)
        said = _first(body.get("choices")).get("message")
        expect.equal(TEST_RESULT, said.get("content") if isinstance(said, dict) else said, output)
        usage = body.get("usage")
        told = {name: usage.get(name) for name in TEST_USAGE} if isinstance(usage, dict) else usage
        expect.equal(TEST_USAGE, told, output)
        expect.equal("chat.completion", body.get("object"), output)
        named = body.get("model")
        expect.that(not isinstance(named, str) or named.startswith(TEST_MODEL), TEST_MODEL, named, output)


@clause("batches.failed-lines")
def test_where_failed_requests_stand_is_recorded(workload: Workload, tasks: dict[str, Task]) -> None:
    task = completed(tasks["mixed"])
    results = workload.results(task)
    bad = task.custom_ids[-1]
    places = [kind for kind, found in downloads(results).items() if bad in ids_of(found.lines)]
    counts = task.said.get("request_counts")
    expect.record(
        f"a request that must fail: in {places or 'neither file'}, counted {counts}", *results.values()
    )


@clause("batches.error-file-prefix")
def test_the_prefix_of_error_files_is_recorded(tasks: dict[str, Task]) -> None:
    task = completed(tasks["mixed"])
    name = task.said.get("error_file_id")
    prefix = name.rpartition("-")[0] + "-" if isinstance(name, str) else name
    expect.record(f"error file: {prefix}", *shown(task))


@clause("batches.expires-at")
def test_whether_a_task_tells_when_it_expires_is_recorded(tasks: dict[str, Task]) -> None:
    task = created(tasks["good"])
    said = task.created.mapping()
    told, since, window = said.get("expires_at"), said.get("created_at"), hours(task.plan.window)
    span = (
        f"{told - since} s after its creation" if isinstance(told, int) and isinstance(since, int) else told
    )
    expect.record(f"expires_at of {window} hours: {span}", task.created)


@clause("batches.unknown-id")
def test_an_id_that_names_no_task_is_refused(batches: Batches, tasks: dict[str, Task]) -> None:
    twin = looked_at(tasks["good"])
    for unknown in (UNKNOWN, altered(tasks["good"].id)):
        expect.refused(batches.retrieve(unknown), twin=twin)


@clause("batches.input-unknown")
def test_an_input_that_nobody_has_is_refused(
    workload: Workload, batches: Batches, tasks: dict[str, Task]
) -> None:
    body = {
        "endpoint": tasks["good"].plan.endpoint,
        "completion_window": "24h",
        "input_file_id": UNKNOWN_FILE,
    }
    created = batches.create(**body, metadata=workload.metadata("no input"))
    _comes_to_nothing(
        workload, Task(plan=tasks["good"].plan, uploaded=created, created=created), tasks["good"]
    )


@clause("batches.input-unknown")
def test_an_input_that_was_deleted_is_refused(
    workload: Workload, files: Files, tasks: dict[str, Task]
) -> None:
    gone = workload.upload("gone")
    deletion = files.delete(str(description(gone).get("id"))) if gone.succeeded else gone
    if not deletion.succeeded:
        raise expect.Unproven(f"it needs a deleted input: {expect.describe(deletion)}")
    # A reader that lags behind knows it for a while.
    for pause in LOOKS:
        time.sleep(pause)
        task = workload.create(Plan(name="gone", input="gone", endpoint=TEST_URL))
        if not task.id:
            break
    _comes_to_nothing(workload, task, tasks["good"])


@clause("batches.input-purpose")
def test_a_document_is_no_input(workload: Workload, tasks: dict[str, Task]) -> None:
    task = tasks["document"]
    expect.accepted(task.uploaded)
    _comes_to_nothing(workload, task, tasks["good"])


@pytest.mark.parametrize("name", ["nowhere", "tested nowhere"])
@clause("batches.endpoint-values")
def test_an_endpoint_that_nobody_documents_is_refused(
    workload: Workload, tasks: dict[str, Task], name: str
) -> None:
    _comes_to_nothing(workload, tasks[name], tasks["good"])


@clause("batches.endpoint-lines")
def test_an_endpoint_that_is_not_the_lines_is_refused(workload: Workload, tasks: dict[str, Task]) -> None:
    _comes_to_nothing(workload, tasks["elsewhere"], tasks["good"])


@clause("batches.test-url")
def test_the_test_model_has_an_endpoint_of_its_own(workload: Workload, tasks: dict[str, Task]) -> None:
    _comes_to_nothing(workload, tasks["misled"], tasks["good"])


@clause("batches.test-lines")
def test_the_test_model_takes_a_hundred_lines(workload: Workload, tasks: dict[str, Task], good: Task) -> None:
    assert good
    expect.accepted(tasks["crowd"].uploaded)
    _comes_to_nothing(workload, tasks["crowd"], tasks["good"])


@pytest.mark.parametrize("missing", REQUIRED)
@clause("batches.input-required")
def test_a_creation_without_what_it_takes_is_refused(
    workload: Workload, batches: Batches, tasks: dict[str, Task], missing: str
) -> None:
    body = _body_of(tasks["unknown"])
    del body[missing]
    metadata = workload.metadata(f"without {missing}")
    expect.refused(batches.create(**body, metadata=metadata), twin=tasks["unknown"].created)


@clause("batches.window-values")
def test_the_longest_windows_are_accepted(tasks: dict[str, Task]) -> None:
    created(tasks["unknown"])
    for name in ("hours", "days"):
        expect.accepted(tasks[name].created)


@pytest.mark.parametrize("window", WINDOWS)
@clause("batches.window-range")
def test_another_window_is_refused(
    workload: Workload, batches: Batches, tasks: dict[str, Task], window: str
) -> None:
    body = {**_body_of(tasks["unknown"]), "completion_window": window}
    metadata = workload.metadata(f"window {window}")
    expect.refused(batches.create(**body, metadata=metadata), twin=tasks["unknown"].created)


@clause("batches.metadata-longest")
def test_the_longest_metadata_are_accepted(tasks: dict[str, Task]) -> None:
    created(tasks["unknown"])
    expect.accepted(tasks["longest"].created)


@pytest.mark.parametrize("name", ["ds_name", DESCRIPTION])
@clause("batches.metadata-too-long")
def test_longer_metadata_are_refused(
    workload: Workload, batches: Batches, tasks: dict[str, Task], name: str
) -> None:
    metadata = workload.metadata(f"too long {name}", longest=True)
    metadata[name] += "x"
    expect.refused(
        batches.create(**_body_of(tasks["longest"]), metadata=metadata), twin=tasks["longest"].created
    )


@clause("batches.input-reused")
def test_one_input_serves_several_tasks(tasks: dict[str, Task]) -> None:
    # What a longer window gets is another matter.
    first, second = created(tasks["unknown"]), tasks["longest"]
    expect.accepted(second.created)
    expect.that(first.id != second.id, "two tasks", first.id, first.created, second.created)


FAILURES = [
    judging("batches.duplicate-custom-id", "double", "duplicate_custom_id"),
    judging("batches.model-mismatch", "models", "mismatched_model"),
    judging("batches.model-unknown", "unknown", "model_not_found"),
]


@pytest.mark.parametrize(("name", "code"), FAILURES)
def test_a_bad_input_fails_with_its_code(tasks: dict[str, Task], name: str, code: str) -> None:
    task = tasks[name]
    expect.answered(task.uploaded)
    if not task.uploaded.succeeded:
        raise expect.Unproven(f"the input was refused when it was uploaded: {expect.describe(task.uploaded)}")
    if task.created.answer and task.created.answer.refused:
        expect.answered(task.created)
        raise expect.Unproven(f"the task was refused when it was created: {expect.describe(task.created)}")
    expect.accepted(task.created)
    finished(task)
    expect.equal("failed", task.status, *shown(task))
    errors = task.said.get("errors")
    data = errors.get("data") if isinstance(errors, dict) else None
    codes = [item.get("code") for item in data if isinstance(item, dict)] if isinstance(data, list) else []
    expect.that(code in codes, f"an error with the code {code}", codes, *shown(task))


def _comes_to_nothing(workload: Workload, task: Task, twin: Task) -> None:
    """Expect that a task is refused, or fails, while its twin is created."""
    created(twin)
    if not task.id:
        expect.refused(task.created, twin=twin.created)
        return
    if task.last is None:
        last = workload.batches.wait([task.id], ended, within=workload.within)[task.id]
        task = Task(plan=task.plan, uploaded=task.uploaded, created=task.created, last=last)
    finished(task)
    expect.that(task.status == "failed", "a refusal, or a task that fails", task.status, *shown(task))


def _completed_ones(tasks: dict[str, Task], good: Task) -> list[Task]:
    return [good, *(task for task in [tasks["mixed"]] if task.status == "completed")]


def _answered(task: Task, results: dict[str, Exchange]) -> list[str]:
    """Give the custom_id of every line that a task has written.

    Raises:
        Unproven: a file of it could not be downloaded.
    """
    found = downloads(results)
    if len(found) < len(results) or not results:
        raise expect.Unproven(f"it needs what {task.id} has written, which could not be downloaded")
    return [name for each in found.values() for name in ids_of(each.lines)]


def _body_of(task: Task) -> dict[str, Any]:
    """Give what a task was created with, but for its metadata."""
    asked = json.loads(task.created.request.body or "{}")
    return {name: asked[name] for name in REQUIRED}


def _body(line: dict[str, Any]) -> dict[str, Any]:
    response = line.get("response")
    body = response.get("body") if isinstance(response, dict) else None
    return body if isinstance(body, dict) else {}


def _first(choices: object) -> dict[str, Any]:
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}
