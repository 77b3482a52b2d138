"""In which time zone a target reads the times of its filters: asked of each parameter, never assumed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.corpus import Sent
from conformance.files import Files
from conformance.times import HOUR, write

# What was seen, then what is usual; any other is searched for.
LIKELY = (8 * HOUR, 0)
EARLIEST, LATEST, STEP = -12 * HOUR, 14 * HOUR, 900
# Seconds to either side of a file's creation at which a filter leaves no doubt.
BESIDE = 2
# So far off that no clock beside another, nor any rounding, explains it.
BEYOND = 10
NAMES = ("create_after", "create_before")
# What a parameter says from the two sides of a creation.
FITTING = (True, False)


# Whether a list narrowed by that parameter, to that time, shows what is looked for; None where it cannot be told.
Selects = Callable[[str, str], bool | None]


@dataclass(frozen=True, slots=True)
class Zones:
    """The offset from UTC, in seconds, that each parameter reads times in; None where none explains it.

    `blurred` are the parameters that tell early from late, and in no zone by the second.
    """

    after: float | None = None
    before: float | None = None
    blurred: tuple[str, ...] = ()

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
    after, blurred = _offset(selects, created, NAMES[0], LIKELY)
    before, blurred_too = _offset(selects, created, NAMES[1], LIKELY if after is None else (after,))
    found = zip(NAMES, (blurred, blurred_too), strict=True)
    return Zones(after, before, tuple(name for name, is_blurred in found if is_blurred))


def _offset(
    selects: Selects, created: int, name: str, likely: tuple[float, ...]
) -> tuple[float | None, bool]:
    """Give the zone that explains a parameter, or None and whether it selects by time all the same."""
    for offset in likely:
        if _fits(selects, created, name, offset):
            return offset, False
    found = _search(selects, created, name)
    if found is None:
        return None, False
    if _fits(selects, created, name, found):
        return found, False
    return None, None not in (
        seen := tuple(_sides(selects, created, name, found, BEYOND))
    ) and seen != FITTING


def _fits(selects: Selects, created: int, name: str, offset: float) -> bool:
    """Whether in that zone it is selected from one side of its creation and not from the other."""
    sides = zip(_sides(selects, created, name, offset, BESIDE), FITTING, strict=True)
    return all(seen is fitting for seen, fitting in sides)


def _sides(selects: Selects, created: int, name: str, offset: float, beside: int) -> Iterator[bool | None]:
    """Look from the side from which it is to be selected, then from the other."""
    for distance in (-beside, beside) if name == NAMES[0] else (beside, -beside):
        yield selects(name, _written(created + distance, offset))


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
