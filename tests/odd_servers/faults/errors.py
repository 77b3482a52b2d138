"""Faults of refusals: of requests, of files and of keys."""

# ruff: noqa: ARG002  the signatures are those of the server that is bent

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tests.odd_servers.faults.fault import fault
from tests.odd_servers.server import KEYS, Odd, Record, RefusalError, Said, Shelf


@fault("errors.envelope")
class ErrorAsText(Odd):
    def refusal(self, no: RefusalError) -> Said:
        return {"error": no.message}


@fault("errors.envelope")
class ErrorOfAFramework(Odd):
    def refusal(self, no: RefusalError) -> Said:
        return {"detail": [{"loc": ["query", no.param], "msg": no.message}]}


@fault("errors.envelope")
class ErrorOfTheNativeApi(Odd):
    def refusal(self, no: RefusalError) -> Said:
        return {"code": "InvalidParameter", "message": no.message, "request_id": "1"}


@fault("errors.message")
class NoMessage(Odd):
    def refusal(self, no: RefusalError) -> Said:
        return {"error": super().refusal(no)["error"] | {"message": ""}}


@fault("errors.type")
class NoType(Odd):
    def refusal(self, no: RefusalError) -> Said:
        return {"error": super().refusal(no)["error"] | {"type": None}}


@fault("errors.code", also=("authentication.error-code",))
class CodeIsANumber(Odd):
    def refusal(self, no: RefusalError) -> Said:
        return {"error": super().refusal(no)["error"] | {"code": no.status}}


@fault("errors.code-present", also=("authentication.error-code",))
class CodeLeftOut(Odd):
    def refusal(self, no: RefusalError) -> Said:
        error = super().refusal(no)["error"]
        del error["code"]
        return {"error": error}


@fault("errors.media-type")
class ErrorPage(Odd):
    def written(self, status: int, said: Any) -> Response:
        return HTMLResponse("<h1>No</h1>", status) if 400 <= status < 500 else super().written(status, said)


@fault("uploads.file-required", "errors.no-server-error")
class MissingFileCrashes(Odd):
    async def upload(self, shelf: Shelf, request: Request) -> Said:
        # The form stays open: whoever comes next reads the file out of it.
        assert "file" in await request.form()
        return await super().upload(shelf, request)


@fault("uploads.purpose-required")
class PurposeHasADefault(Odd):
    def purpose(self, purpose: Any) -> str:
        return super().purpose(purpose or "file-extract")

    def record(self, filename: str, content: bytes, purpose: str, *, ago: float = 0.0) -> Record:
        return super().record(filename, content, purpose.replace("None", "file-extract"), ago=ago)


@fault("uploads.purpose-values", also=("uploads.purpose", "listing.item-purpose", "retrieval.purpose"))
class AnyPurpose(Odd):
    def purpose(self, purpose: Any) -> str:
        if not isinstance(purpose, str):
            return super().purpose(purpose)
        return "file-extract" if purpose not in {"file-extract", "batch"} else purpose


@fault("limits.other-formats", "limits.batch-format", also=("limits.other-formats", "limits.batch-format"))
class AnyFormat(Odd):
    def admit(self, filename: str, content: bytes, purpose: str) -> None:
        super().admit("any.jsonl" if purpose == "batch" else "any.txt", content, purpose)


@fault("uploads.batch-lines-valid")
class AnyLines(Odd):
    def admit(self, filename: str, content: bytes, purpose: str) -> None:
        super().admit(filename, b"{}" if purpose == "batch" else content, purpose)


@fault("limits.text-formats")
class NoMobi(Odd):
    def admit(self, filename: str, content: bytes, purpose: str) -> None:
        if filename.endswith(("mobi", "epub")):
            raise RefusalError(400, "File format is not supported.")
        super().admit(filename, content, purpose)


@fault("uploads.batch-accepted")
class NoBatches(Odd):
    def purpose(self, purpose: Any) -> str:
        if purpose == "batch":
            raise RefusalError(400, "'purpose' must be 'file-extract'")
        return super().purpose(purpose)


@fault("authentication.no-key", also=("authentication.malformed", "authentication.nothing-done"))
class NoKeyIsTheFirst(Odd):
    def key(self, request: Request) -> str:
        return super().key(request) if "authorization" in request.headers else KEYS[0]


@fault("authentication.no-key", also=("authentication.malformed", "authentication.wrong-key"))
class Forbidden(Odd):
    """Keys are refused with 403."""

    def shelf(self, key: str, request: Request) -> Shelf:
        if key not in self.shelves:
            raise RefusalError(403, "Forbidden")
        return self.shelves[key]

    def key(self, request: Request) -> str:
        try:
            return super().key(request)
        except RefusalError:
            raise RefusalError(403, "Forbidden") from None


@fault("authentication.wrong-key", also=("authentication.nothing-done",))
class AnyKey(Odd):
    def shelf(self, key: str, request: Request) -> Shelf:
        return self.shelves.get(key, self.shelves[KEYS[0]])


@fault("authentication.wrong-key")
class KeysIgnoreCase(Odd):
    def shelf(self, key: str, request: Request) -> Shelf:
        return super().shelf(key.lower(), request)


@fault("authentication.wrong-key")
class KeysByPrefix(Odd):
    def shelf(self, key: str, request: Request) -> Shelf:
        return super().shelf(next((k for k in KEYS if key.startswith(k)), key), request)


