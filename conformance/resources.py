"""What a run creates, so that nothing of it stays behind. Knows ids and file names, never anybody else's."""

import hashlib
import re
import secrets
import time
from urllib.parse import quote

from conformance.exchange import Exchange, Request
from conformance.ledger import Book, Kind

PREFIX = "conformance-"
RANDOM, CHECK = 8, 4


class Resources:
    """Listens to every exchange: enters each file that an upload may have made, strikes out each that is gone."""

    def __init__(self, book: Book | None = None) -> None:
        self._book = book or Book()
        # When the last attempt ended of each upload that may have been done without an answer that said so.
        self._ended: dict[str, float] = {}
        self._troubled: set[str] = set()
        self.leaked: tuple[str, ...] = ()

    def expect(self, request: Request, account: str = "first") -> None:
        """Take note of an upload before it leaves: whoever is stopped meanwhile must look for its file."""
        if request.is_upload:
            for filename in _filenames(request):
                self._ended[filename] = time.time()
                self._book.put(Kind.UPLOAD, filename, account)

    def __call__(self, exchange: Exchange) -> None:
        """Take note of an exchange."""
        request = exchange.request
        if request.is_upload:
            name = exchange.mapping().get("id") if exchange.succeeded else None
            # The id first: between the two lines the file is known twice, never not at all.
            if isinstance(name, str) and name:
                self._book.put(Kind.FILE, name, exchange.account)
            plain = bool(isinstance(name, str) and name) or exchange.refused
            for filename in _filenames(request):
                if not plain:
                    self._ended[filename] = exchange.started + exchange.seconds
                    self._troubled.add(filename)
                # An attempt before it may have left a file that no list showed yet.
                elif filename not in self._troubled:
                    self._book.drop(Kind.UPLOAD, filename)
        elif request.method == "DELETE" and (exchange.succeeded or exchange.missed):
            name = request.named
            entry = self._book.get(Kind.FILE, name)
            if entry and entry.account == exchange.account and request.path == path_of(name):
                self._book.drop(Kind.FILE, name)

    @property
    def left(self) -> tuple[tuple[str, str], ...]:
        """The ids that are still there with the accounts that hold them, newest first."""
        held = self._book.of(Kind.FILE)
        return tuple((name, entry.account) for name, entry in reversed(held.items()))

    @property
    def doubtful(self) -> dict[str, float]:
        """The names of uploads that may have been done all the same, and when the last attempt of each was over."""
        return {name: self._ended.get(name, entry.at) for name, entry in self._book.of(Kind.UPLOAD).items()}


def new_tag() -> str:
    """Draw the tag of a run, which proves itself: its last digits follow from those before them.

    So nobody's `conformance-20251115 results.txt` is ever taken for ours.
    """
    drawn = secrets.token_hex(RANDOM // 2)
    return drawn + _check(drawn)


def is_tag(text: str) -> bool:
    """Whether a text is the tag of a run."""
    return bool(re.fullmatch(r"[0-9a-f]{12}", text)) and text[RANDOM:] == _check(text[:RANDOM])


def tag_of(name: object) -> str:
    """Give the tag of the run that gave a file or a task its name, or nothing where no run of ours did."""
    found = re.match(rf"{PREFIX}([0-9a-f]+) ", name) if isinstance(name, str) else None
    return found[1] if found and is_tag(found[1]) else ""


def _check(drawn: str) -> str:
    return hashlib.blake2b(f"{PREFIX}{drawn}".encode(), digest_size=CHECK // 2).hexdigest()


def spellings(filename: str) -> tuple[str, ...]:
    """Give the names under which a server may list a file: a form writes a quotation mark as %22, which not all undo."""
    return tuple(dict.fromkeys((filename, filename.replace('"', "%22"))))


def path_of(name: str) -> str:
    """Give the path of a file, whatever characters a server put into its id."""
    return f"/files/{segment(name)}"


def segment(text: str) -> str:
    """Write a text as one segment of a path, also where its dots alone would lead out of it."""
    return quote(text, safe="") if text.strip(".") else text.replace(".", "%2E")


def _filenames(request: Request) -> set[str]:
    return {part.filename for part in request.parts if part.filename}
