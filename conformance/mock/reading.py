"""What a document says, as far as a mock needs to know: the beginning of its text, for the formats that are easily read."""

import html
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

READ_BYTES = 64 * 1024
QUOTED = 200
MEMBERS = 20

TAG = re.compile(r"<!--(.*?)-->|<[^>]*>", re.DOTALL)
SPACE = re.compile(r"\s+")
SHOWN = re.compile(rb"\(((?:[^()\\]|\\.)*)\)\s*Tj", re.DOTALL)


# All that zipfile was seen to raise on broken or hostile archives.
UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
)


def beginning(path: Path, extension: str) -> str:
    """Give the first words of a document; nothing for an image or what cannot be read."""
    reader = READERS.get(extension)
    if reader is None:
        return ""
    try:
        text = reader(path)
    except UNREADABLE:
        return ""
    return SPACE.sub(" ", text).strip()[:QUOTED]


def _plain(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(READ_BYTES).decode("utf-8-sig", errors="replace")


def _archived(path: Path) -> str:
    texts = []
    with zipfile.ZipFile(path) as archive:
        pages = [member for member in archive.namelist() if PAGES.search(member)]
        for page in sorted(pages)[:MEMBERS]:
            # Read in part, because a small archive can hold a large member.
            with archive.open(page) as file:
                text = file.read(READ_BYTES).decode(errors="replace")
            texts.append(html.unescape(TAG.sub(r" \1 ", text)))
    return " ".join(texts)


def _shown(path: Path) -> str:
    with path.open("rb") as file:
        return b" ".join(SHOWN.findall(file.read(READ_BYTES))).decode("utf-8", errors="replace")


PAGES = re.compile(r"^word/document\.xml$|^xl/(sharedStrings|worksheets/.*)\.xml$|\.x?html?$")
READERS: Mapping[str, Callable[[Path], str]] = MappingProxyType(
    {
        **dict.fromkeys(("txt", "md", "csv", "json"), _plain),
        **dict.fromkeys(("docx", "xlsx", "epub"), _archived),
        "pdf": _shown,
    }
)
