"""Requests that schemathesis derives from openapi.yaml, and sequences that hypothesis draws."""

import hypothesis.stateful as sm
import pytest
from hypothesis import settings
from hypothesis import strategies as st

from conformance import expect
from conformance.corpus import Small
from conformance.exchange import Exchange
from conformance.files import Files, description
from conformance.generated import OPERATIONS, cases, send
from conformance.laws.refusals import no_lasting_server_error
from conformance.marks import clause
from conformance.session import Session
from conformance.strategies import drawn
from conformance.suite.test_retrieval import strangers
from conformance.trace import Traversal

# What a model expected, what came instead, and the exchange that shows it.
Mismatch = tuple[str, str, Exchange]
# How many files the model may upload in all that is drawn.
MODEL_FILES = 2
EXAMPLES = {"uploadFile": 1, "listFiles": 4, "retrieveFile": 2, "deleteFile": 2}


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("operation", OPERATIONS)
@clause("errors.no-server-error")
def test_generated_requests_get_no_server_error(
    conformance: Session, files: Files, settled: Traversal, operation: str, mode: str
) -> None:
    assert settled

    for case in drawn(cases(operation, mode), most=EXAMPLES[operation] + (mode == "negative")):
        send(files, case)
    expect.lawful(conformance.lawful(no_lasting_server_error), "errors.no-server-error")


@clause("deletion.only-that-file")
def test_files_live_and_die_as_in_a_model(files: Files, small: Small, settled: Traversal) -> None:
    assert settled
    mismatches: list[Mismatch] = []
    room = [MODEL_FILES]
    sm.run_state_machine_as_test(
        lambda: Lives(files, small, mismatches, room),  # type: ignore[arg-type]  # any factory will do
        settings=settings(max_examples=2, stateful_step_count=11),
    )
    for expected, actual, exchange in mismatches:
        expect.that(False, expected, actual, exchange)


class Lives(sm.RuleBasedStateMachine):
    """Sends what it draws and compares with its model; it never raises, so that nothing is sent again."""

    def __init__(self, files: Files, small: Small, mismatches: list[Mismatch], room: list[int]) -> None:
        super().__init__()
        self.files = files
        self.small = small
        self.mismatches = mismatches
        self.room = room
        self.alive: list[str] = []
        self.gone: list[str] = []

    def _note(self, holds: object, expected: str, exchange: Exchange) -> None:
        if exchange.answer and exchange.answer.status < 429 and not holds:
            self.mismatches.append((expected, expect.describe(exchange), exchange))

    @sm.precondition(lambda self: self.room[0])
    @sm.rule()
    def upload(self) -> None:
        self.room[0] -= 1
        exchange = self.files.upload(self.small("model"), self.small.purpose)
        name = description(exchange).get("id")
        self._note(isinstance(name, str), "the upload to be accepted", exchange)
        if isinstance(name, str):
            self.alive.append(name)

    @sm.precondition(lambda self: self.alive)
    @sm.rule(data=st.data())
    def retrieve(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.alive))
        exchange = self.files.wait(lambda: self.files.retrieve(name), lambda each: each.succeeded)
        self._note(exchange.succeeded, "a file that is alive", exchange)

    @sm.precondition(lambda self: self.alive)
    @sm.rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.alive))
        exchange = self.files.delete(name)
        self._note(exchange.succeeded, "a living file to be deleted", exchange)
        if exchange.succeeded:
            self.alive.remove(name)
            self.gone.append(name)

    @sm.precondition(lambda self: self.gone)
    @sm.rule(data=st.data())
    def retrieve_deleted(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(self.gone))
        exchange = self.files.wait(lambda: self.files.retrieve(name), lambda each: not each.succeeded)
        self._note(not exchange.succeeded, "no file, for it was deleted", exchange)

    @sm.precondition(lambda self: self.alive)
    @sm.rule()
    def retrieve_unknown(self) -> None:
        exchange = self.files.retrieve(strangers(self.alive[0])[1])
        self._note(not exchange.succeeded, "no file of that id", exchange)

    @sm.precondition(lambda self: self.alive or self.gone)
    @sm.rule()
    def list_all(self) -> None:
        exchange, walk = self.files.wait_listed(self.alive)
        missing = set(self.alive) - set(walk.ids if walk else ())
        self._note(not missing, f"{len(self.alive)} living files in the list", exchange)
