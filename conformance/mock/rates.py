"""Token buckets: so many requests at once, refilled evenly over the seconds that they are meant for."""

import sqlite3
from pathlib import Path
from typing import Protocol

from conformance.mock.clock import SECOND, Clock


class Bucket:
    """One rate of one account: `rate` requests in `seconds`."""

    def __init__(self, *, rate: float, seconds: float = 1.0, clock: Clock) -> None:
        self._rate = rate / seconds
        self._size = max(rate, 1.0)
        self._clock = clock
        self._tokens = self._size
        self._filled = clock.now()

    def take(self) -> bool:
        """Take one token; False when there is none."""
        now = self._clock.now()
        self._tokens = refilled(self._tokens, now - self._filled, self._rate, self._size)
        self._filled = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True


def refilled(tokens: float, passed: int, rate: float, size: float) -> float:
    """Tell how full a bucket is when so many microseconds have passed."""
    return min(size, tokens + max(0, passed) / SECOND * rate)


class Buckets(Protocol):
    """The rates of all accounts."""

    def take(self, name: str, rate: float, seconds: float, clock: Clock) -> bool:
        """Take one token from a bucket; False when there is none."""

    def clear(self) -> None:
        """Fill them all."""


class OwnBuckets:
    """Rates that one process keeps."""

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}

    def take(self, name: str, rate: float, seconds: float, clock: Clock) -> bool:
        """Take one token from a bucket; False when there is none."""
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = Bucket(rate=rate, seconds=seconds, clock=clock)
        return bucket.take()

    def clear(self) -> None:
        """Fill them all."""
        self._buckets.clear()


class SharedBuckets:
    """Rates that several processes keep together, in a file that need not survive a crash."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30.0)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, tokens REAL, filled INTEGER) WITHOUT ROWID"
        )

    def take(self, name: str, rate: float, seconds: float, clock: Clock) -> bool:
        """Take one token from a bucket; False when there is none."""
        size, now = max(rate, 1.0), clock.now()
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            row = self._db.execute("SELECT tokens, filled FROM buckets WHERE name = ?", (name,)).fetchone()
            tokens = refilled(row[0], now - row[1], rate / seconds, size) if row else size
            left = tokens - 1.0 if tokens >= 1.0 else tokens
            self._db.execute("REPLACE INTO buckets VALUES (?, ?, ?)", (name, left, now))
        return tokens >= 1.0

    def clear(self) -> None:
        """Fill them all."""
        self._db.execute("DELETE FROM buckets")

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()
