"""Entry: one request and its answer as some other tool has recorded them, before it is known what they mean."""

import logging
import zlib
from dataclasses import dataclass

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from conformance.exchange import Pairs, Part

LONGEST_TEXT = 65_536
# What a body may grow to when it is unpacked, in bytes.
MOST = 64 * 1024 * 1024
# zlib's word for: find out whether it is gzip.
EITHER = 32 + zlib.MAX_WBITS
# The parser warns of every malformed body.
SILENT = logging.getLogger(f"{__name__}.parser")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was recorded of one exchange.

    `body` and `answer` are None where they were not kept, or not whole; `parts` are those of a form, None where they
    are not known. `status` 0 means that no answer came. `started` is in seconds since the epoch, None where no time was
    kept. `account` names whose key it was where the recording says so itself. `aside` is the reason why it cannot be
    judged.
    """

    method: str
    url: str
    headers: Pairs = ()
    body: bytes | None = None
    parts: tuple[Part, ...] | None = None
    status: int
    answer_headers: Pairs = ()
    answer: bytes | None = None
    started: float | None = None
    seconds: float = 0.0
    account: str = ""
    aside: str = ""


def header(headers: Pairs, name: str) -> str:
    """Give the first header of that name, whatever its case, or nothing."""
    return next((value for key, value in headers if key.lower() == name), "")


def whole(headers: Pairs, candidates: tuple[bytes, ...], *, size: int = -1) -> bytes | None:
    """Give the one of several readings of a sent body that is as long as it is said to be; None where none is.

    Recorders drop the files of a form, or change what is no text: only a length that fits shows that nothing is missing.
    """
    told = header(headers, "content-length")
    length = int(told) if told.isascii() and told.isdigit() else size
    return next((body for body in candidates if len(body) == length), None)


def form(kind: str, body: bytes | None) -> tuple[Part, ...] | None:
    """Read the parts of a form; None where it is none, or is not there to its end."""
    media_type, options = parse_options_header(kind)
    boundary = options.get(b"boundary")
    if media_type != b"multipart/form-data" or not boundary or body is None:
        return None
    reading = _Form()
    try:
        parser = MultipartParser(boundary, reading.callbacks())  # type: ignore[arg-type]
        parser.logger = SILENT
        parser.write(body)
        parser.finalize()
    except FormParserError:
        return None
    return tuple(reading.parts) if reading.ended else None


class _Form:
    """Gathers what the parser tells, piece by piece."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.ended = False
        self._name = self._value = self._disposition = b""
        self._data = bytearray()

    def callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._field,
            "on_header_value": self._more,
            "on_header_end": self._header,
            "on_part_data": self._piece,
            "on_part_end": self._end,
            "on_end": self._finish,
        }

    def _begin(self) -> None:
        self._disposition = b""
        self._data = bytearray()

    def _field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _more(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        self._name = self._value = b""

    def _piece(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def _end(self) -> None:
        _, options = parse_options_header(self._disposition)
        filename = options.get(b"filename")
        short = filename is None and len(self._data) <= LONGEST_TEXT
        self.parts.append(
            Part(
                name=options.get(b"name", b"").decode("utf-8", "replace"),
                filename=None if filename is None else filename.decode("utf-8", "replace"),
                size=len(self._data),
                text=self._data.decode("utf-8", "replace") if short else None,
            )
        )

    def _finish(self) -> None:
        self.ended = True


def unpacked(body: bytes, encoding: str) -> bytes | None:
    """Undo a content coding; None where that cannot be done."""
    coding = encoding.strip().lower()
    if coding in {"", "identity"}:
        return body
    if coding not in {"gzip", "x-gzip", "deflate"}:
        return None
    unpacking = zlib.decompressobj(EITHER)
    try:
        found = unpacking.decompress(body, MOST)
    except zlib.error:
        return None
    return found if unpacking.eof else None
