"""Odd: another little Files API, from the vendor's pages alone. Dicts in memory, cursors by key, nothing shared.

Each decision is a method of its own, so that a planted fault can take one and leave the others.
"""

import asyncio
import datetime as dt
import json
import math
import random
import re
import string
import time
import traceback
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .manners import Manners

BASE = "/compatible-mode/v1"
KEYS = ("sk-odd-first-account", "sk-odd-second-account")
PREFIXES = {"file-extract": "file-fe-", "batch": "file-batch-", "batch_output": "file-batch_output-"}
DOCUMENTS = {"txt", "docx", "pdf", "xlsx", "epub", "mobi", "md", "csv", "json"}
IMAGES = {"bmp", "png", "jpg", "jpeg", "gif"}
FORMATS = ("%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y%m%d")
SHAPES = (r"\d{14}", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", r"\d{4}-\d\d-\d\d", r"\d{8}")
MOST = 2000

Record = dict[str, Any]
Shelf = dict[str, Record]
Said = dict[str, Any]


class RefusalError(Exception):
    """The request is understood, and the answer is no."""

    def __init__(
        self, status: int, message: str, *, param: str | None = None, code: str | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code


class Odd:
    """The server as an ASGI application; `shelves` hold each account's files by id, the deleted ones too."""

    def __init__(self, manners: Manners, keys: tuple[str, ...] = KEYS) -> None:
        self.manners = manners
        self.random = random.Random(7)  # noqa: S311  ids are no secrets
        self.shelves: dict[str, Shelf] = {key: {} for key in keys}
        self.calls = 0
        self.crashes: list[str] = []
        for number in range(manners.strangers):
            self.stranger(next(iter(self.shelves.values())), ago=2400.0 * (manners.strangers - number))

    # -- the way in and out

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        self.calls += 1
        await asyncio.sleep(self.random.uniform(*self.manners.slow))
        lost = self.is_lost(request)
        if self._nth(self.manners.every_503):
            await self.written(503, {"message": "upstream connect error"})(scope, receive, send)
        elif self._nth(self.manners.every_drop):
            await hang_up(send)
        else:
            response = await self.respond(request)
            await (hang_up(send) if lost else response(scope, receive, send))

    def is_lost(self, request: Request) -> bool:
        """Whether the answer will get lost on its way."""
        if self.manners.loses_deletions and request.method == "DELETE":
            record = self._everyone().get(request.url.path.rpartition("/")[2])
            return record is not None and record["gone"] is None
        return self._nth(self.manners.every_lost)

    async def respond(self, request: Request) -> Response:
        """Give the answer to a request."""
        try:
            status, said = 200, await self.work(request)
        except RefusalError as no:
            status, said = no.status, self.refusal(no)
        except Exception:
            self.crashes.append(traceback.format_exc())
            raise
        return self.written(status, said)

    def written(self, status: int, said: Any) -> Response:
        """Write an answer down."""
        if self.manners.reverse and isinstance(said, dict):
            said = dict(reversed(said.items()))
        text = json.dumps(said, indent=2 if self.manners.pretty else None, ensure_ascii=self.manners.reverse)
        return Response(text, status, media_type=self.manners.media_type)

    def refusal(self, no: RefusalError) -> Said:
        """Say why not."""
        error = {"message": no.message, "type": "invalid_request_error", "param": no.param, "code": no.code}
        if self.manners.errors == "bare":
            return {"error": error}
        name = f"{self.calls:08x}-odd"
        if self.manners.errors == "camel":
            error = {"code": no.code or "InvalidParameter", "message": no.message, "type": "InvalidParameter"}
        return {"error": error, "id": name, "request_id": name}

    # -- which operation, for whom

    async def work(self, request: Request) -> Said:
        """Do what was asked."""
        key = self.key(request)
        shelf = self.shelf(key, request)
        if self.manners.busy:
            self.others(shelf)
        path = request.url.path.removeprefix(BASE)
        if path == "/files" and request.method == "POST":
            return await self.upload(shelf, request)
        if path == "/files" and request.method == "GET":
            return self.listing(shelf, dict(request.query_params))
        if path.startswith("/files/") and request.method in {"GET", "DELETE"}:
            name = path.removeprefix("/files/")
            return self.retrieve(shelf, name) if request.method == "GET" else self.delete(shelf, name)
        raise RefusalError(405 if path.startswith("/files") else 404, "no such operation")

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

    # -- upload

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
        if purpose not in {"file-extract", "batch"}:
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

    def record(self, filename: str, content: bytes, purpose: str, *, ago: float = 0.0) -> Record:
        """Make the record of a new file."""
        moment = time.time() + self.manners.clock - ago
        if self.manners.unquotes:
            filename = filename.replace("%22", '"')
        return {
            "id": self.identifier(purpose),
            "bytes": len(content),
            "created_at": self.seconds(moment),
            "filename": filename,
            "object": "file",
            "purpose": purpose,
            "moment": moment,
            "gone": None,
            "content": content[:64],
            "order": self.random.random(),
        }

    def identifier(self, purpose: str) -> str:
        """Make a new id."""
        letters = "0123456789abcdef" if self.manners.hexadecimal else string.ascii_letters + string.digits
        return PREFIXES.get(purpose, "file-ft-") + "".join(self.random.choices(letters, k=24))

    def seconds(self, moment: float) -> int:
        """Make a moment whole."""
        return math.floor(moment + {"down": 0.0, "up": 1.0, "nearest": 0.5}[self.manners.rounding])

    def described(self, record: Record, where: str) -> Said:
        """Describe a file; `where` is upload, retrieve or list."""
        assert where
        now = time.time() + self.manners.clock
        names = ("id", "bytes", "created_at", "filename", "object", "purpose")
        said: Said = {name: record[name] for name in names}
        said["status"] = "processing" if now < record["moment"] + self.manners.processing else "processed"
        if self.manners.status_details:
            said["status_details"] = None
        if self.manners.extra:
            said |= {"expires_at": None, "workspace": {"id": "ws-1", "tags": [1, "a", None]}, "etag": "x"}
        return dict(reversed(said.items())) if self.manners.reverse else said

    # -- the list

    def listing(self, shelf: Shelf, query: Mapping[str, str]) -> Said:
        """Give one page."""
        limit = self.limit(query)
        known = [record for record in self.ordered(shelf, query) if self.is_listed(record)]
        page, more = self.cut(shelf, known, query, limit)
        said = {
            "object": "list",
            "data": [self.described(record, "list") for record in page],
            "has_more": more,
        }
        if self.manners.extra:
            said |= {"first_id": page[0]["id"] if page else None, "total": len(known)}
        return said

    def limit(self, query: Mapping[str, str]) -> int:
        """Read the limit."""
        text = query.get("limit", str(MOST))
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not 1 <= int(text) <= MOST:
            raise RefusalError(self.manners.malformed, "limit must be in [1, 2000]", param="limit")
        return int(text)

    def ordered(self, shelf: Shelf, query: Mapping[str, str]) -> list[Record]:
        """Give all files in the order of the list."""
        assert query is not None
        return sorted(shelf.values(), key=self.place)

    def place(self, record: Record) -> tuple[float, str]:
        """Give the place of a file in the order."""
        by = {"oldest": record["moment"], "newest": -record["moment"], "id": 0.0}
        return by[self.manners.order], record["id"]

    def is_listed(self, record: Record) -> bool:
        """Whether the list shows a file by now."""
        return self.is_seen(record)

    def cut(
        self, shelf: Shelf, known: list[Record], query: Mapping[str, str], limit: int
    ) -> tuple[list[Record], bool]:
        """Cut one page out of the files, and say whether another one follows."""
        tests = self.tests(query)
        chosen = [record for record in known if all(test(record) for test in tests)]
        if (after := query.get("after")) is not None:
            chosen = self.behind(shelf, chosen, after)
        return chosen[:limit], len(chosen) > limit

    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        """Give what stands behind a cursor."""
        cursor = shelf.get(after)
        if cursor and (self.manners.keeps_cursors or self.is_seen(cursor)):
            return [record for record in chosen if self.place(record) > self.place(cursor)]
        if self.manners.unknown_cursor == "refused":
            raise RefusalError(self.manners.unknown_id, "No such file: after", param="after")
        return chosen if self.manners.unknown_cursor == "head" else []

    def tests(self, query: Mapping[str, str]) -> list[Any]:
        """Give what a file must pass to be selected."""
        found: list[Any] = []
        if purpose := self.wanted(query):
            found.append(lambda record: record["purpose"] == purpose)
        if (text := query.get("create_after")) is not None:
            late = self.instant(text, "create_after")
            found.append(lambda record: self.moment(record) > late)
        if (text := query.get("create_before")) is not None:
            early = self.instant(text, "create_before")
            found.append(lambda record: self.moment(record) < early)
        return found

    def wanted(self, query: Mapping[str, str]) -> str | None:
        """Read the purpose that a list is narrowed to."""
        purpose = query.get("purpose")
        if purpose is not None and purpose not in PREFIXES and self.manners.unknown_purpose != 200:
            raise RefusalError(self.manners.unknown_purpose, "unknown purpose", param="purpose")
        return purpose

    def moment(self, record: Record) -> float:
        """Give the time by which a file is filtered."""
        return float(record["moment" if self.manners.precise else "created_at"])

    def instant(self, text: str, name: str) -> float:
        """Read a filter's time."""
        for form, shape in zip(FORMATS, SHAPES, strict=True):
            if re.fullmatch(shape, text, re.ASCII):
                try:
                    clock = dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC)
                except ValueError:
                    break
                ends = self.manners.date_ends and name == "create_after" and "S" not in form
                return clock.timestamp() - self.manners.zone * 3600 + (86_399 if ends else 0)
        raise RefusalError(self.manners.malformed, f"{name} is no time", param=name)

    # -- one file

    def find(self, shelf: Shelf, name: str) -> Record:
        """Find a file that is there."""
        record = shelf.get(unquote(name))
        if record is None or not self.is_seen(record):
            raise RefusalError(self.manners.unknown_id, f"No such File object: {name}", param="id")
        return record

    def is_seen(self, record: Record) -> bool:
        """Whether reads know of a file by now."""
        now = time.time()
        lags = not self.manners.replicas or self.calls % 2
        arrived = now + self.manners.clock >= record["moment"] + lags * self.manners.lag
        return arrived and (record["gone"] is None or now < record["gone"] + lags * self.manners.deletion_lag)

    def retrieve(self, shelf: Shelf, name: str) -> Said:
        """Describe one file."""
        return self.described(self.find(shelf, name), "retrieve")

    def delete(self, shelf: Shelf, name: str) -> Said:
        """Delete one file."""
        record = shelf.get(name)
        if record is None or (record["gone"] is not None and self.manners.again != 200):
            raise RefusalError(self.manners.unknown_id, f"No such File object: {name}", param="id")
        self.remove(shelf, record)
        said = {"object": "file", "deleted": True, "id": name}
        return said | ({"freed": record["bytes"]} if self.manners.extra else {})

    def remove(self, shelf: Shelf, record: Record) -> None:
        """Mark a file as gone."""
        assert shelf
        record["gone"] = record["gone"] or time.time()

    # -- others

    def stranger(self, shelf: Shelf, *, ago: float = 0.0) -> Record:
        """Let another client upload a file."""
        purpose = ("file-extract", "batch", "file-extract", "batch_output", "fine-tune")[len(shelf) % 5]
        record = self.record(f"stranger-{len(shelf)}.txt", b"not yours", purpose, ago=ago)
        shelf[record["id"]] = record
        return record

    def others(self, shelf: Shelf) -> None:
        """Let other clients upload one file and delete another, the newest or one from the middle."""
        theirs = [r for r in shelf.values() if r["filename"].startswith("stranger-") and r["gone"] is None]
        if theirs:
            self.remove(shelf, theirs[self.random.choice((-1, len(theirs) // 2, 0))])
        self.stranger(shelf)

    def _everyone(self) -> Shelf:
        return {name: record for shelf in self.shelves.values() for name, record in shelf.items()}

    def _nth(self, count: int) -> bool:
        return bool(count) and self.calls % count == count - 1


async def hang_up(send: Send) -> None:
    """Promise a body and close the connection without it."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"999")]})
