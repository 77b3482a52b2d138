"""How an answer leaves: whole, cut short, or not at all; and what happens to a body nobody will read."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from itertools import chain
from typing import Any

from conformance.mock.records import Answer, Fate, Flow

SMALL = 1024 * 1024
TOGETHER = 64 * 1024
LINGER_SECONDS = 10.0
SILENCE_SECONDS = 0.5

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
HangUp = Callable[[Scope], None]


class Disconnect(Exception):  # noqa: N818 - it is the client's right
    """The client went away while it was sending."""


class Inbox:
    """A request's body on its way in, which knows whether it has come to its end."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        headers = dict(scope["headers"])
        self.declared = int(headers[b"content-length"]) if b"content-length" in headers else None
        self.ended = not self.declared and b"transfer-encoding" not in headers
        self._hesitates = b"expect" in headers
        self._receive = receive

    async def __call__(self) -> Message:
        """Receive the next piece."""
        message = await self._receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            self.ended = True
        return message

    async def pieces(self) -> AsyncIterator[bytes]:
        """Give the body piece by piece.

        Raises:
            Disconnect: the client went away.
        """
        while True:
            message = await self()
            if message["type"] == "http.disconnect":
                raise Disconnect
            if body := message.get("body"):
                yield body
            if not message.get("more_body", False):
                return

    async def settle(self) -> None:
        """Read to the end what is small, so that the connection can be used again."""
        if self.ended:
            return
        if self.declared is not None and self.declared <= SMALL and not self._hesitates:
            await self.linger()

    async def linger(self) -> None:
        """Throw away what still arrives for a while: a client that is reset while sending loses the answer."""
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while not self.ended:
                    await asyncio.wait_for(self(), SILENCE_SECONDS)
        except TimeoutError:
            return


class Delivery:
    """One answer, ready to be sent."""

    def __init__(self, *, answer: Answer, flow: Flow, inbox: Inbox, hang_up: HangUp) -> None:
        self._answer = answer
        self._flow = flow
        self._inbox = inbox
        self._hang_up = hang_up

    async def __call__(self, scope: Scope, send: Send) -> None:
        """Send it as its fate has it."""
        if self._answer.fate is Fate.LOST:
            self._hang_up(scope)
            while (await self._inbox())["type"] != "http.disconnect":
                pass
            return
        # The first piece is taken before anything is awaited: a file that is open can be deleted meanwhile. What is
        # small and need not wait goes together, because each sending costs more than the writing of what is sent.
        size = self._flow.size
        if size is not None and size <= TOGETHER and not self._flow.pause:
            pieces = iter((b"".join(self._flow.pieces),))
        else:
            pieces = iter(self._flow.pieces)
        piece = next(pieces, b"")
        await self._inbox.settle()
        unread = not self._inbox.ended
        await send(self._start(unread=unread))
        if self._answer.fate is Fate.CUT:
            half = len(piece) if self._flow.size is None else self._flow.size // 2
            await self._send_first(half, chain((piece,), pieces), send)
            return
        for following in pieces:
            await send(self._piece(piece, more=True))
            if self._flow.pause:
                await asyncio.sleep(self._flow.pause)
            piece = following
        await send(self._piece(piece, more=unread))
        if unread:
            await self._inbox.linger()
            await send(self._piece(b"", more=False))

    async def _send_first(self, left: int, pieces: Iterable[bytes], send: Send) -> None:
        for piece in pieces:
            await send(self._piece(piece[:left], more=True))
            left -= len(piece)
            if left <= 0:
                return

    def _start(self, *, unread: bool) -> Message:
        tells_size = self._flow.size is not None and not self._flow.is_open
        length = {"content-length": str(self._flow.size)} if tells_size else {}
        kind = {"content-type": self._answer.media_type} if self._answer.media_type else {}
        headers = {**kind, **length, **self._answer.headers}
        if unread:
            headers["connection"] = "close"
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        return {"type": "http.response.start", "status": self._answer.status, "headers": raw}

    def _piece(self, data: bytes, *, more: bool) -> Message:
        return {"type": "http.response.body", "body": data, "more_body": more}
