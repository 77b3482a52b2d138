"""A client that costs little: a few connections that ask again as soon as they are answered, and count."""

import itertools
import os
import selectors
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

CONNECTIONS = 16
NUMBER = "{number}"
HEAD_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked, in turn; where it says `NUMBER`, it is new each time."""

    variants: tuple[bytes, ...]

    @classmethod
    def get(cls, paths: Sequence[str], key: str, *more: str) -> "Request":
        """Ask for these paths one after the other."""
        lines = ("host: localhost", f"authorization: Bearer {key}", "accept: application/json", *more)
        heads = ("\r\n".join((f"GET {path} HTTP/1.1", *lines)) for path in paths)
        return cls(variants=tuple(head.encode() + HEAD_END for head in heads))

    @classmethod
    def post(cls, path: str, keys: Sequence[str], kind: str, body: bytes) -> "Request":
        """Send this body with one key after the other."""
        heads = (
            f"POST {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {key}\r\n"
            f"content-type: {kind}\r\ncontent-length: {len(body)}"
            for key in keys
        )
        return cls(variants=tuple(head.encode() + HEAD_END + body for head in heads))

    def written(self, number: int) -> bytes:
        """Write the request of that number."""
        raw = self.variants[number % len(self.variants)]
        return raw.replace(NUMBER.encode(), b"%d" % number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many answers came, in how many seconds of the clock and of the server's processor."""

    answers: int
    clock: float
    processor: float


# Over all loads, so that no request that is to be new was sent before.
NUMBERS = itertools.count()


def measured(port: int, request: Request, seconds: float, used: Callable[[], float]) -> Load:
    """Ask for so many seconds."""
    if (os.cpu_count() or 1) > 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {1})
    selector = selectors.DefaultSelector()
    received: dict[socket.socket, bytes] = {}
    for _ in range(CONNECTIONS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        received[connection] = b""
        selector.register(connection, selectors.EVENT_READ, connection)
    answers, before, began = 0, used(), time.perf_counter()
    for connection in received:
        connection.sendall(request.written(next(NUMBERS)))
    while time.perf_counter() < began + seconds:
        for ready, _ in selector.select(0.5):
            connection = ready.data
            data = received[connection] + connection.recv(262_144)
            if not _is_whole(data):
                received[connection] = data
                continue
            assert data[9:12] == b"200", data[:400]
            answers += 1
            received[connection] = b""
            connection.sendall(request.written(next(NUMBERS)))
    load = Load(answers=answers, clock=time.perf_counter() - began, processor=used() - before)
    selector.close()
    for connection in received:
        connection.close()
    return load


def _is_whole(data: bytes) -> bool:
    end = data.find(HEAD_END)
    if end < 0:
        return False
    head = data[:end].lower()
    at = head.find(b"content-length:")
    if at < 0:
        return data.endswith(b"0\r\n\r\n")
    size = head[at + len(b"content-length:") :].partition(b"\r\n")[0]
    return len(data) >= end + len(HEAD_END) + int(size)


def until_open(port: int) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, f"nobody listens on {port}"
            time.sleep(0.05)
        else:
            return
