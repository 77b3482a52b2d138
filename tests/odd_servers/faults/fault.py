"""What a fault is, and the table of all of them."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.odd_servers.server import Odd


@dataclass(frozen=True, slots=True)
class Fault:
    """A wrong server; one of `owners` must be accused, `also` may be, and nobody else."""

    server: type[Odd]
    owners: frozenset[str]
    also: frozenset[str]


FAULTS: dict[str, Fault] = {}


def fault(*owners: str, also: tuple[str, ...] = ()) -> Callable[[type[Odd]], type[Odd]]:
    """Enter a server into the table, under its class's name."""

    def enter(server: type[Odd]) -> type[Odd]:
        assert server.__name__ not in FAULTS
        FAULTS[server.__name__] = Fault(server, frozenset(owners), frozenset(also))
        return server

    return enter
