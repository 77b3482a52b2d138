"""HTTP Archives (HAR 1.2) as browsers, proxies, mitmproxy and our own runs write them, read into entries."""

import base64
import binascii
import contextlib
import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.entries import Entry, form, header, whole
from conformance.exchange import NotJson, Pairs, Part, decode
from conformance.regions import regions

OWN = "model-studio-conformance"
# What Chrome is called there; the size that it tells of a body is that of what it kept of it.
CHROME = "WebInspector"
TOLD = re.compile(r"exchange \d+; account ([\w-]+)")
SIZE = re.compile(r"(\d+) bytes")
LATEST = 253_402_300_799.0


def entries(document: Mapping[str, Any]) -> Iterator[Entry]:
    """Read the entries; one that is no entry at all comes as one that cannot be judged."""
    log = document["log"]
    creator = str(_mapping(log.get("creator")).get("name"))
    for row in log["entries"]:
        try:
            yield _entry(row, creator)
        except (TypeError, ValueError, LookupError, AttributeError):
            yield Entry(method="", url="", status=0, aside="not of this format")


def region_told(document: Mapping[str, Any]) -> str:
    """Give the region that an archive of our own names, or nothing."""
    log = document["log"]
    told = str(log.get("comment")).split(", ") if _mapping(log.get("creator")).get("name") == OWN else []
    return next((name for name in told if name in regions()), "")


def is_archive(document: object) -> bool:
    """Whether a JSON document is an archive."""
    log = document.get("log") if isinstance(document, dict) else None
    return isinstance(log, dict) and isinstance(log.get("entries"), list)


def _entry(row: dict[str, Any], creator: str) -> Entry:
    request, response = row["request"], row["response"]
    sent, got = _pairs(request.get("headers")), _pairs(response.get("headers"))
    content = _mapping(response.get("content"))
    if not header(got, "content-type") and (kind := content.get("mimeType")):
        got = (*got, ("content-type", str(kind)))
    status = int(response["status"])
    told = TOLD.match(str(row.get("comment"))) if creator == OWN else None
    failed = response.get("_error") or status <= 0
    body, parts = _posted(_mapping(request.get("postData")), sent, request.get("bodySize"), creator)
    return Entry(
        method=str(request["method"]).upper(),
        url=str(request["url"]),
        headers=sent,
        body=body,
        parts=parts,
        status=max(status, 0),
        answer_headers=got,
        answer=None if failed else _answer(content, got),
        started=_moment(row.get("startedDateTime")),
        seconds=_seconds(row.get("time")),
        account=told[1] if told else "",
        aside="from a cache" if status == 304 or row.get("_fromCache") else "",
    )


def _pairs(rows: Any) -> Pairs:
    """Read headers; those of HTTP/2 that begin with a colon are none."""
    found = ((str(row["name"]), str(row["value"])) for row in rows or ())
    return tuple((name, value) for name, value in found if not name.startswith(":"))


def _posted(
    post: Mapping[str, Any], headers: Pairs, size: Any, creator: str
) -> tuple[bytes | None, tuple[Part, ...] | None]:
    """Give the body that was sent, and the parts of it where it was a form."""
    kind = header(headers, "content-type") or str(post.get("mimeType") or "")
    text = post.get("text")
    if kind.startswith("multipart/"):
        if creator == OWN:
            return None, tuple(map(_own_part, post.get("params") or ()))
        told = size if isinstance(size, int) and creator != CHROME else -1
        body = whole(headers, _readings(text, post.get("encoding")), size=told)
        return None, form(kind, body)
    readings = _readings(text, post.get("encoding"))
    return (readings[0] if readings else None), ()


def _readings(text: Any, encoding: Any) -> tuple[bytes, ...]:
    """Give the bytes that a text may stand for: what is no text was written in one of these ways."""
    if not isinstance(text, str):
        return ()
    if encoding == "base64":
        return (base64.b64decode(text),)
    found = [text.encode("utf-8", "surrogateescape" if _escaped(text) else "replace")]
    with contextlib.suppress(UnicodeEncodeError):
        found.append(text.encode("latin-1"))
    return tuple(found)


def _escaped(text: str) -> bool:
    surrogates = [letter for letter in text if "\ud800" <= letter <= "\udfff"]
    return bool(surrogates) and all("\udc80" <= letter <= "\udcff" for letter in surrogates)


def _own_part(row: dict[str, Any]) -> Part:
    size = SIZE.fullmatch(str(row.get("comment")))
    if size is None:
        raise ValueError("no size")
    return Part(name=row["name"], filename=row.get("fileName"), size=int(size[1]), text=row.get("value"))


def _answer(content: Mapping[str, Any], headers: Pairs) -> bytes | None:
    """Give the answer's body; None where it was not kept, or not to its end."""
    text, size = content.get("text"), content.get("size")
    if not isinstance(text, str) or "of which the log keeps" in str(content.get("comment")):
        return None
    if str(content.get("comment")).endswith("cut"):
        return None
    if content.get("encoding") == "base64":
        try:
            body = base64.b64decode(text)
        except (binascii.Error, ValueError):
            return None
    else:
        body = text.encode("utf-8", "replace")
    length = header(headers, "content-length")
    told = [size] if isinstance(size, int) else []
    if length.isascii() and length.isdigit() and not header(headers, "content-encoding"):
        told.append(int(length))
    short = any(len(body) < each for each in told)
    return None if short and not _is_json(body) else body


def _is_json(body: bytes) -> bool:
    """Whether a body is one JSON value; sizes are those of a packed body as often as not."""
    try:
        decode(body)
    except NotJson:
        return False
    return True


def _moment(text: Any) -> float | None:
    try:
        read = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    moment = (read if read.tzinfo else read.replace(tzinfo=dt.UTC)).timestamp()
    return moment if 0 < moment < LATEST else None


def _seconds(milliseconds: Any) -> float:
    good = isinstance(milliseconds, int | float) and math.isfinite(milliseconds) and milliseconds > 0
    return float(milliseconds) / 1000 if good else 0.0


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
