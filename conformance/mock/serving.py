"""Starting and stopping: what a mock is made of, and the handle that a test holds. The socket's side is in `server`."""

import asyncio
import errno
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

from conformance.errors import UsageError
from conformance.mock.breaches import BREACHES
from conformance.mock.clock import SECOND, Clock, clock_named
from conformance.mock.faults import Breach, Weather
from conformance.mock.journal import Journal, Write
from conformance.mock.lawful import ID_PREFIXES, Behave, Lawful, Trait, World, combined
from conformance.mock.planting import plant_folder
from conformance.mock.settings import BASE_PATH, Limits, Settings, settings
from conformance.mock.shelf import Shelf
from conformance.mock.store import Store
from conformance.mock.weather import WEATHER

if TYPE_CHECKING:
    from conformance.mock.server import Server

PATIENCE = 30.0
BACKLOG = 512
STATE = "state.sqlite"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a mock is, and with which key."""

    host: str
    port: int
    key: str

    @property
    def url(self) -> str:
        """The base URL that a client is given."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}{BASE_PATH}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What points an OpenAI SDK, and the vendor's samples, at it."""
        return {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": self.key, "DASHSCOPE_API_KEY": self.key}


class Mock:
    """A mock that is being served; its state is touched only on the server's own thread."""

    def __init__(self, *, server: "Server", behaviour: Lawful, host: str, port: int) -> None:
        self._server = server
        self._behaviour = behaviour
        self.host = host
        self.port = port
        self.address = Address(host=host, port=port, key=behaviour.settings.keys[0])
        self.settings: Settings = behaviour.settings
        self.clock: Clock = behaviour.world.clock

    @property
    def url(self) -> str:
        """The base URL that a client is given."""
        return self.address.url

    @property
    def keys(self) -> tuple[str, ...]:
        """The accepted keys, one account each."""
        return self.settings.keys

    @property
    def key(self) -> str:
        """The key of the first account."""
        return self.keys[0]

    @property
    def environment(self) -> Mapping[str, str]:
        """What points an OpenAI SDK, and the vendor's samples, at the mock."""
        return self.address.environment

    @property
    def other_region_key(self) -> str:
        """A key of the other region, which is refused."""
        return self.settings.other_region_key

    @property
    def crashes(self) -> tuple[str, ...]:
        """The tracebacks of our own faults, if any request met one."""
        return (*self._server.application.crashes, *self._behaviour.world.aside.crashes)

    def plant(
        self,
        filename: str = "a.txt",
        body: bytes = b"planted",
        purpose: str = "file-extract",
        key: str | None = None,
        created_at: float | None = None,
        size: int | None = None,
    ) -> str:
        """Put a file into an account, as another client would have, and give its id.

        `size` is what the books say of it, where 100 GB are too many to write.
        """
        if purpose not in ID_PREFIXES:
            raise UsageError(f"unknown purpose {purpose!r}: choose one of {', '.join(ID_PREFIXES)}")
        account = self._account(key)
        created = None if created_at is None else round(created_at * SECOND)
        return self._on_server(
            lambda: self._behaviour.plant(
                account, filename=filename, body=body, purpose=purpose, created=created, size=size
            )
        ).id

    def files(self, key: str | None = None) -> list[str]:
        """List the ids that an account holds, newest first, whatever the list operation may say."""
        account = self._account(key)
        return self._on_server(lambda: self._behaviour.store.ids(account))

    def half_received(self) -> int:
        """Count the uploads whose bodies are still arriving."""
        return self._on_server(self._behaviour.world.shelf.half_received)

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Hold every account to the documented rates for as long as the context lasts."""
        before = self._behaviour.limiting
        self._on_server(lambda: self._behaviour.hold_to_rates(on=True))
        try:
            yield
        finally:
            self._on_server(lambda: self._behaviour.hold_to_rates(on=before))

    def _account(self, key: str | None) -> str:
        return self.settings.account(self.keys[0] if key is None else key)

    def _on_server(self, work: Callable[[], Result]) -> Result:
        async def perform() -> Result:
            return work()

        return asyncio.run_coroutine_threadsafe(perform(), self._server.loop).result(PATIENCE)


@contextmanager
def serve(
    *,
    region: str = "intl",
    keys: Iterable[str] | None = None,
    breaches: Iterable[str] = (),
    weather: Iterable[str] = (),
    rate_limits: bool = False,
    data_dir: Path | str | None = None,
    clock: str | Clock = "real",
    host: str = "127.0.0.1",
    port: int = 0,
    seed: int | None = None,
    limits: Limits | None = None,
    plant: Path | str | None = None,
    access_log: Write | None = None,
) -> Iterator[Mock]:
    """Serve a mock in a thread of this process for as long as the context lasts.

    Raises:
        UsageError: something impossible is asked for.
    """
    breaches, weather = tuple(breaches), tuple(weather)
    chosen = settings(
        region=region,
        keys=None if keys is None else tuple(keys),
        limits=limits,
        rate_limits=rate_limits,
        seed=seed,
        faults=(*breaches, *weather),
    )
    behave = combined(*_traits("breach", BREACHES, breaches), *_traits("weather", WEATHER, weather))
    with ExitStack() as cleanup:
        world = cleanup.enter_context(settled(chosen, data_dir, clock_named(clock), plant, behave))
        listener = listen(host, port)
        cleanup.callback(listener.close)
        yield cleanup.enter_context(served(behave(world), listener, access_log, host=host))


@contextmanager
def settled(
    chosen: Settings,
    data_dir: Path | str | None,
    clock: Clock,
    plant: Path | str | None = None,
    behave: Behave = Lawful,
) -> Iterator[World]:
    """Make the world of a mock that has its data directory for itself, and put right what a killed one has left."""
    folder = None if data_dir is None else Path(data_dir)
    with ExitStack() as cleanup:
        shelf = Shelf(folder)
        cleanup.callback(shelf.close)
        store = Store(folder / STATE if folder else None)
        cleanup.callback(store.close)
        store.batches.release()
        shelf.sweep(store.bodies())
        world = World(
            settings=chosen,
            clock=clock,
            store=store,
            shelf=shelf,
            random=Random(chosen.seed),  # noqa: S311 - ids of a mock are no secrets
        )
        cleanup.callback(world.aside.close)
        if plant is not None:
            plant_folder(behave(world), Path(plant))
        yield world


@contextmanager
def served(
    behaviour: Lawful, listener: socket.socket, access_log: Write | None, *, host: str = ""
) -> Iterator[Mock]:
    """Serve what comes in by a socket."""
    # uvicorn takes a quarter of a second to import, which a listing of breaches should not pay.
    from conformance.mock.app import Application
    from conformance.mock.server import Server

    server = Server(Application(behaviour, Journal(access_log)), listener)
    address = listener.getsockname()
    server.begin()
    try:
        yield Mock(server=server, behaviour=behaviour, host=host or address[0], port=address[1])
    finally:
        server.end()


def _traits(
    kind: str, registry: Mapping[str, Breach] | Mapping[str, Weather], names: Iterable[str]
) -> list[Trait]:
    names = list(names)
    unknown = [name for name in names if name not in registry]
    if unknown:
        raise UsageError(
            f"unknown {kind} {unknown[0]!r}: `conformance breaches --list` names those that there are"
        )
    return [registry[name].trait for name in names]


def listen(host: str, port: int) -> socket.socket:
    """Open the socket that clients come by.

    Raises:
        UsageError: the address cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, because asyncio switches Nagle's delay off only where it is; with it on,
    # an answer that is written in two pieces takes 44 ms in place of 2.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        is_taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        why = "is in use already" if is_taken else f"cannot be used: {error}"
        raise UsageError(f"port {port} of {host} {why}") from error
    return listener
