"""Lawful ways to be different: what the pages leave open, answered otherwise than `lawful` answers it.

They are weather too, because a clause that fails by one of them asks for more than the pages promise.
"""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC
from random import Random
from string import ascii_letters, digits

from conformance.mock import moments, refusals
from conformance.mock.batch_store import Batch
from conformance.mock.batches import BatchPage
from conformance.mock.chat import Conversation
from conformance.mock.clock import SECOND
from conformance.mock.completions import Completion
from conformance.mock.faults import weather
from conformance.mock.lawful import Lawful, World
from conformance.mock.records import Answer, Body, Call, Flow, Operation, Page, Query, Record, Upload
from conformance.mock.refusals import Refusal

SKEW = 2 * SECOND


@weather
class ExtraFields(Lawful):
    """Objects have members that no page names."""

    def describe(self, record: Record, operation: Operation) -> Body:
        return {**super().describe(record, operation), "region": self.settings.region.name, "tags": []}

    def listing(self, page: Page, query: Query) -> Body:
        return {**super().listing(page, query), "total": len(page.records), "next": None}

    def deletion(self, record: Record) -> Body:
        return {**super().deletion(record), "deleted_at": self.now() // SECOND}

    def whole(self, completion: Completion) -> Body:
        return {**super().whole(completion), "region": self.settings.region.name}

    def chunks(self, conversation: Conversation, completion: Completion) -> Iterable[Body]:
        return ({**chunk, "region": None} for chunk in super().chunks(conversation, completion))

    def describe_batch(self, batch: Batch) -> Body:
        return {**super().describe_batch(batch), "region": self.settings.region.name, "usage": None}

    def batch_listing(self, page: BatchPage) -> Body:
        return {**super().batch_listing(page), "total": len(page.batches)}

    def error(self, refusal: Refusal) -> Body:
        return {**super().error(refusal), "hint": None}


@weather
class ShuffledKeyOrder(Lawful):
    """The members of an object come in a new order each time."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._order = Random(world.settings.seed or 0)  # noqa: S311 - an order is no secret

    def line(self, body: object) -> bytes:
        return super().line(self._shuffled(body))

    def _shuffled(self, value: object) -> object:
        if isinstance(value, list):
            return [self._shuffled(item) for item in value]
        if not isinstance(value, dict):
            return value
        members = [(key, self._shuffled(item)) for key, item in value.items()]
        self._order.shuffle(members)
        return dict(members)


@weather
class PrettyJson(Lawful):
    """JSON is indented, and what is not ASCII is escaped."""

    def json(self, body: object) -> bytes:
        return (json.dumps(body, indent=4) + "\n").encode()


@weather
class CharsetInMediaType(Lawful):
    """JSON is sent as application/json;charset=UTF-8, as in 2024."""

    def finish(self, answer: Answer, call: Call) -> Answer:
        finished = super().finish(answer, call)
        is_json = finished.media_type == "application/json"
        return replace(finished, media_type="application/json;charset=UTF-8") if is_json else finished


@weather
class Compression(Lawful):
    """Answers are compressed with gzip for those who accept it."""

    def finish(self, answer: Answer, call: Call) -> Answer:
        finished = super().finish(answer, call)
        if "gzip" not in call.headers.get("accept-encoding", ""):
            return finished
        if isinstance(finished.body, Flow):
            flow = finished.body
            finished = replace(finished, body=replace(flow, pieces=_zipped(flow.pieces), size=None))
        return replace(finished, headers={**finished.headers, "content-encoding": "gzip"})

    def encode(self, answer: Answer) -> bytes:
        encoded = super().encode(answer)
        return gzip.compress(encoded, mtime=0) if "content-encoding" in answer.headers else encoded


@weather
class GatewayHeaders(Lawful):
    """Answers carry the headers that the real gateway adds."""

    def finish(self, answer: Answer, call: Call) -> Answer:
        finished = super().finish(answer, call)
        arrival = str(self.now() // 1000)
        added = {
            "server": "istio-envoy",
            "req-cost-time": "31",
            "req-arrive-time": arrival,
            "resp-start-time": arrival,
            "x-envoy-upstream-service-time": "30",
        }
        return replace(finished, headers={**finished.headers, **added})


@weather
class ConnectionClose(Lawful):
    """Each connection is closed after one answer."""

    def finish(self, answer: Answer, call: Call) -> Answer:
        finished = super().finish(answer, call)
        return replace(finished, headers={**finished.headers, "connection": "close"})


@weather
class AbsentStatusDetails(Lawful):
    """No file has the member status_details, as in every real answer that was seen."""

    def describe(self, record: Record, operation: Operation) -> Body:
        body = super().describe(record, operation)
        return {key: value for key, value in body.items() if key != "status_details"}


@weather
class StatusDetailsTold(Lawful):
    """status_details is a sentence."""

    def describe(self, record: Record, operation: Operation) -> Body:
        return {**super().describe(record, operation), "status_details": "Nothing to remark."}


@weather
class OldestFirst(Lawful):
    """The list starts with the oldest file."""

    def select(self, account: str, query: Query) -> Page:
        return super().select(account, replace(query, oldest_first=True))


@weather
class MixedAlphabetIds(Lawful):
    """Ids end in letters of both cases and digits, as until 2025."""

    def id_tail(self) -> str:
        return "".join(self.world.random.choices(ascii_letters + digits, k=24))


@weather
class ClockSkew(Lawful):
    """The server's clock is two seconds ahead."""

    def now(self) -> int:
        return super().now() + SKEW


@weather
class WholeSeconds(Lawful):
    """Creation is kept in whole seconds, so that files of one second have no order but that of upload."""

    def register(self, record: Record) -> Record:
        return super().register(replace(record, created=record.created_at * SECOND))


@weather
class TimesInUtc(Lawful):
    """Times in list filters are read as UTC."""

    def moment(self, name: str, text: str) -> int | None:
        return moments.moment(text, UTC)


@weather
class ErrorsWithoutRequestId(Lawful):
    """Errors have the member error and no other, as the File API's were seen."""

    def envelope(self, refusal: Refusal, call: Call) -> Body:
        return {"error": self.error(refusal)}


@weather
class ErrorsWithId(Lawful):
    """Errors have id and request_id, as the embeddings' were seen."""

    def envelope(self, refusal: Refusal, call: Call) -> Body:
        return {**super().envelope(refusal, call), "id": call.request_id}


@weather
class ErrorsWithNullCode(Lawful):
    """Errors have a code of null, but for those of keys."""

    def error(self, refusal: Refusal) -> Body:
        body = super().error(refusal)
        return body if refusal.status == 401 else {**body, "code": None}


@weather
class ErrorsInCamelCase(Lawful):
    """Errors have type and code InvalidParameter, but for those of keys."""

    def error(self, refusal: Refusal) -> Body:
        body = super().error(refusal)
        if refusal.status in {401, 429} or refusal.status >= 500:
            return body
        return {**body, "type": "InvalidParameter", "code": "InvalidParameter"}


@weather
class ErrorsWithoutParam(Lawful):
    """Errors leave param out."""

    def error(self, refusal: Refusal) -> Body:
        return {key: value for key, value in super().error(refusal).items() if key != "param"}


@weather
class RefusalsAreUnprocessable(Lawful):
    """What gets 400 otherwise gets 422."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        return super().refuse(replace(refusal, status=422) if refusal.status == 400 else refusal, call)


@weather
class UnknownFilesAreBadRequests(Lawful):
    """An unknown id gets 400."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        try:
            return super().find(account, file_id, operation)
        except Refusal as refusal:
            raise replace(refusal, status=400) from None


@weather
class UnknownCursorGivesNothing(Lawful):
    """A cursor that names no file gets an empty page."""

    def select(self, account: str, query: Query) -> Page:
        if query.after and self.store.trace(account, query.after) is None:
            return Page(records=(), has_more=False)
        return super().select(account, query)


@weather
class UnknownPurposeMatchesNothing(Lawful):
    """A purpose that is none of those listed filters all files out."""

    def purpose_filter(self, text: str) -> str | None:
        return text


@weather
class ResultFilterRefused(Lawful):
    """The filter purpose=batch_output is refused, because its row does not list it."""

    def purpose_filter(self, text: str) -> str | None:
        if text == "batch_output":
            raise refusals.bad_purpose()
        return super().purpose_filter(text)


@weather
class EmptyFilesRefused(Lawful):
    """An empty file is refused."""

    def accept(self, account: str, upload: Upload) -> Record:
        if not upload.bytes:
            raise refusals.bad_parameter("file", "The file is empty.")
        return super().accept(account, upload)


@weather
class FineTuneAccepted(Lawful):
    """The purpose fine-tune is taken, as one page says."""

    def purpose(self, sent: str | None) -> str:
        return sent if sent == "fine-tune" else super().purpose(sent)

    def formats(self, purpose: str) -> frozenset[str]:
        return frozenset({"jsonl"}) if purpose == "fine-tune" else super().formats(purpose)

    def new_id(self, account: str, upload: Upload) -> str:
        if upload.purpose == "fine-tune":
            return f"file-ft-{self.id_tail()}"
        return super().new_id(account, upload)


@weather
class SecondDeletionSucceeds(Lawful):
    """Deleting a file again is answered like the first time."""

    def delete(self, account: str, file_id: str) -> Body:
        is_gone = self.store.get(account, file_id) is None
        trace = self.store.trace(account, file_id)
        return self.deletion(trace) if trace and is_gone else super().delete(account, file_id)


def _zipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    squeeze = zlib.compressobj(wbits=zlib.MAX_WBITS | 16)
    for piece in pieces:
        yield squeeze.compress(piece) + squeeze.flush(zlib.Z_SYNC_FLUSH)
    yield squeeze.flush()
