"""File bodies on disk, kept under their id. At no time is more than a small piece of one held in memory."""

import os
import shutil
import tempfile
from collections.abc import Iterable
from hashlib import blake2b
from io import BufferedRandom
from pathlib import Path

from conformance.errors import UsageError

# What is no larger is not written while it arrives; a shelf that nobody will open again writes it when somebody reads
# it, as long as all that it holds is no more than that.
HELD = 64 * 1024
HELD_IN_ALL = 8 * 1024 * 1024


class Incoming:
    """One body that is still arriving; it ends on the shelf or nowhere."""

    def __init__(self, shelf: "Shelf") -> None:
        self._shelf = shelf
        self._held = bytearray()
        self._file: BufferedRandom | None = None
        self._path: Path | None = None
        self._digest = blake2b(digest_size=16)
        self._is_safe = not shelf.is_durable
        self.size = 0
        shelf.arriving.add(self)

    def write(self, data: bytes) -> None:
        """Add to the body."""
        self._digest.update(data)
        self.size += len(data)
        if self._file is None and self.size <= HELD:
            self._held += data
            return
        self._spill().write(data)

    @property
    def digest(self) -> str:
        """A name for the content, equal for equal bodies."""
        return self._digest.hexdigest()

    def read(self) -> bytes:
        """Give what has arrived so far: the lawful mock never asks this."""
        if self._file is None:
            return bytes(self._held)
        self._file.flush()
        return Path(self._file.name).read_bytes()

    def secure(self) -> None:
        """Come back when the body would survive a loss of power; it takes as long as the disk does."""
        if not self._is_safe:
            file = self._spill()
            file.flush()
            os.fsync(file.fileno())
            self._is_safe = True

    def keep(self, name: str) -> None:
        """Put the body in its place."""
        self.secure()
        if self._file is None:
            self._shelf.put(name, bytes(self._held))
        else:
            self._file.close()
            path = self._shelf.path(name)
            Path(self._file.name).replace(path)
            if self._shelf.is_durable:
                _secure_folder(path.parent)
        self._shelf.arriving.discard(self)

    def discard(self) -> None:
        """Leave no trace; harmless when the body was kept."""
        self._shelf.arriving.discard(self)
        if self._file is not None:
            self._file.close()
            Path(self._file.name).unlink(missing_ok=True)

    def _spill(self) -> BufferedRandom:
        if self._file is None:
            # No context manager: it is closed by keep or discard.
            self._file = open(self._shelf.scratch(), "x+b")  # noqa: SIM115, PTH123
            self._file.write(self._held)
            self._held.clear()
        return self._file


class Shelf:
    """The folder of bodies; without a data directory it is a temporary one and goes with the mock."""

    def __init__(self, data_dir: Path | None) -> None:
        self.is_durable = data_dir is not None
        self.arriving: set[Incoming] = set()
        self._begun = 0
        self._held: dict[str, bytes] = {}
        self._weight = 0
        try:
            if data_dir is None:
                self.folder = Path(tempfile.mkdtemp(prefix="conformance-mock-"))
            else:
                self.folder = data_dir
            self._bodies = self.folder / "bodies"
            self._incoming = self.folder / "incoming"
            self._bodies.mkdir(parents=True, exist_ok=True)
            self._incoming.mkdir(exist_ok=True)
        except OSError as error:
            raise UsageError(f"data directory {data_dir} cannot be written: {error.strerror}") from error

    def sweep(self, wanted: Iterable[str]) -> None:
        """Remove what a mock that was killed left half done; only for the one that owns the folder."""
        for left in self._incoming.iterdir():
            left.unlink()
        kept = set(wanted)
        for body in self._bodies.iterdir():
            if body.name not in kept:
                body.unlink()

    def receive(self) -> Incoming:
        """Begin a body."""
        return Incoming(self)

    def scratch(self) -> Path:
        """Name a place for a body that is too large to be held."""
        self._begun += 1
        return self._incoming / f"{os.getpid()}-{self._begun}"

    def put(self, name: str, body: bytes) -> None:
        """Keep a body that is small."""
        self._release(name)
        if self.holds(len(body)):
            self._held[name] = body
            self._weight += len(body)
        else:
            (self._bodies / name).write_bytes(body)

    def holds(self, size: int) -> bool:
        """Tell whether a body of so many bytes would be held in memory, where nothing can go wrong."""
        return not self.is_durable and size <= HELD and self._weight + size <= HELD_IN_ALL

    def path(self, name: str) -> Path:
        """Tell where a body lies, and see that it lies there."""
        path = self._bodies / name
        held = self._release(name)
        if held is not None:
            path.write_bytes(held)
        return path

    def size(self, name: str) -> int:
        """Tell how large a body is; one that is not there has no size."""
        if name in self._held:
            return len(self._held[name])
        try:
            return (self._bodies / name).stat().st_size
        except FileNotFoundError:
            return 0

    def share(self, file_id: str, other: str) -> None:
        """Keep a body under another name too, so that it outlives the file."""
        self.path(other).unlink(missing_ok=True)
        self.path(other).hardlink_to(self.path(file_id))

    def drop(self, file_id: str) -> None:
        """Remove a body."""
        if self._release(file_id) is None:
            (self._bodies / file_id).unlink(missing_ok=True)

    def _release(self, name: str) -> bytes | None:
        held = self._held.pop(name, None)
        self._weight -= len(held or b"")
        return held

    def half_received(self) -> int:
        """Count the bodies that are still arriving."""
        return len(self.arriving)

    def close(self) -> None:
        """Remove a temporary folder; leave a data directory alone."""
        if not self.is_durable:
            shutil.rmtree(self.folder, ignore_errors=True)


def _secure_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
