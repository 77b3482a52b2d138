"""The last requests, for the state page, and a line of each for the access log. No headers, no bodies, no keys."""

import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from conformance.errors import UsageError
from conformance.mock.clock import SECOND

REMEMBERED = 50

Write = Callable[[str], object]
Row = tuple[int, str, str, int, str, str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request and how it was answered; `target` is its path and query as they came."""

    moment: int
    method: str
    target: str
    status: int
    account: str
    request_id: str
    seconds: float

    @property
    def time(self) -> str:
        """When it came."""
        return datetime.fromtimestamp(self.moment / SECOND, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def line(self) -> str:
        """The entry in the access log."""
        return (
            f"{self.time} {self.method} {self.target} {self.status} {self.seconds * 1000:.1f}ms"
            f" {self.account or '-'} {self.request_id}"
        )


class Journal:
    """What was asked of the mock since it started."""

    def __init__(self, write: Write | None) -> None:
        self.requests = 0
        self._write = write
        # Rows and not entries: most are forgotten before anybody looks.
        self._rows: deque[Row] = deque(maxlen=REMEMBERED)

    def note(self, row: Row) -> None:
        """Remember a request."""
        self.requests += 1
        self._rows.append(row)
        if self._write:
            self._write(_entry(row).line + "\n")

    def last(self) -> list[Entry]:
        """List the last requests, the newest first."""
        return [_entry(row) for row in reversed(self._rows)]


def _entry(row: Row) -> Entry:
    moment, method, target, status, account, request_id, seconds = row
    return Entry(
        moment=moment,
        method=method,
        target=target,
        status=status,
        account=account,
        request_id=request_id,
        seconds=seconds,
    )


@contextmanager
def opened(name: str | None) -> Iterator[Write | None]:
    """Open an access log; - is standard error.

    Raises:
        UsageError: it cannot be written.
    """
    if name is None:
        yield None
    elif name == "-":
        yield sys.stderr.write
    else:
        try:
            # Line by line, so that it can be followed.
            file = Path(name).open("a", buffering=1, encoding="utf-8")  # noqa: SIM115 - closed below
        except OSError as error:
            raise UsageError(f"access log {name} cannot be written: {error.strerror}") from error
        with file:
            yield file.write
