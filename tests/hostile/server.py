"""A server that stands before a lawful mock and misbehaves where it is told to; all else is the mock's own word."""

import contextlib
import http.client
import itertools
import json
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote, unquote

from tests.loopback import Loopback, Received, Speaker, read_request

BASE = "/compatible-mode/v1"
HOP = {"connection", "content-length", "transfer-encoding", "keep-alive"}


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the mock answered."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def written(
        self, *more: str, body: bytes | None = None, status: int | None = None, without: str = ""
    ) -> bytes:
        """Write the answer down, in part otherwise."""
        body = self.body if body is None else body
        lines = [f"HTTP/1.1 {status or self.status} X"]
        lines += [f"{k}: {v}" for k, v in self.headers if k.lower() not in HOP | {without}]
        lines += [f"Content-Length: {len(body)}", *more]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request, the how manieth it is of those that the row is about, and what the mock made of it."""

    request: Received
    nth: int
    said: Said
    server: "Hostile"

    @property
    def key(self) -> str:
        """The key that was sent."""
        return self.request.headers.get("authorization", "").removeprefix("Bearer ")


Act = Callable[[Asked], bytes | Callable[[Speaker], object]]
On = Callable[[Received, Said], bool]


class Hostile(Loopback):
    """Misbehaves on the requests that it is told; `elsewhere` is a second server, which nobody should ask."""

    def __init__(
        self,
        port: int,
        act: Act,
        on: On,
        *,
        since: int = 1,
        tls: ssl.SSLContext | None = None,
        rename: Callable[[str], str] | None = None,
    ) -> None:
        super().__init__()
        self.elsewhere: Loopback
        self.met = 0
        self._port = port
        self._act = act
        self._on = on
        self._since = since
        self._tls = tls
        self._rename = rename
        self._names: dict[str, str] = {}
        self._counter = itertools.count(1)

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection.makefile("rb") as stream:
                while (request := read_request(stream.readline, stream.read)) is not None:
                    with self._lock:
                        self.received.append(request)
                    if not self._speak(request, connection):
                        return

    def _speak(self, request: Received, connection: socket.socket) -> bool:
        """Answer one request, and say whether the connection is still of use."""
        said = self._forward(request)
        if not self._on(request, said):
            connection.sendall(said.written())
            return True
        with self._lock:
            nth = next(self._counter)
        if nth < self._since:
            connection.sendall(said.written())
            return True
        self.met += 1
        answer = self._act(Asked(request=request, nth=nth, said=said, server=self))
        if callable(answer):
            answer(Speaker(connection, self._closing))
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            return False
        connection.sendall(answer)
        return True

    def _forward(self, request: Received) -> Said:
        mock = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
        try:
            headers: dict[str, Any] = {k: v for k, v in request.headers.items() if k not in HOP | {"host"}}
            mock.request(request.method, self._translated(request.target), body=request.body, headers=headers)
            answer = mock.getresponse()
            said = Said(status=answer.status, headers=tuple(answer.getheaders()), body=answer.read())
            return said if self._rename is None else replace(said, body=self._renamed(said.body))
        finally:
            mock.close()

    def _translated(self, target: str) -> str:
        """Give the target of a request with the names that the mock knows."""
        head, _, name = target.partition("?")[0].rpartition("/")
        if (known := self._names.get(unquote(name))) is not None:
            return f"{head}/{known}"
        for name, known in self._names.items():
            target = target.replace(f"after={quote(name, safe='')}", f"after={known}")
        return target

    def _renamed(self, body: bytes) -> bytes:
        """Give a body with the names that this server has for files."""
        assert self._rename
        said = json.loads(body)
        for each in said.get("data", [said]):
            if known := each.get("id"):
                each["id"] = self._rename(known)
                self._names[each["id"]] = known
        return json.dumps(said).encode()


def always(_request: Received, _said: Said) -> bool:
    """On every request."""
    return True


def on(method: str, path: str = "", *, without: str = "\0") -> On:
    """On the accepted requests of a method whose path below the base begins so."""

    def hits(request: Received, said: Said) -> bool:
        below = request.target.removeprefix(BASE)
        asked = request.method == method and below.startswith(path) and without not in below
        return asked and said.status < 400

    return hits


def each_list(request: Received, said: Said) -> bool:
    """On the lists, whatever they ask for, if with the right key."""
    is_list = request.method == "GET" and request.target.partition("?")[0] == f"{BASE}/files"
    return is_list and said.status in {200, 400, 404}


def streams(request: Received, said: Said) -> bool:
    """On the answers of the chat that were to be streams."""
    return b'"stream": true' in request.body and said.status < 400


uploads = on("POST", "/files")
lists = on("GET", "/files", without="/files/")
retrievals = on("GET", "/files/")
