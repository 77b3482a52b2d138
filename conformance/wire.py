"""What the HTTP library leaves unbounded: the time of a whole exchange, and what a compressed body unfolds to."""

import contextlib
import socket
import threading
import zlib
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import httpx

PIECE = 65_536
# zlib's way to say: gzip or zlib, whichever the head shows.
EITHER = 47


class Unreadable(ValueError):  # noqa: N818  a condition of the target's bytes, not an error of ours
    """The body is encoded in a way that was not asked for, or not as it says."""


class Deadline:
    """Breaks the connection off when an exchange takes longer than so many seconds, whatever it is doing.

    A read's own timeout begins anew with each byte, so that a peer which drips would hold us for ever.
    """

    def __init__(self, connection: "Connection", seconds: float) -> None:
        self.passed = False
        self._connection = connection
        self._timer = threading.Timer(seconds, self._break_off)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def _break_off(self) -> None:
        self.passed = True
        self._connection.shut()


class Connection:
    """Knows the socket of a client's one connection; it is told by the HTTP library's extension `trace`."""

    def __init__(self) -> None:
        self._stream: Any = None

    def __call__(self, event: str, info: dict[str, Any]) -> None:
        """Take note of an event."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._stream = info["return_value"]

    def shut(self) -> None:
        """End whatever waits for the peer."""
        if self._stream is not None:
            with contextlib.suppress(OSError):
                self._stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)


def pieces(response: httpx.Response) -> Iterator[bytes]:
    """Give a body piece by piece, none larger than `PIECE`, however much a compressed byte unfolds to.

    Raises:
        Unreadable: it is compressed otherwise than by gzip, or not well.
    """
    encoding = response.headers.get("content-encoding", "").strip().lower()
    if encoding in {"", "identity"}:
        yield from response.iter_raw()
    elif encoding in {"gzip", "x-gzip", "deflate"}:
        yield from _inflated(response)
    else:
        raise Unreadable(f"the content encoding {encoding[:40]!r} was not asked for")


def _inflated(response: httpx.Response) -> Iterator[bytes]:
    inflate = zlib.decompressobj(EITHER)
    empty = True
    for raw in response.iter_raw():
        empty = False
        left = raw
        while left:
            try:
                yield inflate.decompress(left, PIECE)
            except zlib.error as error:
                raise Unreadable(f"the body is not compressed as it says: {error}") from error
            left = inflate.unconsumed_tail
    if not inflate.eof and not empty:
        raise Unreadable("the compressed body ends in its middle")
