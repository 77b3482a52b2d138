"""The account's rate limits, kept on our side: one lane for uploads, one for all other requests.

Whoever speaks for the same account shares its lanes: the threads of a run, the runs of a machine and, through Redis,
those of several hosts. Where the target asks one of them to wait, the lane is closed for all.
"""

import contextlib
import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from pyrate_limiter import Rate, RateItem, StateBucket

from conformance import sharing
from conformance.errors import UsageError
from conformance.exchange import Answer, Request, moment_of
from conformance.sharing import Keeper, Lost, Store
from conformance.targets import Target

UPLOADS_PER_SECOND = 3.0
OTHERS_PER_SECOND = 10.0
# A request that left on time may arrive a little early, seen from the one before it.
MARGIN = 1.03
# Seconds that a target may ask us to wait.
LONGEST_REST = 30.0
# Seconds for which one run may have the account for itself, and after which every window of a second is fresh.
LEASE = 120.0
FRESH = 1.15
# A closed lane may be opened before its time: whoever waits looks again after so many seconds.
NAP = 0.5
# The share of the rates that is left to a run whose keeper was lost: it does not know how many others there are.
ALONE = 0.25


class Pace:
    """Holds a request back until its lane is free, without bursts."""

    def __init__(
        self, *, uploads: float, others: float, keeper: Keeper | None = None, account: str = ""
    ) -> None:
        self._rates = {True: uploads, False: others}
        self._keeper = keeper or sharing.private()
        self._account = account
        self._lanes = self._open(self._keeper)
        # Why the pace is no longer shared, where it was to be.
        self.lost = ""

    @property
    def shared(self) -> str:
        """With whom it is shared, in words."""
        return self._keeper.name

    def wait(self, request: Request) -> None:
        """Return when the request may leave."""
        try:
            self._lanes[request.is_upload].wait(request.method)
        except Lost as error:
            self._fall_back(error)
            self.wait(request)

    def rest(self, request: Request, seconds: float) -> None:
        """Close the lane of that request for everybody who shares it."""
        try:
            self._lanes[request.is_upload].close_for(seconds)
        except Lost as error:
            self._fall_back(error)
            self.rest(request, seconds)

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else send for this account meanwhile; it ends by itself after `LEASE` seconds."""
        shared = self._lanes
        try:
            closed = {lane: lane.seize(LEASE) for lane in shared.values()}
        except Lost as error:
            self._fall_back(error)
            shared, closed = self._lanes, {}
        self._lanes = self._open(sharing.private())
        try:
            yield
        finally:
            self._lanes = shared
            # Should the keeper be gone, the lease is over soon.
            with contextlib.suppress(Lost):
                for lane, until in closed.items():
                    lane.release(until)

    def _open(self, keeper: Keeper, share: float = 1.0) -> "dict[bool, _Lane]":
        return {
            is_upload: _Lane(
                rate * share, keeper.store(f"{self._account}:{'uploads' if is_upload else 'others'}")
            )
            for is_upload, rate in self._rates.items()
        }

    def _fall_back(self, error: Lost) -> None:
        if self.lost:
            # Another thread was told so before.
            return
        self.lost = f"The pace is no longer {self._keeper.name} ({error}): the run went on at {ALONE:.0%} of the rates."
        self._lanes = self._open(sharing.private(), ALONE)


class NoPace(Pace):
    """Sends at once."""

    def __init__(self) -> None:
        self.lost = ""

    @property
    def shared(self) -> str:
        """With whom: there is nothing to share."""
        return ""

    def wait(self, request: Request) -> None:
        """Return at once."""

    def rest(self, request: Request, seconds: float) -> None:
        """Close nothing."""

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold nobody back."""
        yield


def parse(text: str, target: Target, *, store: str = "") -> tuple[str, Pace]:
    """Read --pace: documented, off, or requests a second; empty means off for the built-in mock alone.

    Raises:
        UsageError: it is none of these, or `store` cannot be used.
    """
    text = text or ("off" if target.builtin else "documented")
    if text == "off":
        return text, NoPace()
    try:
        rate = 1.0 if text == "documented" else float(text)
    except ValueError:
        rate = 0.0
    if not 0.01 <= rate <= 10_000:
        raise UsageError(f"--pace={text} is not understood: give documented, off, or requests a second.")
    if store:
        keeper = sharing.over_hosts(store)
    else:
        keeper = sharing.private() if target.builtin else sharing.on_this_machine()
    uploads, others = (UPLOADS_PER_SECOND, OTHERS_PER_SECOND) if text == "documented" else (rate, rate)
    return text, Pace(uploads=uploads, others=others, keeper=keeper, account=_account(target))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """How many seconds a target asked us to wait, as far as that is sensible; `note` says where it is not."""

    seconds: float = 0.0
    note: str = ""


def asked(answer: Answer, now: float) -> Rest:
    """Read Retry-After, in seconds or as a date; what is neither asks for nothing. `now` is in seconds since the epoch."""
    value = (answer.header("retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value)
    else:
        until, here = moment_of(value), moment_of(answer.header("date"))
        seconds = 0.0 if until is None else until - (now if here is None else here)
    if seconds > LONGEST_REST:
        return Rest(
            seconds=LONGEST_REST,
            note=f"Retry-After asks for {seconds:.0f} s; a run waits {LONGEST_REST:.0f} s at most",
        )
    return Rest(seconds=max(0.0, seconds))


def _account(target: Target) -> str:
    """Name an account so that nobody can read its key from the name."""
    host = urlsplit(target.base_url).netloc
    return hashlib.sha256(f"{host}\0{target.key}".encode()).hexdigest()[:20]


class _Lane:
    """One allowance. Who woke late has left late, and holds the next one back too."""

    def __init__(self, per_second: float, store: Store) -> None:
        rate = Rate(1, max(1, round(1000 * MARGIN / per_second)), burst=1)
        self._store = store
        self._bucket = StateBucket([rate], store=store, clock=store.clock)
        # The threads of a process stand in line, so that each lane has one contender a process.
        self._line = threading.Lock()

    def wait(self, name: str) -> None:
        with self._line:
            while True:
                item = RateItem(name, self._now())
                if self._bucket.put(item):
                    return
                time.sleep(min(NAP, max(1, self._waiting(item)) / 1000))

    def close_for(self, seconds: float) -> None:
        self._store.move(self._after(seconds))

    def seize(self, seconds: float) -> int:
        """Close the lane when it is our turn, and give the moment until which it is closed, in microseconds."""
        self.wait("seize")
        until = self._after(seconds)
        self._store.move(until)
        return until

    def release(self, until: int) -> None:
        """Open what was seized until then, when every window is fresh; what was closed beyond stays so."""
        self._store.move(self._after(FRESH), was=until)

    def _after(self, seconds: float) -> int:
        return (self._now() + round(1000 * seconds)) * 1000

    def _now(self) -> int:
        now = self._store.clock.now()
        assert isinstance(now, int)
        return now

    def _waiting(self, item: RateItem) -> int:
        waiting = self._bucket.waiting(item)
        assert isinstance(waiting, int)
        return waiting
