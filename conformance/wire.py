"""What the HTTP library leaves unbounded: the time of a whole exchange, and what a compressed body unfolds to."""

import contextlib
import socket
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import httpx

from conformance.exchange import Answer

PIECE = 65_536
# How much is read at most, in bytes, behind what was enough.
LEFTOVER = 65_536
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


@dataclass(frozen=True, slots=True)
class Reading:
    """How an answer is read: up to `most` bytes and up to a deadline, or as far as is `enough`.

    What follows within `linger` seconds behind that is kept all the same.
    """

    connection: Connection
    deadline: Deadline
    enough: Callable[[bytes], bool]
    linger: float
    most: int

    def answer(self, response: httpx.Response) -> Answer:
        """Read an answer; what is not the whole of it says so."""
        body = bytearray()
        cut = heard = False
        most = self.most
        with contextlib.ExitStack() as lingering:
            rest: Deadline | None = None
            try:
                for piece in pieces(response):
                    body += piece
                    if len(body) > most:
                        cut = rest is None
                        break
                    if rest is None and (heard := self.enough(piece)):
                        if not self.linger:
                            break
                        rest = lingering.enter_context(Deadline(self.connection, self.linger))
                        most = min(most, len(body) + LEFTOVER)
            except httpx.HTTPError:
                # What came in time is kept; it is not the whole answer, unless it was enough before.
                if rest is None and not self.deadline.passed:
                    raise
                cut = rest is None
        # Where nothing tells the end of a body, breaking it off looks like its end.
        cut = cut or (self.deadline.passed and not heard)
        headers = tuple(
            (name.decode("ascii", "replace"), value.decode("utf-8", "replace"))
            for name, value in response.headers.raw
        )
        return Answer(status=response.status_code, headers=headers, body=bytes(body[: self.most]), cut=cut)
