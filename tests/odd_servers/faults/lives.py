"""Faults in the life of a file: ids, retrieval, deletion."""

# ruff: noqa: ARG002  the signatures are those of the server that is bent

import time

from starlette.requests import Request

from tests.odd_servers.faults.fault import fault
from tests.odd_servers.server import Odd, Record, RefusalError, Said, Shelf


@fault("deletion.not-listed")
class DeletedStaysListed(Odd):
    def is_listed(self, record: Record) -> bool:
        return True


@fault("deletion.not-retrieved")
class DeletedStaysRetrievable(Odd):
    """A deleted file is shown with the status deleted."""

    def find(self, shelf: Shelf, name: str) -> Record:
        return shelf[name] if name in shelf else super().find(shelf, name)

    def described(self, record: Record, where: str) -> Said:
        return super().described(record, where) | ({"status": "deleted"} if record["gone"] else {})


@fault("deletion.not-listed", "deletion.not-retrieved")
class DeletionIsAPromise(Odd):
    """The answer says that it was done, and nothing was."""

    def remove(self, shelf: Shelf, record: Record) -> None:
        pass


@fault("deletion.not-listed", "deletion.not-retrieved")
class DeletedComesBack(Odd):
    """Half a second later the file is there again."""

    def is_seen(self, record: Record, where: str) -> bool:
        return record["gone"] is None or time.time() > record["gone"] + 0.5


@fault("deletion.only-that-file", also=("retrieval.found", "listing.complete"))
class DeletesEqualContents(Odd):
    def remove(self, shelf: Shelf, record: Record) -> None:
        for other in shelf.values():
            if other["content"] == record["content"]:
                super().remove(shelf, other)


@fault("deletion.only-that-file", also=("retrieval.found", "listing.complete"))
class DeletesEqualNames(Odd):
    def remove(self, shelf: Shelf, record: Record) -> None:
        for other in shelf.values():
            if other["filename"] == record["filename"]:
                super().remove(shelf, other)


@fault("deletion.only-that-file", also=("retrieval.found", "listing.complete"))
class DeletesTheNextOneToo(Odd):
    def remove(self, shelf: Shelf, record: Record) -> None:
        order = self.ordered(shelf, {})
        for other in order[order.index(record) :][:2]:
            super().remove(shelf, other)


@fault("deletion.unknown-id")
class DeletesAnything(Odd):
    def delete(self, shelf: Shelf, name: str) -> Said:
        return (
            super().delete(shelf, name) if name in shelf else {"object": "file", "deleted": True, "id": name}
        )


@fault("deletion.deleted", also=("deletion.unknown-id",))
class DeletesWithFalse(Odd):
    def delete(self, shelf: Shelf, name: str) -> Said:
        return super().delete(shelf, name) | {"deleted": False}


@fault("deletion.deleted", also=("deletion.unknown-id",))
class DeletesWithOne(Odd):
    def delete(self, shelf: Shelf, name: str) -> Said:
        return super().delete(shelf, name) | {"deleted": 1}


@fault("deletion.id")
class DeletionNamesNobody(Odd):
    def delete(self, shelf: Shelf, name: str) -> Said:
        return super().delete(shelf, name) | {"id": name.rpartition("-")[2]}


@fault("deletion.object")
class DeletionObject(Odd):
    def delete(self, shelf: Shelf, name: str) -> Said:
        return super().delete(shelf, name) | {"object": "file.deleted"}


@fault("deletion.deleted")
class DeletesAndCrashes(Odd):
    """The file is deleted, and then the answer cannot be made."""

    def delete(self, shelf: Shelf, name: str) -> Said:
        live = name in shelf and shelf[name]["gone"] is None
        if name in shelf and not live:
            raise RefusalError(404, "No such File object")
        said = super().delete(shelf, name)
        if live:
            raise ZeroDivisionError
        return said


@fault("ids.unique", also=("deletion.only-that-file",))
class IdsOfContents(Odd):
    """Equal contents are one file."""

    def record(self, filename: str, content: bytes, purpose: str, *, ago: float = 0.0) -> Record:
        record = super().record(filename, content, purpose, ago=ago)
        if filename.startswith("stranger-"):
            return record
        for other in self._everyone().values():
            if other["content"] == content[:64] and other["purpose"] == purpose and other["gone"] is None:
                return other
        return record


@fault("ids.batch-prefix")
class OnePrefixForAll(Odd):
    def identifier(self, purpose: str) -> str:
        return super().identifier("file-extract" if purpose == "batch" else purpose)


@fault("ids.file-extract-prefix", "ids.batch-prefix")
class IdsWithoutPurpose(Odd):
    def identifier(self, purpose: str) -> str:
        known = purpose in {"file-extract", "batch"}
        return (
            "file-" + super().identifier(purpose).rpartition("-")[2] if known else super().identifier(purpose)
        )


