"""How many requests reach a mock, whoever sends them and whatever becomes of them."""

import contextlib
from collections.abc import Iterator
from typing import Any

from starlette.types import Receive, Scope, Send

from conformance import mock as mocks
from conformance.mock import Mock
from conformance.mock import serve as serve_uncounted


class Counter:
    """An application before the mock's own that counts what comes."""

    def __init__(self) -> None:
        self.requests = 0

    @contextlib.contextmanager
    def serve(self, **options: Any) -> Iterator[Mock]:
        """Serve a mock as `conformance.mock.serve` does, and count."""
        with serve_uncounted(**options) as mock:
            config = mock._server.config
            application: Any = config.loaded_app

            async def counted(scope: Scope, receive: Receive, send: Send) -> None:
                self.requests += scope["type"] == "http"
                await application(scope, receive, send)

            config.loaded_app = counted
            yield mock

    @contextlib.contextmanager
    def instead(self) -> Iterator[None]:
        """Count what reaches the mocks that others start meanwhile."""
        setattr(mocks, "serve", self.serve)  # noqa: B010  mypy knows that no function may take its place
        try:
            yield
        finally:
            setattr(mocks, "serve", serve_uncounted)  # noqa: B010
