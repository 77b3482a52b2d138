"""Request, Answer, Exchange: the wire as frozen values. Nothing here opens a socket or judges."""

import datetime as dt
import email.utils
import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from conformance.recall import recalled

Pairs = tuple[tuple[str, str], ...]

# No page of this API comes near: ten thousand files, all in one list, are some 120,000 values, four levels deep.
MOST_VALUES = 150_000
DEEPEST = 100
# With more, it is no number that could be computed with.
MOST_DIGITS = 300
# What a value takes in memory, and what all that are remembered may take, in bytes and roughly.
VALUE_BYTES = 100
REMEMBERED = 32 * 1024 * 1024


class NotJson(ValueError):  # noqa: N818  a condition of the target's bytes, not an error of ours
    """The body is not one well-formed JSON value; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a multipart body, as it was sent; `size` is its length in bytes."""

    name: str
    filename: str | None = None
    size: int
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What was sent, with secrets removed: `path` is relative to the base URL and percent-encoded.

    `body` is the text of a body that is no form.
    """

    method: str
    path: str
    query: Pairs = ()
    headers: Pairs = ()
    parts: tuple[Part, ...] = ()
    body: str | None = None
    body_bytes: int = 0

    def part(self, name: str) -> Part | None:
        """Give the part of that name, if one was sent."""
        return next((part for part in self.parts if part.name == name), None)

    def parameter(self, name: str) -> str | None:
        """Give the last query value of that name, if one was sent."""
        return dict(self.query).get(name)

    def json(self) -> dict[str, Any]:
        """Give the JSON object that was sent, or an empty one where there was none."""
        try:
            value = decode((self.body or "").encode())
        except NotJson:
            return {}
        return value if isinstance(value, dict) else {}

    @property
    def named(self) -> str:
        """The last segment of the path, unquoted: the id, where the request names a file."""
        return unquote(self.path.rpartition("/")[2])

    @property
    def is_upload(self) -> bool:
        """Whether it counts against the allowance for uploads."""
        return self.method == "POST" and self.path.rstrip("/") == "/files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; `body` is kept up to the client's bound, and `cut` says that there was more."""

    status: int
    headers: Pairs = ()
    body: bytes = b""
    cut: bool = False

    def header(self, name: str) -> str | None:
        """Give the first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def media_type(self) -> str:
        """The media type without its parameters, in lower case; empty where none was sent."""
        return (self.header("content-type") or "").split(";")[0].strip().lower()

    @property
    def ok(self) -> bool:
        """Whether the status is of the class 2xx."""
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Whether the status is of the class 4xx: the server understood and said no."""
        return 400 <= self.status < 500

    def json(self) -> Any:
        """Decode the body strictly: UTF-8, no NaN, no duplicate keys.

        Raises:
            NotJson: with the reason.
        """
        return decode(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, or the infrastructure's reason why there is none.

    `started` is in seconds since the epoch, `seconds` how long the answer took. `number` is unique in
    a run. `account` names whose key was sent: `first`, `second`, `other-region`, `wrong`, `none`.
    `attempt` counts from 1; a later attempt repeats the same request after trouble. `phase` names the
    phase of the rate probe that sent it, and is empty elsewhere.
    """

    number: int
    request: Request
    answer: Answer | None = None
    trouble: str | None = None
    operation: str | None = None
    account: str = "first"
    test: str = ""
    started: float = 0.0
    seconds: float = 0.0
    attempt: int = 1
    final: bool = True
    notes: tuple[str, ...] = ()
    phase: str = ""

    @property
    def status(self) -> int | None:
        """The answer's status, or None where no answer came."""
        return self.answer.status if self.answer else None

    @property
    def succeeded(self) -> bool:
        """Whether an answer of the class 2xx came."""
        return self.answer is not None and self.answer.ok

    @property
    def refused(self) -> bool:
        """Whether an answer of the class 4xx came."""
        return self.answer is not None and self.answer.refused

    @property
    def missed(self) -> bool:
        """Whether the answer says that nothing is there: 404, or 410."""
        return self.status in {404, 410}

    def value(self) -> Any:
        """Give the answer's JSON, or None where there is none that can be read."""
        if self.answer is None:
            return None
        try:
            return self.answer.json()
        except NotJson:
            return None

    def mapping(self) -> dict[str, Any]:
        """Give the answer's JSON object, or an empty one where there is none that can be read."""
        value = self.value()
        return value if isinstance(value, dict) else {}


def moment_of(text: str | None) -> float | None:
    """Read a date as HTTP writes it, in seconds since the epoch; None where it is none."""
    try:
        moment = email.utils.parsedate_to_datetime(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def weight(body: bytes) -> int:
    """Give what a body and the values in it take in memory, in bytes and roughly."""
    return 200 + len(body) + VALUE_BYTES * _values(body)


def is_vast(body: bytes) -> bool:
    """Whether there are more values in a body than anybody should make objects of."""
    return _values(body) > MOST_VALUES


def _values(body: bytes) -> int:
    """Count the values of a JSON text, and what in its strings looks like them; never too few."""
    return sum(map(body.count, (b",", b"[", b"{")))


@recalled(REMEMBERED, weight)
def decode(body: bytes) -> Any:
    """Decode JSON as RFC 8259 has it, refusing what Python alone would let pass.

    One body gives one value, however often it is asked for: it must not be changed.

    Raises:
        NotJson: with the reason.
    """
    if is_vast(body):
        raise NotJson(f"more than {MOST_VALUES} values")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotJson(f"not UTF-8 at byte {error.start}") from error
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_printable,
        )
        _not_too_deep(value)
        if "\\ud" in text or "\\uD" in text:
            _no_surrogates(value)
    except NotJson:
        raise
    except RecursionError as error:
        raise NotJson("nested too deeply") from error
    except ValueError as error:
        raise NotJson(str(error) if text.strip() else "the body is empty") from error
    return value


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise NotJson(f"the key {key!r} appears twice in one object")
        found[key] = value
    return found


def _no_constant(name: str) -> Any:
    raise NotJson(f"{name} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise NotJson("a number is too large")
    return number


def _printable(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise NotJson("a number is too large")
    return int(digits)


def _not_too_deep(value: Any) -> None:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise NotJson("nested too deeply")


def _no_surrogates(value: Any) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if any("\ud800" <= letter <= "\udfff" for letter in item):
                raise NotJson("a string holds a lone surrogate")
        elif isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
