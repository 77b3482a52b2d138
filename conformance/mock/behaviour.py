"""What every answer has in common: the key, the rates, how a success and an error look. No chapter's own decision."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from functools import lru_cache
from random import Random
from types import MappingProxyType
from uuid import UUID

import orjson

from conformance.mock import refusals
from conformance.mock.aside import Aside
from conformance.mock.clock import SECOND, Clock
from conformance.mock.rates import Buckets, OwnBuckets
from conformance.mock.records import Answer, Body, Call, Flow, Operation
from conformance.mock.refusals import Refusal
from conformance.mock.settings import Limits, Settings
from conformance.mock.shelf import Shelf
from conformance.mock.store import Store

OTHERS = "others"

# What shares one allowance, and how many requests that admits in how many seconds; downloads are not counted.
ALLOWANCES: Mapping[str, Callable[[Limits], tuple[float, float] | None]] = MappingProxyType(
    {
        Operation.UPLOAD: lambda limits: (limits.uploads_per_second, 1.0),
        OTHERS: lambda limits: (limits.reads_per_second, 1.0),
        Operation.CONTENT: lambda _: None,
        Operation.CHAT: lambda limits: (limits.chats_per_second, 1.0),
        Operation.CREATE_BATCH: lambda limits: (limits.batch_calls_per_minute, 60.0),
        Operation.RETRIEVE_BATCH: lambda limits: (limits.batch_calls_per_minute, 60.0),
        Operation.CANCEL_BATCH: lambda limits: (limits.batch_calls_per_minute, 60.0),
        Operation.LIST_BATCHES: lambda limits: (limits.batch_lists_per_minute, 60.0),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What a behaviour lives in."""

    settings: Settings
    clock: Clock
    store: Store
    shelf: Shelf
    random: Random
    aside: Aside = field(default_factory=Aside)
    buckets: Buckets = field(default_factory=OwnBuckets)


class Behaviour:
    """A server that lets in, answers and refuses, and as yet does nothing."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.settings = world.settings
        self.limits = world.settings.limits
        self.store = world.store
        self.limiting = world.settings.rate_limits
        # Apart from the ids of files, so that the same uploads get the same ids whatever was asked in between.
        seed = world.settings.seed
        self._numbers = Random(None if seed is None else f"numbers of {seed}")  # noqa: S311 - ids are no secrets

    # -- before the work

    async def meet(self, call: Call) -> None:
        """Receive a request before anything is decided; here weather strikes."""

    def authenticate(self, call: Call) -> str:
        """Find the account that a request speaks for."""
        token = self.token(call)
        if token is None or not self.key_is_known(token, call):
            raise refusals.bad_key(self.settings.region.error_page)
        return self.settings.account(token)

    def token(self, call: Call) -> str | None:
        """Read the key from the Authorization header."""
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        return token.strip() or None if scheme.lower() == "bearer" else None

    def key_is_known(self, token: str, call: Call) -> bool:  # noqa: ARG002 - a breach may ask which call it is
        """Tell whether a key is one of ours."""
        return token in self.settings.keys

    def admit(self, account: str, call: Call) -> None:
        """Hold the account to its rates."""
        if not self.limiting:
            return
        lane = self.lane(call)
        allowance = self.allowance(lane)
        if allowance is None:
            return
        rate, seconds = allowance
        if not self.world.buckets.take(f"{account} {lane}", rate, seconds, self.world.clock):
            raise refusals.too_fast()

    def hold_to_rates(self, *, on: bool) -> None:
        """Count requests from now on, or no longer."""
        self.limiting = on
        self.world.buckets.clear()

    def lane(self, call: Call) -> str:
        """Name the allowance that a request draws on."""
        return call.operation if call.operation in ALLOWANCES else OTHERS

    def allowance(self, lane: str) -> tuple[float, float] | None:
        """Tell how many requests of a lane are admitted in how many seconds; None where nothing is counted."""
        return ALLOWANCES[lane](self.limits)

    def stray(self, account: str, call: Call, refusal: Refusal) -> Body:  # noqa: ARG002 - a breach may answer instead
        """Turn away a request whose path or method is not served."""
        raise refusal

    # -- answers

    def succeed(self, body: object, call: Call) -> Answer:
        """Answer with what was asked for."""
        if isinstance(body, Flow):
            return self.finish(Answer(status=200, body=body, media_type=body.media_type), call)
        return self.finish(Answer(status=200, body=body), call)

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        """Answer with an error."""
        return self.finish(
            Answer(status=refusal.status, body=self.envelope(refusal, call), headers=dict(refusal.headers)),
            call,
        )

    def envelope(self, refusal: Refusal, call: Call) -> Body:
        """Wrap an error."""
        return {"error": self.error(refusal), "request_id": call.request_id}

    def error(self, refusal: Refusal) -> Body:
        """Show an error."""
        return {
            "message": refusal.message,
            "type": refusal.type,
            "param": refusal.param,
            "code": refusal.code,
        }

    def finish(self, answer: Answer, call: Call) -> Answer:
        """Add what every answer carries."""
        headers = {**answer.headers, "x-request-id": call.request_id, "date": dated(self.now())}
        return replace(answer, headers=headers)

    def encode(self, answer: Answer) -> bytes:
        """Write the body of an answer that does not flow."""
        if isinstance(answer.body, str):
            return answer.body.encode()
        return self.json(answer.body)

    def json(self, body: object) -> bytes:
        """Write a JSON value."""
        return self.line(body)

    def line(self, body: object) -> bytes:
        """Write a JSON value on one line, as a stream's events and a result file's lines need it."""
        try:
            return orjson.dumps(body)
        except TypeError:
            # What only a fault writes: a number or a text that JSON cannot hold.
            return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")

    # -- the surroundings

    def now(self) -> int:
        """Tell the server's time."""
        return self.world.clock.now()

    def uuid(self) -> str:
        """Invent an id that is no file's."""
        return str(UUID(int=self._numbers.getrandbits(128), version=4))


def dated(moment: int) -> str:
    """Write a moment as the header Date does."""
    return _date(moment // SECOND)


@lru_cache(maxsize=16)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
