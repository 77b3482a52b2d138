"""What a run makes, written ahead: a book in memory, and its journal on this machine's disk, which outlives the run.

Each thing is entered before the request that may make it leaves, and struck out when it is gone; a journal is removed
with its last entry. A run holds the lock of its journal for as long as it lives, whatever ends it: who gets the lock
may finish what that run could not.
"""

import contextlib
import hashlib
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from conformance.targets import Target

try:
    import fcntl
except ImportError:  # pragma: no cover - a system without such locks
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".jsonl"
FORMAT = 1


class Kind(StrEnum):
    """What a book has entries of; an intent bears a name, all else the id that the target gave.

    The entry of a task stays when the task has ended, for it may name a result later.
    """

    UPLOAD = "upload"
    FILE = "file"
    CREATION = "creation"
    TASK = "task"
    RESULT = "result"


INTENTS = frozenset({Kind.UPLOAD, Kind.CREATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Whose it is, and when it was entered, in seconds since the epoch."""

    account: str
    at: float


Entries = dict[Kind, dict[str, Entry]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Whose journal it is. Of a key it holds a short salted digest, which tells it from another and gives nothing away."""

    tag: str
    target: str
    base_url: str
    salt: str
    accounts: Mapping[str, str]
    pid: int
    host: str
    started: float
    format: int = FORMAT

    def word_of(self, account: str, target: Target) -> str:
        """Name the account of that target which the run knew by another word, or nothing where its key is not there."""
        wanted = self.accounts.get(account if account in self.accounts else "first")
        found = [word for word, digest in _digests(target, self.salt).items() if digest == wanted]
        if account in self.accounts:
            return found[0] if found else ""
        # Keys that open nothing are made of the first one.
        return account if "first" in found else ""


def heading(target: Target, tag: str) -> Heading:
    """Head the journal of a run that begins now."""
    salt = secrets.token_hex(4)
    return Heading(
        tag=tag,
        target=target.name,
        base_url=target.base_url,
        salt=salt,
        accounts=_digests(target, salt),
        pid=os.getpid(),
        host=socket.gethostname(),
        started=round(time.time(), 3),
    )


def places(environ: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Say where journals are: where the system keeps a user's state, else below the folder of the reports.

    The next run may be told another folder, and must find them all the same.
    """
    found = []
    with contextlib.suppress(RuntimeError):
        state = Path(environ.get("XDG_STATE_HOME", ""))
        home = state if state.is_absolute() else Path.home() / ".local" / "state"
        found.append(home / "model-studio-conformance")
    return (*found, folder.absolute() / ".unfinished")


class Journal:
    """The file of one book. It comes to be with its first line, and is locked until it is closed."""

    def __init__(self, places: tuple[Path, ...], heading: Heading, folder: str) -> None:
        self._places = places
        self._name = f"{folder}-{heading.tag}"
        self._file = -1
        self.heading = heading
        self.path: Path | None = None
        # Why it could not be written, where it could not.
        self.trouble = ""

    @classmethod
    def reopened(cls, path: Path, heading: Heading, file: int) -> "Journal":
        """Go on with a journal whose lock is held."""
        journal = cls((), heading, "")
        journal.path, journal._file = path, os.dup(file)
        # Its last line may have been torn.
        journal._append("\n")
        return journal

    def write(self, line: list[Any], *, durable: bool) -> None:
        """Add a line; one that is durable outlives the machine, too."""
        if self.trouble:
            return
        try:
            if self._file < 0:
                self._create()
            self._append(json.dumps(line) + "\n")
            if durable:
                os.fsync(self._file)
        except OSError as error:
            self.trouble = error.strerror or str(error)

    def remove(self) -> None:
        """Remove it: nothing is left."""
        if self.path:
            with contextlib.suppress(OSError):
                self.path.unlink()
        self.close()

    def close(self) -> None:
        """Give the lock back."""
        if self._file >= 0:
            os.close(self._file)
        self._file, self.path = -1, None

    def _create(self) -> None:
        trouble: OSError = OSError("there is no place for it")
        for place in self._places:
            try:
                place.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._begin(place / f"{self._name}{SUFFIX}")
            except OSError as error:
                trouble = error
            else:
                return
        raise trouble

    def _begin(self, path: Path) -> None:
        """Lock and head it before anybody can find it."""
        draft = path.with_suffix(".new")
        file = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND, 0o600)
        try:
            _lock(file)
            os.write(file, (json.dumps(_plain(self.heading)) + "\n").encode())
            os.fsync(file)
            draft.rename(path)
        except OSError:
            os.close(file)
            draft.unlink(missing_ok=True)
            raise
        self._file, self.path = file, path

    def _append(self, text: str) -> None:
        os.write(self._file, text.encode())


class Book:
    """The entries of a run, by kind and name, oldest first; with a journal, each is on disk before it counts."""

    def __init__(self, journal: Journal | None = None, entries: Entries | None = None) -> None:
        self.journal = journal
        self._entries: Entries = {kind: dict((entries or {}).get(kind, {})) for kind in Kind}
        self._lock = threading.Lock()

    def put(self, kind: Kind, name: str, account: str) -> None:
        """Enter a thing, once."""
        with self._lock:
            if name in self._entries[kind]:
                return
            entry = Entry(account=account, at=round(time.time(), 3))
            if self.journal:
                self.journal.write(["put", kind, name, entry.account, entry.at], durable=kind in INTENTS)
            self._entries[kind][name] = entry

    def drop(self, kind: Kind, name: str) -> None:
        """Strike a thing out."""
        with self._lock:
            if self._entries[kind].pop(name, None) and self.journal:
                self.journal.write(["drop", kind, name], durable=False)

    def of(self, kind: Kind) -> dict[str, Entry]:
        """Give the entries of a kind."""
        with self._lock:
            return dict(self._entries[kind])

    def get(self, kind: Kind, name: str) -> Entry | None:
        """Give one entry, if it is there."""
        return self._entries[kind].get(name)

    @property
    def empty(self) -> bool:
        """Whether nothing is entered any more."""
        return not any(self._entries.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The journal of an earlier run, as it was found; nobody's but ours while its `file` is open."""

    path: Path
    heading: Heading
    entries: Entries
    # The open file with the lock, or -1 where the run is still alive.
    file: int


@contextlib.contextmanager
def found(places: tuple[Path, ...], target: Target) -> Iterator[tuple[Found, ...]]:
    """Find the journals of runs against a target, oldest first, and hold the locks of those that are dead."""
    held: list[Found] = []
    try:
        for path in sorted({path for place in places for path in _files(place)}):
            each = _open(path, target)
            held += [each] if each else []
        yield tuple(sorted(held, key=lambda each: each.heading.started))
    finally:
        for each in held:
            if each.file >= 0:
                with contextlib.suppress(OSError):
                    os.close(each.file)


def read(text: str) -> tuple[Heading, Entries] | None:
    """Read a journal as far as it is whole, or give None where not even its heading is."""
    lines = [_json(line) for line in text.splitlines()]
    try:
        head = Heading(**lines[0])
    except (IndexError, TypeError):
        return None
    if head.format != FORMAT:
        return None
    entries: Entries = {kind: {} for kind in Kind}
    for line in lines[1:]:
        match line:
            case ["put", str(kind), str(name), str(account), int() | float() as at] if kind in set(Kind):
                entries[Kind(kind)][name] = Entry(account=account, at=float(at))
            case ["drop", str(kind), str(name)] if kind in set(Kind):
                entries[Kind(kind)].pop(name, None)
    return head, entries


def _open(path: Path, target: Target) -> Found | None:
    with contextlib.suppress(OSError):
        file = os.open(path, os.O_RDWR | os.O_APPEND)
        keep = False
        try:
            is_ours = _lock(file, wait=False)
            # Another sweep may have finished it meanwhile.
            known = read(path.read_text("utf-8", "replace")) if os.fstat(file).st_nlink else None
            if known and known[0].base_url == target.base_url:
                keep = is_ours
                return Found(path=path, heading=known[0], entries=known[1], file=file if is_ours else -1)
        finally:
            if not keep:
                os.close(file)
    return None


def _files(place: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(place.glob(f"*{SUFFIX}"))
    return []


def _lock(file: int, *, wait: bool = True) -> bool:
    """Take the lock that the system gives back when the process ends, however it ends; say whether it was free."""
    if fcntl is None:  # pragma: no cover - a system without such locks
        raise OSError("this system has no locks that end with a process")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _digests(target: Target, salt: str) -> dict[str, str]:
    keys = {"first": target.key, "second": target.second_key, "other-region": target.other_region_key}
    return {
        word: hashlib.blake2b(key.encode(), salt=salt.encode(), digest_size=4).hexdigest()
        for word, key in keys.items()
        if key
    }


def _plain(head: Heading) -> dict[str, Any]:
    return {name: getattr(head, name) for name in Heading.__dataclass_fields__}


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None