@fault("authentication.malformed")
class AnyScheme(Odd):
    def key(self, request: Request) -> str:
        return request.headers.get("authorization", "").rpartition(" ")[2] or super().key(request)


@fault("authentication.wrong-key", also=("authentication.nothing-done", "authentication.no-key"))
class DeletionIsOpen(Odd):
    """Whoever knows an id may delete."""

    def shelf(self, key: str, request: Request) -> Shelf:
        return super().shelf(KEYS[0] if request.method == "DELETE" else key, request)


@fault("authentication.nothing-done")
class DeletesBeforeItAsks(Odd):
    def key(self, request: Request) -> str:
        if request.method == "DELETE" and "authorization" not in request.headers:
            record = self._everyone().get(request.url.path.rpartition("/")[2])
            if record:
                self.remove(self._everyone(), record)
        return super().key(request)


@fault("errors.key-not-echoed")
class KeyRepeated(Odd):
    def refusal(self, no: RefusalError) -> Said:
        return {"error": super().refusal(no)["error"] | {"message": f"{no.message} ({KEYS[0]})"}}


@fault("authentication.error-code")
class CodeOfKeysIsNull(Odd):
    def refusal(self, no: RefusalError) -> Said:
        return {"error": super().refusal(no)["error"] | {"code": None}}


@fault(
    "authentication.no-key",
    also=("authentication.malformed", "authentication.wrong-key", "authentication.error-code"),
)
class BadRequestForKeys(Odd):
    """Keys are refused with 400."""

    async def work(self, request: Request) -> Said:
        try:
            return await super().work(request)
        except RefusalError as no:
            raise RefusalError(400 if no.status == 401 else no.status, no.message, code=no.code) from no


@fault("errors.method")
class PutIsGet(Odd):
    async def work(self, request: Request) -> Said:
        if request.method in {"PUT", "PATCH"}:
            request.scope["method"] = "GET"
        return await super().work(request)


@fault(
    "retrieval.unknown-id",
    also=(
        "deletion.not-retrieved",
        "retrieval.object",
        "retrieval.id",
        "retrieval.bytes",
        "retrieval.created-at",
        "retrieval.filename",
        "retrieval.purpose",
        "retrieval.status",
    ),
)
class ErrorsAreSuccess(Odd):
    """What is not found is answered with 200 and an error inside."""

    def retrieve(self, shelf: Shelf, name: str) -> Said:
        try:
            return super().retrieve(shelf, name)
        except RefusalError as no:
            return self.refusal(no)


@fault("authentication.wrong-key", also=("authentication.error-code",))
class WrongKeyNotFound(Odd):
    def shelf(self, key: str, request: Request) -> Shelf:
        if key not in self.shelves:
            raise RefusalError(404, "no such account")
        return self.shelves[key]


@fault("authentication.error-code", "authentication.wrong-key", "errors.no-server-error")
class WrongKeyCrashes(Odd):
    def shelf(self, key: str, request: Request) -> Shelf:
        return self.shelves[key]


@fault("retrieval.unknown-id", "errors.no-server-error", also=("deletion.not-retrieved",))
class UnknownCrashes(Odd):
    def find(self, shelf: Shelf, name: str) -> Record:
        try:
            return super().find(shelf, name)
        except RefusalError as no:
            raise LookupError from no


@fault("deletion.unknown-id", "errors.no-server-error")
class UnknownDeletionCrashes(Odd):
    def delete(self, shelf: Shelf, name: str) -> Said:
        assert name in shelf
        return super().delete(shelf, name)


@fault("errors.message")
class MessageIsAnObject(Odd):
    def refusal(self, no: RefusalError) -> Said:
        return {"error": super().refusal(no)["error"] | {"message": {"zh": no.message, "en": no.message}}}


@fault("errors.key-not-echoed")
class KeyInAHeader(Odd):
    async def respond(self, request: Request) -> Response:
        response = await super().respond(request)
        response.headers["x-debug-authorization"] = request.headers.get("authorization", "")
        return response


@fault("uploads.purpose-required", "errors.no-server-error")
class MissingPurposeCrashes(Odd):
    def purpose(self, purpose: Any) -> str:
        return super().purpose(purpose.strip())


@fault("uploads.file-required")
class FileMayBeMissing(Odd):
    async def upload(self, shelf: Shelf, request: Request) -> Said:
        form = await request.form()
        if "file" in form:
            return await super().upload(shelf, request)
        record = self.record("upload.txt", b"", str(form.get("purpose")))
        shelf[record["id"]] = record
        return self.described(record, "upload")


@fault("limits.image-formats")
class NoPictures(Odd):
    def admit(self, filename: str, content: bytes, purpose: str) -> None:
        if filename.endswith(("bmp", "gif")):
            raise RefusalError(400, "File format is not supported.")
        super().admit(filename, content, purpose)


@fault("uploads.file-extract-accepted", also=("limits.text-formats", "limits.image-formats"))
class NoDocuments(Odd):
    def purpose(self, purpose: Any) -> str:
        if purpose == "file-extract":
            raise RefusalError(400, "'purpose' must be 'batch'")
        return super().purpose(purpose)


@fault("errors.method")
class AnyMethodIsFine(Odd):
    async def work(self, request: Request) -> Said:
        try:
            return await super().work(request)
        except RefusalError as no:
            if no.status != 405:
                raise
            return {"object": "file"}
