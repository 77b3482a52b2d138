"""Breaches of the batches chapter: the states of a task, what it leaves, and its cancellation."""

from dataclasses import replace

from conformance.mock.batch_lines import TEST_ENDPOINT
from conformance.mock.batch_store import Batch, BatchQuery
from conformance.mock.batches import BatchPage
from conformance.mock.clock import SECOND
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful, World
from conformance.mock.records import Body, Record, Upload
from conformance.mock.refusals import Refusal, bad_parameter


@breach("batches.created")
class CreationsAreRefused(Lawful):
    """Refuses every task."""

    def create_batch(self, account: str, body: Body) -> Body:
        super().create_batch(account, body)
        raise bad_parameter("input_file_id", "not today")


@breach("batches.created")
class TestEndpointUnknown(Lawful):
    """Does not know the endpoint of batch-test-model."""

    def endpoint(self, value: object) -> str:
        if value == TEST_ENDPOINT:
            raise bad_parameter("endpoint", "'endpoint' is not supported")
        return super().endpoint(value)


@breach("batches.id")
class SecondCreationGivesTheFirst(Lawful):
    """Answers a creation over an input that has a task with that task."""

    def create_batch(self, account: str, body: Body) -> Body:
        created = super().create_batch(account, body)
        self.settle()
        for item in everything(self, account)[::-1]:
            if item.input_file_id == body["input_file_id"] and item.id != created["id"]:
                return {**created, "id": item.id}
        return created


@breach("batches.id-prefix")
class TasksAreJobs(Lawful):
    """Calls a task a job in its id."""

    def new_batch_id(self) -> str:
        return super().new_batch_id().replace("batch_", "job-")


@breach("batches.input-file-id")
class InputCopied(Lawful):
    """Makes a copy of the input, and shows that one's id."""

    def create_batch(self, account: str, body: Body) -> Body:
        return {**super().create_batch(account, body), "input_file_id": f"file-batch-{self.id_tail()}"}


class _Looked(Lawful):
    """Counts how often each task was looked at after its end."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.looks: dict[str, int] = {}

    def seen(self, batch: Batch) -> int:
        """Count another look."""
        if batch.due is None:
            self.looks[batch.id] = self.looks.get(batch.id, 0) + 1
        return self.looks.get(batch.id, 0)


def _enter_relapse(name: str, description: str, end: str, later: str) -> None:
    @breach("batches.status-forward", name=name, description=description)
    class Relapsing(_Looked):
        def retrieve_batch(self, account: str, batch_id: str) -> Body:
            body = super().retrieve_batch(account, batch_id)
            looks = self.seen(self.find_batch(account, batch_id))
            return {**body, "status": later} if body["status"] == end and looks > 1 else body


RELAPSES = (
    ("completed-goes-back", "What has completed is in progress when it is asked for again.", "completed", "in_progress"),
    ("completed-fails", "What has completed has failed when it is asked for again.", "completed", "failed"),
    ("failed-is-validated", "What has failed is validated again.", "failed", "validating"),
    ("cancelled-completes", "What was cancelled has completed when it is asked for again.", "cancelled", "completed"),
)  # fmt: skip

for relapse in RELAPSES:
    _enter_relapse(*relapse)


@breach("batches.counts-end")
class SuccessesBecomeFailures(_Looked):
    """Counts a success as a failure when what has ended is asked for again."""

    def retrieve_batch(self, account: str, batch_id: str) -> Body:
        body = super().retrieve_batch(account, batch_id)
        looks = self.seen(self.find_batch(account, batch_id))
        counts = body["request_counts"]
        if looks < 2 or not isinstance(counts, dict) or not counts["completed"]:
            return body
        changed = {"completed": counts["completed"] - 1, "failed": counts["failed"] + 1}
        return {**body, "request_counts": {**counts, **changed}}


@breach("batches.timestamps")
class CompletionMovesOn(Lawful):
    """Tells the present as the time of the completion."""

    def moments(self, batch: Batch) -> Body:
        shown = super().moments(batch)
        looks = self._numbers.randrange(1, 100)
        done = shown["completed_at"]
        return {**shown, "completed_at": done + looks if isinstance(done, int) else done}


@breach("batches.state-time")
class WorkBeginsUntold(Lawful):
    """Tells of the beginning of the work when it is over."""

    def moments(self, batch: Batch) -> Body:
        shown = super().moments(batch)
        return {**shown, "in_progress_at": None} if batch.status == "in_progress" else shown


@breach("batches.counts")
class TotalOfTheFirst(Lawful):
    """Counts one request in all, however many are done."""

    def counts(self, batch: Batch) -> Body:
        counts = super().counts(batch)
        return {**counts, "total": min(1, batch.total)}


@breach("batches.output-file-id")
class OutputMoves(Lawful):
    """Gives the output another id each time."""

    def describe_batch(self, batch: Batch) -> Body:
        body = super().describe_batch(batch)
        name = body["output_file_id"]
        return {**body, "output_file_id": name and f"file-batch_output-{self.uuid()}"}


@breach("batches.error-file-id")
class ErrorFileShared(Lawful):
    """Names the error file of one task for all."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._first = ""

    def describe_batch(self, batch: Batch) -> Body:
        body = super().describe_batch(batch)
        self._first = self._first or str(body["error_file_id"] or "")
        return {**body, "error_file_id": (self._first or None) if batch.due is None else None}


