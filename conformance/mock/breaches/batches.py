"""Breaches of the batches chapter: how a task is described."""

from collections.abc import Callable

from conformance.mock.batch_store import Batch
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Body, Call

Change = Callable[[Body, Batch], Body]


def _enter_description(clause: str, name: str, description: str, change: Change) -> None:
    @breach(f"batches.{clause}", name=name, description=description)
    class Misdescribed(Lawful):
        def describe_batch(self, batch: Batch) -> Body:
            return change(super().describe_batch(batch), batch)


def _enter_item(clause: str, name: str, description: str, change: Change) -> None:
    @breach(f"batches.{clause}", name=name, description=description)
    class MisdescribedInLists(Lawful):
        def list_batches(self, account: str, call: Call) -> Body:
            listing = super().list_batches(account, call)
            data = listing["data"]
            items = [dict(item) for item in data] if isinstance(data, list) else []
            shown = [change(item, self.find_batch(account, str(item["id"]))) for item in items]
            return {**listing, "data": shown or None}


def told(**members: object) -> Change:
    """Tell these members instead."""
    return lambda body, _: {**body, **members}


def without(name: str) -> Change:
    """Leave a member out."""
    return lambda body, _: {key: value for key, value in body.items() if key != name}


def when(status: str, change: Change) -> Change:
    """Change what is told of tasks in that state."""
    return lambda body, batch: change(body, batch) if batch.status == status else body


def in_milliseconds(name: str) -> Change:
    """Tell a time in milliseconds."""

    def change(body: Body, _: Batch) -> Body:
        moment = body[name]
        return {**body, name: moment * 1000 if isinstance(moment, int) else moment}

    return change


def moved(name: str, seconds: int) -> Change:
    """Tell a time that is so many seconds off."""

    def change(body: Body, _: Batch) -> Body:
        moment = body[name]
        return {**body, name: moment + seconds if isinstance(moment, int) else moment}

    return change


def _counted(change: Callable[[dict[str, int]], dict[str, object]]) -> Change:
    def changed(body: Body, _: Batch) -> Body:
        counts = body["request_counts"]
        return {**body, "request_counts": change(dict(counts)) if isinstance(counts, dict) else counts}

    return changed


def _faulted(change: Callable[[dict[str, object]], dict[str, object]]) -> Change:
    def changed(body: Body, batch: Batch) -> Body:
        data = [change(dict(fault)) for fault in batch.errors]
        return {**body, "errors": {"object": "list", "data": data}} if data else body

    return changed


