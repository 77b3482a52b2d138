"""Several processes that serve one data directory by one socket, for as long as the one that started them lives."""

import multiprocessing
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random

from conformance.errors import UsageError
from conformance.mock.behaviour import World
from conformance.mock.clock import RealClock
from conformance.mock.journal import opened
from conformance.mock.lawful import Lawful
from conformance.mock.rates import SharedBuckets
from conformance.mock.serving import STATE, Address, listen, served, settled
from conformance.mock.settings import Settings
from conformance.mock.shelf import Shelf
from conformance.mock.store import Store

RATES = "rates.sqlite"
# In seconds; a worker has no more to do than to finish its answers.
PATIENCE = 10.0
# How often, in seconds, it is looked whether all are alive.
LOOK = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """One process, and the pipe by which it says that it is ready and is told to stop."""

    process: multiprocessing.process.BaseProcess
    pipe: Connection

    def is_ready(self) -> bool:
        """Wait until it serves; False where it died instead."""
        try:
            self.pipe.recv()
        except (OSError, EOFError):
            return False
        return True

    def dismiss(self) -> tuple[str, ...]:
        """Let it finish, and give the tracebacks of its faults."""
        crashes: tuple[str, ...] = ()
        try:
            self.pipe.send("stop")
            crashes = self.pipe.recv() if self.pipe.poll(PATIENCE) else ()
        except (OSError, EOFError):
            crashes = (f"worker {self.process.pid} died\n",)
        self.process.join(PATIENCE)
        if self.process.is_alive():
            self.process.kill()
        return crashes


class Crew:
    """The workers, as one who waits for them sees them."""

    def __init__(self, address: Address, employ: Callable[[], Worker], count: int) -> None:
        self.address = address
        self._employ = employ
        self._workers = [employ() for _ in range(count)]
        self._crashes: list[str] = []

    def are_ready(self) -> bool:
        """Wait until all serve; False where one died instead."""
        return all(worker.is_ready() for worker in self._workers)

    def work(self, stop: threading.Event) -> None:
        """Let them serve until it is time to stop, with another in the place of any that dies."""
        while not stop.wait(LOOK):
            for place, worker in enumerate(self._workers):
                if worker.process.is_alive():
                    continue
                self._crashes.append(f"worker {worker.process.pid} died, and another took its place\n")
                self._workers[place] = self._employ()
                if not self._workers[place].is_ready():
                    raise UsageError("a worker died, and no other could start in its place")

    def dismiss(self) -> tuple[str, ...]:
        """Let them finish, and give the tracebacks of their faults."""
        ended = [crash for worker in self._workers for crash in worker.dismiss()]
        return (*self._crashes, *ended)


@contextmanager
def employed(
    count: int,
    *,
    settings: Settings,
    data_dir: Path | None,
    host: str,
    port: int,
    plant: Path | None,
    access_log: str | None,
) -> Iterator[Crew]:
    """Serve with so many workers.

    Raises:
        UsageError: they are asked to agree on what only one process can know.
    """
    if count < 1:
        raise UsageError("--workers is a number from 1")
    if data_dir is None or settings.faults or settings.seed is not None:
        raise UsageError(
            "several workers share a --data-dir, and know no --breach, --weather, --seed or --clock virtual"
        )
    with ExitStack() as cleanup:
        # Alone for a moment: this is also how a data directory that is in use is found out.
        with settled(settings, data_dir, RealClock(), plant):
            for left in data_dir.glob(f"{RATES}*"):
                left.unlink()
        listener = listen(host, port)
        cleanup.callback(listener.close)
        context = multiprocessing.get_context("spawn")

        def employ() -> Worker:
            mine, theirs = context.Pipe()
            process = context.Process(
                target=_work, args=(settings, data_dir, listener, access_log, theirs), daemon=True
            )
            process.start()
            theirs.close()
            return Worker(process=process, pipe=mine)

        address = Address(host=host, port=listener.getsockname()[1], key=settings.keys[0])
        crew = Crew(address, employ, count)
        if not crew.are_ready():
            crew.dismiss()
            raise UsageError("a worker could not start")
        yield crew


def _work(
    settings: Settings, folder: Path, listener: socket.socket, access_log: str | None, pipe: Connection
) -> None:
    # Signals are for the one that started us; where it is gone, its end of the pipe is too.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    with ExitStack() as cleanup:
        store, buckets = Store(folder / STATE, shared=True), SharedBuckets(folder / RATES)
        cleanup.callback(store.close)
        cleanup.callback(buckets.close)
        world = World(
            settings=settings,
            clock=RealClock(),
            store=store,
            shelf=Shelf(folder),
            random=Random(),  # noqa: S311 - ids of a mock are no secrets
            buckets=buckets,
        )
        cleanup.callback(world.aside.close)
        log = cleanup.enter_context(opened(access_log))
        mock = cleanup.enter_context(served(Lawful(world), listener, log))
        pipe.send("ready")
        try:
            pipe.recv()
        except EOFError:
            return
        pipe.send(mock.crashes)
