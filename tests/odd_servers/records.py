"""Records: what an odd server keeps of its files, and what it says of one."""

import math
import random
import string
import time
from typing import Any
from urllib.parse import unquote

from .manners import Manners

KEYS = ("sk-odd-first-account", "sk-odd-second-account")
PREFIXES = {"file-extract": "file-fe-", "batch": "file-batch-", "batch_output": "file-batch_output-"}

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


class Records:
    """The files of all accounts; `shelves` hold each account's by id, the deleted ones too."""

    def __init__(self, manners: Manners, keys: tuple[str, ...] = KEYS) -> None:
        self.manners = manners
        self.random = random.Random(7)  # noqa: S311  ids are no secrets
        self.shelves: dict[str, Shelf] = {key: {} for key in keys}
        self.calls = 0
        self.crashes: list[str] = []
        for number in range(manners.strangers):
            self.stranger(next(iter(self.shelves.values())), ago=2400.0 * (manners.strangers - number))

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
