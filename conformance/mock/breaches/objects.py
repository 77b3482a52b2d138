"""Faults of the file object, the same in each of the three answers that show one: a table rather than a chapter.

A row names a field, what is wrong with it, and the change; each row becomes one breach an answer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Body, Operation, Record

MONTH = 30 * 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One answer that shows files, and how its clauses are called."""

    title: str
    operation: Operation
    prefix: str
    subject: str


ANSWERS = (
    Shown(title="upload", operation=Operation.UPLOAD, prefix="uploads.", subject="The answer to an upload"),
    Shown(title="retrieval", operation=Operation.RETRIEVE, prefix="retrieval.", subject="Retrieve"),
    Shown(title="listing", operation=Operation.LIST, prefix="listing.item-", subject="The list"),
)

Change = Callable[[Record], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Distortion:
    """One way of showing one field wrongly; it gives the new value."""

    field: str
    name: str
    description: str
    change: Change


def _row(field: str, name: str, description: str, change: Change) -> Distortion:
    return Distortion(field=field, name=name, description=description, change=change)


def _fixed(field: str, name: str, description: str, value: object) -> Distortion:
    return _row(field, name, description, lambda _: value)


DISTORTIONS: tuple[Distortion, ...] = (
    _fixed("id", "id-null", "shows null for the id", None),
    _row("id", "id-upper-case", "shows the id in upper case", lambda record: record.id.upper()),
    _row("id", "id-of-row", "shows the number of a database row for the id", lambda record: record.sequence),
    _row("id", "id-without-file", "drops file- from the id", lambda record: record.id.removeprefix("file-")),
    _row("bytes", "bytes-as-text", "shows the size as a string", lambda record: str(record.bytes)),
    _row("bytes", "bytes-as-float", "shows the size as a number with a fraction", lambda record: record.bytes + 0.5),
    _fixed("bytes", "bytes-null", "shows null for the size", None),
    _row("bytes", "bytes-off-by-one", "shows one byte too many", lambda record: record.bytes + 1),
    _row("bytes", "bytes-with-form", "counts the form around the file too", lambda record: record.bytes + 318),
    _row("bytes", "bytes-of-disk", "rounds the size up to disk blocks", lambda record: -(-record.bytes // 4096) * 4096 or 4096),
    _row("bytes", "bytes-in-16-bits", "counts the size in sixteen bits", lambda record: record.bytes % 65_536),
    _row("bytes", "bytes-of-the-first-block", "counts the first 64 KiB only", lambda record: min(record.bytes, 65_536)),
    _row("bytes", "bytes-off-by-one-from-64k", "shows one byte too many from 64 KiB on", lambda record: record.bytes + (record.bytes >= 65_536)),
    _row("bytes", "bytes-in-whole-kib", "drops what is left of the last KiB of larger files", lambda record: record.bytes if record.bytes < 4096 else record.bytes // 1024 * 1024),
    _row("bytes", "bytes-in-decimal-megabytes", "takes a MiB for a million bytes", lambda record: record.bytes if record.bytes < 1_048_576 else record.bytes * 1_000_000 // 1_048_576),
    _row("bytes", "bytes-of-tiny-files-zero", "shows nothing for a single byte", lambda record: record.bytes if record.bytes > 1 else 0),
    _row("bytes", "bytes-in-bits", "counts bits", lambda record: record.bytes * 8 or 8),
    _row("created_at", "created-at-in-milliseconds", "shows milliseconds", lambda record: record.created // 1000),
    _row("created_at", "created-at-as-text", "shows the time as a string of digits", lambda record: str(record.created_at)),
    _row("created_at", "created-at-as-float", "shows fractions of a second", lambda record: record.created_at + 0.25),
    _row("created_at", "created-at-as-date", "shows an ISO date", lambda record: datetime.fromtimestamp(record.created_at, UTC).isoformat()),
    _fixed("created_at", "created-at-null", "shows null for the time", None),
    _fixed("created_at", "created-at-zero", "shows 1970", 0),
    _row("created_at", "created-at-in-beijing", "adds the eight hours of Beijing to Unix time", lambda record: record.created_at + 8 * 3600),
    _fixed("filename", "filename-null", "shows null for the file name", None),
    _fixed("filename", "filename-empty", "shows an empty file name", ""),
    _row("filename", "filename-without-extension", "drops the extension", lambda record: record.filename.rpartition(".")[0]),
    _row("filename", "filename-of-disk", "shows the name that the server gave the file on its disk", lambda record: f"{record.id}.bin"),
    _row("filename", "filename-with-path", "shows a path of the server", lambda record: f"/data/uploads/{record.filename}"),
    _fixed("object", "object-plural", "says files for the object type", "files"),
    _fixed("object", "object-null", "shows null for the object type", None),
    _fixed("object", "object-capital", "says File for the object type", "File"),
    _fixed("purpose", "purpose-null", "shows null for the purpose", None),
    _fixed("purpose", "purpose-as-openai", "calls every purpose user_data", "user_data"),
    _row("purpose", "purpose-swapped", "takes the two purposes for each other", lambda record: "file-extract" if record.purpose == "batch" else "batch"),
    _row("purpose", "purpose-upper-case", "shows the purpose in upper case", lambda record: record.purpose.upper()),
    _fixed("status", "status-null", "shows null for the state", None),
    _fixed("status", "status-empty", "shows an empty state", ""),
    _fixed("status", "status-number", "shows the state as a number", 2),
    _fixed("status", "status-boolean", "shows the state as a boolean", True),
    _fixed("status", "status-object", "wraps the state in an object", {"name": "processed"}),
    _fixed("status_details", "status-details-number", "puts a number into status_details", 0),
    _fixed("status_details", "status-details-object", "puts an object into status_details", {}),
    _fixed("status_details", "status-details-false", "puts false into status_details", False),
    _row("expires_at", "expiry", "gives the file a month to live", lambda record: record.created_at + MONTH),
    _fixed("expires_at", "expiry-as-text", "gives the file a date of expiry", "2099-12-31T00:00:00Z"),
)  # fmt: skip

REQUIRED = ("id", "bytes", "created_at", "filename", "object", "purpose", "status")


def _clause(shown: Shown, field: str) -> str:
    if field == "expires_at":
        return "uploads.no-expiry"
    return shown.prefix + field.replace("_", "-")


def _enter(shown: Shown, row: Distortion) -> None:
    name, description = f"{shown.title}-{row.name}", f"{shown.subject} {row.description}."

    @breach(_clause(shown, row.field), name=name, description=description)
    class Distorted(Lawful):
        def describe(self, record: Record, operation: Operation) -> Body:
            body = super().describe(record, operation)
            return {**body, row.field: row.change(record)} if operation is shown.operation else body


def _enter_missing(shown: Shown, field: str) -> None:
    name = f"{shown.title}-without-{field.replace('_', '-')}"
    description = f"{shown.subject} leaves {field} out."

    @breach(_clause(shown, field), name=name, description=description)
    class Lacking(Lawful):
        def describe(self, record: Record, operation: Operation) -> Body:
            body = super().describe(record, operation)
            left = {key: value for key, value in body.items() if key != field}
            return left if operation is shown.operation else body


for answer in ANSWERS:
    for distortion in DISTORTIONS:
        _enter(answer, distortion)
    for required in REQUIRED:
        _enter_missing(answer, required)
