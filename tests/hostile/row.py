"""One row of the table: a misbehaviour, on which requests it comes, and what a run must make of it."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.hostile.server import Act, On, always

NOTHING: frozenset[str] = frozenset()
SMOKE = ("--profile=smoke", "--billable=no")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One misbehaviour. `guilty` are the clauses that must not hold, `may` those that need not; all others are innocent.

    It begins with the `since`th request that it is about. `leaves` says that the target keeps us from deleting,
    `rename` gives each file another id; `seconds` bounds the run. A `rare` row resembles another, or takes its time.
    """

    does: str
    act: Act = lambda asked: asked.said.written()
    on: On = always
    since: int = 1
    url: str = ""
    tls: bool = False
    status: int = 6
    guilty: frozenset[str] = NOTHING
    may: frozenset[str] = NOTHING
    arguments: tuple[str, ...] = SMOKE
    timeout: float = 1.0
    region: str = "intl"
    seconds: float = 60.0
    leaves: bool = False
    rename: Callable[[str], str] | None = None
    rare: bool = False


def clauses(chapter: str, *names: str) -> frozenset[str]:
    """Name clauses of one chapter."""
    return frozenset(f"{chapter}.{name}" for name in names)
