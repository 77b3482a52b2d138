"""What ids, names and times refer to: in their place, two runs that drew others say the same."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance import resources, times
from conformance.batch_trace import RESULTS, is_creation
from conformance.exchange import Exchange

UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)
RANDOM = re.compile(r"\b(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{16,}\b", re.IGNORECASE)
LINK = re.compile(r"https?://[^\s\"'<>)]+")
TAG = re.compile(rf"(?:{resources.PREFIX})?\b([0-9a-f]{{12}})\b")
LARGE = re.compile(r"\b\d{5,}\b")
WORD = re.compile(r"[\w.:-]{8,}")
# An id that shares so much of its beginning with one of the run's was made from it, and names nothing.
ALIKE = 10
# Seconds around an upload within which a time is that of the upload; clocks are not the same.
NEAR = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A file or a task that the run made; `size` is that of a file, in bytes, `asked` what a task was asked for."""

    kind: str
    account: str
    asked: Mapping[str, Any] = field(default_factory=dict)
    filename: str | None = None
    size: int | None = None
    at: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Names:
    """What the ids of a run stand for; `gone` tells from which exchange on a thing was deleted."""

    things: dict[str, Thing]
    strangers: frozenset[str]
    gone: dict[str, int] = field(default_factory=dict)

    def of(self, name: str, exchange: Exchange) -> str:
        """Say what an id refers to in an exchange, or give nothing where it is none that is known."""
        if thing := self.things.get(name):
            if thing.account != exchange.account and exchange.account in {"first", "second"}:
                return f"<another account's {thing.kind}>"
            is_gone = self.gone.get(name, exchange.number) < exchange.number
            return f"<deleted {thing.kind}>" if is_gone else f"<{thing.kind}>"
        if name in self.strangers:
            return "<a stranger's>"
        return "<unknown id>" if name[:ALIKE] in self._beginnings and len(name) > ALIKE else ""

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        return frozenset(name[:ALIKE] for name in self.things)

    def kind(self, name: str) -> str:
        """Say what an id refers to, whoever asks and whatever has become of it since."""
        if thing := self.things.get(name):
            return f"<{thing.kind}>"
        return "<a stranger's>" if name in self.strangers else ""

    def plain(self, text: str, exchange: Exchange) -> str:
        """Write a text with what it names in place of the names."""
        request_id = exchange.mapping().get("request_id")
        if isinstance(request_id, str) and len(request_id) > 3:
            text = text.replace(request_id, "<its request id>")
        for part in exchange.request.parts:
            if part.filename and len(part.filename) > 3:
                text = text.replace(part.filename, "<its file name>")
        text = LINK.sub("<link>", text)
        text = WORD.sub(lambda found: self.of(found[0].rstrip(".:"), exchange) or found[0], text)
        text = TAG.sub(lambda found: "<run>" if resources.is_tag(found[1]) else found[0], text)
        text = UUID.sub("<id>", text)
        return LARGE.sub("<number>", RANDOM.sub("<id>", text))

    def value(self, text: str, exchange: Exchange) -> str:
        """Write the value of a parameter: an id or a time by what it refers to, else as it is."""
        if known := self.of(text, exchange):
            return known
        if written := times.read(text):
            return f"<{written.format}>"
        return self.plain(text, exchange)


def names_of(exchanges: Iterable[Exchange]) -> Names:
    """Read from a run what its ids stand for."""
    things: dict[str, Thing] = {}
    gone: dict[str, int] = {}
    listed: set[str] = set()
    for exchange in exchanges:
        said = exchange.mapping() if exchange.succeeded else {}
        name = said.get("id")
        if isinstance(name, str) and (thing := _made(exchange)):
            things.setdefault(name, thing)
        _note_results(said, exchange, things)
        if exchange.request.method == "DELETE" and exchange.succeeded:
            gone.setdefault(exchange.request.named, exchange.number)
        items = said.get("data")
        for item in items if isinstance(items, list) else ():
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                listed.add(item["id"])
                if item["id"] in things:
                    _note_results(item, exchange, things)
    return Names(things=things, strangers=frozenset(listed - set(things)), gone=gone)


def _note_results(said: Mapping[str, Any], exchange: Exchange, things: dict[str, Thing]) -> None:
    for key in RESULTS:
        if isinstance(result := said.get(key), str):
            things.setdefault(result, Thing(kind="result file", account=exchange.account))


def _made(exchange: Exchange) -> Thing | None:
    request = exchange.request
    if request.is_upload:
        purpose, part = request.part("purpose"), request.part("file")
        return Thing(
            kind=f"{purpose.text if purpose else ''} file".strip(),
            account=exchange.account,
            filename=part.filename if part else None,
            size=part.size if part else None,
            at=exchange.started,
        )
    if is_creation(exchange):
        return Thing(kind="task", account=exchange.account, at=exchange.started, asked=request.json())
    return None
