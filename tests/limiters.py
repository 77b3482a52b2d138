"""A little Files API with a limiter of one's choice: whatever counts requests otherwise than our mock does."""

import contextlib
import itertools
import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BASE = "/compatible-mode/v1"
KEYS = ("sk-first-of-the-limiters", "sk-second-of-the-limiters")

# Told the moment of a request, it says for how many seconds to hold it, or None to refuse it.
Limiter = Callable[[float], float | None]


def bucket(rate: float, size: float) -> Limiter:
    """Admit from a bucket that is refilled evenly."""
    tokens, filled = size, 0.0

    def admit(now: float) -> float | None:
        nonlocal tokens, filled
        tokens, filled = min(size, tokens + (now - filled) * rate), now
        if tokens < 1:
            return None
        tokens -= 1
        return 0.0

    return admit


def sliding(rate: int) -> Limiter:
    """Admit so many within any second."""
    admitted: deque[float] = deque()

    def admit(now: float) -> float | None:
        while admitted and admitted[0] <= now - 1:
            admitted.popleft()
        if len(admitted) >= rate:
            return None
        admitted.append(now)
        return 0.0

    return admit


def fixed(rate: int) -> Limiter:
    """Admit so many within each second of the clock."""
    counts: dict[int, int] = {}

    def admit(now: float) -> float | None:
        counts[int(now)] = counts.get(int(now), 0) + 1
        return 0.0 if counts[int(now)] <= rate else None

    return admit


def spaced(rate: float) -> Limiter:
    """Admit none that comes sooner after the last than the rate has it."""
    last = float("-inf")

    def admit(now: float) -> float | None:
        nonlocal last
        if now - last < 1 / rate:
            return None
        last = now
        return 0.0

    return admit


def queueing(rate: float) -> Limiter:
    """Refuse nothing, and let each wait for its turn."""
    due = 0.0

    def admit(now: float) -> float | None:
        nonlocal due
        due = max(due + 1 / rate, now)
        return due - now

    return admit


def unlimited(_: float) -> float | None:
    """Admit everything."""
    return 0.0


class Shelf:
    """The server's state: two accounts, each with a limiter for uploads and one for all else."""

    def __init__(self, make: Callable[[], tuple[Limiter, Limiter]], latency: float, *, busy: bool) -> None:
        self.lock = threading.Lock()
        self.files: dict[str, dict[str, dict[str, Any]]] = {key: {} for key in KEYS}
        self.limiters = {key: make() for key in KEYS}
        self.numbers = itertools.count(1)
        self.latency = latency
        self.busy = busy

    def add(self, key: str, filename: str) -> dict[str, Any]:
        name = f"file-fe-{next(self.numbers):024x}"
        self.files[key][name] = {
            "id": name,
            "object": "file",
            "bytes": 1,
            "created_at": int(time.time()),
            "filename": filename,
            "purpose": "file-extract",
            "status": "processed",
        }
        return self.files[key][name]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    shelf: Shelf

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        key = self.headers.get("authorization", "").removeprefix("Bearer ")
        shelf = self.shelf
        with shelf.lock:
            wait = shelf.limiters[key][self.command != "POST"](time.monotonic())
        time.sleep(shelf.latency + (wait or 0.0))
        with shelf.lock:
            status, said = (429, _refusal()) if wait is None else self._work(key, body)
        encoded = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - the names that the library calls

    def _work(self, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
        shelf, url = self.shelf, urlsplit(self.path)
        mine, name = shelf.files[key], url.path.removeprefix(f"{BASE}/files").strip("/")
        if shelf.busy:
            shelf.add(key, "somebody-elses.txt")
        if self.command == "POST":
            found = re.search(rb'filename="([^"]+)"', body)
            assert found
            return 200, shelf.add(key, found[1].decode())
        if not name:
            limit = int(parse_qs(url.query).get("limit", ["2000"])[0])
            data = list(reversed(mine.values()))
            return 200, {"object": "list", "data": data[:limit], "has_more": len(data) > limit}
        if name not in mine:
            return 404, {"error": {"message": "No such file.", "type": "invalid_request_error"}}
        if self.command == "DELETE":
            del mine[name]
            return 200, {"id": name, "object": "file", "deleted": True}
        return 200, mine[name]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def _refusal() -> dict[str, Any]:
    return {"error": {"message": "Requests rate limit exceeded.", "type": "limit_requests"}}


@contextlib.contextmanager
def serving(
    make: Callable[[], tuple[Limiter, Limiter]], *, latency: float = 0.0, busy: bool = False
) -> Iterator[str]:
    """Serve for as long as the context lasts; gives the base URL."""
    handler = type("Handler", (_Handler,), {"shelf": Shelf(make, latency, busy=busy)})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}{BASE}"
        finally:
            server.shutdown()
            thread.join()
