"""The upload's multipart body, parsed chunk by chunk: the file goes to disk, the fields stay small.

What is a lawful upload is decided by the rules that are passed in; here is only the reading.
"""

import logging
import re
from typing import Protocol

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from conformance.mock import refusals
from conformance.mock.disposition import Disposition, disposition
from conformance.mock.lines import LineFault, Lines
from conformance.mock.records import Upload
from conformance.mock.shelf import Incoming

OVERHEAD = (
    64 * 1024
)  # what boundaries, headers and fields may add to a file, when only Content-Length is known
HEADER_BYTES = 16 * 1024
FIELD_BYTES = 4 * 1024
PARTS = 64

# The parser warns of every malformed body; to a server these are not worth a line.
SILENT = logging.getLogger(f"{__name__}.parser")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


class Rules(Protocol):
    """The decisions about an upload, each taken as early as it can be."""

    def filename(self, sent: str | None) -> str:
        """Read the file's name; a form without a file has none."""

    def purpose(self, sent: str | None) -> str:
        """Read the purpose."""

    def check_format(self, purpose: str, filename: str) -> None:
        """Refuse a file of a kind that the purpose does not take."""

    def check_size(self, purpose: str | None, filename: str, size: int) -> None:
        """Refuse a file that is too large, perhaps before all of it is here."""

    def judge(self, purpose: str, filename: str, size: int, fault: LineFault | None) -> None:
        """Judge a form that has arrived whole."""


class Form:
    """One form while it arrives."""

    def __init__(
        self, *, boundary: bytes, rules: Rules, incoming: Incoming, lines: Lines, declared: int | None
    ) -> None:
        self._rules = rules
        self._incoming = incoming
        self._lines = lines
        self._declared = declared
        self._received = 0
        self._parts = 0
        self._name = bytearray()
        self._value = bytearray()
        self._headers: dict[str, bytes] = {}
        self._header_bytes = 0
        self._part = Disposition(name="", filename=None)
        self._content = bytearray()
        self._fields: dict[str, str] = {}
        self._filename: str | None = None
        self._is_lines = False
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin_part,
                    "on_header_field": self._read_name,
                    "on_header_value": self._read_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._end_headers,
                    "on_part_data": self._read_content,
                    "on_part_end": self._end_part,
                    "on_end": self._end,
                },
            )
        except FormParserError as error:
            raise refusals.bad_form("its boundary cannot be used") from error
        self._parser.logger = SILENT

    def feed(self, chunk: bytes) -> None:
        """Read on; a refusal may come at any chunk."""
        self._received += len(chunk)
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise refusals.bad_form("it is not well-formed multipart") from error

    def close(self) -> Upload:
        """Judge the whole form."""
        if not self._ended:
            raise refusals.bad_form("its last boundary is missing")
        filename = self._rules.filename(self._filename)
        purpose = self._rules.purpose(self._fields.get("purpose"))
        fault = self._lines.close() if self._is_lines else None
        self._rules.judge(purpose, filename, self._incoming.size, fault)
        return Upload(
            purpose=purpose,
            filename=filename,
            bytes=self._incoming.size,
            digest=self._incoming.digest,
            overhead=self._received - self._incoming.size,
        )

    def _begin_part(self) -> None:
        self._parts += 1
        if self._parts > PARTS:
            raise refusals.bad_form(f"it has more than {PARTS} parts")
        self._headers.clear()
        self._header_bytes = 0
        self._content.clear()

    def _read_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]
        self._bound_header(end - start)

    def _read_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._bound_header(end - start)

    def _bound_header(self, more: int) -> None:
        self._header_bytes += more
        if self._header_bytes > HEADER_BYTES:
            raise refusals.bad_form("a part has too long a header")

    def _end_header(self) -> None:
        self._headers[self._name.decode("latin-1").lower()] = bytes(self._value)
        self._name.clear()
        self._value.clear()

    def _end_headers(self) -> None:
        part = disposition(self._headers.get("content-disposition", b""))
        if part is None:
            raise refusals.bad_form("a part does not say its name")
        self._part = part
        if part.name == "file" and part.filename is not None:
            if self._filename is not None:
                raise refusals.bad_parameter("file", "Only one file can be uploaded at a time.")
            self._filename = part.filename
            self._is_lines = part.filename.lower().endswith(".jsonl")
            self._foresee()

    def _read_content(self, data: bytes, start: int, end: int) -> None:
        chunk = data[start:end]
        if self._part.filename is None:
            self._content += chunk
            if len(self._content) > FIELD_BYTES:
                raise refusals.bad_form(f"field '{self._part.name[:64]}' is too long")
        elif self._part.name == "file":
            self._incoming.write(chunk)
            self._rules.check_size(self._fields.get("purpose"), self._filename or "", self._incoming.size)
            if self._is_lines:
                self._lines.feed(chunk)

    def _end_part(self) -> None:
        if self._part.filename is None:
            if self._part.name == "purpose" and "purpose" in self._fields:
                raise refusals.bad_parameter("purpose", "'purpose' is given more than once")
            self._fields[self._part.name] = self._content.decode(errors="replace")
            self._foresee()

    def _end(self) -> None:
        self._ended = True

    def _foresee(self) -> None:
        """Refuse at once what the rest of the body cannot mend."""
        if "purpose" not in self._fields or self._filename is None:
            return
        filename = self._rules.filename(self._filename)
        purpose = self._rules.purpose(self._fields["purpose"])
        self._rules.check_format(purpose, filename)
        if self._declared is not None:
            self._rules.check_size(purpose, filename, self._declared - OVERHEAD)


def boundary(content_type: str) -> bytes:
    """Find the boundary that a Content-Type announces."""
    kind, options = parse_options_header(content_type)
    found = options.get(b"boundary", b"")
    if kind != b"multipart/form-data":
        raise refusals.bad_form("it must be multipart/form-data")
    if not found or re.search(rb"[^\x20-\x7e]", found):
        raise refusals.bad_form("its Content-Type names no boundary")
    return found
