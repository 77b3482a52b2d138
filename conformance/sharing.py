"""Where it is kept when a lane is free again: in this process, on this machine, or in Redis for several hosts.

One number a lane, in microseconds of the keeper's own clock, which pyrate-limiter's GCRA reads and moves. Only with
`burst=1`, as here, is that number the moment at which the next request may leave; to close a lane is to raise it.
"""

import contextlib
import os
import sqlite3
import stat
import tempfile
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pyrate_limiter import (
    AbstractClock,
    Decision,
    MonotonicClock,
    Rate,
    RedisStateStore,
    StateAlgorithm,
    StateStore,
)

from conformance.errors import UsageError

if TYPE_CHECKING:
    import redis

VARIABLE = "CONFORMANCE_PACE_STORE"
# A lane that is closed for longer than this, in seconds, was closed before the machine was started anew.
LONGEST = 150
# Seconds to wait for a neighbour's transaction, or for Redis.
PATIENCE = 5.0
PRIVATE = ":memory:"


class Lost(Exception):  # noqa: N818  not an error of the run: it goes on by itself, slower
    """The keeper cannot be asked any more; the message says why, without a password."""


class MachineStore(StateStore):
    """A lane in a SQLite file, for all processes that open it; in `PRIVATE`, for the threads of this one."""

    clock = MonotonicClock()

    def __init__(self, path: str, key: str) -> None:
        self._key = key
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(
            path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
        )
        weakref.finalize(self, self._connection.close)
        # What is lost with the power is worth nothing afterwards.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("CREATE TABLE IF NOT EXISTS lanes (key TEXT PRIMARY KEY, free INTEGER)")

    def check(self, algorithm: StateAlgorithm, rates: list[Rate], now: int, weight: int) -> Decision:
        """See whether a request may leave; if so, it has."""
        with self._changing() as free:
            # Whoever waited for a neighbour's transaction leaves later than it asked.
            now = max(now, self.clock.now())
            (state,), decision = algorithm.step(rates, (free,), now, weight)
            self._write(int(state))
            return decision

    def read(self, algorithm: StateAlgorithm, rates: list[Rate]) -> tuple[float, ...]:  # noqa: ARG002
        """Give the moment at which the lane is free."""
        with self._changing() as free:
            return (free,)

    def reset(self) -> None:
        """Open the lane."""
        with self._changing():
            self._write(0)

    def move(self, free: int, *, was: int | None = None) -> None:
        """Keep the lane closed until then, and longer if it is; or, if it opens exactly at `was`, just until then."""
        with self._changing() as now:
            if (free > now) if was is None else (now == was):
                self._write(free)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[int]:
        with self._lock:
            try:
                try:
                    self._connection.execute("BEGIN IMMEDIATE")
                    row = self._connection.execute(
                        "SELECT free FROM lanes WHERE key = ?", (self._key,)
                    ).fetchone()
                    latest = (self.clock.now() + LONGEST * 1000) * 1000
                    yield row[0] if row and row[0] <= latest else 0
                finally:
                    # An interrupt may come anywhere; what it leaves open would hold up every neighbour.
                    if self._connection.in_transaction:
                        self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                raise Lost(str(error)) from error

    def _write(self, free: int) -> None:
        self._connection.execute("INSERT OR REPLACE INTO lanes VALUES (?, ?)", (self._key, free))


class RedisClock(AbstractClock):
    """The time of the Redis server: hosts may disagree about theirs."""

    def __init__(self, server: "redis.Redis") -> None:
        self._server = server

    def now(self) -> int:
        """Give the milliseconds since the epoch."""
        seconds, microseconds = _asked(self._server.time)
        return int(seconds) * 1000 + int(microseconds) // 1000


class HostsStore(RedisStateStore):
    """A lane in Redis, for all hosts that reach it."""

    MOVE = """
    local free = tonumber(redis.call('HGET', KEYS[1], 'tat1') or 0)
    local to, was = tonumber(ARGV[1]), tonumber(ARGV[2])
    if (was < 0 and to > free) or was == free then
        redis.call('HSET', KEYS[1], 'tat1', ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
    end
    """

    def __init__(self, server: "redis.Redis", key: str) -> None:
        super().__init__(server, f"conformance:{key}", ttl_ms=LONGEST * 1000)
        self.clock = RedisClock(server)
        self._server = server
        self._move = server.register_script(self.MOVE)

    def check(self, algorithm: StateAlgorithm, rates: list[Rate], now: int, weight: int) -> Decision:
        """See whether a request may leave; if so, it has."""
        decision: Decision = _asked(
            lambda: super(HostsStore, self).check(algorithm, rates, now, weight)  # type: ignore[no-untyped-call]
        )
        return decision

    def move(self, free: int, *, was: int | None = None) -> None:
        """Keep the lane closed until then, and longer if it is; or, if it opens exactly at `was`, just until then."""
        _asked(lambda: self._move(keys=[self.key], args=[free, -1 if was is None else was, LONGEST * 1000]))


Store = MachineStore | HostsStore


class Keeper:
    """Whoever keeps the lanes of an account; `name` says with whom it is shared, in words without a password."""

    def __init__(self, name: str, path: str, server: "redis.Redis | None" = None) -> None:
        self.name = name
        self._path = path
        self._server = server

    def store(self, key: str) -> Store:
        """Give the store of one lane."""
        return HostsStore(self._server, key) if self._server else MachineStore(self._path, key)


def private() -> Keeper:
    """Give a keeper for the threads of this process."""
    return Keeper("not shared", PRIVATE)


def on_this_machine() -> Keeper:
    """Give the keeper for all processes of this user; one for this process alone where the temporary folder forbids it."""
    user = os.getuid() if hasattr(os, "getuid") else 0
    folder = Path(tempfile.gettempdir()) / f"model-studio-conformance-{user}"
    path = folder / "pace.sqlite"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        # A folder that somebody else laid there could lead our writing elsewhere.
        foreign = hasattr(os, "getuid") and (found.st_uid != user or found.st_mode & 0o022)
        if foreign or not stat.S_ISDIR(found.st_mode):
            return private()
        try:
            MachineStore(str(path), "")
        except sqlite3.DatabaseError:
            path.unlink()
            MachineStore(str(path), "")
    except (OSError, sqlite3.Error):
        return private()
    return Keeper("shared by all runs on this machine", str(path))


def over_hosts(url: str) -> Keeper:
    """Give the keeper in the Redis at that URL.

    Raises:
        UsageError: it is no such URL, nobody answers there, or the client is not installed.
    """
    try:
        parts = urlsplit(url)
        name = f"{parts.scheme}://{parts.hostname}:{parts.port or 6379}{parts.path}"
        usable = parts.scheme in {"redis", "rediss"} and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable:
        raise UsageError(f"--pace-store, or {VARIABLE}, takes redis://host:port/db, or rediss:// with TLS.")
    try:
        import redis
    except ImportError:
        raise UsageError(
            "--pace-store needs the Redis client: pip install 'model-studio-conformance[redis]'."
        ) from None
    try:
        server = redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
        server.ping()
    except (redis.RedisError, OSError, ValueError) as error:
        raise UsageError(f"--pace-store={name} cannot be used: {_without(url, error)}.") from None
    return Keeper(f"shared by all runs that use {name}", "", server)


def _without(url: str, error: Exception) -> str:
    words = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    password = urlsplit(url).password
    return words.replace(password, "…") if password else words


def _asked(question: Any) -> Any:
    import redis

    try:
        return question()
    except (redis.RedisError, OSError) as error:
        raise Lost(type(error).__name__) from None
