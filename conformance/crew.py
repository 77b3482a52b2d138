"""Crew: several clients at once, which send at appointed times more than one connection could."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import LifoQueue
from types import TracebackType
from typing import Self

from conformance.client import Client, Timing
from conformance.exchange import Exchange
from conformance.pacing import NoPace


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One request: sent `at` so many seconds after the beginning, or as soon as a client is free.

    It leaves at least `gap` seconds after the shot of its lane before it, however late that was.
    """

    at: float
    send: Callable[[Client], Exchange]
    lane: str = ""
    gap: float = 0.0


class Crew:
    """Mates of one client, each with a connection of its own; they send at once and try once."""

    def __init__(self, client: Client, size: int, timing: Timing) -> None:
        self._mates = [client.mate(timing=timing, pace=NoPace()) for _ in range(size)]
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="crew")
        # Whoever came back last goes out first, so that what one connection can carry warms no other.
        self._idle: LifoQueue[Client] = LifoQueue()
        for mate in self._mates:
            self._idle.put(mate)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)
        for mate in self._mates:
            mate.close()

    def send(self, shots: Iterable[Shot]) -> tuple[Exchange, ...]:
        """Send them in the order of their times, and give the exchanges in that order when all are over.

        Raises:
            OutOfBudget, TargetError: as `Client.send`, of the first request that met it.
        """
        begin = time.monotonic()
        left: dict[str, float] = {}
        sending = []
        for shot in sorted(shots, key=lambda each: each.at):
            due = max(begin + shot.at, left.get(shot.lane, begin) + shot.gap * (shot.lane in left))
            time.sleep(max(0.0, due - time.monotonic()))
            mate = self._idle.get()
            left[shot.lane] = time.monotonic()
            sending.append(self._pool.submit(self._send, mate, shot))
        return tuple(each.result() for each in sending)

    def _send(self, mate: Client, shot: Shot) -> Exchange:
        try:
            return shot.send(mate)
        finally:
            self._idle.put(mate)
