"""In which time zone a target reads the times of its filters: asked of each parameter, never assumed."""

from collections.abc import Callable
from dataclasses import dataclass

from conformance.corpus import Sent
from conformance.files import Files
from conformance.times import HOUR, write

# What was seen, then what is usual; any other is searched for.
LIKELY = (8 * HOUR, 0)
EARLIEST, LATEST, STEP = -12 * HOUR, 14 * HOUR, 900
# Seconds to either side of a file's creation at which a filter leaves no doubt.
BESIDE = 2


# Whether a list narrowed by that parameter, to that time, shows what is looked for; None where it cannot be told.
Selects = Callable[[str, str], bool | None]


@dataclass(frozen=True, slots=True)
class Zones:
    """The offset from UTC, in seconds, that each parameter reads times in; None where none explains it."""

    after: float | None = None
    before: float | None = None

    @property
    def zone(self) -> float | None:
        """The offset to judge by: the one that both have, or that of the one that has any."""
        if self.after is None or self.before is None:
            return self.before if self.after is None else self.after
        return self.after if abs(self.after - self.before) < STEP else None


def discover(files: Files, sent: Sent) -> Zones:
    """Ask for one file by the times just before and just after its creation, in one zone after another."""

    def selects(name: str, text: str) -> bool | None:
        exchange, walk = files.everything(**{name: text})
        return sent.id in walk.ids if exchange.succeeded and walk else None

    return Zones() if sent.created is None else zones_of(sent.created, selects)


def zones_of(created: int, selects: Selects) -> Zones:
    """Find the zones in which a list reads times, by one thing of it whose time of creation is known."""
    after = _offset(selects, created, "create_after", LIKELY)
    return Zones(after, _offset(selects, created, "create_before", LIKELY if after is None else (after,)))


def _offset(selects: Selects, created: int, name: str, likely: tuple[float, ...]) -> float | None:
    for offset in likely:
        if _fits(selects, created, name, offset):
            return offset
    found = _search(selects, created, name)
    return found if found is not None and _fits(selects, created, name, found) else None


def _fits(selects: Selects, created: int, name: str, offset: float) -> bool:
    """Whether in that zone it is selected from one side of its creation and not from the other."""
    inside, outside = (-BESIDE, BESIDE) if name == "create_after" else (BESIDE, -BESIDE)
    return (
        selects(name, _written(created + inside, offset)) is True
        and selects(name, _written(created + outside, offset)) is False
    )


def _search(selects: Selects, created: int, name: str) -> float | None:
    """Search by halving: create_after selects it as long as the time is written not too far east."""
    slack = -STEP // 2 if name == "create_after" else STEP // 2

    def selected(offset: int) -> bool | None:
        return selects(name, _written(created + slack, offset))

    low, high = EARLIEST - STEP, LATEST + STEP
    ends = (selected(low), selected(high))
    if ends != ((True, False) if name == "create_after" else (False, True)):
        return None
    while high - low > STEP:
        middle = (low + high) // (2 * STEP) * STEP
        if selected(middle) is ends[0]:
            low = middle
        else:
            high = middle
    return low if name == "create_after" else high


def _written(moment: float, offset: float) -> str:
    return write(moment, "compact-datetime", offset)
