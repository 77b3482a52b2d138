"""Serving an odd server on a real socket, in a thread of this process."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

from conformance.budget import Budget, Caps
from conformance.client import Client
from conformance.files import Files
from conformance.pacing import NoPace
from conformance.recorder import Recorder, Redactor
from conformance.regions import BASE_PATH
from conformance.targets import Target


@contextlib.contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """Serve an application for as long as the context lasts, and give its origin."""
    # With the protocol named, because asyncio switches Nagle's delay off only where it is.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", http="h11"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


@contextlib.contextmanager
def speaking(app: ASGIApp, key: str) -> Iterator[Files]:
    """Serve an application, and speak with it through a client of ours."""
    with serving(app) as origin:
        target = Target(name=origin, region="intl", base_url=f"{origin}{BASE_PATH}", key=key)
        client = Client(target, recorder=Recorder(Redactor(())), pace=NoPace(), budget=Budget(Caps()))
        try:
            yield Files(client)
        finally:
            client.close()
