"""Breaches of the lifecycle chapter: states that go back, files that come back, files that go."""

from collections.abc import Callable

from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful, World
from conformance.mock.records import Body, Call, Operation, Record

# So many requests into a run its uploads are done, and its deletions are not.
MIDDLE = 120


def _enter_state(
    clause: str, name: str, description: str, state: Callable[[Record, Operation, int], str | None]
) -> None:
    @breach(clause, name=name, description=description)
    class Restless(Lawful):
        def __init__(self, world: World) -> None:
            super().__init__(world)
            self._removed = 0

        def remove(self, record: Record) -> None:
            self._removed += 1
            super().remove(record)

        def status(self, record: Record, operation: Operation) -> str:
            return state(record, operation, self._removed) or super().status(record, operation)


def _listed(word: str, purpose: str = "") -> Callable[[Record, Operation, int], str | None]:
    return lambda record, operation, _: (
        word if operation is Operation.LIST and record.purpose.startswith(purpose) else None
    )


STATES: tuple[tuple[str, str, str, Callable[[Record, Operation, int], str | None]], ...] = (
    ("lifecycle.status-forward", "states-go-back", "Parses every file again once one was deleted.", lambda _, __, removed: "processing" if removed else None),
    ("lifecycle.status-forward", "states-start-anew", "Retrieve says uploaded of every file once one was deleted.", lambda _, operation, removed: "uploaded" if removed and operation is Operation.RETRIEVE else None),
    ("lifecycle.status-forward", "states-of-batch-inputs-go-back", "Parses batch inputs again once a file was deleted.", lambda record, _, removed: "processing" if removed and record.purpose == "batch" else None),
    ("lifecycle.status-agrees", "list-always-processing", "The list calls every file processing.", _listed("processing")),
    ("lifecycle.status-agrees", "list-always-uploaded", "The list keeps the state that a file had at first.", _listed("uploaded")),
    ("lifecycle.status-agrees", "list-in-capitals", "The list writes the state in capitals.", _listed("PROCESSED")),
    ("lifecycle.status-agrees", "list-forgets-batch-inputs", "The list calls batch inputs processing.", _listed("processing", "batch")),
    ("lifecycle.status-agrees", "list-forgets-documents", "The list calls documents processing.", _listed("processing", "file-extract")),
)  # fmt: skip

for row in STATES:
    _enter_state(*row)


@breach("lifecycle.status-forward")
class StatesFlicker(Lawful):
    """Each second retrieval of a file calls it processing."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._asked = dict[str, int]()

    def status(self, record: Record, operation: Operation) -> str:
        if operation is not Operation.RETRIEVE:
            return super().status(record, operation)
        self._asked[record.id] = self._asked.get(record.id, 0) + 1
        return super().status(record, operation) if self._asked[record.id] % 2 else "processing"


Rises = Callable[[str, Record, int, Record | None], bool]


def _enter_return(name: str, description: str, rises: Rises) -> None:
    @breach(
        "lifecycle.deletion-lasts", name=name, description=f"A deleted file is there again {description}."
    )
    class Haunted(Lawful):
        def __init__(self, world: World) -> None:
            super().__init__(world)
            self._buried = dict[Record, int]()

        async def meet(self, call: Call) -> None:
            self._buried = {dead: since + 1 for dead, since in self._buried.items()}
            self._rise("request", None)
            await super().meet(call)

        def register(self, record: Record) -> Record:
            self._rise("upload", record)
            return super().register(record)

        def remove(self, record: Record) -> None:
            super().remove(record)
            self._rise("deletion", record)
            self._buried[record] = 0

        def _rise(self, event: str, cause: Record | None) -> None:
            for dead, since in list(self._buried.items()):
                if rises(event, dead, since, cause):
                    del self._buried[dead]
                    self.store.add(dead)


RETURNS: tuple[tuple[str, str, Rises], ...] = (
    ("deleted-return-with-their-content", "when its content is uploaded once more", lambda event, dead, _, cause: event == "upload" and cause is not None and cause.digest == dead.digest),
    ("deleted-return-with-an-upload", "when another is uploaded", lambda event, *_: event == "upload"),
    ("deleted-return-with-a-deletion", "when another is deleted, some requests later", lambda event, _, since, __: event == "deletion" and since > 3),
    ("deleted-return-in-time", "some twenty requests later", lambda _, __, since, ___: since > 20),
)  # fmt: skip

for returning in RETURNS:
    _enter_return(*returning)


def _enter_second(name: str, description: str, is_victim: Callable[[Record, Record], bool]) -> None:
    @breach(
        "lifecycle.second-deletion-harmless", name=name, description=f"A second deletion takes {description}."
    )
    class Thorough(Lawful):
        def delete(self, account: str, file_id: str) -> Body:
            gone = self.store.trace(account, file_id)
            if gone and self.store.get(account, file_id) is None:
                living = [self.store.get(account, name) for name in self.store.ids(account)]
                for victim in [each for each in living if each and is_victim(gone, each)][:1]:
                    self.remove(victim)
            return super().delete(account, file_id)


_enter_second("second-deletion-takes-the-newest", "the newest file", lambda *_: True)
_enter_second(
    "second-deletion-takes-the-name",
    "another file of that name",
    lambda gone, each: each.filename == gone.filename,
)
_enter_second(
    "second-deletion-takes-the-content",
    "another file of that content",
    lambda gone, each: each.digest == gone.digest,
)
_enter_second(
    "second-deletion-takes-the-purpose",
    "another file of that purpose",
    lambda gone, each: each.purpose == gone.purpose,
)


@breach("lifecycle.upload-survives")
class UploadsPushOut(Lawful):
    """Keeps the last 22 uploads of an account."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._uploaded: list[Record] = []

    def register(self, record: Record) -> Record:
        self._uploaded.append(super().register(record))
        mine = [each for each in self._uploaded if each.account == record.account]
        for oldest in mine[:-22]:
            Lawful.remove(self, oldest)
        return self._uploaded[-1]


@breach("lifecycle.upload-survives")
class UploadsExpire(Lawful):
    """Drops the first upload some hundred requests later."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._met = 0
        self._uploaded: list[Record] = []

    async def meet(self, call: Call) -> None:
        self._met += 1
        if self._met == MIDDLE:
            Lawful.remove(self, self._uploaded[0])
        await super().meet(call)

    def register(self, record: Record) -> Record:
        self._uploaded.append(super().register(record))
        return self._uploaded[-1]


@breach("lifecycle.upload-survives")
class UploadsAreReadOnce(Lawful):
    """Drops a file when it was retrieved twice."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._read = dict[str, int]()

    def describe(self, record: Record, operation: Operation) -> Body:
        self._read[record.id] = self._read.get(record.id, 0) + (operation is Operation.RETRIEVE)
        if self._read[record.id] == 2:
            Lawful.remove(self, record)
        return super().describe(record, operation)
