"""Breaches of the content chapter: whose file is given back, and how."""

from collections.abc import Callable
from dataclasses import replace
from random import Random

from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful, World
from conformance.mock.records import Body, Call, Flow, Operation, Record
from conformance.mock.refusals import Refusal, bad_key, no_such_file


def _enter_body(clause: str, name: str, description: str, change: Callable[[bytes], bytes]) -> None:
    @breach(f"content.{clause}", name=name, description=description)
    class Rewriting(Lawful):
        def download(self, record: Record) -> Flow:
            flow = super().download(record)
            body = change(b"".join(flow.pieces))
            return replace(flow, pieces=(body,), size=len(body))


BODIES: tuple[tuple[str, str, str, Callable[[bytes], bytes]], ...] = (
    ("jsonl", "download-is-an-array", "Gives the lines as one array.", lambda body: b"[" + body.strip().replace(b"\n", b",") + b"]"),
    ("jsonl", "download-in-one-line", "Gives the lines in one.", lambda body: body.replace(b"\n", b" ")),
    ("jsonl", "download-without-custom-ids", "Gives lines that do not tell their requests.", lambda body: body.replace(b"custom_id", b"request")),
    ("jsonl", "download-in-single-quotes", "Gives lines in another notation.", lambda body: body.replace(b'"', b"'")),
    ("jsonl", "download-cut", "Gives the first half of a file.", lambda body: body[: len(body) // 2]),
    ("jsonl", "download-empty", "Gives nothing.", lambda _: b""),
    ("bytes", "download-with-a-line-more", "Adds an empty line to a file.", lambda body: body + b"\n"),
    ("bytes", "download-with-other-line-ends", "Writes line ends in its own way.", lambda body: body.replace(b"\n", b"\r\n")),
    ("bytes", "download-without-the-last-line-end", "Leaves the last line end out.", lambda body: body.rstrip()),
)  # fmt: skip

for each in BODIES:
    _enter_body(*each)


def _enter_refusal(
    clause: str, name: str, description: str, status: int, hit: Callable[[Record], bool]
) -> None:
    @breach(f"content.{clause}", name=name, description=description)
    class Refusing(Lawful):
        def check_download(self, record: Record) -> None:
            super().check_download(record)
            if hit(record):
                raise Refusal(status=status, message="no")


_enter_refusal(
    "output", "outputs-are-kept", "Gives no output back.", 404, lambda record: "output" in record.filename
)
_enter_refusal("output", "downloads-are-kept", "Gives nothing back.", 400, lambda _: True)
_enter_refusal(
    "error-file",
    "error-files-are-kept",
    "Gives no error file back.",
    400,
    lambda record: "error" in record.filename,
)


@breach("content.error-file")
class ErrorFilesAreNowhere(Lawful):
    """Does not find an error file that is to be downloaded."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        record = super().find(account, file_id, operation)
        if operation is Operation.CONTENT and record.filename.endswith("error.jsonl"):
            raise no_such_file(file_id)
        return record


@breach("content.bytes")
class OutputsHaveAnotherSize(Lawful):
    """Describes what a task has written as a byte longer than it is."""

    def describe(self, record: Record, operation: Operation) -> Body:
        described = super().describe(record, operation)
        more = 1 if record.purpose == "batch_output" else 0
        return {**described, "bytes": record.bytes + more}


def _enter_unsteady(name: str, description: str, change: Callable[[bytes, int], bytes]) -> None:
    @breach("content.steady", name=name, description=description)
    class Unsteady(Lawful):
        def __init__(self, world: World) -> None:
            super().__init__(world)
            self._count = 0

        def download(self, record: Record) -> Flow:
            flow = super().download(record)
            self._count += 1
            body = change(b"".join(flow.pieces), self._count)
            return replace(flow, pieces=(body,), size=len(body))


def _shuffled(body: bytes, count: int) -> bytes:
    lines = body.splitlines(keepends=True)
    return b"".join(lines[count % len(lines) :] + lines[: count % len(lines)]) if lines else body


def _renumbered(body: bytes, count: int) -> bytes:
    draw = Random(count)  # noqa: S311 - a number is no secret
    return body.replace(b"chatcmpl-", b"chatcmpl-%d" % draw.randrange(1, 10))


_enter_unsteady("downloads-turn", "Begins each download with another line.", _shuffled)
_enter_unsteady(
    "downloads-are-renumbered",
    "Invents the ids of answers anew for each download.",
    _renumbered,
)


@breach("content.unknown-id")
class UnknownFilesAreEmpty(Lawful):
    """Gives an empty file for one that it does not know."""

    def content(self, account: str, file_id: str) -> Flow:
        if self.store.trace(account, file_id) is None:
            return Flow(pieces=(), size=0)
        return super().content(account, file_id)


@breach("content.unknown-id")
class FilesAreFoundByTheirBeginning(Lawful):
    """Finds a file to be downloaded by the first letters of its id."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        if operation is Operation.CONTENT:
            for name in self.store.ids(account):
                if name[:24] == file_id[:24]:
                    return super().find(account, name, operation)
        return super().find(account, file_id, operation)


def _enter_purposes(name: str, description: str, purposes: frozenset[str]) -> None:
    @breach("content.input-refused", name=name, description=description)
    class Generous(Lawful):
        def check_download(self, record: Record) -> None:
            if record.purpose not in purposes:
                super().check_download(record)


_enter_purposes("inputs-are-given-back", "Gives back the input of a task.", frozenset({"batch"}))
_enter_purposes("documents-are-given-back", "Gives back a document.", frozenset({"file-extract"}))
_enter_purposes(
    "everything-is-given-back", "Gives back what was uploaded.", frozenset({"batch", "file-extract"})
)


@breach("content.deleted")
class DeletedContentStays(Lawful):
    """Gives back what was deleted."""

    def remove(self, record: Record) -> None:
        body = self.world.shelf.path(record.id).read_bytes()
        super().remove(record)
        self.world.shelf.path(record.id).write_bytes(body)

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        record = self.store.trace(account, file_id) if operation is Operation.CONTENT else None
        return record or super().find(account, file_id, operation)


@breach("content.deleted")
class DeletedContentIsEmpty(Lawful):
    """Gives nothing, and says that this is what was deleted."""

    def content(self, account: str, file_id: str) -> Flow:
        if self.store.trace(account, file_id) and self.store.get(account, file_id) is None:
            return Flow(pieces=(), size=0)
        return super().content(account, file_id)


def _enter_door(name: str, description: str, lets_in: Callable[[str | None], bool]) -> None:
    @breach("content.no-key", name=name, description=description)
    class Open(Lawful):
        def authenticate(self, call: Call) -> str:
            owner = self.store.anywhere(call.file_id)
            if call.operation is Operation.CONTENT and owner and lets_in(self.token(call)):
                return owner.account
            return super().authenticate(call)


_enter_door("downloads-without-key", "Gives a file to whoever shows no key.", lambda token: token is None)
_enter_door(
    "downloads-with-any-key", "Gives a file to whoever shows any key.", lambda token: token is not None
)


@breach("content.no-key")
class KeylessDownloadsAreNowhere(Lawful):
    """Answers 404 to a download without a key that it knows."""

    def authenticate(self, call: Call) -> str:
        try:
            return super().authenticate(call)
        except Refusal:
            refusal = bad_key(self.settings.region.error_page)
            status = 404 if call.operation is Operation.CONTENT else refusal.status
            raise replace(refusal, status=status) from None


@breach("content.isolated")
class DownloadsReachAll(Lawful):
    """Gives back the results of any account."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        record = self.store.anywhere(file_id) if operation is Operation.CONTENT else None
        return record or super().find(account, file_id, operation)


@breach("content.isolated")
class StrangersGetNothing(Lawful):
    """Gives an empty file to whom it does not belong."""

    def content(self, account: str, file_id: str) -> Flow:
        record = self.store.anywhere(file_id)
        if record and record.account != account:
            return Flow(pieces=(), size=0)
        return super().content(account, file_id)
