"""The account's rate limits, kept on our side: one allowance for uploads, one for all other requests."""

import threading
import time

from pyrate_limiter import Limiter, Rate, StateBucket

from conformance.errors import UsageError
from conformance.exchange import Request

UPLOADS_PER_SECOND = 3.0
OTHERS_PER_SECOND = 10.0
# A request that left on time may arrive a little early, seen from the one before it.
MARGIN = 1.03


class Pace:
    """Holds a request back until its allowance has room, without bursts."""

    def __init__(self, *, uploads: float, others: float) -> None:
        self._uploads = _Lane(uploads)
        self._others = _Lane(others)

    def wait(self, request: Request) -> None:
        """Return when the request may leave."""
        (self._uploads if request.is_upload else self._others).wait(request.method)


class NoPace(Pace):
    """Sends at once."""

    def __init__(self) -> None:
        pass

    def wait(self, request: Request) -> None:
        """Return at once."""


def parse(text: str, *, builtin: bool) -> tuple[str, Pace]:
    """Read --pace: documented, off, or requests a second; empty means off for the built-in mock alone.

    Raises:
        UsageError: it is none of these.
    """
    text = text or ("off" if builtin else "documented")
    if text == "off":
        return text, NoPace()
    if text == "documented":
        return text, Pace(uploads=UPLOADS_PER_SECOND, others=OTHERS_PER_SECOND)
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0.01 <= rate <= 10_000:
        raise UsageError(f"--pace={text} is not understood: give documented, off, or requests a second.")
    return text, Pace(uploads=rate, others=rate)


class _Lane:
    """One allowance. The limiter counts by its schedule; a request that woke late holds the next one back too."""

    def __init__(self, per_second: float) -> None:
        self._interval = MARGIN / per_second
        rate = Rate(1, max(1, round(1000 * self._interval)), burst=1)
        self._limiter = Limiter(StateBucket([rate]), buffer_ms=0)
        self._left = float("-inf")
        self._lock = threading.Lock()

    def wait(self, name: str) -> None:
        with self._lock:
            self._limiter.try_acquire(name)
            time.sleep(max(0.0, self._left + self._interval - time.monotonic()))
            self._left = time.monotonic()
