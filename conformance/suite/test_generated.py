"""Requests that schemathesis derives from openapi.yaml, and sequences that hypothesis draws."""

from dataclasses import replace

import pytest
from hypothesis import strategies as st

from conformance import expect
from conformance.corpus import Sent, Small
from conformance.exchange import Exchange
from conformance.files import Files, description
from conformance.generated import cases, covered, follow, links, send, target
from conformance.laws.refusals import no_lasting_server_error
from conformance.marks import clause
from conformance.session import Session
from conformance.strategies import drawn
from conformance.suite.test_retrieval import neighbours
from conformance.trace import Traversal

# What a model expected, what came instead, and the exchange that shows it.
Mismatch = tuple[str, str, Exchange]
# The turns of a file's life; the lives of two files are drawn into one another.
LIFE = ("upload", "retrieve", "unknown", "list", "delete", "retrieve", "list")
# How many requests of each operation: lawful ones, broken ones, and ones from the boundaries of its schemas.
COUNTS = {"uploadFile": (1, 0, 0), "listFiles": (2, 2, 2), "retrieveFile": (1, 1, 1), "deleteFile": (1, 1, 1)}


# It needs none of our files, and is asked while these are uploaded.
@clause("errors.no-server-error")
def test_generated_retrievals_get_no_server_error(conformance: Session, files: Files) -> None:
    _generate(conformance, files, "retrieveFile")


# A list that is asked for while files come may lag behind another.
@pytest.mark.parametrize("operation", ["uploadFile", "listFiles", "deleteFile"])
@clause("errors.no-server-error")
def test_generated_requests_get_no_server_error(
    conformance: Session, files: Files, settled: Traversal, operation: str
) -> None:
    assert settled
    _generate(conformance, files, operation)


def _generate(conformance: Session, files: Files, operation: str) -> None:
    lawful, broken, boundary = COUNTS[operation]
    walked = covered(operation)
    for case in (
        *drawn(cases(operation, "positive"), most=lawful),
        *drawn(cases(operation, "negative"), most=broken),
        *(walked[place * len(walked) // boundary] for place in range(boundary)),
    ):
        send(files, case)
    expect.lawful(conformance.lawful(no_lasting_server_error), "errors.no-server-error")


@clause("errors.no-server-error")
def test_the_links_of_the_document_lead_somewhere(
    conformance: Session, files: Files, twin: Exchange, deleted: tuple[tuple[Sent, Exchange], ...]
) -> None:
    answers = {"uploadFile": twin, "deleteFile": deleted[-1][1]}
    for operation in ("uploadFile", "deleteFile", "retrieveFile", "listFiles"):
        for link in links(operation):
            given = follow(link, answers[operation]) if operation in answers else {}
            if target(link) != "deleteFile" and any(given.values()):
                [case] = drawn(cases(target(link), "positive"), most=1)
                answers.setdefault(target(link), send(files, case, given))
    expect.lawful(conformance.lawful(no_lasting_server_error), "errors.no-server-error")


@clause("deletion.only-that-file")
def test_files_live_and_die_as_in_a_model(
    files: Files, small: Small, half: int, deleted: tuple[tuple[Sent, Exchange], ...]
) -> None:
    lives = Lives(files, small, deleted[0][0], half)
    # Hypothesis begins with one life behind the other; the last draw mixes them.
    for which in drawn(st.permutations((0, 1) * len(LIFE)), most=3)[-1]:
        lives.turn(which)
    for expected, actual, exchange in lives.mismatches:
        expect.that(False, expected, actual, exchange)


class Lives:
    """Lives what was drawn and compares with its model; what was drawn never depends on what was answered.

    That the living stay is its own matter; the rest is traffic for the laws.
    """

    def __init__(self, files: Files, small: Small, dead: Sent, half: int) -> None:
        self.files = files
        self.half = half
        self.small = small
        self.dead = dead
        self.mismatches: list[Mismatch] = []
        self.turns = {which: iter(LIFE) for which in (0, 1)}
        self.names: dict[int, str] = {}
        self.alive: set[str] = set()
        self.deletions = 0

    def turn(self, which: int) -> None:
        """Take the next turn of a life; one that never began has none."""
        turn = next(self.turns[which])
        if turn == "upload":
            self.upload(which)
        elif which in self.names:
            getattr(self, turn)(self.names[which])

    def upload(self, which: int) -> None:
        file, purpose = self.small("model"), self.small.purpose
        if which == 0:
            # One has the content of a file that was deleted, and must not bring it back.
            name = self.small("model", extension=self.dead.file.filename.rpartition(".")[2]).filename
            file, purpose = replace(self.dead.file, filename=name), self.dead.purpose

        def send() -> Exchange:
            return self.files.upload(file, purpose)

        # One comes between two pages of the list.
        exchange = send() if which else self.files.astride(self.half, send)
        made = description(exchange).get("id")
        if isinstance(made, str):
            self.names[which] = made
            self.alive.add(made)

    def retrieve(self, name: str) -> None:
        if name not in self.alive:
            self.files.retrieve(name)
            return
        exchange = self.files.wait(lambda: self.files.retrieve(name), lambda each: each.succeeded)
        self._note(exchange.succeeded, "a file that is alive", exchange)

    def unknown(self, name: str) -> None:
        self.files.retrieve(neighbours(name)[1 + (name == self.names.get(1))])

    def list(self, _: str) -> None:
        exchange, walk = self.files.wait_listed(self.alive)
        missing = self.alive - set(walk.ids if walk else ())
        self._note(not missing, f"{len(self.alive)} living files in the list", exchange)

    def delete(self, name: str) -> None:
        self.files.delete(name)
        self.alive.discard(name)
        self.deletions += 1

    def _note(self, holds: object, expected: str, exchange: Exchange) -> None:
        said = exchange.answer and exchange.answer.status < 429
        if said and self.deletions and not holds:
            self.mismatches.append((expected, expect.describe(exchange), exchange))
