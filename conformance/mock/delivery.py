"""How an answer leaves: whole, cut short, or not at all; and what happens to a body nobody will read."""

import asyncio
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from conformance.mock.records import Answer, Fate

SMALL = 1024 * 1024
LINGER_SECONDS = 10.0
SILENCE_SECONDS = 0.5

HangUp = Callable[[Scope], None]


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

    async def settle(self) -> None:
        """Read to the end what is small, so that the connection can be used again."""
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


class Delivery(Response):
    """One answer, ready to be sent."""

    def __init__(self, *, answer: Answer, body: bytes, inbox: Inbox, hang_up: HangUp) -> None:
        super().__init__(body, status_code=answer.status)
        self._answer = answer
        self._bytes = body
        self._inbox = inbox
        self._hang_up = hang_up

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it as its fate has it."""
        if self._answer.fate is Fate.LOST:
            self._hang_up(scope)
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        await self._inbox.settle()
        unread = not self._inbox.ended
        await send(self._start(unread=unread))
        if self._answer.fate is Fate.CUT:
            await send(self._piece(self._bytes[: len(self._bytes) // 2], more=True))
            return
        await send(self._piece(self._bytes, more=unread))
        if unread:
            await self._inbox.linger()
            await send(self._piece(b"", more=False))

    def _start(self, *, unread: bool) -> Message:
        headers = {
            "content-type": self._answer.media_type,
            "content-length": str(len(self._bytes)),
            **self._answer.headers,
        }
        if unread:
            headers["connection"] = "close"
        raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        return {"type": "http.response.start", "status": self._answer.status, "headers": raw}

    def _piece(self, data: bytes, *, more: bool) -> Message:
        return {"type": "http.response.body", "body": data, "more_body": more}
