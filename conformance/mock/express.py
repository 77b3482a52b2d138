"""Answers that need no second reading: the same bytes, asked of the same state, get the same answer again.

Only the lawful mock has them. What every request costs, an answer from here costs too: a place in the journal, a token
of the rate, a request id, the date.
"""

from dataclasses import dataclass

from conformance.mock.behaviour import dated
from conformance.mock.clock import RealClock
from conformance.mock.identities import RequestIds
from conformance.mock.journal import Journal
from conformance.mock.lawful import Lawful
from conformance.mock.records import Call
from conformance.mock.refusals import Refusal

# In bytes of requests and answers together.
CAPACITY = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One request that was answered with 200, and what of its answer does not change."""

    call: Call
    account: str
    target: str
    head: bytes
    body: bytes


class Express:
    """The answers that were given since the state last changed."""

    def __init__(self, behaviour: Lawful, journal: Journal, ids: RequestIds) -> None:
        # A fault may count requests, or answer otherwise the second time.
        self.is_open = type(behaviour) is Lawful and isinstance(behaviour.world.clock, RealClock)
        self._behaviour = behaviour
        self._journal = journal
        self._ids = ids
        self._known: dict[bytes, Known] = {}
        self._weight = 0
        self._version: object = None

    def keep(self, raw: bytes, known: Known, *, version: object) -> None:
        """Remember what was answered by the state of that version."""
        if version != self._behaviour.store.version:
            return
        self._weight += len(raw) + len(known.body)
        if self._weight > CAPACITY or version != self._version:
            self._known.clear()
            self._weight = len(raw) + len(known.body)
            self._version = version
        self._known[raw] = known

    def answer(self, raw: bytes) -> bytes | None:
        """Answer a request, or leave it to those who can read."""
        known = self._known.get(raw)
        behaviour = self._behaviour
        if known is None or self._version != behaviour.store.version:
            return None
        now = behaviour.now()
        if behaviour.store.batches.is_due(now):
            return None
        if behaviour.limiting:
            try:
                behaviour.admit(known.account, known.call)
            except Refusal:
                return None
        request_id = self._ids.draw()
        self._journal.note((now, known.call.method, known.target, 200, known.account, request_id, 0.0))
        tail = f"x-request-id: {request_id}\r\ndate: {dated(now)}\r\n\r\n"
        return b"".join((known.head, tail.encode("ascii"), known.body))
