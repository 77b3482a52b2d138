"""Lawful ways for batches to be different: where pages and real answers disagree, `lawful` does what was seen."""

from dataclasses import replace

from conformance.mock.batch_store import Batch, BatchQuery
from conformance.mock.batches import BatchPage
from conformance.mock.clock import SECOND
from conformance.mock.faults import weather
from conformance.mock.lawful import Lawful, World
from conformance.mock.records import Body, Call, Record, Upload
from conformance.mock.refusals import Refusal

SLOWNESS = 10
TASK = (
    b'{"custom_id":"strange","method":"POST","url":"/v1/chat/ds-test",'
    b'"body":{"model":"batch-test-model","messages":[{"role":"user","content":"strange"}]}}\n'
)
STRANGE_BATCHES = 4


@weather
class SlowBatches(Lawful):
    """Batches take ten times as long."""

    def stage(self, status: str) -> int:
        return super().stage(status) * SLOWNESS

    def line_time(self, batch: Batch) -> int:
        return super().line_time(batch) * SLOWNESS


@weather
class OverdueBatches(Lawful):
    """No batch is finished in its window; of two requests or more, some are done when it expires."""

    def line_time(self, batch: Batch) -> int:
        return 2 * (batch.expires - batch.created) // (1 + batch.total)


@weather
class StrangeBatches(Lawful):
    """Other clients of the account have a batch run with each fifth request, and delete its files later."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._seen = 0
        self._strange: list[tuple[Record, str]] = []

    def admit(self, account: str, call: Call) -> None:
        super().admit(account, call)
        self._seen += 1
        if self._seen % 5:
            return
        planted = Lawful.plant(self, account, filename="strange.jsonl", body=TASK, purpose="batch")
        order: Body = {
            "input_file_id": planted.id,
            "endpoint": "/v1/chat/ds-test",
            "completion_window": "24h",
        }
        batch_id = str(Lawful.create_batch(self, account, order)["id"])
        self._strange.append((planted, batch_id))
        if len(self._strange) > STRANGE_BATCHES:
            self._clean(*self._strange.pop(0))

    def _clean(self, planted: Record, batch_id: str) -> None:
        Lawful.remove(self, planted)
        batch = self.store.batches.get(planted.account, batch_id)
        output = self.store.get(planted.account, batch.output_file_id or "") if batch else None
        if output:
            Lawful.remove(self, output)


@weather
class CountsAtTheEnd(Lawful):
    """A batch counts no request as done before all are."""

    def counts(self, batch: Batch) -> Body:
        counts = super().counts(batch)
        is_going_on = batch.status in {"in_progress", "finalizing", "cancelling"}
        return {**counts, "completed": 0, "failed": 0} if is_going_on else counts


@weather
class ExpiresAtTold(Lawful):
    """A batch says from the first when it will expire, as the pages have it."""

    def moments(self, batch: Batch) -> Body:
        return {**super().moments(batch), "expires_at": batch.expires // SECOND}


@weather
class CancellingAtTold(Lawful):
    """A batch says since when it is being cancelled, as the pages have it."""

    def moments(self, batch: Batch) -> Body:
        moment = batch.moments.get("cancelling_at")
        return {**super().moments(batch), "cancelling_at": None if moment is None else moment // SECOND}


@weather
class EmptyBatchListIsArray(Lawful):
    """An empty list of batches has the data [], as the pages have it."""

    def batch_listing(self, page: BatchPage) -> Body:
        body = super().batch_listing(page)
        return {**body, "data": body["data"] or []}


@weather
class ErrorFilesOfTheirOwnKind(Lawful):
    """The id of an error file begins with file-batch_error-, as in the pages' samples."""

    def result_id(self, batch: Batch, upload: Upload, kind: str) -> str:
        own = super().result_id(batch, upload, kind)
        return own.replace("batch_output", "batch_error") if kind == "error" else own


@weather
class FailedLinesInOutput(Lawful):
    """Requests that were refused are in the output file and count as completed, as was seen in 2026."""

    def failure(self, custom_id: object, refusal: Refusal) -> Body:
        error = {"error": self.error(refusal)}
        line = super().failure(custom_id, refusal)
        response = {"status_code": refusal.status, "request_id": line["id"], "body": error}
        return {**line, "response": response, "error": None}


@weather
class LineErrorsAsTheScriptReads(Lawful):
    """Lines of an error file have error_code and error_message, as the page's own script reads them."""

    def line_error(self, code: str, message: str) -> Body:
        return {"error_code": code, "error_message": message}


@weather
class DownloadsWithoutType(Lawful):
    """A download has no Content-Type, as was seen."""

    def content_type(self, record: Record) -> str:
        return ""


@weather
class UnknownBatchesAreBadRequests(Lawful):
    """An unknown batch id gets 400."""

    def find_batch(self, account: str, batch_id: str) -> Batch:
        try:
            return super().find_batch(account, batch_id)
        except Refusal as refusal:
            raise replace(refusal, status=400) from None


@weather
class UnknownBatchCursorGivesNothing(Lawful):
    """A cursor that names no batch gets an empty page."""

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        if query.after and self.store.batches.get(account, query.after) is None:
            return BatchPage(batches=(), has_more=False)
        return super().select_batches(account, query)
