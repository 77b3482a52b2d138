"""Breaches of the isolation chapter: an account reaches the files of another."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from conformance.mock.documents import Model
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Answer, Body, Call, Operation, Page, Query, Record
from conformance.mock.refusals import Refusal


def _enter_reach(name: str, description: str, is_reached: Callable[[Lawful, str, Record], bool]) -> None:
    @breach("isolation.retrieve", name=name, description=f"Retrieves {description}.")
    class Reaching(Lawful):
        def find(self, account: str, file_id: str, operation: Operation) -> Record:
            record = self.store.anywhere(file_id)
            if operation is Operation.RETRIEVE and record and is_reached(self, account, record):
                return record
            return super().find(account, file_id, operation)


REACHES: tuple[tuple[str, str, Callable[[Lawful, str, Record], bool]], ...] = (
    ("retrieve-reaches-all", "the files of any account", lambda *_: True),
    ("retrieve-reaches-documents", "the documents of any account", lambda _, __, record: record.purpose == "file-extract"),
    ("retrieve-reaches-batch-inputs", "the batch inputs of any account", lambda _, __, record: record.purpose == "batch"),
    ("retrieve-reaches-from-the-first", "any file for the account that came first", lambda mock, account, _: is_oldest(mock, account)),
)  # fmt: skip

for reach in REACHES:
    _enter_reach(*reach)


@breach("isolation.retrieve")
class RetrieveOfAnotherIsEmptySuccess(Lawful):
    """Answers 200 and an empty object for a file of another account."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        if call.operation is Operation.RETRIEVE and self.store.anywhere(call.file_id):
            return self.succeed({}, call)
        return super().refuse(refusal, call)


def _enter_leak(name: str, description: str, leaks: Callable[[Lawful, str, Query], bool]) -> None:
    @breach("isolation.list", name=name, description=f"Lists the files of all accounts {description}.")
    class Leaking(Lawful):
        def select(self, account: str, query: Query) -> Page:
            page = super().select(account, query)
            if not leaks(self, account, query):
                return page
            room = query.limit - len(page.records)
            theirs = [
                record
                for other in others(self, account)
                for record in self.store.page(
                    other, replace(query, after=None), place=None, count=query.limit
                )
            ]
            return Page(records=(*page.records, *theirs[:room]), has_more=page.has_more or len(theirs) > room)


LEAKS: tuple[tuple[str, str, Callable[[Lawful, str, Query], bool]], ...] = (
    ("list-leaks", "always", lambda *_: True),
    ("list-leaks-from-its-head", "where no cursor is given", lambda _, __, query: query.after is None),
    ("list-leaks-behind-a-cursor", "behind a cursor", lambda _, __, query: query.after is not None),
    ("list-leaks-by-purpose", "where a purpose is asked for", lambda _, __, query: query.purpose is not None),
    ("list-leaks-batch-inputs", "where batch inputs are asked for", lambda _, __, query: query.purpose == "batch"),
    ("list-leaks-by-purpose-behind-a-cursor", "behind a cursor, where a purpose is asked for", lambda _, __, query: query.after is not None and query.purpose is not None),
    ("list-leaks-by-create-after", "where create_after is given", lambda _, __, query: query.created_after is not None),
    ("list-leaks-by-create-before", "where create_before is given", lambda _, __, query: query.created_before is not None),
    ("list-leaks-to-the-first", "to the account that came first", lambda mock, account, _: is_oldest(mock, account)),
    ("list-leaks-to-later", "to every account but the one that came first", lambda mock, account, _: not is_oldest(mock, account)),
)  # fmt: skip

for leak in LEAKS:
    _enter_leak(*leak)


@breach("isolation.delete")
class AnyAccountDeletes(Lawful):
    """Deletes a file for whoever knows its id."""

    def delete(self, account: str, file_id: str) -> Body:
        record = self.store.anywhere(file_id)
        return super().delete(record.account if record else account, file_id)


@breach("isolation.delete")
class AnyAccountDeletesBatchInputs(Lawful):
    """Deletes a batch input for whoever knows its id."""

    def delete(self, account: str, file_id: str) -> Body:
        record = self.store.anywhere(file_id)
        is_input = record is not None and record.purpose == "batch"
        return super().delete(record.account if record and is_input else account, file_id)


@breach("isolation.delete")
class FirstAccountDeletesAnything(Lawful):
    """Deletes any file for the account that came first."""

    def delete(self, account: str, file_id: str) -> Body:
        record = self.store.anywhere(file_id)
        return super().delete(record.account if record and is_oldest(self, account) else account, file_id)


@breach("isolation.delete")
class ForeignDeletionDoneInSecret(Lawful):
    """Refuses to delete a file of another account, and deletes it."""

    def delete(self, account: str, file_id: str) -> Body:
        record = self.store.anywhere(file_id)
        if record and record.account != account:
            self.remove(record)
        return super().delete(account, file_id)


@breach("isolation.delete")
class ForeignDeletionPretended(Lawful):
    """Says deleted: true of a file of another account, and leaves it."""

    def delete(self, account: str, file_id: str) -> Body:
        record = self.store.anywhere(file_id)
        return (
            self.deletion(record)
            if record and record.account != account
            else super().delete(account, file_id)
        )


@breach("isolation.use")
class ChatReadsForAnyAccount(Lawful):
    """Reads a file in a chat for whoever knows its id."""

    def document(self, account: str, file_id: str) -> Record:
        record = self.store.anywhere(file_id)
        return super().document(record.account if record else account, file_id)


@breach("isolation.use")
class ChatReadsInTheFirstAccount(Lawful):
    """Looks in a chat for files of the account that came first, too."""

    def document(self, account: str, file_id: str) -> Record:
        first = self.settings.account(self.settings.keys[0])
        owner = account if self.store.get(account, file_id) else first
        return super().document(owner, file_id)


@breach("isolation.use")
class ChatLeavesForeignFilesOut(Lawful):
    """Answers without a file that is another account's."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        theirs = [
            name for name in file_ids if self.store.anywhere(name) and not self.store.get(account, name)
        ]
        return super().documents(account, model, [name for name in file_ids if name not in theirs])


def others(behaviour: Lawful, account: str) -> list[str]:
    """Name the other accounts."""
    names = [behaviour.settings.account(key) for key in behaviour.settings.keys]
    return [name for name in names if name != account]


def is_oldest(behaviour: Lawful, account: str) -> bool:
    """Tell whether an account is the one of the first key."""
    return account == behaviour.settings.account(behaviour.settings.keys[0])
