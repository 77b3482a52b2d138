"""The Content-Disposition of a part: which field it is, and what the file is called.

Of a file name only the last part of a path is kept, and browsers' escapes are undone; nothing else is changed.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

PARAMETER = re.compile(rb';\s*([A-Za-z0-9_*-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)', re.DOTALL)
FOLDER = re.compile(r".*[/\\]", re.DOTALL)

# What browsers and httpx write in a quoted name (WHATWG form encoding): these three and no other percent sign.
ESCAPES = (("%22", '"'), ("%0D", "\r"), ("%0A", "\n"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposition:
    """One part's name, and its file name when it is a file."""

    name: str
    filename: str | None


@lru_cache(maxsize=256)
def disposition(header: bytes) -> Disposition | None:
    """Read the header; None when it is not that of a form's part."""
    if not re.match(rb"form-data\s*(;|$)", header, re.IGNORECASE):
        return None
    options = {key.lower(): _unquoted(value) for key, value in PARAMETER.findall(header)}
    if b"name" not in options:
        return None
    if b"filename*" in options:
        filename = _extended(options[b"filename*"])
    elif b"filename" in options:
        filename = _plain(options[b"filename"])
    else:
        filename = None
    return Disposition(
        name=_text(options[b"name"]), filename=None if filename is None else FOLDER.sub("", filename)
    )


def _unquoted(value: bytes) -> bytes:
    if value[:1] != b'"':
        return value
    return re.sub(rb'\\(["\\])', rb"\1", value[1:-1])


def _plain(value: bytes) -> str:
    text = _text(value)
    for written, meant in ESCAPES:
        text = text.replace(written, meant)
    return text


def _extended(value: bytes) -> str:
    charset, _, rest = value.partition(b"'")
    _, _, encoded = rest.partition(b"'")
    raw = unquote_to_bytes(encoded)
    return raw.decode("latin-1") if charset.lower() == b"iso-8859-1" else _text(raw)


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