# The clause behind batches., the name, what it does, and how.
DESCRIPTIONS: tuple[tuple[str, str, str, Change], ...] = (
    ("id", "batch-id-recased", "Shows the id of a task in capitals.", lambda body, _: {**body, "id": str(body["id"]).upper()}),
    ("id", "batch-id-empty", "Shows every task without an id.", told(id="")),
    ("object", "batch-object-task", "Calls a task a task.", told(object="task")),
    ("object", "batch-object-missing", "Leaves out what kind of object a task is.", without("object")),
    ("endpoint", "batch-endpoint-default", "Shows the endpoint of chats, whatever it is.", told(endpoint="/v1/chat/completions")),
    ("endpoint", "batch-endpoint-missing", "Leaves the endpoint out.", without("endpoint")),
    ("input-file-id", "batch-input-short", "Shows the input's id without its prefix.", lambda body, _: {**body, "input_file_id": str(body["input_file_id"]).rpartition("-")[2]}),
    ("input-file-id", "batch-input-null", "Shows no input.", told(input_file_id=None)),
    ("completion-window", "batch-window-default", "Shows a window of 24 hours, whatever it is.", told(completion_window="24h")),
    ("completion-window", "batch-window-number", "Shows the window as a number of seconds.", told(completion_window=86_400)),
    ("metadata", "batch-metadata-lost", "Shows no metadata.", told(metadata=None)),
    ("metadata", "batch-description-lost", "Shows the name among the metadata and nothing else.", lambda body, batch: {**body, "metadata": {"ds_name": batch.name}}),
    ("status", "batch-status-spelt-otherwise", "Says canceled.", when("cancelled", told(status="canceled"))),
    ("status", "batch-status-capital", "Says COMPLETED.", when("completed", told(status="COMPLETED"))),
    ("status", "batch-status-queued", "Says queued of what is being validated.", when("validating", told(status="queued"))),
    ("created-at", "batch-created-in-milliseconds", "Tells the creation in milliseconds.", in_milliseconds("created_at")),
    ("created-at", "batch-created-in-words", "Tells the creation in words.", lambda body, _: {**body, "created_at": str(body["created_at"])}),
    ("created-at", "batch-created-in-local-time", "Tells the creation as a clock in Beijing shows it.", moved("created_at", 8 * 3600)),
    ("timestamps", "batch-times-in-milliseconds", "Tells the completion in milliseconds.", in_milliseconds("completed_at")),
    ("timestamps", "batch-completed-before-created", "Tells a completion before the creation.", moved("completed_at", -3600)),
    ("timestamps", "batch-failed-ahead", "Tells a failure that is still to come.", moved("failed_at", 3600)),
    ("timestamps", "batch-finalized-after-completion", "Tells a finalization behind the completion.", moved("finalizing_at", 60)),
    ("timestamps", "batch-cancelled-at-in-words", "Tells the cancellation in words.", when("cancelled", lambda body, _: {**body, "cancelled_at": str(body["cancelled_at"])})),
    ("timestamps", "batch-ends-in-every-way", "Tells with its completion a failure, too.", when("completed", lambda body, _: {**body, "failed_at": body["completed_at"]})),
    ("timestamps", "batch-expires-before-its-window", "Expires an hour after its creation, whatever its window.", lambda body, _: {**body, "expires_at": int(str(body["created_at"])) + 3600}),
    ("state-time", "batch-completed-at-missing", "Tells of no completion.", told(completed_at=None)),
    ("state-time", "batch-failed-at-missing", "Tells of no failure.", without("failed_at")),
    ("state-time", "batch-cancelled-at-missing", "Tells of no cancellation.", told(cancelled_at=None)),
    ("counts", "batch-counts-missing", "Counts nothing.", without("request_counts")),
    ("counts", "batch-counts-in-words", "Counts in words.", _counted(lambda counts: {key: str(value) for key, value in counts.items()})),
    ("counts", "batch-counts-twice", "Counts what succeeded among the failures, too.", _counted(lambda counts: {**counts, "failed": counts["completed"]})),
    ("counts", "batch-counts-without-failures", "Leaves failures uncounted.", _counted(lambda counts: {key: value for key, value in counts.items() if key != "failed"})),
    ("counts-end", "batch-total-off-by-one", "Counts a request more than there are.", _counted(lambda counts: {**counts, "total": counts["total"] + 1})),
    ("counts-end", "batch-completed-off-by-one", "Counts a success less than there are.", _counted(lambda counts: {**counts, "completed": max(0, counts["completed"] - 1)})),
    ("counts-end", "batch-counts-swapped", "Counts successes as failures, and failures as successes.", _counted(lambda counts: {**counts, "completed": counts["failed"], "failed": counts["completed"]})),
    ("counts-end", "batch-counts-zero", "Counts no request at all.", _counted(lambda counts: dict.fromkeys(counts, 0))),
    ("errors", "batch-errors-null", "Fails without an error.", told(errors=None)),
    ("errors", "batch-errors-empty", "Fails with an empty list of errors.", when("failed", told(errors={"object": "list", "data": []}))),
    ("errors", "batch-errors-bare", "Gives the errors as an array.", when("failed", lambda body, batch: {**body, "errors": list(batch.errors)})),
    ("errors", "batch-errors-without-code", "Gives errors without a code.", _faulted(lambda fault: {**fault, "code": None})),
    ("errors", "batch-errors-without-message", "Gives errors without a message.", _faulted(lambda fault: {key: value for key, value in fault.items() if key != "message"})),
    ("error-line", "batch-error-lines-from-zero", "Counts the lines of an input from zero.", _faulted(lambda fault: {**fault, "line": int(str(fault["line"])) - 1} if fault["line"] else fault)),
    ("error-line", "batch-error-lines-in-words", "Tells a line in words.", _faulted(lambda fault: {**fault, "line": str(fault["line"])})),
    ("output-file-id", "batch-files-unnamed", "Names neither output nor errors.", told(output_file_id=None, error_file_id=None)),
    ("output-file-id", "batch-output-is-input", "Names the input as the output.", when("completed", lambda body, _: {**body, "output_file_id": body["input_file_id"]})),
    ("output-file-id", "batch-output-is-a-list", "Names the output in a list.", lambda body, _: {**body, "output_file_id": [body["output_file_id"]]}),
    ("error-file-id", "batch-errors-in-the-output", "Names one file for output and errors.", when("completed", lambda body, _: {**body, "error_file_id": body["output_file_id"]})),
    ("error-file-id", "batch-error-file-false", "Says false where there is no error file.", lambda body, _: {**body, "error_file_id": body["error_file_id"] or False}),
    ("cancel", "cancelling-untold", "Says that a task is in progress when it is being cancelled.", when("cancelling", told(status="in_progress"))),
)  # fmt: skip
ITEMS: tuple[tuple[str, str, str, Change], ...] = (
    ("object", "batch-object-file-in-lists", "Lists tasks as files.", told(object="file")),
    ("endpoint", "batch-endpoint-null-in-lists", "Lists tasks without their endpoints.", told(endpoint=None)),
    ("input-file-id", "batch-input-is-the-output-in-lists", "Lists the output as the input.", lambda body, _: {**body, "input_file_id": body["output_file_id"] or body["input_file_id"]}),
    ("completion-window", "batch-window-missing-in-lists", "Lists tasks without their windows.", without("completion_window")),
    ("metadata", "batch-metadata-missing-in-lists", "Lists tasks without their metadata.", without("metadata")),
    ("output-file-id", "batch-output-missing-in-lists", "Lists tasks without their output.", told(output_file_id=None)),
    ("error-file-id", "batch-errors-missing-in-lists", "Lists tasks without their errors.", told(error_file_id=None)),
    ("created-at", "batch-created-now-in-lists", "Lists a task as created when it ended.", lambda body, batch: {**body, "created_at": int(str(body["created_at"])) + 2 + len(batch.moments)}),
)  # fmt: skip

for row in DESCRIPTIONS:
    _enter_description(*row)
for row in ITEMS:
    _enter_item(*row)