@breach("batches.completes")
class TestsFail(Lawful):
    """Lets every test fail."""

    def begin(self, batch: Batch, moment: int) -> Batch:
        begun = super().begin(batch, moment)
        fault: Body = {
            "code": "internal_error",
            "message": "Something went wrong.",
            "param": None,
            "line": None,
        }
        if batch.endpoint != TEST_ENDPOINT or begun.errors:
            return begun
        return replace(begun.reached("failed", moment), errors=(fault,))


@breach("batches.completes")
class TasksExpireAtOnce(Lawful):
    """Lets every task expire when its work should be complete."""

    def step(self, batch: Batch, moment: int) -> Batch:
        if batch.status == "finalizing":
            return self.conclude(batch.reached("expired", batch.expires), done=batch.total)
        return super().step(batch, moment)


@breach("batches.completes")
class TasksAreCancelled(Lawful):
    """Cancels every task when its work is half done."""

    def step(self, batch: Batch, moment: int) -> Batch:
        if batch.status == "in_progress":
            return self.conclude(batch.reached("cancelled", moment), done=batch.total // 2)
        return super().step(batch, moment)


@breach("ids.batch-output-prefix")
class OutputsAreBatchFiles(Lawful):
    """Names an output as an input is named."""

    def result_id(self, batch: Batch, upload: Upload, kind: str) -> str:
        return super().result_id(batch, upload, kind).replace("batch_output", "batch")


@breach("ids.batch-output-prefix")
class OutputsHaveBareIds(Lawful):
    """Names an output without any prefix."""

    def result_id(self, batch: Batch, upload: Upload, kind: str) -> str:
        return super().result_id(batch, upload, kind).rpartition("-")[2]


@breach("batches.unknown-id")
class UnknownTasksAreNew(Lawful):
    """Shows an unknown task as one that is being validated."""

    def find_batch(self, account: str, batch_id: str) -> Batch:
        try:
            return super().find_batch(account, batch_id)
        except Refusal:
            now = self.now()
            return Batch(
                id=batch_id,
                account=account,
                input_file_id="file-batch-unknown",
                endpoint=TEST_ENDPOINT,
                window="24h",
                metadata=None,
                created=now,
                expires=now + 24 * 3600 * SECOND,
                status="validating",
                due=None,
            )


@breach("batches.unknown-id")
class TasksAreFoundByTheirBeginning(Lawful):
    """Finds a task by the first letters of its id."""

    def find_batch(self, account: str, batch_id: str) -> Batch:
        for batch in everything(self, account):
            if batch.id[:12] == batch_id[:12]:
                return batch
        return super().find_batch(account, batch_id)


@breach("batches.cancel-unknown")
class UnknownTasksAreCancelled(Lawful):
    """Answers the cancellation of an unknown task with its id."""

    def cancel_batch(self, account: str, batch_id: str) -> Body:
        known = everything(self, account)
        if known and self.store.batches.get(account, batch_id) is None:
            return {**self.describe_batch(known[0]), "id": batch_id, "status": "cancelled"}
        return super().cancel_batch(account, batch_id)


@breach("batches.cancel")
class NothingIsCancelled(Lawful):
    """Accepts a cancellation and works on."""

    def cancel_batch(self, account: str, batch_id: str) -> Body:
        batch = self.find_batch(account, batch_id)
        self.check_cancellable(batch)
        return {**self.describe_batch(batch), "status": "cancelling"}


@breach("batches.cancel")
class WorkIsNotCancelled(Lawful):
    """Refuses to cancel what is in progress."""

    def check_cancellable(self, batch: Batch) -> None:
        super().check_cancellable(batch)
        raise bad_parameter("batch_id", "the task is at work")


@breach("batches.cancel")
class ValidationIsNotCancelled(Lawful):
    """Refuses to cancel what is being validated."""

    def check_cancellable(self, batch: Batch) -> None:
        super().check_cancellable(batch)
        if batch.status == "validating":
            raise bad_parameter("batch_id", "the task is being validated")


@breach("batches.cancel")
class CancellationFails(Lawful):
    """Lets a task fail that is cancelled."""

    def step(self, batch: Batch, moment: int) -> Batch:
        stepped = super().step(batch, moment)
        return stepped.reached("failed", moment) if stepped.status == "cancelled" else stepped


@breach("batches.cancel-finished")
class FinishedTasksCanBeCancelled(Lawful):
    """Answers the cancellation of what has ended as if nothing were the matter."""

    def cancel_batch(self, account: str, batch_id: str) -> Body:
        batch = self.find_batch(account, batch_id)
        return self.describe_batch(batch) if batch.due is None else super().cancel_batch(account, batch_id)


@breach("batches.cancel-finished")
class FinishedTasksAreCancelled(Lawful):
    """Cancels what has ended."""

    def check_cancellable(self, batch: Batch) -> None:
        """Take anything."""

    def cancel_batch(self, account: str, batch_id: str) -> Body:
        batch = self.find_batch(account, batch_id)
        if batch.due is None:
            changed = batch.reached("cancelled", self.now())
            self.store.batches.change(changed)
            return self.describe_batch(changed)
        return super().cancel_batch(account, batch_id)


@breach("batches.cancel-keeps")
class CancelledOutputLost(Lawful):
    """Keeps the count of what was done before a cancellation, and not the results."""

    def conclude(self, batch: Batch, *, done: int) -> Batch:
        concluded = super().conclude(batch, done=done)
        return replace(concluded, output_file_id=None) if batch.status == "cancelled" else concluded


@breach("batches.cancel-keeps")
class CancelledCountsForgotten(Lawful):
    """Keeps the results of what was done before a cancellation, and not the count."""

    def counts(self, batch: Batch) -> Body:
        counts = super().counts(batch)
        return {**counts, "completed": 0} if batch.status == "cancelled" else counts


@breach("batches.cancel-keeps")
class CancelledResultsCut(Lawful):
    """Loses the last result that was there when a task was cancelled."""

    def conclude(self, batch: Batch, *, done: int) -> Batch:
        if batch.status != "cancelled" or not done:
            return super().conclude(batch, done=done)
        return replace(super().conclude(batch, done=done - 1), done=done)


@breach("isolation.batch")
class TasksAreEverybodys(Lawful):
    """Finds the tasks of any account."""

    def find_batch(self, account: str, batch_id: str) -> Batch:
        return self.store.batches.anywhere(batch_id) or super().find_batch(account, batch_id)


@breach("isolation.batch")
class TasksAreCancelledByAnybody(Lawful):
    """Cancels the tasks of any account."""

    def cancel_batch(self, account: str, batch_id: str) -> Body:
        batch = self.store.batches.anywhere(batch_id)
        return super().cancel_batch(batch.account if batch else account, batch_id)


@breach("isolation.batch")
class InputsAreEverybodys(Lawful):
    """Takes the input of any account."""

    def batch_input(self, account: str, file_id: object) -> Record:
        record = self.store.anywhere(file_id) if isinstance(file_id, str) else None
        return super().batch_input(record.account if record else account, file_id)


@breach("isolation.batch")
class TasksAreListedToAll(Lawful):
    """Lists the tasks of all accounts."""

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        page = super().select_batches(account, query)
        accounts = {self.settings.account(key) for key in self.settings.keys} - {account}
        more = [batch for other in sorted(accounts) for batch in everything(self, other)]
        return replace(page, batches=(*page.batches, *more)[: query.limit])


def everything(mock: Lawful, account: str) -> list[Batch]:
    """Give the tasks of an account, newest first."""
    return mock.store.batches.page(account, BatchQuery(limit=10_000), place=None, count=10_000)
