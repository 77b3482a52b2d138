"""uvicorn, quiet, in a thread of its own, and stopped without a wait. Imported late: it is slow to import."""

import asyncio
import socket
import threading
from functools import partial
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from conformance.mock.app import Application
from conformance.mock.delivery import Scope
from conformance.mock.express import LATER, Express

GRACE_SECONDS = 1.0
KEEP_ALIVE_SECONDS = 75
ACCEPTING_TURNS = 8


class Connection(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, except that what is plain needs not be parsed."""

    def __init__(self, express: Express, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._express = express
        # Whoever has put something before the application wants to see every request.
        self._is_direct = self.app is self.config.app
        self._is_between = True
        self._held = b""

    def data_received(self, data: bytes) -> None:
        """Answer at once what can be."""
        data, self._held = self._held + data, b""
        is_busy = self.cycle is not None and not self.cycle.response_complete
        if not self._is_direct or not self._is_between or is_busy or self.flow.write_paused:
            super().data_received(data)
            return
        answer = self._express.answer(data)
        if answer is None:
            super().data_received(data)
            return
        self._unset_keepalive_if_required()
        if answer == LATER:
            self._held = data
            return
        self.transport.write(answer)
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._is_between = False
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Note that it has ended."""
        self._is_between = True
        super().on_message_complete()


class Server(uvicorn.Server):
    """One server, one thread, one event loop."""

    def __init__(self, application: Application, sock: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=partial(Connection, application.express),  # type: ignore[arg-type]
                loop="auto",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
            )
        )
        self.application = application
        self._loop: asyncio.AbstractEventLoop | None = None
        application.hang_up = self.hang_up
        self._socket = sock
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._live, name="conformance-mock", daemon=True)

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop on which all state is touched."""
        if self._loop is None:
            raise RuntimeError("the mock's server did not start")
        return self._loop

    def begin(self) -> None:
        """Serve, and come back when requests are taken."""
        self._thread.start()
        self._ready.wait()

    def end(self) -> None:
        """Stop serving, and come back when nothing is left of it."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def hang_up(self, scope: Scope) -> None:
        """Reset the connection that a request came by."""
        for connection in list(self.server_state.connections):
            if isinstance(connection, Connection) and connection.client == scope.get("client"):
                connection.transport.abort()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell the starting thread that all is up."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._ready.set()

    async def main_loop(self) -> None:
        """Wait to be stopped; uvicorn's own loop looks only ten times a second."""
        await self._stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close what is idle, wait a little for what is busy, then cut; uvicorn's own way sleeps first."""
        # First no more are accepted, then those are awaited that were: asyncio forgets, and leaves open, a
        # connection whose server is closed between its acceptance and its first turn (CPython gh-109564).
        for sock in sockets or []:
            asyncio.get_running_loop().remove_reader(sock)
        for _ in range(ACCEPTING_TURNS):
            await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for sock in sockets or []:
            sock.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        deadline = asyncio.get_running_loop().time() + GRACE_SECONDS
        while self.server_state.connections or self.server_state.tasks:
            await asyncio.sleep(0.002)
            if asyncio.get_running_loop().time() > deadline:
                self._cut()
                deadline += GRACE_SECONDS
        for server in self.servers:
            await server.wait_closed()

    def _cut(self) -> None:
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()

    def _live(self) -> None:
        try:
            self.run(sockets=[self._socket])
        finally:
            self._socket.close()
            self._ready.set()
