"""In which time zone a target reads the times of its filters: asked of each parameter, never assumed."""

from dataclasses import dataclass

from conformance.corpus import Sent
from conformance.files import Files
from conformance.times import write

HOUR = 3600
# What was seen, then what is usual; any other is searched for.
LIKELY = (8 * HOUR, 0)
EARLIEST, LATEST, STEP = -12 * HOUR, 14 * HOUR, 900
# Seconds to either side of a file's creation at which a filter leaves no doubt.
BESIDE = 2


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
    created = sent.created
    if created is None:
        return Zones()
    after = _offset(files, sent, created, "create_after", LIKELY)
    return Zones(after, _offset(files, sent, created, "create_before", LIKELY if after is None else (after,)))


def _offset(files: Files, sent: Sent, created: int, name: str, likely: tuple[float, ...]) -> float | None:
    for offset in likely:
        if _fits(files, sent, created, name, offset):
            return offset
    found = _search(files, sent, created, name)
    return found if found is not None and _fits(files, sent, created, name, found) else None


def _fits(files: Files, sent: Sent, created: int, name: str, offset: float) -> bool:
    """Whether in that zone the file is selected from one side of its creation and not from the other."""
    inside, outside = (-BESIDE, BESIDE) if name == "create_after" else (BESIDE, -BESIDE)
    return (
        _selects(files, sent, name, created + inside, offset) is True
        and _selects(files, sent, name, created + outside, offset) is False
    )


def _search(files: Files, sent: Sent, created: int, name: str) -> float | None:
    """Search by halving: create_after selects the file as long as the time is written not too far east."""
    slack = -STEP // 2 if name == "create_after" else STEP // 2

    def selected(offset: int) -> bool | None:
        return _selects(files, sent, name, created + slack, offset)

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


def _selects(files: Files, sent: Sent, name: str, moment: float, offset: float) -> bool | None:
    exchange, walk = files.everything(**{name: write(moment, "compact-datetime", offset)})
    return sent.id in walk.ids if exchange.succeeded and walk else None
