"""A real Redis, for tests of what hosts share."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PASSWORD = "the-password-of-redis"


class Redis:
    """A real server on a port of its own."""

    def __init__(self, folder: Path, address: str) -> None:
        with socket.create_server((address, 0)) as unused:
            self.port = unused.getsockname()[1]
        self.url = f"redis://:{PASSWORD}@{address}:{self.port}/1"
        command = ["redis-server", "--bind", address, "--port", str(self.port), "--save", ""]
        self._child = subprocess.Popen(
            [*command, "--requirepass", PASSWORD, "--dir", str(folder)], stdout=subprocess.PIPE, text=True
        )
        assert self._child.stdout
        for line in self._child.stdout:
            if "Ready to accept connections" in line:
                break

    def stop(self) -> None:
        self._child.terminate()
        self._child.communicate(timeout=20)


@contextmanager
def started(folder: Path, address: str = "127.0.0.1") -> Iterator[Redis]:
    """Serve until the block ends, or skip the test where Redis is not installed."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed (apt-get install redis-server)")
    server = Redis(folder, address)
    yield server
    server.stop()
