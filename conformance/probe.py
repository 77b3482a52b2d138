"""The rate probe: asks for the documented rates, then for more, and brings home what came. Judges nothing.

One after another, and never more than `MOST` requests or `LONGEST` seconds in all:

    look             whose files are there; once more at the end
    uploads-paced    uploads a little below the documented rate
    others-paced     retrievals, lists and deletions likewise
    uploads-flood    uploads above the rate, with others at their documented rate beside them
    others-flood     retrievals above the rate, with uploads, and another account, beside them
    mix              retrievals, lists and deletions that only together are too many
    …-control        single requests, where something was refused at the documented rate
    …-again          the same once more, where it was refused or where one lane got into the other's way
    …-recovery       single requests after ever longer silence, until one is admitted
    cleaning         deletions of its own files
"""

import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from conformance.client import Client, Timing
from conformance.corpus import Small
from conformance.crew import Crew, Shot
from conformance.exchange import Exchange
from conformance.expect import Unproven, describe
from conformance.files import Files, id_of
from conformance.rates import (
    DOCUMENTED,
    OTHER,
    OTHERS,
    SUBSTANTIAL,
    UPLOADS,
    Survey,
    Tally,
    disguises,
    is_refused,
    of,
    tally,
)
from conformance.resources import PREFIX, path_of
from conformance.trace import Trace

