"""Odd: another little Files API, from the vendor's pages alone. Dicts in memory, cursors by key, nothing shared.

Each decision is a method of its own, so that a planted fault can take one and leave the others.
"""

import asyncio
import json
import traceback
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import Receive, Scope, Send

from .delivery import deliver
from .lists import Lists
from .records import KEYS, NowhereError, Record, RefusalError, Said, Shelf

__all__ = ["BASE", "KEYS", "Odd", "Record", "RefusalError", "Said", "Shelf"]

BASE = "/compatible-mode/v1"
DOCUMENTS = {"txt", "docx", "pdf", "xlsx", "epub", "mobi", "md", "csv", "json"}
IMAGES = {"bmp", "png", "jpg", "jpeg", "gif"}


class Odd(Lists):
    """The server as an ASGI application."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.calls += 1
        await asyncio.sleep(self.random.uniform(*self.manners.slow))
        lost = self.is_lost(request)
        if self._nth(self.manners.every_503):
            await self.written(503, {"message": "upstream connect error"})(scope, receive, send)
        elif self._nth(self.manners.every_502):
            await HTMLResponse("<h1>Bad Gateway</h1>", 502)(scope, receive, send)
        elif self._nth(self.manners.every_429):
            await self.written(429, self.refusal(RefusalError(429, "Too many requests.")))(
                scope, receive, send
            )
        elif self._nth(self.manners.every_drop):
            await hang_up(send)
        else:
            before = self._is_doomed(request)
            response = await self.respond(request)
            lost = lost or (before and not self._is_doomed(request))
            await (hang_up(send) if lost else response(scope, receive, send))

    async def respond(self, request: Request) -> Response:
        """Give the answer to a request."""
        try:
            status, said = 200, await self.work(request)
        except RefusalError as no:
            if self.manners.nowhere == "html" and isinstance(no, NowhereError):
                return HTMLResponse("<h1>Nothing here</h1>", no.status)
            status, said = no.status, self.refusal(no)
        except Exception:
            self.crashes.append(traceback.format_exc())
            raise
        return deliver(self.written(status, said), request, self.manners)

    def written(self, status: int, said: Any) -> Response:
        """Write an answer down."""
        if self.manners.reverse and isinstance(said, dict):
            said = dict(reversed(said.items()))
        text = json.dumps(said, indent=2 if self.manners.pretty else None, ensure_ascii=self.manners.reverse)
        return Response(text, status, media_type=self.manners.media_type)

    def refusal(self, no: RefusalError) -> Said:
        """Say why not."""
        message = f"请求无效:{no.message[::-1]}" if self.manners.chinese else no.message
        error = {"message": message, "type": "invalid_request_error", "param": no.param, "code": no.code}
        if self.manners.errors == "bare":
            return {"error": error}
        name = f"{self.calls:08x}-odd"
        if self.manners.errors == "snake":
            return {"error": error | {"code": no.code or "invalid_parameter_error"}, "request_id": name}
        if self.manners.errors == "camel":
            error = {"code": no.code or "InvalidParameter", "message": message, "type": "InvalidParameter"}
        return {"error": error, "id": name, "request_id": name}

    async def work(self, request: Request) -> Said:
        """Do what was asked."""
        key = self.key(request)
        shelf = self.shelf(key, request)
        for _ in range(self.manners.busy):
            self.others(shelf)
        path = request.url.path.removeprefix(BASE)
        if path == "/files" and request.method == "POST":
            return await self.upload(shelf, request)
        if path == "/files" and request.method == "GET":
            return self.listing(shelf, dict(request.query_params))
        if path.startswith("/files/") and request.method in {"GET", "DELETE"}:
            name = path.removeprefix("/files/")
            return self.retrieve(shelf, name) if request.method == "GET" else self.delete(shelf, name)
        raise NowhereError(
            self.manners.wrong_method if path.startswith("/files") else 404, "no such operation"
        )

    def key(self, request: Request) -> str:
        """Read the key of a request."""
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise RefusalError(401, "You didn't provide an API key.", code="invalid_api_key")
        return key

    def shelf(self, key: str, request: Request) -> Shelf:
        """Find the account behind a key."""
        assert request
        if key not in self.shelves:
            raise RefusalError(401, "Incorrect API key provided.", code="invalid_api_key")
        return self.shelves[key]

    async def upload(self, shelf: Shelf, request: Request) -> Said:
        """Take a file in."""
        try:
            async with request.form() as form:
                file, purpose = form.get("file"), form.get("purpose")
                if not isinstance(file, UploadFile):
                    raise RefusalError(self.manners.malformed, "Field required: file", param="file")
                content = await file.read()
        except HTTPException as error:
            raise RefusalError(self.manners.malformed, str(error.detail)) from error
        filename = file.filename or "upload"
        self.admit(filename, content, self.purpose(purpose))
        record = self.record(filename, content, str(purpose))
        shelf[record["id"]] = record
        return self.described(record, "upload")

    def purpose(self, purpose: Any) -> str:
        """Read the purpose of an upload."""
        if purpose not in {"file-extract", "batch"} | ({"fine-tune"} if self.manners.fine_tune else set()):
            raise RefusalError(self.manners.malformed, "'purpose' is not supported", param="purpose")
        return str(purpose)

    def admit(self, filename: str, content: bytes, purpose: str) -> None:
        """Refuse what cannot be read."""
        kind = filename.rpartition(".")[2].lower()
        if kind not in (DOCUMENTS | IMAGES if purpose == "file-extract" else {"jsonl"}):
            raise RefusalError(self.manners.malformed, f"File format {kind} is not supported.", param="file")
        if not content and self.manners.empty_files != 200:
            raise RefusalError(self.manners.empty_files, "File content blank.", param="file")
        if purpose == "batch":
            try:
                for line in content.decode().splitlines():
                    json.loads(line)
            except ValueError as error:
                raise RefusalError(self.manners.malformed, "Lines must be JSON.", param="file") from error

    def is_lost(self, request: Request) -> bool:  # noqa: ARG002 - another server may lose some requests' answers alone
        """Whether the answer to a request will be lost once all is done."""
        return self._nth(self.manners.every_lost)

    def _is_doomed(self, request: Request) -> bool:
        """Whether a request is to delete a file that is still there, and its answer will be lost once it is not."""
        if not self.manners.loses_deletions or request.method != "DELETE":
            return False
        record = self._everyone().get(request.url.path.rpartition("/")[2])
        return record is not None and record["gone"] is None

    def _nth(self, count: int) -> bool:
        return bool(count) and self.calls % count == count - 1


async def hang_up(send: Send) -> None:
    """Promise a body and close the connection without it."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"999")]})
