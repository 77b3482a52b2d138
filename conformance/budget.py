"""What a run may send: caps on requests, uploads and bytes that it never passes; and how long it may explore."""

import threading
import time
from dataclasses import dataclass

from conformance.exchange import Request


class OutOfBudget(Exception):  # noqa: N818  the run's own limit, not an error
    """The next request would pass a cap; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most that a run may send; None is no cap."""

    requests: int | None = None
    uploads: int | None = None
    bytes: int | None = None


class Countdown:
    """Says whether there is time left, in seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        """Whether the time is used up."""
        return time.monotonic() >= self._end


class Budget:
    """Counts what was sent against the caps. Cleaning up is counted but never refused."""

    def __init__(self, caps: Caps) -> None:
        self.caps = caps
        self.requests = 0
        self.uploads = 0
        self.bytes = 0
        self._lock = threading.Lock()

    def spend(self, request: Request, *, cleaning: bool = False) -> None:
        """Count a request.

        Raises:
            OutOfBudget: it would pass a cap; then nothing is counted.
        """
        with self._lock:
            after = (
                ("requests", self.requests + 1, self.caps.requests),
                ("uploads", self.uploads + request.is_upload, self.caps.uploads),
                ("bytes", self.bytes + request.body_bytes, self.caps.bytes),
            )
            for name, count, cap in after:
                if cap is not None and count > cap and not cleaning:
                    raise OutOfBudget(f"--budget-{name}={cap} is used up")
            self.requests, self.uploads, self.bytes = (count for _, count, _ in after)
