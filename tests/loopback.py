"""A server on a real socket that says byte for byte what a test tells it to, and keeps what it was sent."""

import contextlib
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

from conformance.budget import Budget, Caps
from conformance.client import Client, Timing
from conformance.pacing import NoPace, Pace
from conformance.recorder import Recorder, Redactor
from conformance.targets import Target

KEY = "sk-0123456789abcdef"
# Short enough that a test of patience is no test of ours.
QUICK = Timing(connect=2, silence=0.4, whole=0.5, attempts=3, backoff=0.001, patience=4)
# Long enough that no load on the machine passes for a slow server.
CALM = replace(QUICK, connect=10, silence=10, whole=15)


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire; header names are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Answer = bytes | Callable[["Speaker"], object]


class Speaker:
    """One open connection, for answers that take their time."""

    def __init__(self, connection: socket.socket, closing: threading.Event) -> None:
        self._connection = connection
        self.closing = closing

    def say(self, data: bytes) -> bool:
        """Send bytes; tell whether anybody may still be listening."""
        try:
            self._connection.sendall(data)
        except OSError:
            return False
        return not self.closing.is_set()

    def drip(self, data: bytes, seconds: float) -> None:
        """Send one byte after another, for as long as the peer listens."""
        for at in range(len(data)):
            if not self.say(data[at : at + 1]) or self.closing.wait(seconds):
                return

    def wait_for_the_peer(self) -> None:
        """Say nothing until the peer has gone."""
        with contextlib.suppress(OSError):
            while self._connection.recv(65_536):
                pass


class Loopback:
    """Answers the first request with the first answer, and every one behind the last answer with that."""

    def __init__(self, *answers: Answer) -> None:
        self.received: list[Received] = []
        self._answers = answers
        self._closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self._lock = threading.Lock()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        with self._lock:
            for each in (self._listener, *self._open):
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
                each.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while not self._closing.is_set():
                connection, _ = self._listener.accept()
                with self._lock:
                    self._open.append(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection, connection.makefile("rb") as stream:
            while (request := read_request(stream.readline, stream.read)) is not None:
                with self._lock:
                    answer = self._answers[min(len(self.received), len(self._answers) - 1)]
                    self.received.append(request)
                if callable(answer):
                    answer(Speaker(connection, self._closing))
                    connection.shutdown(socket.SHUT_RDWR)
                    return
                connection.sendall(answer)


def read_request(line: Callable[[], bytes], read: Callable[[int], bytes]) -> Received | None:
    first = line().decode("latin-1").split()
    if len(first) != 3 or not first[2].startswith("HTTP/"):
        return None
    headers: dict[str, str] = {}
    while (text := line().decode("latin-1").rstrip("\r\n")) != "":
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    body = read(int(headers.get("content-length", "0")))
    return Received(method=first[0], target=first[1], headers=headers, body=body)


def answer(body: bytes = b"{}", status: int = 200, *headers: str, kind: str = "application/json") -> bytes:
    """Write one well-formed answer."""
    lines = [f"HTTP/1.1 {status} X", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def hang_up(_: Speaker) -> None:
    """Close the connection without a word."""


def client_of(
    server: Loopback,
    *,
    timing: Timing = CALM,
    caps: Caps | None = None,
    key: str = KEY,
    pace: Pace | None = None,
) -> Client:
    """Give a client of that server, with a first and a second account."""
    target = Target(
        name=server.url,
        region="intl",
        base_url=f"{server.url}/v1",
        key=key,
        second_key="sk-second-account-key",
    )
    return Client(
        target,
        recorder=Recorder(Redactor(target.secrets)),
        pace=pace or NoPace(),
        budget=Budget(caps or Caps()),
        timing=timing,
    )
