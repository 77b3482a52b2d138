"""What a run creates, so that nothing of it stays behind. Knows ids and file names, never anybody else's."""

import threading
import time
from urllib.parse import quote

from conformance.exchange import Exchange, Request

PREFIX = "conformance-"


class Resources:
    """Listens to every exchange: remembers each file that an upload made, forgets each that is gone."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        # The names of uploads whose answers never came, for they may have been done all the same, and when.
        self.doubtful: dict[str, float] = {}
        self.leaked: tuple[str, ...] = ()
        self._lock = threading.Lock()

    def expect(self, request: Request) -> None:
        """Take note of an upload before it leaves: a run that is stopped meanwhile must look for its file."""
        if request.is_upload:
            with self._lock:
                self.doubtful |= dict.fromkeys(_filenames(request), time.time())

    def __call__(self, exchange: Exchange) -> None:
        """Take note of an exchange."""
        with self._lock:
            self._note(exchange)

    def _note(self, exchange: Exchange) -> None:
        request = exchange.request
        # An attempt before it may have left a file that no list showed yet.
        if request.is_upload and exchange.attempt == 1 and _plain(exchange):
            for filename in _filenames(request):
                self.doubtful.pop(filename, None)
        if request.is_upload and exchange.succeeded:
            name = exchange.mapping().get("id")
            if isinstance(name, str) and name:
                self._ids[name] = exchange.account
        if request.is_upload and not _plain(exchange):
            ended = exchange.started + exchange.seconds
            self.doubtful |= {part.filename: ended for part in request.parts if part.filename}
        elif request.method == "DELETE" and exchange.answer:
            gone = exchange.succeeded or exchange.answer.status in {404, 410}
            if gone and exchange.account == self._ids.get(_named(request.path, self._ids)):
                del self._ids[_named(request.path, self._ids)]

    @property
    def left(self) -> tuple[tuple[str, str], ...]:
        """The ids that are still there with the accounts that hold them, newest first."""
        return tuple(reversed(self._ids.items()))


def spellings(filename: str) -> frozenset[str]:
    """Give the names under which a server may list a file: a form writes a quotation mark as %22, which not all undo."""
    return frozenset({filename, filename.replace('"', "%22")})


def path_of(name: str) -> str:
    """Give the path of a file, whatever characters a server put into its id."""
    return f"/files/{segment(name)}"


def segment(text: str) -> str:
    """Write a text as one segment of a path, also where its dots alone would lead out of it."""
    return quote(text, safe="") if text.strip(".") else text.replace(".", "%2E")


def _plain(exchange: Exchange) -> bool:
    """Whether the answer to an upload says plainly what became of it: it is refused, or it has an id."""
    name = exchange.mapping().get("id")
    made = exchange.succeeded and isinstance(name, str) and bool(name)
    return made or (exchange.answer is not None and exchange.answer.refused)


def _filenames(request: Request) -> set[str]:
    return {part.filename for part in request.parts if part.filename}


def _named(path: str, ids: dict[str, str]) -> str:
    return next((name for name in ids if path_of(name) == path), "")
