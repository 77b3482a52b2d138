"""Token buckets: so many requests at once, refilled evenly over the seconds that they are meant for."""

from conformance.mock.clock import SECOND, Clock


class Bucket:
    """One rate of one account: `rate` requests in `seconds`."""

    def __init__(self, *, rate: float, seconds: float = 1.0, clock: Clock) -> None:
        self._rate = rate / seconds
        self._size = max(rate, 1.0)
        self._clock = clock
        self._tokens = self._size
        self._filled = clock.now()

    def take(self) -> bool:
        """Take one token; False when there is none."""
        now = self._clock.now()
        gained = max(0, now - self._filled) / SECOND * self._rate
        self._tokens = min(self._size, self._tokens + gained)
        self._filled = now
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True
