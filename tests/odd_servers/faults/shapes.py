"""Faults in what is said of a file."""

# ruff: noqa: ARG002  the signatures are those of the server that is bent

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from tests.odd_servers.faults.fault import fault
from tests.odd_servers.server import Odd, Record, Said, Shelf

UPLOADS = ("retrieval", "listing.item", "uploads")


def each(word: str) -> tuple[str, ...]:
    return (f"uploads.{word}", f"retrieval.{word}", f"listing.item-{word}")


class _Said(Odd, ABC):
    """Says something else of each file."""

    @abstractmethod
    def other(self, record: Record, where: str) -> Said:
        """What is said otherwise of a file, and where."""

    def described(self, record: Record, where: str) -> Said:
        return super().described(record, where) | self.other(record, where)


@fault("uploads.bytes", also=each("bytes"))
class BytesAsText(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"bytes": str(record["bytes"])}


@fault("uploads.bytes", also=each("bytes"))
class BytesOfTheWholeForm(Odd):
    """The size is that of the whole body of the request."""

    def record(self, filename: str, content: bytes, purpose: str, *, ago: float = 0.0) -> Record:
        record = super().record(filename, content, purpose, ago=ago)
        return record | {"bytes": len(content) + len(filename) + 180}


@fault("uploads.bytes", also=each("bytes"))
class BytesInKilobytes(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"bytes": record["bytes"] // 1024}


@fault("listing.item-bytes")
class BytesMissingInTheList(Odd):
    def described(self, record: Record, where: str) -> Said:
        said = super().described(record, where)
        if where == "list":
            del said["bytes"]
        return said


@fault("uploads.created-at", also=each("created-at"))
class CreatedInMilliseconds(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"created_at": int(record["moment"] * 1000)}


@fault("uploads.created-at", also=each("created-at"))
class CreatedAsFloat(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"created_at": record["moment"]}


@fault("uploads.created-at", also=(*each("created-at"), "filters.create-after-sound"))
class CreatedInLocalTime(Odd):
    """The server takes its own clock, eight hours ahead, for UTC."""

    def seconds(self, moment: float) -> int:
        return super().seconds(moment) + 8 * 3600


@fault("listing.item-created-at")
class CreatedInTheListIsMidnight(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"created_at": record["created_at"] // 86_400 * 86_400} if where == "list" else {}


@fault("uploads.filename-unicode", also=("uploads.filename", "retrieval.filename", "listing.item-filename"))
class NamesQuoted(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"filename": quote(record["filename"], safe=" ")}


@fault("uploads.filename-unicode", also=("uploads.filename", "retrieval.filename", "listing.item-filename"))
class NamesAsLatin(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"filename": record["filename"].encode().decode("latin-1")}


@fault(
    "uploads.filename",
    also=(
        "uploads.filename-quotes",
        "uploads.filename-long",
        "uploads.filename-punctuation",
        "uploads.filename-emoji",
        "uploads.filename-unicode",
        "retrieval.filename",
        "listing.item-filename",
    ),
)
class SpacesBecomeUnderscores(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"filename": record["filename"].replace(" ", "_")}


@fault("uploads.filename", also=("uploads.filename-unicode", "retrieval.filename", "listing.item-filename"))
class NamesCut(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"filename": record["filename"][:20]}


@fault("retrieval.purpose")
class PurposeUnderscored(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"purpose": record["purpose"].replace("-", "_")} if where == "retrieve" else {}


@fault("uploads.object")
class ObjectMissing(Odd):
    def described(self, record: Record, where: str) -> Said:
        said = super().described(record, where)
        if where == "upload":
            del said["object"]
        return said


@fault("listing.item-status")
class StatusNull(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"status": None} if where == "list" else {}


@fault(
    "uploads.status-details",
    "retrieval.status-details",
    "listing.item-status-details",
    also=("uploads.status-details", "retrieval.status-details", "listing.item-status-details"),
)
class DetailsAsObject(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"status_details": {"reason": None}}


@fault("uploads.no-expiry")
class Expiring(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"expires_at": record["created_at"] + 86_400}


@fault("listing.object")
class ListObject(Odd):
    def listing(self, shelf: Shelf, query: Mapping[str, str]) -> Said:
        return super().listing(shelf, query) | {"object": "file.list"}


@fault("listing.has-more")
class MoreMissing(Odd):
    def listing(self, shelf: Shelf, query: Mapping[str, str]) -> Said:
        said = super().listing(shelf, query)
        del said["has_more"]
        return said


@fault("listing.item-object")
class ItemsWithoutObject(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"object": "document"} if where == "list" else {}


@fault("errors.documented-status")
class CreatedStatus(Odd):
    """An upload is answered with 201."""

    async def respond(self, request: Request) -> Response:
        response = await super().respond(request)
        if request.method == "POST" and response.status_code == 200:
            response.status_code = 201
        return response


@fault("errors.documented-status", also=("errors.media-type",))
class PlainText(Odd):
    def written(self, status: int, said: Any) -> Response:
        response = super().written(status, said)
        response.headers["content-type"] = "text/plain"
        return response


@fault("errors.documented-status", "deletion.deleted", also=("deletion.object", "deletion.id"))
class NoContent(Odd):
    """A deletion is answered with 204 and no body."""

    async def respond(self, request: Request) -> Response:
        response = await super().respond(request)
        gone = request.method == "DELETE" and response.status_code == 200
        return Response(status_code=204) if gone else response


@fault(
    "uploads.object",
    "uploads.id",
    "uploads.file-extract-accepted",
    also=(
        *each("id"),
        "uploads.batch-accepted",
        *each("object"),
        *each("bytes"),
        *each("filename"),
        *each("purpose"),
        *each("status"),
        *each("created-at"),
    ),
)
class WrappedInData(Odd):
    """The description of an upload is the member data of the answer."""

    async def upload(self, shelf: Shelf, request: Request) -> Said:
        return {"data": await super().upload(shelf, request), "success": True}


@fault("uploads.purpose", also=each("purpose"))
class PurposeInCapitals(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"purpose": record["purpose"].upper()}


@fault("uploads.filename", also=("uploads.filename-unicode", "retrieval.filename", "listing.item-filename"))
class NamesWithoutExtension(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"filename": record["filename"].rpartition(".")[0] or record["filename"]}


@fault("retrieval.filename")
class NamesQuotedWhenRetrieved(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"filename": quote(quote(record["filename"]))} if where == "retrieve" else {}


@fault("uploads.bytes", also=each("bytes"))
class BytesAreCharacters(Odd):
    def record(self, filename: str, content: bytes, purpose: str, *, ago: float = 0.0) -> Record:
        count = len(content.decode("utf-8", "ignore"))
        return super().record(filename, content, purpose, ago=ago) | {"bytes": count}


@fault("uploads.bytes", also=("uploads.bytes",))
class BytesUnknownAtFirst(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"bytes": 0} if where == "upload" else {}


@fault("uploads.created-at", also=each("created-at"))
class CreatedAsText(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"created_at": f"2026-01-01T00:00:{record['created_at'] % 60:02}Z"}


@fault("listing.item-created-at")
class CreatedIsTheTimeOfTheList(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"created_at": record["created_at"] + 1} if where == "list" else {}


@fault("retrieval.id")
class IdWithoutPrefixWhenRetrieved(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"id": record["id"].rpartition("-")[2]} if where == "retrieve" else {}


@fault("retrieval.object")
class FileObject(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"object": "File"} if where == "retrieve" else {}


@fault("listing.item-id", "uploads.id", also=("listing.complete", "listing.after", "deletion.not-listed"))
class IdsAreNumbersInTheList(_Said):
    def other(self, record: Record, where: str) -> Said:
        return {"id": len(record["id"]) + record["created_at"]} if where == "list" else {}
