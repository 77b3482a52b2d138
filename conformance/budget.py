"""What a run may send and use: caps on requests, uploads, bytes and tokens; and how long it may explore."""

import re
import threading
import time
from dataclasses import dataclass

from conformance.exchange import Exchange, Request
from conformance.replies import PATH, tokens_told

# What the pages let a model say at most, where a request does not bound it.
LONGEST_ANSWER = 32_768
BOUND = re.compile(r'"max_tokens"\s*:\s*([1-9]\d{0,6})\s*[,}]')
NAMED = re.compile(r"fileid://([\w-]+)")


class OutOfBudget(Exception):  # noqa: N818  the run's own limit, not an error
    """The next request would pass a cap; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most that a run may send, and the most tokens that its chats may use; None is no cap."""

    requests: int | None = None
    uploads: int | None = None
    bytes: int | None = None
    tokens: int | None = None


class Countdown:
    """Says whether there is time left, in seconds from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        """Whether the time is used up."""
        return time.monotonic() >= self._end


class Budget:
    """Counts what was sent, and the tokens that answers tell, against the caps.

    Cleaning up is counted but never refused: each file that is there keeps a request free for its deletion. A
    question of the chat is sent only where the most that it can use still fits; that stays set aside where no answer
    tells what it did use: after silence, a server error, or a stream without its usage. What batch tasks use is known
    when they are over, and is not counted.
    """

    def __init__(self, caps: Caps) -> None:
        self.caps = caps
        self.requests = 0
        self.uploads = 0
        self.bytes = 0
        self.tokens = 0
        # Whether the run was told to stop: an interrupt may be lost where Python lets no exception through.
        self.stopped = False
        self._set_aside = 0
        self._uploaded: dict[str, int] = {}
        # The files that the run must still delete.
        self._there: set[str] = set()
        self._lock = threading.Lock()

    def spend(self, request: Request, *, cleaning: bool = False) -> int:
        """Count a request, and give the tokens that are set aside for it.

        Raises:
            OutOfBudget: it would pass a cap; then nothing is counted.
            KeyboardInterrupt: the run was told to stop.
        """
        if self.stopped and not cleaning:
            raise KeyboardInterrupt
        with self._lock:
            most = self._most_tokens(request)
            is_owed = request.method == "DELETE" and request.named in self._there
            owed = len(self._there) + request.is_upload - is_owed
            after = (
                ("requests", self.requests + 1 + owed, self.caps.requests),
                ("uploads", self.uploads + request.is_upload, self.caps.uploads),
                ("bytes", self.bytes + request.body_bytes, self.caps.bytes),
                ("tokens", most and self.tokens + self._set_aside + most, self.caps.tokens),
            )
            for name, count, cap in after:
                if cap is not None and count > cap and not cleaning:
                    raise OutOfBudget(f"--budget-{name}={cap} is used up")
            self.requests += 1
            self.uploads, self.bytes = (count for _, count, _ in after[1:3])
            self._set_aside += most
            return most

    def settle(self, exchange: Exchange, set_aside: int) -> None:
        """Count the tokens that an answer tells in the place of those that were set aside; a refusal uses none."""
        told = 0 if exchange.refused else tokens_told(exchange)
        name = exchange.mapping().get("id") if exchange.request.is_upload and exchange.succeeded else None
        with self._lock:
            if isinstance(name, str):
                self._uploaded[name] = exchange.request.body_bytes
                self._there.add(name)
            if exchange.request.method == "DELETE" and (exchange.succeeded or exchange.missed):
                self._there.discard(exchange.request.named)
            if told is not None:
                self.tokens += told
                self._set_aside -= set_aside

    def _most_tokens(self, request: Request) -> int:
        """Say how many tokens a request can use: none of our texts has more of them than bytes."""
        if request.method != "POST" or request.path.rstrip("/") != PATH:
            return 0
        # Also where a body is no JSON on purpose: what a careless server would take from it counts.
        told = BOUND.search(request.body or "")
        bound = int(told[1]) if told else LONGEST_ANSWER
        read = sum(self._uploaded.get(name, 0) for name in NAMED.findall(request.body or ""))
        return request.body_bytes + read + bound
