"""Records: what an odd server keeps of its files, and what it says of one."""

import math
import random
import string
import time
import uuid
from typing import Any
from urllib.parse import unquote

from .manners import Manners

KEYS = Manners().keys
PREFIXES = {"file-extract": "file-fe-", "batch": "file-batch-", "batch_output": "file-batch_output-"}
FINE_TUNE = "file-ft-"
# Of which letters, and how many of them, an id is made behind its prefix; a hyphen stands where a UUID has it.
TAILS: dict[str, tuple[str, int]] = {
    "letters": (string.ascii_letters + string.digits, 24),
    "hexadecimal": (string.hexdigits[:16], 24),
    "upper": (string.ascii_uppercase + string.digits, 26),
    "digits": (string.digits, 19),
    "short": (string.ascii_letters + string.digits, 8),
    "long": (string.ascii_letters + string.digits, 96),
    "dotted": (string.ascii_letters + "._", 24),
    "hyphens": (string.ascii_lowercase + "-", 24),
}
NAMES = (
    " ",
    "🗂️ .txt",
    'a"b\\c;.pdf',
    "../../etc/passwd",
    "名" * 80,
    "no extension",
    " spaces .md ",
    "<b>.txt",
)

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


class NowhereError(RefusalError):
    """Nobody knows this address, or this method at it."""


class Records:
    """The files of all accounts; `shelves` hold each account's by id, the deleted ones too."""

    def __init__(self, manners: Manners) -> None:
        self.manners = manners
        self.random = random.Random(7)  # noqa: S311  ids are no secrets
        self.shelves: dict[str, Shelf] = {key: {} for key in manners.keys}
        self.calls = 0
        self.shown_last: Record = {}
        self.crashes: list[str] = []
        for number in range(manners.strangers):
            ago = 2400.0 if manners.crowded else 2400.0 * (manners.strangers - number)
            self.stranger(next(iter(self.shelves.values())), ago=ago)

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
        prefix = PREFIXES.get(purpose, FINE_TUNE)
        if self.manners.ids == "uuid":
            return prefix + str(uuid.UUID(int=self.random.getrandbits(128)))
        letters, count = TAILS[self.manners.ids]
        # No id ends in what could be punctuation.
        return (
            prefix + "".join(self.random.choices(letters, k=count - 1)) + self.random.choice("abcdef012345")
        )

    def seconds(self, moment: float) -> int:
        """Make a moment whole."""
        return math.floor(moment + {"down": 0.0, "up": 1.0, "nearest": 0.5}[self.manners.rounding])

    def described(self, record: Record, where: str) -> Said:
        """Describe a file; `where` is upload, retrieve or list."""
        assert where
        now = time.time() + self.manners.clock
        names = ("id", "bytes", "created_at", "filename", "object", "purpose")
        said: Said = {name: record[name] for name in names}
        said["status"] = record.get("status") or self.status(now - record["moment"])
        if self.manners.status_details != "absent":
            said["status_details"] = (
                None if self.manners.status_details == "null" else f"it is {said['status']}"
            )
        if self.manners.extra:
            said |= {"expires_at": None, "workspace": {"id": "ws-1", "tags": [1, "a", None]}, "etag": "x"}
        return dict(reversed(said.items())) if self.manners.reverse else said

    def status(self, age: float) -> str:
        """Give the state of a file of that age."""
        if age >= self.manners.processing:
            return "processed"
        states = self.manners.states
        return states[min(len(states) - 1, int(age / self.manners.processing * len(states)))]

    def find(self, shelf: Shelf, name: str) -> Record:
        """Find a file that is there."""
        record = shelf.get(unquote(name))
        if record is None or not self.is_seen(record, "retrieve"):
            raise RefusalError(self.manners.unknown_id, f"No such File object: {name}", param="id")
        return record

    def is_seen(self, record: Record, where: str) -> bool:
        """Whether reads know of a file by now; `where` is one of those that may lag."""
        now = time.time()
        lags = where in self.manners.lags and (not self.manners.replicas or self.calls % 2)
        arrived = now + self.manners.clock >= record["moment"] + lags * self.manners.lag
        return arrived and (record["gone"] is None or now < record["gone"] + lags * self.manners.deletion_lag)

    def retrieve(self, shelf: Shelf, name: str) -> Said:
        """Describe one file."""
        return self.described(self.find(shelf, name), "retrieve")

    def delete(self, shelf: Shelf, name: str) -> Said:
        """Delete one file."""
        record = shelf.get(name)
        if record and "delete" in self.manners.lags and not self.is_seen(record | {"gone": None}, "delete"):
            record = None
        if record is None or (record["gone"] is not None and self.manners.again != 200):
            status = self.manners.unknown_id if record is None else self.manners.again
            raise RefusalError(status, f"No such File object: {name}", param="id")
        done = record["gone"] is None or self.manners.again_done
        self.remove(shelf, record)
        said: Said = {"object": "file", "deleted": done, "id": name}
        return said | ({"freed": record["bytes"]} if self.manners.extra else {})

    def remove(self, shelf: Shelf, record: Record) -> None:
        """Mark a file as gone."""
        assert shelf
        record["gone"] = record["gone"] or time.time()

    def stranger(self, shelf: Shelf, *, ago: float = 0.0) -> Record:
        """Let another client upload a file."""
        purpose = ("file-extract", "batch", "file-extract", "batch_output", "fine-tune")[len(shelf) % 5]
        record = self.record(f"stranger-{len(shelf)}.txt", b"not yours", purpose, ago=ago)
        record["strange"] = True
        if self.manners.strange:
            record["filename"] = NAMES[len(shelf) % len(NAMES)]
            record["bytes"] = (0, 1, 524_288_000)[len(shelf) % 3]
            record["status"] = (None, "error", "processing", "deleted")[len(shelf) % 4]
        shelf[record["id"]] = record
        return record

    def others(self, shelf: Shelf) -> None:
        """Let other clients upload one file and delete another: the newest, the oldest, or one from the middle."""
        theirs = [record for record in shelf.values() if "strange" in record and record["gone"] is None]
        if self.shown_last in theirs:
            self.remove(shelf, self.shown_last)
        elif theirs:
            self.remove(shelf, theirs[self.random.choice((-1, len(theirs) // 2, 0))])
        self.stranger(shelf)

    def _everyone(self) -> Shelf:
        return {name: record for shelf in self.shelves.values() for name, record in shelf.items()}
