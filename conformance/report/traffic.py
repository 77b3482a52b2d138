"""All exchanges of a run as one small JSON document, which the page's script reads and shows.

Every string is stored once and named by its number, because a run repeats its headers thousands of
times. A run that would still be too large for a page gives up the ends of its longest strings first,
then the last of its exchanges, and says so; run.jsonl holds everything.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.exchange import Exchange, Pairs
from conformance.report.curl import arguments
from conformance.report.legible import legible
from conformance.runs import Run

BUDGET: Final = 7_000_000
JSON_START: Final = (b"{", b"[")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much of an exchange is kept: characters of a body, of any other value, and values in a list."""

    body: int
    value: int
    fields: int


LADDER: Final = (
    Bounds(body=20_000, value=2_000, fields=100),
    Bounds(body=6_000, value=1_000, fields=60),
    Bounds(body=2_000, value=500, fields=40),
    Bounds(body=800, value=300, fields=30),
    Bounds(body=300, value=160, fields=20),
    Bounds(body=120, value=80, fields=8),
)
# Exchanges that a verdict rests on keep this much for as long as the page can bear it.
TELLING: Final = LADDER[1]
LAST_TELLING: Final = 4


class Pool:
    """The strings of a document, each once, fit to be read and already written as JSON."""

    def __init__(self) -> None:
        self.strings: list[str] = []
        self.size = 0
        self._places: dict[tuple[str, int], int] = {}

    def put(self, text: str, limit: int) -> int:
        """Keep a string, cut to a length, and give its number."""
        key = (text, limit) if len(text) > limit else (text, 0)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self.strings)
            written = encoded(legible(text, limit=limit))
            self.strings.append(written)
            self.size += len(written.encode()) + 1
        return place


def as_script(run: Run, telling: frozenset[int], phrases: Mapping[str, Mapping[str, str]]) -> str:
    """Give the JSON to stand inside a script element; `telling` numbers the exchanges to keep whole."""
    for step, bounds in enumerate(LADDER):
        last = bounds is LADDER[-1]
        pool = Pool()
        rows = _rows(run, pool, bounds, telling if step <= LAST_TELLING else frozenset())
        if last or len(rows) == len(run.exchanges):
            break
    return (
        f'{{"words":{encoded(phrases)},"omitted":{len(run.exchanges) - len(rows)},'
        f'"strings":[{",".join(pool.strings)}],"exchanges":[{",".join(rows)}]}}'
    )


def _rows(run: Run, pool: Pool, bounds: Bounds, telling: frozenset[int]) -> list[str]:
    """Write the exchanges one by one until the budget is spent."""
    roomy = bounds if bounds.body > TELLING.body else TELLING
    start = min((exchange.started for exchange in run.exchanges), default=0.0)
    rows: list[str] = []
    size = 0
    for exchange in run.exchanges:
        chosen = roomy if exchange.number in telling else bounds
        row = encoded(_row(exchange, pool, chosen, run.header.base_url, start))
        size += len(row) + 1
        if size + pool.size > BUDGET:
            break
        rows.append(row)
    return rows


def encoded(value: Any) -> str:
    """Write JSON that cannot end the script element around it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _row(exchange: Exchange, pool: Pool, bounds: Bounds, base_url: str, start: float) -> list[Any]:
    """Give an exchange as a list; the order is that of FIELDS in traffic.js."""
    request, answer = exchange.request, exchange.answer
    value = bounds.value

    def put(text: str | None) -> int:
        return -1 if text is None else pool.put(text, value)

    def pairs(rows: Pairs) -> list[int]:
        return _capped((put(text) for row in rows[: bounds.fields] for text in row), len(rows), bounds)

    parts = [[put(p.name), put(p.filename), p.size, put(p.text)] for p in request.parts[: bounds.fields]]
    body, kind = _shown(exchange)
    return [
        exchange.number,
        exchange.attempt,
        int(exchange.final),
        put(exchange.account),
        put(exchange.operation),
        put(exchange.test),
        put(request.method),
        put(request.path),
        pairs(request.query),
        pairs(request.headers),
        parts,
        request.body_bytes,
        -1 if answer is None else answer.status,
        pairs(answer.headers) if answer else [],
        pool.put(body, bounds.body),
        len(answer.body) if answer else 0,
        kind,
        int(answer.cut) if answer else 0,
        put(exchange.trouble),
        round(exchange.started - start, 3),
        round(exchange.seconds, 4),
        [put(note) for note in exchange.notes[: bounds.fields]],
        [pool.put(piece, max(value, 300)) for piece in _reproduced(exchange, base_url, bounds)],
    ]


def _capped(places: Iterable[int], count: int, bounds: Bounds) -> list[int]:
    """End a list that was cut with the negative number of what is missing."""
    return [*places, *([bounds.fields - count] if count > bounds.fields else [])]


def _reproduced(exchange: Exchange, base_url: str, bounds: Bounds) -> tuple[str, ...]:
    """Give the pieces of the curl line, or none where they were too long: half a command is a trap."""
    pieces = arguments(exchange, base_url)
    fits = len(pieces) <= bounds.fields and all(len(piece) <= max(bounds.value, 300) for piece in pieces)
    return pieces if fits else ()


def _shown(exchange: Exchange) -> tuple[str, int]:
    """Give a body as text and its kind: 0 text, 1 JSON to be indented, 2 not UTF-8."""
    answer = exchange.answer
    if answer is None:
        return "", 0
    body = answer.body
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        # The recorder's bound may have fallen inside a letter; that is not the target's fault.
        if not answer.cut or len(body) - error.start > 3:
            return body.decode("utf-8", "backslashreplace"), 2
        text = body[: error.start].decode("utf-8")
    return text, int(body.lstrip().startswith(JSON_START))
