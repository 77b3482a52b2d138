"""What VCR.py and mitmproxy keep of exchanges, read into entries."""

import base64
import importlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from conformance.entries import Entry, form, header, unpacked, whole
from conformance.errors import UsageError
from conformance.exchange import Pairs

# The same safe reader, in C where the machine has it.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def cassette(text: str) -> Mapping[str, Any] | None:
    """Read YAML as a cassette; None where it is none."""
    try:
        document = yaml.load(text, Loader=LOADER)  # noqa: S506  it makes nothing but plain values
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    return document if is_cassette(document) else None


def is_cassette(document: object) -> bool:
    """Whether a document is a cassette of VCR.py."""
    return isinstance(document, dict) and isinstance(document.get("interactions"), list)


def interactions(document: Mapping[str, Any]) -> Iterator[Entry]:
    """Read the interactions of a cassette, which keeps no times."""
    for row in document["interactions"]:
        try:
            yield _interaction(row["request"], row["response"])
        except (TypeError, ValueError, LookupError, AttributeError):
            yield Entry(method="", url="", status=0, aside="not of this format")


def _interaction(request: dict[str, Any], response: dict[str, Any]) -> Entry:
    sent, got = _headers(request.get("headers")), _headers(response.get("headers"))
    status = response.get("status", response.get("status_code"))
    code: Any = status["code"] if isinstance(status, dict) else status
    raw = _bytes(response.get("body", response.get("content")))
    # A cassette may hold a body as it came, or unpacked.
    packed = raw is not None and (raw.startswith(b"\x1f\x8b") or not _is_text(raw))
    answer = unpacked(raw, header(got, "content-encoding")) if raw is not None and packed else raw
    body, kind = _bytes(request.get("body")), header(sent, "content-type")
    is_form = kind.startswith("multipart/")
    return Entry(
        method=str(request["method"]).upper(),
        url=str(request.get("uri") or request["url"]),
        headers=sent,
        body=None if is_form else body,
        parts=form(kind, whole(sent, (body,) if body is not None else ())) if is_form else (),
        status=int(code),
        answer_headers=got,
        answer=answer or None,
    )


def _headers(rows: Any) -> Pairs:
    found: list[tuple[str, str]] = []
    for name, values in (rows or {}).items():
        found += [(str(name), str(value)) for value in (values if isinstance(values, list) else [values])]
    return tuple(found)


def _bytes(body: Any) -> bytes | None:
    if isinstance(body, dict):
        if isinstance(packed := body.get("base64_string"), str):
            return base64.b64decode(packed)
        body = body.get("string")
    if isinstance(body, str):
        return body.encode("utf-8", "replace")
    return body if isinstance(body, bytes) else None


def _is_text(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def flows(path: Path) -> list[Entry]:
    """Read the flows that mitmproxy has saved, by mitmproxy's own reader.

    Raises:
        UsageError: mitmproxy is not installed here, or cannot read them.
    """
    try:
        reading = importlib.import_module("mitmproxy.io")
        troubles = importlib.import_module("mitmproxy.exceptions")
    except ImportError:
        raise UsageError(
            f"{path} looks like flows of mitmproxy, which is not installed here: install it, or let it write "
            "a HAR (`mitmdump -nr FLOWS --set hardump=FILE.har`)."
        ) from None
    try:
        with path.open("rb") as file:
            return list(_flows(reading.FlowReader(file).stream()))
    except (troubles.FlowReadException, ValueError) as error:
        raise UsageError(f"{path} cannot be read as flows of mitmproxy: {error}.") from None


def _flows(found: Iterable[Any]) -> Iterator[Entry]:
    for flow in found:
        request, response = getattr(flow, "request", None), getattr(flow, "response", None)
        if request is None:
            continue
        headers = tuple(request.headers.items(multi=True))
        kind = header(headers, "content-type")
        is_form = kind.startswith("multipart/")
        body = request.get_content(strict=False)
        ended = response.timestamp_end if response is not None else None
        yield Entry(
            method=request.method.upper(),
            url=request.pretty_url,
            headers=headers,
            body=None if is_form else body,
            parts=form(kind, body) if is_form else (),
            status=response.status_code if response is not None else 0,
            answer_headers=tuple(response.headers.items(multi=True)) if response is not None else (),
            # A body that was passed on while it came was not kept.
            answer=response.get_content(strict=False) if ended and response is not None else None,
            started=request.timestamp_start,
            seconds=max(0.0, (ended or request.timestamp_start) - request.timestamp_start),
        )
