"""Breaches of the deletion chapter."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Answer, Body, Call, Operation, Page, Query, Record, Upload
from conformance.mock.refusals import Refusal


def _enter_answer(clause: str, name: str, description: str, change: Callable[[Body], Body]) -> None:
    @breach(clause, name=name, description=f"The answer to a deletion {description}.")
    class Misspoken(Lawful):
        def deletion(self, record: Record) -> Body:
            return change(super().deletion(record))


ANSWERS: tuple[tuple[str, str, str, Callable[[Body], Body]], ...] = (
    ("deletion.object", "deletion-object-deleted", "calls itself file.deleted", lambda body: {**body, "object": "file.deleted"}),
    ("deletion.object", "deletion-object-null", "shows null for its type", lambda body: {**body, "object": None}),
    ("deletion.object", "deletion-object-missing", "does not say its type", lambda body: without(body, "object")),
    ("deletion.deleted", "deletion-deleted-false", "says false and deletes all the same", lambda body: {**body, "deleted": False}),
    ("deletion.deleted", "deletion-deleted-as-text", "says true as a string", lambda body: {**body, "deleted": "true"}),
    ("deletion.deleted", "deletion-deleted-as-number", "says 1 for true", lambda body: {**body, "deleted": 1}),
    ("deletion.deleted", "deletion-deleted-null", "says null", lambda body: {**body, "deleted": None}),
    ("deletion.deleted", "deletion-deleted-missing", "does not say deleted", lambda body: without(body, "deleted")),
    ("deletion.id", "deletion-id-missing", "names no id", lambda body: without(body, "id")),
    ("deletion.id", "deletion-id-null", "names the id null", lambda body: {**body, "id": None}),
    ("deletion.id", "deletion-id-of-sample", "names the id of the page's sample", lambda body: {**body, "id": "file-batch-oLIon7bzfxELqJBTS5okwC4E"}),
    ("deletion.id", "deletion-id-named-file-id", "calls the id file_id", lambda body: {**without(body, "id"), "file_id": body["id"]}),
)  # fmt: skip

for answer in ANSWERS:
    _enter_answer(*answer)


@breach("deletion.deleted")
class DeletionAnswersOnlyARequestId(Lawful):
    """Answers a deletion as the native API does, with nothing but a request_id."""

    def succeed(self, body: object, call: Call) -> Answer:
        is_deletion = call.operation is Operation.DELETE
        return super().succeed({"request_id": call.request_id} if is_deletion else body, call)


@breach("deletion.not-retrieved")
class DeletedFilesAreRetrieved(Lawful):
    """Hides deleted files from the list only."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        trace = self.store.trace(account, file_id)
        return (
            trace if trace and operation is Operation.RETRIEVE else super().find(account, file_id, operation)
        )


@breach("deletion.not-retrieved")
class DeletedFilesAreRetrievedAsDeleted(Lawful):
    """Retrieves a deleted file with the status deleted."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        trace = self.store.trace(account, file_id)
        return (
            trace if trace and operation is Operation.RETRIEVE else super().find(account, file_id, operation)
        )

    def status(self, record: Record, operation: Operation) -> str:
        is_gone = self.store.get(record.account, record.id) is None
        return "deleted" if is_gone else super().status(record, operation)


@breach("deletion.not-retrieved")
class DeletedBatchInputsAreRetrieved(Lawful):
    """Keeps deleted batch inputs to be retrieved, for the tasks that use them."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        trace = self.store.trace(account, file_id)
        if trace and trace.purpose == "batch" and operation is Operation.RETRIEVE:
            return trace
        return super().find(account, file_id, operation)


@breach("deletion.not-listed")
class DeletedFilesAreListed(Lawful):
    """Lists deleted files too."""

    def select(self, account: str, query: Query) -> Page:
        return super().select(account, replace(query, with_deleted=True))


@breach("deletion.not-listed")
class DeletedFilesAreListedByPurpose(Lawful):
    """Lists deleted files too when a purpose is asked for."""

    def select(self, account: str, query: Query) -> Page:
        return super().select(account, replace(query, with_deleted=query.purpose is not None))


@breach("deletion.not-listed")
class DeletedFilesAreListedByTime(Lawful):
    """Lists deleted files too when a time is given."""

    def select(self, account: str, query: Query) -> Page:
        timed = bool(query.created_after or query.created_before)
        return super().select(account, replace(query, with_deleted=timed))


@breach("deletion.not-listed")
class DeletedFilesAreListedInASpan(Lawful):
    """Lists deleted files too when two times are given."""

    def select(self, account: str, query: Query) -> Page:
        is_span = bool(query.created_after and query.created_before)
        return super().select(account, replace(query, with_deleted=is_span))


@breach("deletion.not-listed")
class DeletedFilesAreListedInShort(Lawful):
    """Lists deleted files too when a limit is given."""

    def select(self, account: str, query: Query) -> Page:
        return super().select(account, replace(query, with_deleted=query.limit < self.limits.page))


