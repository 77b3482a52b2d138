"""Batch input, judged line by line while it arrives; at no time is more than one line held."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conformance.mock.settings import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFault:
    """The first line that is not a request, and what is wrong with it."""

    number: int
    kind: str
    why: str


class Lines:
    """A JSON Lines reader that stops at the first fault."""

    def __init__(self, limits: Limits) -> None:
        self.fault: LineFault | None = None
        self._limits = limits
        self._rest = bytearray()
        self._number = 0
        self._requests = 0

    def feed(self, data: bytes) -> None:
        """Read on."""
        if self.fault:
            return
        *whole, rest = data.split(b"\n")
        for line in whole:
            self._rest += line
            self._end_line()
            if self.fault:
                return
        self._rest += rest
        if len(self._rest) > self._limits.batch_line_bytes:
            self._number += 1
            self._blame("line-size", f"it is longer than {self._limits.batch_line_bytes} bytes")

    def close(self) -> LineFault | None:
        """Judge what follows the last line end, and the whole."""
        if not self.fault and self._rest:
            self._end_line()
        if not self.fault and not self._requests:
            self._number = 1
            self._blame("empty", "the file holds no request")
        return self.fault

    def _end_line(self) -> None:
        line = bytes(self._rest)
        self._rest.clear()
        self._number += 1
        if not line.strip():
            return
        self._requests += 1
        if len(line) > self._limits.batch_line_bytes:
            self._blame("line-size", f"it is longer than {self._limits.batch_line_bytes} bytes")
        elif self._requests > self._limits.batch_requests:
            self._blame("requests", f"there are more than {self._limits.batch_requests} requests")
        else:
            self._judge(line)

    def _judge(self, line: bytes) -> None:
        try:
            entry = parsed(line)
        except ValueError:
            self._blame("json", "it is not JSON")
            return
        if not isinstance(entry, dict):
            self._blame("object", "it is not a JSON object")
            return
        for kind, holds, why in RULES:
            if not holds(entry.get(kind)):
                self._blame(kind, why)
                return

    def _blame(self, kind: str, why: str) -> None:
        self._rest.clear()
        self.fault = LineFault(number=self._number, kind=kind, why=why)


RULES: tuple[tuple[str, Callable[[object], bool], str], ...] = (
    ("custom_id", lambda value: isinstance(value, str) and bool(value), "custom_id must be a string"),
    ("method", lambda value: value == "POST", "method must be POST"),
    ("url", lambda value: isinstance(value, str) and bool(value), "url must be a string"),
    ("body", lambda value: isinstance(value, dict), "body must be an object"),
)


def parsed(raw: bytes) -> Any:
    """Read JSON.

    Raises:
        ValueError: it is none, or nobody could write it down again: half a surrogate pair is no text.
    """
    try:
        value = json.loads(raw.decode(), parse_constant=_no_constant)
        if b"\\u" in raw:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError as error:
        raise ValueError(str(error)) from error
    return value


def _no_constant(name: str) -> None:
    raise ValueError(name)