MOST = 120
LONGEST = 90.0
CREW = 8
TIMING = Timing(connect=5.0, silence=10.0, whole=15.0, attempts=1)
# Two requests may come to the server closer together than they left; at nine tenths of the rate no limiter minds.
MARGIN = 0.9
# One that left late may be followed this much sooner, in shares of the gap, so that the rate is reached all the same.
CATCHING_UP = 0.93
# After this silence, in seconds, every window and bucket of a second is fresh.
FRESH = 1.15
# Silences after a flood; an account is let in again within a minute, if one waits that long.
SILENCES = (FRESH, 4.0, 60.0)
CONTROLS = 8
# How long, in seconds, an account that refuses even the list is left alone before it is asked again.
PATIENCE = 10.0
PACED = {UPLOADS: 7, OTHERS: 18}
# What of the other lane goes beside a flood, and how much of it refused is worth another look.
BESIDE = {UPLOADS: 4, OTHERS: 8}
SUSPICIOUS = {UPLOADS: 2, OTHERS: 3}
# A flood begins with more at once than a second's allowance; floods of `others` come in lumps, so that an upload
# that draws on their allowance finds it empty.
HEAD, TAIL, TAIL_SECONDS = 5, 8, 1.7
LUMPS = (12, 7, 6, 6)
LUMPS_AGAIN = (12, 6)
LUMP_SECONDS = 0.37
MIXED = 22
MIXED_EACH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How the probe speaks: through the run's own clients, about files of the run's own name."""

    files: Files
    small: Small
    tag: str
    second: bool = False


def survey(ways: Ways) -> Survey:
    """Run the probe.

    Raises:
        Unproven: the list cannot be read, or shows that others use the account meanwhile.
        OutOfBudget, TargetError: as `Client.send`.
    """
    client = ways.files.client
    with client.alone(), Crew(client, CREW, TIMING) as crew:
        return _Probe(ways, crew).run()


class _Probe:
    def __init__(self, ways: Ways, crew: Crew) -> None:
        self.ways = ways
        self.crew = crew
        self.recorder = ways.files.client.recorder
        self.deadline = time.monotonic() + LONGEST
        self.before = len(self.recorder.exchanges)
        self.anchor = ""
        self.mine: deque[str] = deque()
        self.pages = 1
        self.skipped: dict[str, str] = {}
        self.waits: dict[str, float] = {}

    def run(self) -> Survey:
        """Go through the phases."""
        others = self._look()
        if others is None:
            raise Unproven("429 out of turn: before the probe")
        for lane in (UPLOADS, OTHERS):
            self._documented(lane)
        self._flood(UPLOADS)
        time.sleep(FRESH)
        self._flood(OTHERS)
        self._mix()
        self._clean()
        now = self._look()
        if now is None and self._room >= 0:
            # A throttled account is asked once more when it had time; it may be its very fault to answer no more.
            time.sleep(max(0.0, min(PATIENCE, self.deadline - time.monotonic())))
            now = self._look()
        if now is not None and now != others:
            raise Unproven("others use the account: files that are not ours came or went during the probe")
        return Survey(exchanges=self.sent, skipped=self.skipped, waits=self.waits)

    # -- phases

    def _look(self) -> frozenset[str] | None:
        """Give the ids of the files that are not the run's own, or None where the account is throttled."""
        before = len(self.recorder.exchanges)
        with self.recorder.during("look"):
            exchange, walk = self.ways.files.everything()
        if walk is None and exchange.status == 429:
            return None
        if walk is None:
            raise Unproven(f"it needs the list, which answered {describe(exchange)}")
        self.pages = len(self.recorder.exchanges) - before
        own = Trace(self.recorder.exchanges).uploads
        name = f"{PREFIX}{self.ways.tag} "
        return frozenset(
            item["id"]
            for page in walk.pages
            for item in page.items
            if item["id"] not in own and not str(item.get("filename")).startswith(name)
        )

    def _documented(self, lane: str) -> None:
        """Send at the documented rate; where a substantial share is refused, ask whether it is the rate."""
        gap = 1 / (DOCUMENTED[lane] * MARGIN)
        self._phase(f"{lane}-paced", self._paced(lane, PACED[lane], gap))
        if self._tally(f"{lane}-paced", lane).share < SUBSTANTIAL:
            return
        time.sleep(FRESH)
        self._phase(f"{lane}-control", self._paced(lane, CONTROLS, FRESH))
        time.sleep(FRESH)
        self._phase(f"{lane}-again", self._paced(lane, PACED[lane], gap))

    def _flood(self, lane: str) -> None:
        other = OTHER[lane]
        if not self._phase(f"{lane}-flood", self._flooding(lane)):
            return
        admitted = not self._tally(f"{lane}-flood", lane).refused or self._recover(lane)
        beside = self._tally(f"{lane}-flood", other)
        calm = not self._tally(f"{other}-paced", other).refused
        if calm and admitted and beside.refused >= SUSPICIOUS[other]:
            self._phase(f"{lane}-flood-again", self._flooding(lane, again=True))
            self._recover(lane)

    def _flooding(self, lane: str, *, again: bool = False) -> list[Shot]:
        if lane == UPLOADS:
            shots = [Shot(at=0.0, send=self._upload) for _ in range(HEAD)]
            shots += [Shot(at=TAIL_SECONDS * (1 + n) / TAIL, send=self._upload) for n in range(TAIL)]
            gap = 1 / (DOCUMENTED[OTHERS] * MARGIN)
            return shots + list(self._paced(OTHERS, BESIDE[OTHERS], gap, begin=gap))
        shots = []
        for number, lump in enumerate(LUMPS_AGAIN if again else LUMPS):
            at = number * LUMP_SECONDS
            shots += [Shot(at=at, send=self._retrieve) for _ in range(lump)]
            if self.waits.get(UPLOADS, 0.0) < math.inf:
                shots.append(Shot(at=at, send=self._upload, lane=UPLOADS, gap=LUMP_SECONDS))
            if self.ways.second and number and not again:
                shots.append(Shot(at=at, send=_list_of_second))
        return shots

    def _recover(self, lane: str) -> bool:
        """Wait in silence, ever longer, until a single request is admitted."""
        send = self._upload if lane == UPLOADS else self._list
        for silence in SILENCES:
            if time.monotonic() + silence > self.deadline:
                return False
            time.sleep(silence)
            if not self._phase(f"{lane}-recovery", [Shot(at=0.0, send=send)]):
                return False
            last = self._of(f"{lane}-recovery", lane)[-1]
            if last.answer and not is_refused(last, self._disguises(lane)):
                self.waits[lane] = silence
                return True
        self.waits[lane] = math.inf
        return False

    def _mix(self) -> None:
        """Send the three operations, none more than an allowance of its own would admit."""
        if self.waits.get(OTHERS, 0.0) == math.inf:
            self.skipped["mix"] = "the account did not recover"
            return
        deletions = min(MIXED_EACH, len(self.mine))
        rest = MIXED - deletions
        sends = [self._delete] * deletions
        sends += [self._list] * min(MIXED_EACH, rest // 2) + [self._retrieve] * min(
            MIXED_EACH, rest - rest // 2
        )
        time.sleep(0.0 if OTHERS in self.waits else FRESH)
        # Every third of each kind, so that the order gives no kind an advantage.
        order = sorted(range(len(sends)), key=lambda place: (place % MIXED_EACH, place))
        self._phase("mix", [Shot(at=0.0, send=sends[place]) for place in order], saved=deletions)

    def _clean(self) -> None:
        """Delete what the probe made; what is still throttled is left to the run's own clean-up."""
        if self.waits.get(OTHERS, 0.0) == math.inf:
            return
        time.sleep(FRESH)
        # Deletions that were counted on may have been refused: then there is not room for all that are owed.
        left = [*filter(None, [self.anchor]), *self.mine][: max(0, self._room)]
        self.mine.clear()
        gap = 1 / (DOCUMENTED[OTHERS] * MARGIN)
        with self.recorder.during("cleaning"):
            self.crew.send(
                Shot(at=gap * number, send=_deletion_of(name), lane=OTHERS, gap=gap)
                for number, name in enumerate(left)
            )

    # -- requests

    def _paced(self, lane: str, count: int, gap: float, begin: float = 0.0) -> Iterator[Shot]:
        sends: list[Callable[[Client], Exchange]] = [self._upload]
        if lane == OTHERS:
            sends = [self._delete, self._retrieve, self._list]
        for number in range(count):
            send = sends[number % len(sends)]
            yield Shot(at=begin + number * gap, send=send, lane=lane, gap=gap * CATCHING_UP)

    def _upload(self, client: Client) -> Exchange:
        file = self.ways.small("rates")
        form = (("purpose", self.ways.small.purpose),)
        exchange = client.send("POST", "/files", form=form, file=file)
        if name := id_of(exchange):
            if self.anchor:
                self.mine.append(name)
            else:
                self.anchor = name
        return exchange

    def _retrieve(self, client: Client) -> Exchange:
        """Retrieve the one file that is not deleted before the end."""
        return client.send("GET", path_of(self.anchor)) if self.anchor else self._list(client)

    def _list(self, client: Client) -> Exchange:
        return client.send("GET", "/files", query=(("limit", "1"),))

    def _delete(self, client: Client) -> Exchange:
        """Delete a file of the probe, or retrieve where none is left."""
        try:
            name = self.mine.popleft()
        except IndexError:
            return self._retrieve(client)
        exchange = client.send("DELETE", path_of(name))
        if not exchange.succeeded and not exchange.missed:
            self.mine.append(name)
        return exchange

    # -- bookkeeping

    def _phase(self, name: str, shots: Iterable[Shot], *, saved: int = 0) -> bool:
        """Send the shots of a phase, unless requests or seconds do not suffice for them and for cleaning up after.

        `saved` of them are deletions that cleaning up is spared.
        """
        shots = list(shots)
        uploads = sum(shot.send == self._upload for shot in shots)
        owed = len(self.mine) + bool(self.anchor)
        if len(shots) - saved + uploads + owed > self._room:
            self.skipped[name] = f"the {MOST} requests of the probe do not suffice for it"
        elif time.monotonic() + max(shot.at for shot in shots) > self.deadline:
            self.skipped[name] = f"the {LONGEST:.0f} seconds of the probe do not suffice for it"
        else:
            with self.recorder.during(name):
                self.crew.send(shots)
            return True
        return False

    @property
    def _room(self) -> int:
        """How many requests may still be sent before the last look, whose first may be tried as often as any."""
        return MOST - len(self.sent) - self.pages - (self.ways.files.client.timing.attempts - 1)

    @property
    def sent(self) -> tuple[Exchange, ...]:
        """All that the probe sent so far."""
        return tuple(each for each in self.recorder.exchanges[self.before :] if each.phase)

    def _of(self, phase: str, lane: str) -> tuple[Exchange, ...]:
        return of(self.sent, phase, lane)

    def _disguises(self, lane: str) -> frozenset[str]:
        return disguises(self.sent, lane)

    def _tally(self, phase: str, lane: str) -> Tally:
        return tally(self._of(phase, lane), self._disguises(lane))


def _list_of_second(client: Client) -> Exchange:
    return client.send("GET", "/files", query=(("limit", "1"),), account="second")


def _deletion_of(name: str) -> Callable[[Client], Exchange]:
    return lambda client: client.send("DELETE", path_of(name))
