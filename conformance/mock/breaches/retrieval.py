"""Breaches of the retrieval chapter that are not about one field; those are in `objects`."""

from collections.abc import Callable
from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.clock import SECOND
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful, World, extension
from conformance.mock.records import Answer, Body, Call, Operation, Record
from conformance.mock.refusals import Refusal
from conformance.mock.settings import IMAGE_FORMATS


@breach("retrieval.found")
class RetrieveFindsNothing(Lawful):
    """Finds no file by its id."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        if operation is Operation.RETRIEVE:
            raise refusals.no_such_file(file_id)
        return super().find(account, file_id, operation)


@breach("retrieval.found")
class RetrieveFindsNoBatchInputs(Lawful):
    """Finds documents only."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        record = super().find(account, file_id, operation)
        if operation is Operation.RETRIEVE and record.purpose == "batch":
            raise refusals.no_such_file(file_id)
        return record


@breach("retrieval.found")
class RetrieveFindsNoDocuments(Lawful):
    """Finds batch inputs only."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        record = super().find(account, file_id, operation)
        if operation is Operation.RETRIEVE and record.purpose == "file-extract":
            raise refusals.no_such_file(file_id)
        return record


@breach("retrieval.found")
class RetrieveAnswersAList(Lawful):
    """Wraps the retrieved file in a list of one."""

    def describe(self, record: Record, operation: Operation) -> Body:
        body = super().describe(record, operation)
        return {"object": "list", "data": [body]} if operation is Operation.RETRIEVE else body


@breach("authentication.bearer")
class RetrieveForbidden(Lawful):
    """Forbids to look at files."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        record = super().find(account, file_id, operation)
        if operation is Operation.RETRIEVE:
            raise Refusal(status=403, message="Access denied.", code="AccessDenied")
        return record


@breach("retrieval.id")
class RetrievalIdFresh(Lawful):
    """Shows another id with each retrieval."""

    def describe(self, record: Record, operation: Operation) -> Body:
        body = super().describe(record, operation)
        tail = self.id_tail()
        return {**body, "id": record.id[: -len(tail)] + tail} if operation is Operation.RETRIEVE else body


@breach("retrieval.created-at")
class RetrievalCreatedLater(Lawful):
    """Shows when the file was stored rather than created, some seconds later."""

    def describe(self, record: Record, operation: Operation) -> Body:
        shown = replace(record, created=record.created + 3 * SECOND)
        return super().describe(shown if operation is Operation.RETRIEVE else record, operation)


@breach("retrieval.filename")
class RetrievalFilenameLowerCase(Lawful):
    """Retrieves the file name in another case."""

    def describe(self, record: Record, operation: Operation) -> Body:
        body = super().describe(record, operation)
        return {**body, "filename": record.filename.swapcase()} if operation is Operation.RETRIEVE else body


@breach("retrieval.unknown-id")
class RetrieveInventsFiles(Lawful):
    """Describes an empty file for any id."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        if operation is Operation.RETRIEVE and not self.store.knows(file_id):
            return Record(
                id=file_id, account=account, purpose="file-extract", filename="", bytes=0, created=self.now()
            )
        return super().find(account, file_id, operation)


@breach("retrieval.unknown-id")
class RetrieveGivesTheNewest(Lawful):
    """Gives the newest file for an unknown id."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        ids = self.store.ids(account)
        unknown = operation is Operation.RETRIEVE and not self.store.knows(file_id)
        return super().find(account, ids[0] if unknown and ids else file_id, operation)


@breach("retrieval.unknown-id")
class RetrieveAnswersNull(Lawful):
    """Answers 200 with nothing for an unknown id."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        if call.operation is Operation.RETRIEVE and refusal.status == 404 and is_new(self, call):
            return self.succeed(None, call)
        return super().refuse(refusal, call)


@breach("retrieval.unknown-id")
class RetrieveAnswersErrorAsSuccess(Lawful):
    """Answers 200 with an error inside for an unknown id."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        if call.operation is Operation.RETRIEVE and refusal.status == 404 and is_new(self, call):
            return self.succeed(self.envelope(refusal, call), call)
        return super().refuse(refusal, call)


