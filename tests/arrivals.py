"""A server that notes when each request came, and runs of a paced client against it in processes of their own."""

import socket
import subprocess
import sys
import threading
import time
from itertools import pairwise
from statistics import median
from types import TracebackType
from typing import Self

CLIENT = """
import socket, sys, threading
from conformance import pacing
from conformance.exchange import Request
from conformance.targets import Target

port, count, threads, rate, store = sys.argv[1:]
url = f"http://127.0.0.1:{port}/v1"
target = Target(name=url, region="intl", base_url=url, key="sk-canary-of-the-pace")
_, pace = pacing.parse(rate, target, store=store)
request = Request(method="GET", path="/files")

def send():
    peer = socket.create_connection(("127.0.0.1", int(port)))
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    ready.wait()
    for _ in range(int(count)):
        pace.wait(request)
        peer.sendall(b".")
        peer.recv(1)

ready = threading.Event()
crew = [threading.Thread(target=send) for _ in range(int(threads))]
for each in crew:
    each.start()
print("ready", flush=True)
sys.stdin.readline()
ready.set()
for each in crew:
    each.join()
"""


class Beat:
    """Tells by how many seconds the machine, which others use too, woke us too late at worst."""

    def __init__(self) -> None:
        self.stumble = 0.0
        self._closing = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._go, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()

    def _go(self) -> None:
        while not self._closing.is_set():
            due = time.monotonic() + 0.005
            time.sleep(0.005)
            self.stumble = max(self.stumble, time.monotonic() - due)


class Arrivals:
    """Notes the time of each byte, and answers it."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self._beat = Beat()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._listener.getsockname()[1]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        self._beat.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._beat.__exit__(kind, error, trace)
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    @property
    def stumble(self) -> float:
        """By how many seconds the machine woke us too late at worst."""
        return self._beat.stumble

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while connection.recv(1):
                self.times.append(time.monotonic())
                connection.sendall(b".")


def arrivals(*, processes: int, threads: int, count: int, rate: str, store: str = "") -> Arrivals:
    """Let so many processes with so many threads each send `count` requests a thread; give what the server noted."""
    with Arrivals() as server:
        children = [
            subprocess.Popen(
                [sys.executable, "-c", CLIENT, str(server.port), str(count), str(threads), rate, store],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(processes)
        ]
        for child in children:
            assert child.stdout
            assert child.stdout.readline() == "ready\n"
        for child in children:
            assert child.stdin
            child.stdin.write("\n")
            child.stdin.flush()
        for child in children:
            child.communicate(timeout=120)
            assert child.returncode == 0
    server.times.sort()
    return server


def is_kept(server: Arrivals, rate: int) -> bool:
    """Whether no second held more than the rate, as far as the machine let requests leave and arrive in time."""
    pairs = zip(server.times, server.times[rate:], strict=False)
    return all(later - sooner > 1 - server.stumble for sooner, later in pairs)


def is_used(server: Arrivals, rate: float) -> bool:
    """Whether that rate is reached: most gaps tell it, not the few in which the machine stumbled."""
    gap = median(later - sooner for sooner, later in pairwise(server.times))
    return gap <= 1 / rate + server.stumble