@fault("retrieval.unknown-id")
class UnknownIsNull(Odd):
    def retrieve(self, shelf: Shelf, name: str) -> Said:
        try:
            return super().retrieve(shelf, name)
        except RefusalError:
            return {"id": name, "object": "file", "status": "error", "bytes": 0, "created_at": 1} | {
                "filename": "unknown",
                "purpose": "fine-tune",
            }


@fault("retrieval.unknown-id", also=("retrieval.id",))
class NearestIdWillDo(Odd):
    """A file is found by the beginning of its id."""

    def find(self, shelf: Shelf, name: str) -> Record:
        near = [
            record for record in shelf.values() if record["id"][:20] == name[:20] and record["gone"] is None
        ]
        return near[0] if near else super().find(shelf, name)


@fault(
    "retrieval.id",
    "retrieval.bytes",
    "retrieval.filename",
    "retrieval.created-at",
    also=("retrieval.steady", "retrieval.purpose"),
)
class RetrievalFromTheCache(Odd):
    """Every third answer is the one before."""

    before: Record | None = None

    def find(self, shelf: Shelf, name: str) -> Record:
        found = super().find(shelf, name)
        stale = self.before if self.calls % 3 == 0 else None
        self.before = found
        return stale or found


@fault("retrieval.found")
class BatchesNotRetrievable(Odd):
    def find(self, shelf: Shelf, name: str) -> Record:
        if "batch" in name:
            raise RefusalError(404, "No such File object")
        return super().find(shelf, name)


@fault("retrieval.created-at", "retrieval.steady")
class CreatedWhenRead(Odd):
    def described(self, record: Record, where: str) -> Said:
        said = super().described(record, where)
        return said | ({"created_at": int(time.time() * 7) % 10**9} if where == "retrieve" else {})


@fault("retrieval.settles")
class NeverProcessed(Odd):
    def described(self, record: Record, where: str) -> Said:
        return super().described(record, where) | {"status": "processing"}


@fault("retrieval.settles")
class ProcessedOnlyInTheList(Odd):
    def described(self, record: Record, where: str) -> Said:
        return super().described(record, where) | ({} if where == "list" else {"status": "uploaded"})


@fault("ids.unique", "deletion.not-retrieved", "deletion.not-listed", also=("deletion.only-that-file",))
class IdsReused(Odd):
    """A new file takes the place of one that was deleted."""

    def record(self, filename: str, content: bytes, purpose: str, *, ago: float = 0.0) -> Record:
        record = super().record(filename, content, purpose, ago=ago)
        free = [old for old in self._everyone().values() if old["gone"] and old["purpose"] == purpose]
        return record | {"id": free[-1]["id"]} if free else record


@fault("deletion.unknown-id", also=("deletion.only-that-file", "deletion.id"))
class DeletesTheNearestId(Odd):
    """The database compares the first twenty characters."""

    def delete(self, shelf: Shelf, name: str) -> Said:
        near = (record for record in shelf.values() if record["id"][:20] == name[:20])
        return super().delete(shelf, next((record["id"] for record in near), name))


@fault("deletion.not-listed")
class DeletedBatchesStayListed(Odd):
    def is_listed(self, record: Record) -> bool:
        return super().is_listed(record) or record["purpose"] == "batch"


@fault("deletion.not-retrieved", "deletion.not-listed", "deletion.deleted")
class DeletionOfBatchesForgotten(Odd):
    def remove(self, shelf: Shelf, record: Record) -> None:
        if record["purpose"] != "batch":
            super().remove(shelf, record)


@fault("deletion.id")
class DeletionNamesTheFilename(Odd):
    def delete(self, shelf: Shelf, name: str) -> Said:
        said = super().delete(shelf, name)
        return said | {"id": shelf[name]["filename"]}


@fault("listing.complete", "retrieval.found", also=("deletion.only-that-file", "listing.no-gap"))
class FilesLiveForThreeSeconds(Odd):
    def is_seen(self, record: Record, where: str) -> bool:
        return super().is_seen(record, where) and ("strange" in record or time.time() < record["moment"] + 3)


@fault("retrieval.settles")
class StateInCapitals(Odd):
    def described(self, record: Record, where: str) -> Said:
        said = super().described(record, where)
        return said | {"status": said["status"].upper()}


@fault("limits.text-formats", "ids.unique")
class DoublesRefused(Odd):
    """A file that is there already may not come again."""

    async def upload(self, shelf: Shelf, request: Request) -> Said:
        file = (await request.form()).get("file")
        name = getattr(file, "filename", None)
        if any(record["filename"] == name and record["gone"] is None for record in shelf.values()):
            raise RefusalError(409, "the file exists already")
        return await super().upload(shelf, request)
