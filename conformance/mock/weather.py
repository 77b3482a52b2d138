"""Trouble that aims at no clause: a slow, crowded or failing way to a service that is lawful all the same.

Chance is counted, not drawn: the same requests meet the same weather. Lawful ways to be different are in `variations`.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import conformance.mock.batch_variations
import conformance.mock.chat_variations
import conformance.mock.variations  # noqa: F401 - they enter their traits
from conformance.mock import refusals
from conformance.mock.batch_store import BatchQuery
from conformance.mock.batches import BatchPage
from conformance.mock.clock import SECOND
from conformance.mock.faults import Weather, weather, weathers
from conformance.mock.lawful import Lawful, World
from conformance.mock.records import Answer, Call, Fate, Operation, Page, Query, Record
from conformance.mock.refusals import Silence

LATENCY_SECONDS = 0.05
PARSING = 2 * SECOND
LAG = SECOND
STRANGERS = 12


@weather
class Latency(Lawful):
    """Each request waits a twentieth of a second."""

    async def meet(self, call: Call) -> None:
        await asyncio.sleep(LATENCY_SECONDS)
        await super().meet(call)


@weather
class DroppedConnections(Lawful):
    """Each eleventh request is met with a reset connection, before anything is done."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._met = 0

    async def meet(self, call: Call) -> None:
        self._met += 1
        if self._met % 11 == 0:
            raise Silence
        await super().meet(call)


@weather
class LostAnswers(Lawful):
    """Each thirteenth answer is lost with its connection, after the work was done."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._lost = 0

    def finish(self, answer: Answer, call: Call) -> Answer:
        self._lost += 1
        finished = super().finish(answer, call)
        return replace(finished, fate=Fate.LOST) if self._lost % 13 == 0 else finished


@weather
class CutAnswers(Lawful):
    """Each twelfth answer ends in the middle of its body."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._cut = 0

    def finish(self, answer: Answer, call: Call) -> Answer:
        self._cut += 1
        finished = super().finish(answer, call)
        return replace(finished, fate=Fate.CUT) if self._cut % 12 == 0 else finished


@weather
class SporadicThrottling(Lawful):
    """Each ninth request gets 429, out of turn."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._throttled = 0

    def admit(self, account: str, call: Call) -> None:
        self._throttled += 1
        if self._throttled % 9 == 0:
            raise refusals.too_fast()
        super().admit(account, call)


@weather
class SporadicUnavailability(Lawful):
    """Each fortieth request gets 503."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._turns = 0

    async def meet(self, call: Call) -> None:
        self._turns += 1
        if self._turns % 40 == 0:
            raise refusals.overloaded()
        await super().meet(call)


@weather
class SlowParsing(Lawful):
    """A file is processing for two seconds after its upload, and processed then."""

    def status(self, record: Record, operation: Operation) -> str:
        is_young = self.now() - record.created < PARSING
        return "processing" if is_young else super().status(record, operation)


@weather
class UploadedFirst(Lawful):
    """The answer to an upload says uploaded, as some pages' samples do; later the file is processed."""

    def status(self, record: Record, operation: Operation) -> str:
        return "uploaded" if operation is Operation.UPLOAD else super().status(record, operation)


@weather
class EventualConsistency(Lawful):
    """Lists, retrieve and downloads are a second behind: what is new is not seen yet, what is deleted is seen still."""

    def find(self, account: str, file_id: str, operation: Operation) -> Record:
        if operation not in {Operation.RETRIEVE, Operation.CONTENT}:
            return super().find(account, file_id, operation)
        record = self.store.seen(account, file_id, as_of=self.now() - LAG)
        if record is None:
            raise refusals.no_such_file(file_id)
        return record

    def select(self, account: str, query: Query) -> Page:
        return super().select(account, replace(query, as_of=self.now() - LAG))

    def select_batches(self, account: str, query: BatchQuery) -> BatchPage:
        return super().select_batches(account, replace(query, as_of=self.now() - LAG))


@weather
class Strangers(Lawful):
    """Other clients of the account upload with each third request and delete their files again."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._seen = 0
        self._planted: list[Record] = []

    def admit(self, account: str, call: Call) -> None:
        super().admit(account, call)
        self._seen += 1
        if self._seen % 3:
            return
        purpose, name = (("batch", "strange.jsonl"), ("file-extract", "strange.txt"))[self._seen % 2]
        self._planted.append(self.plant(account, filename=name, body=b"", purpose=purpose))
        if len(self._planted) > STRANGERS:
            Lawful.remove(self, self._planted.pop(self._seen % STRANGERS))


WEATHER: Mapping[str, Weather] = MappingProxyType(dict(sorted(weathers.items())))
