"""A file as an edition: text, Markdown or HTML, told apart by what is in it."""

import email
import email.policy
from pathlib import Path

from conformance.drift import lining, markup, plain, wording
from conformance.drift.lines import Edition
from conformance.errors import UsageError

LARGEST = 20_000_000
FEWEST = 5
MOST = 20_000


def read(path: Path) -> Edition:
    """Read a page.

    Raises:
        UsageError: it cannot be read, or is none of the forms and languages that we know.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than any page of documentation: 20 MB.")
        body = path.read_bytes()
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}.") from None
    return edition(_decoded(body, path), str(path))


def edition(text: str, name: str) -> Edition:
    """Read the text of a page.

    Raises:
        UsageError: there is no page in it, or none in a language that we read.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if markup.is_html(text):
        blocks = markup.from_html(text)
    elif markup.is_markdown(text):
        blocks = markup.from_markdown(text)
    else:
        blocks = plain.from_text(text)
    if len(blocks) > MOST:
        raise UsageError(f"{name} is not a page we know how to read: it has more than {MOST} lines.")
    prose = "\n".join(block.text for block in blocks)
    language = wording.language(prose)
    if len(blocks) < FEWEST or not language:
        raise UsageError(f"{name} is not a page we know how to read: no documentation in Chinese or English.")
    return Edition(
        name=name, language=language, lines=lining.lines(blocks, language), samples=lining.samples(blocks)
    )


def _decoded(body: bytes, path: Path) -> str:
    if body.lstrip()[:200].lower().startswith((b"from: <saved by", b"mime-version", b'from: "saved')):
        page = email.message_from_bytes(body, policy=email.policy.default).get_body(("html",))
        if page is not None:
            return str(page.get_content())
    for encoding in ("utf-8-sig", "utf-16" if body[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "gb18030"):
        try:
            text = body.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UsageError(f"{path} is not a page we know how to read: not text in UTF-8, UTF-16 or GB 18030.")
