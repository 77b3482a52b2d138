"""In which time zone a target reads the times of its filters: asked, never assumed."""

from conformance.corpus import Sent
from conformance.files import Files, description
from conformance.times import write
from conformance.trace import read_page

HOUR = 3600
# What was seen, then what is usual; any other is searched for.
LIKELY = (8 * HOUR, 0)
EARLIEST, LATEST, STEP = -12 * HOUR, 14 * HOUR, 900


def zone_of(files: Files, sent: Sent) -> float | None:
    """Give the offset from UTC, in seconds, in which both parameters select a file by its time of creation."""
    for offset in LIKELY:
        if _inside(files, sent, offset):
            return offset
    found = offset_by(files, sent, "create_after")
    return found if found is not None and _inside(files, sent, found) else None


def offset_by(files: Files, sent: Sent, name: str) -> float | None:
    """Search the offset that one parameter alone reads times in, by halving; None where none fits."""
    created = description(sent.exchange).get("created_at")
    if not isinstance(created, int):
        return None

    def selected(offset: int) -> bool | None:
        # The wall clock of that zone, half a step to the side where the file is still selected.
        slack = -STEP // 2 if name == "create_after" else STEP // 2
        return _lists(files, sent, **{name: write(created + slack, "compact-datetime", offset)})

    low, high = EARLIEST, LATEST
    # create_after selects the file from zones at least as far east as the offset written; create_before the reverse.
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


def _inside(files: Files, sent: Sent, offset: float) -> bool:
    created = description(sent.exchange).get("created_at")
    if not isinstance(created, int):
        return False
    window = {
        "create_after": write(created - 2, "compact-datetime", offset),
        "create_before": write(created + 2, "compact-datetime", offset),
    }
    return _lists(files, sent, **window) is True


def _lists(files: Files, sent: Sent, **query: str) -> bool | None:
    exchange, walk = files.everything(**query)
    if not exchange.succeeded or walk is None or read_page(exchange) is None:
        return None
    return sent.id in walk.ids
