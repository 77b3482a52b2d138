"""The mock's time: the computer's, or one that moves only when it is told or asked."""

import time
from typing import Protocol

from conformance.errors import UsageError

# A moment is a whole number of microseconds since 1970, so that it sorts and compares exactly.
SECOND = 1_000_000


class Clock(Protocol):
    """What the mock asks of a clock."""

    def now(self) -> int:
        """Tell the moment, in microseconds since 1970."""

    def tick(self) -> None:
        """Note that a request has come in."""

    def leap(self, moment: int) -> None:
        """Note that a client waits for what happens at a moment."""

    def advance(self, seconds: float) -> None:
        """Move on by hand."""


class RealClock:
    """The computer's clock; moving it on by hand adds to it."""

    def __init__(self) -> None:
        self._ahead = 0

    def now(self) -> int:
        """Tell the computer's moment."""
        return time.time_ns() // 1000 + self._ahead

    def tick(self) -> None:
        """Do nothing: real time passes by itself."""

    def leap(self, moment: int) -> None:
        """Do nothing, as above."""

    def advance(self, seconds: float) -> None:
        """Run ahead of the computer by so many seconds more."""
        self._ahead += round(seconds * SECOND)


class VirtualClock:
    """Starts at the present whole second and moves by a fixed step with each request.

    The step keeps a client that waits for something from waiting for ever; step 0 stands still.
    """

    def __init__(self, *, start: float | None = None, step: float = 0.1) -> None:
        self._now = (int(time.time()) if start is None else round(start)) * SECOND
        self._step = round(step * SECOND)

    def now(self) -> int:
        """Tell the moment it has been moved to."""
        return self._now

    def tick(self) -> None:
        """Move on by one step."""
        self._now += self._step

    def leap(self, moment: int) -> None:
        """Move on to the moment, so that a day's waiting takes no time; unless the clock stands still."""
        if self._step:
            self._now = max(self._now, moment)

    def advance(self, seconds: float) -> None:
        """Move on by so many seconds."""
        self._now += round(seconds * SECOND)


CLOCKS = {"real": RealClock, "virtual": VirtualClock}


def clock_named(name: str | Clock) -> Clock:
    """Give the clock of that name; a clock is its own name."""
    if not isinstance(name, str):
        return name
    if name not in CLOCKS:
        raise UsageError(f"unknown clock {name!r}: choose one of {', '.join(CLOCKS)}")
    clock: Clock = CLOCKS[name]()
    return clock
