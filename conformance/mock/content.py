"""The content's decisions: whose file can be downloaded, and how it is sent."""

from collections.abc import Iterator
from pathlib import Path

from conformance.mock import refusals
from conformance.mock.filing import Filing
from conformance.mock.records import Flow, Operation, Record

PIECE = 64 * 1024


class Contents(Filing):
    """A server that gives files back."""

    def content(self, account: str, file_id: str) -> Flow:
        """Give what is in a file."""
        record = self.find(account, file_id, Operation.CONTENT)
        self.check_download(record)
        return self.download(record)

    def check_download(self, record: Record) -> None:
        """Refuse to give back what was uploaded."""
        if record.purpose != "batch_output":
            raise refusals.not_downloadable(record.id)

    def download(self, record: Record) -> Flow:
        """Send a file as it lies on disk."""
        path = self.world.shelf.path(record.id)
        return Flow(pieces=_Read(path), size=record.bytes, media_type=self.content_type(record))

    def content_type(self, record: Record) -> str:  # noqa: ARG002 - a breach may look at the file
        """Name the media type of a download."""
        return "application/octet-stream"


class _Read:
    """A file that is opened when its first piece is wanted."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __iter__(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