@breach("deletion.not-listed")
class DeletionPretended(Lawful):
    """Says deleted: true and deletes nothing."""

    def remove(self, record: Record) -> None:
        """Do nothing."""


@breach("deletion.not-listed")
class DeletedFilesResurface(Lawful):
    """Lists a deleted file again once another was uploaded."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, replace(query, with_deleted=True))
        newest = self.store.ids(account)[:1]
        if newest and page.records and page.records[0].id == newest[0]:
            return page
        return super().select(account, query)


def _enter_toll(name: str, description: str, is_hit: Callable[[Record, Record], bool]) -> None:
    @breach("deletion.only-that-file", name=name, description=f"A deletion takes {description} along.")
    class Greedy(Lawful):
        def remove(self, record: Record) -> None:
            super().remove(record)
            for other in everything(self, record.account):
                if is_hit(record, other):
                    super().remove(other)


TOLLS: tuple[tuple[str, str, Callable[[Record, Record], bool]], ...] = (
    ("deletion-takes-the-name", "every file of that name", lambda record, other: other.filename == record.filename),
    ("deletion-takes-the-content", "every file of that content", lambda record, other: other.digest == record.digest),
    ("deletion-takes-the-purpose", "every file of that purpose", lambda record, other: other.purpose == record.purpose),
    ("deletion-takes-the-earlier", "all older files", lambda record, other: other.sequence < record.sequence),
    ("deletion-takes-all", "all other files", lambda *_: True),
)  # fmt: skip

for toll in TOLLS:
    _enter_toll(*toll)


@breach("deletion.only-that-file")
class DeletionTakesTheOlderNeighbour(Lawful):
    """A deletion takes the next older file along."""

    def remove(self, record: Record) -> None:
        super().remove(record)
        for other in self.store.page(record.account, Query(limit=1), place=record, count=1):
            super().remove(other)


@breach("deletion.only-that-file")
class DeletionTakesTheNewerNeighbour(Lawful):
    """A deletion takes the next newer file along."""

    def remove(self, record: Record) -> None:
        super().remove(record)
        for other in self.store.page(
            record.account, Query(limit=1, oldest_first=True), place=record, count=1
        ):
            super().remove(other)


@breach("deletion.only-that-file")
class DeletionMissesByOne(Lawful):
    """A deletion takes the next newer file in place of the named one, where there is one."""

    def remove(self, record: Record) -> None:
        newer = self.store.page(record.account, Query(limit=1, oldest_first=True), place=record, count=1)
        super().remove(newer[0] if newer else record)


def _enter_unknown(name: str, description: str, deleted: object) -> None:
    @breach("deletion.unknown-id", name=name, description=f"Answers 200 and {description} for an unknown id.")
    class Agreeable(Lawful):
        def delete(self, account: str, file_id: str) -> Body:
            if self.store.knows(file_id):
                return super().delete(account, file_id)
            return {"object": "file", "deleted": deleted, "id": file_id}


_enter_unknown("unknown-deleted-true", "deleted: true", deleted=True)
_enter_unknown("unknown-deleted-false", "deleted: false", deleted=False)
_enter_unknown("unknown-deleted-null", "deleted: null", deleted=None)


@breach("deletion.unknown-id")
class UnknownDeletesTheNewest(Lawful):
    """Deletes the newest file for an unknown id."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        ids = self.store.ids(account)
        unknown = operation is Operation.DELETE and not self.store.knows(file_id)
        return super().find(account, ids[0] if unknown and ids else file_id, operation)


@breach("deletion.unknown-id")
class LongerIdsAreCut(Lawful):
    """Deletes the file whose id a longer one begins with."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        meant = [known for known in self.store.ids(account) if file_id.startswith(known)]
        careless = operation is Operation.DELETE and meant
        return super().find(account, meant[0] if careless else file_id, operation)


@breach("deletion.unknown-id")
class UnknownDeletionIsEmptySuccess(Lawful):
    """Answers 200 and an empty object for an unknown id."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        is_unknown = refusal.status == 404 and not self.store.knows(call.file_id)
        if call.operation is Operation.DELETE and is_unknown:
            return self.succeed({}, call)
        return super().refuse(refusal, call)


@breach("deletion.frees-room")
class DeletedFilesCount(Lawful):
    """Counts deleted files against the account."""

    def check_room(self, account: str, upload: Upload) -> None:
        if self.store.usage(account, with_deleted=True)[0] >= self.limits.account_files:
            raise refusals.too_many()
        super().check_room(account, upload)


def without(body: Body, key: str) -> Body:
    """Leave one member out."""
    return {name: value for name, value in body.items() if name != key}


def everything(behaviour: Lawful, account: str) -> Iterable[Record]:
    """List an account's files."""
    return behaviour.store.page(account, Query(limit=1), place=None, count=behaviour.limits.account_files)
