"""File bodies on disk: written while they arrive, kept under their id, never held in memory."""

import shutil
import tempfile
from hashlib import blake2b
from pathlib import Path

from conformance.errors import UsageError


class Incoming:
    """One body that is still arriving; it ends on the shelf or nowhere."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.NamedTemporaryFile(dir=folder, delete=False)  # noqa: SIM115 - closed by keep or discard
        self._digest = blake2b(digest_size=16)
        self.size = 0

    def write(self, data: bytes) -> None:
        """Add to the body."""
        self._file.write(data)
        self._digest.update(data)
        self.size += len(data)

    @property
    def digest(self) -> str:
        """A name for the content, equal for equal bodies."""
        return self._digest.hexdigest()

    def read(self) -> bytes:
        """Give what has arrived so far: the lawful mock never asks this."""
        self._file.flush()
        return Path(self._file.name).read_bytes()

    def keep(self, path: Path) -> None:
        """Put the body in its place."""
        self._file.close()
        Path(self._file.name).replace(path)

    def discard(self) -> None:
        """Leave no trace; harmless when the body was kept."""
        self._file.close()
        Path(self._file.name).unlink(missing_ok=True)


class Shelf:
    """The folder of bodies; without a data directory it is a temporary one and goes with the mock."""

    def __init__(self, data_dir: Path | None) -> None:
        self._temporary = data_dir is None
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

    def sweep(self) -> None:
        """Remove what a mock that was killed left half received; only for the one that owns the folder."""
        for left in self._incoming.iterdir():
            left.unlink()

    def receive(self) -> Incoming:
        """Begin a body."""
        return Incoming(self._incoming)

    def path(self, file_id: str) -> Path:
        """Tell where the body of a file lies."""
        return self._bodies / file_id

    def share(self, file_id: str, other: str) -> None:
        """Keep a body under another name too, so that it outlives the file."""
        self.path(other).unlink(missing_ok=True)
        self.path(other).hardlink_to(self.path(file_id))

    def drop(self, file_id: str) -> None:
        """Remove a body."""
        self.path(file_id).unlink(missing_ok=True)

    def half_received(self) -> int:
        """Count the bodies that are still arriving."""
        return sum(1 for _ in self._incoming.iterdir())

    def close(self) -> None:
        """Remove a temporary folder; leave a data directory alone."""
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
