"""Requests as nearly every client writes them, read whole at one glance; whatever is unusual is left to those who parse.

Nothing is taken here that they would read otherwise, and nothing is refused.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from conformance.mock.disposition import disposition
from conformance.mock.forms import FIELD_BYTES, HEADER_BYTES

# In bytes of head and body together.
MOST = 64 * 1024
HEAD_END = b"\r\n\r\n"

# Possessive, so that no head takes longer than its length.
HEAD = re.compile(
    rb"(GET|POST) (/[\w/.-]*+)(?:\?([\w/.~&=+:,-]*+))? HTTP/1\.1\r\n"
    rb"((?:[\w-]++: [!-~\x80-\xff](?:[ -~\x80-\xff]*+)\r\n)++)\r\n",
    re.ASCII,
)
# What a request says of itself that changes how it is read or answered.
SAID = re.compile(
    rb"^(authorization|connection|content-length|content-type|expect|transfer-encoding|upgrade): (.*?) *\r$",
    re.IGNORECASE | re.MULTILINE,
)
UNUSUAL = frozenset({b"expect", b"transfer-encoding", b"upgrade"})
PARTS = 2
# What is before the first boundary, the parts, and what is after the last.
PIECES = 1 + PARTS + 1
LENGTH = re.compile(rb"\d{1,5}", re.ASCII)
MULTIPART = re.compile(rb"multipart/form-data; boundary=([\w'()+,./:=?-]{1,70})", re.ASCII)
PART = re.compile(
    rb"\r\nContent-Disposition: (form-data; [!-~\x80-\xff](?:[ -~\x80-\xff]*[!-~\x80-\xff])?)\r\n"
    rb"(?:Content-Type: [\w/.;= +-]+\r\n)?\r\n(.*)",
    re.ASCII | re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What comes before a body of `length` bytes."""

    method: str
    path: str
    query: str
    authorization: str
    content_type: bytes
    size: int
    length: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainForm:
    """A purpose and a file, and nothing else."""

    purpose: str
    filename: str
    content: bytes


def head(raw: bytes) -> Head | None:
    """Read what a request begins with."""
    return _head(raw[: raw.find(HEAD_END) + len(HEAD_END)])


@lru_cache(maxsize=64)
def _head(raw: bytes) -> Head | None:
    matched = HEAD.fullmatch(raw)
    if matched is None:
        return None
    method, path, query, lines = matched.groups()
    said: dict[bytes, bytes] = {}
    for name, value in SAID.findall(lines):
        if name.lower() in said:
            return None
        said[name.lower()] = value
    length = said.get(b"content-length", b"0")
    if (
        not UNUSUAL.isdisjoint(said)
        or said.get(b"connection", b"keep-alive").lower() != b"keep-alive"
        or not LENGTH.fullmatch(length)
    ):
        return None
    return Head(
        method=method.decode(),
        path=path.decode(),
        query=(query or b"").decode(),
        authorization=said.get(b"authorization", b"").decode("latin-1"),
        content_type=said.get(b"content-type", b""),
        size=len(raw),
        length=int(length),
    )


def form(content_type: bytes, body: bytes) -> PlainForm | None:
    """Read a form of one purpose and one file, in either order."""
    announced = MULTIPART.fullmatch(content_type)
    if announced is None:
        return None
    pieces = (b"\r\n" + body).split(b"\r\n--" + announced[1])
    if len(pieces) != PIECES or pieces[0] or pieces[-1] not in {b"--", b"--\r\n"}:
        return None
    fields: dict[str, bytes] = {}
    filename = None
    for part in pieces[1:-1]:
        matched = PART.fullmatch(part)
        if matched is None or matched.start(2) > HEADER_BYTES:
            return None
        said = disposition(matched[1])
        if said is None or said.name != ("purpose" if said.filename is None else "file"):
            return None
        fields[said.name] = matched[2]
        filename = filename or said.filename
    if not filename or len(fields) < PARTS or len(fields["purpose"]) > FIELD_BYTES:
        return None
    return PlainForm(
        purpose=fields["purpose"].decode(errors="replace"), filename=filename, content=fields["file"]
    )