def _enter_careless(name: str, description: str, is_meant: Callable[[str, str], bool]) -> None:
    @breach("retrieval.id", name=name, description=description)
    class Careless(Lawful):
        def find(self, account: str, file_id: str, operation: Operation) -> Record:
            meant = [known for known in self.store.ids(account) if is_meant(known, file_id)]
            careless = operation is Operation.RETRIEVE and not self.store.knows(file_id)
            return super().find(account, meant[0] if careless and meant else file_id, operation)


_enter_careless(
    "retrieval-in-any-case",
    "Retrieves a file in whichever case its id is written.",
    lambda known, asked: known.lower() == asked.lower(),
)
_enter_careless(
    "retrieval-by-beginning",
    "Retrieves a file by the beginning of its id.",
    lambda known, asked: known.startswith(asked) and len(asked) > len("file-batch-"),
)


@breach("retrieval.settles")
class ParsingNeverEnds(Lawful):
    """Leaves every file in processing."""

    def status(self, record: Record, operation: Operation) -> str:
        return "processing"


@breach("retrieval.settles")
class ParsingOfDocumentsNeverEnds(Lawful):
    """Leaves documents in processing."""

    def status(self, record: Record, operation: Operation) -> str:
        return "processing" if record.purpose == "file-extract" else super().status(record, operation)


@breach("retrieval.settles")
class ParsingOfImagesNeverEnds(Lawful):
    """Leaves images in processing."""

    def status(self, record: Record, operation: Operation) -> str:
        is_image = extension(record.filename) in IMAGE_FORMATS
        return "processing" if is_image else super().status(record, operation)


@breach("retrieval.settles")
class ParsingNeverEndsForRetrieve(Lawful):
    """Says processed at the upload and processing whenever asked again."""

    def status(self, record: Record, operation: Operation) -> str:
        return "processing" if operation is Operation.RETRIEVE else super().status(record, operation)


RESTLESS: tuple[tuple[str, str, Callable[[Record, int], Record]], ...] = (
    ("retrieval-touches-time", "moves the time of creation on", lambda record, times: replace(record, created=record.created + times * 5 * SECOND)),
    ("retrieval-forgets-name", "has forgotten the file name", lambda record, _: replace(record, filename="unnamed")),
    ("retrieval-forgets-size", "has forgotten the size", lambda record, _: replace(record, bytes=0)),
    ("retrieval-grows-size", "adds the count of readers to the size", lambda record, times: replace(record, bytes=record.bytes + times)),
    ("retrieval-changes-purpose", "takes the file for a result", lambda record, _: replace(record, purpose="batch_output")),
    ("retrieval-changes-id", "gives the file a new id", lambda record, _: replace(record, id=record.id[:-1] + ("0" if record.id[-1] != "0" else "1"))),
)  # fmt: skip


def _enter_restless(name: str, description: str, moved: Callable[[Record, int], Record]) -> None:
    @breach("retrieval.steady", name=name, description=f"From the second time on, retrieve {description}.")
    class Restless(Lawful):
        def __init__(self, world: World) -> None:
            super().__init__(world)
            self._asked = dict[str, int]()

        def describe(self, record: Record, operation: Operation) -> Body:
            if operation is not Operation.RETRIEVE:
                return super().describe(record, operation)
            times = self._asked.get(record.id, 0)
            self._asked[record.id] = times + 1
            return super().describe(moved(record, times) if times else record, operation)


for row in RESTLESS:
    _enter_restless(*row)


def is_new(behaviour: Lawful, call: Call) -> bool:
    """Tell whether an id was never given out: a deleted file is another clause's business."""
    return not behaviour.store.knows(call.file_id)
