"""Asking for one file by its id."""

import time

from conformance import expect
from conformance.ahead import Ahead
from conformance.corpus import Corpus, Sent
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.laws.status import FINAL, ORDER, looks
from conformance.marks import clause
from conformance.session import Session
from conformance.suite.tasks import shown
from conformance.workload import Task

SAMPLES = 4
# The vendor's own samples ask for twenty seconds until a file is parsed.
PARSING = 30.0
# The tail of an id that numbers nothing.
LONG = 16


def _found(exchange: Exchange) -> bool:
    return exchange.status != 404


@clause("retrieval.found")
def test_an_uploaded_file_is_found(files: Files, kept: Corpus, ahead: Ahead) -> None:
    step = max(1, len(kept.files) // SAMPLES)
    # Those of unusual names and sizes, where there are any: the ends are retrieved for other reasons.
    odd = [sent for sent in kept.files[1:-1] if sent.is_odd]
    for sent in odd if len(odd) >= SAMPLES else kept.files[::step]:
        exchange = ahead.found.get(sent.id) or files.wait(
            lambda name=sent.id: files.retrieve(name),  # type: ignore[misc]
            _found,
        )
        said = expect.accepted(exchange)
        expect.that(said.keys() & {"bytes", "filename", "purpose"}, "a file's description", said, exchange)


@clause("retrieval.unknown-id")
def test_an_id_that_names_no_file_is_refused(files: Files, first: Sent) -> None:
    twin = files.wait(lambda: files.retrieve(first.id), _found)
    for unknown in strangers(first.id):
        expect.refused(files.retrieve(unknown), twin=twin)


@clause("retrieval.unknown-id-status")
def test_the_status_of_an_unknown_id_is_recorded(files: Files, first: Sent) -> None:
    exchange = expect.answered(files.retrieve(strangers(first.id)[0]))
    expect.record(f"unknown id: {expect.describe(exchange)}", exchange)


@clause("retrieval.settles")
def test_a_file_becomes_processed(conformance: Session, files: Files, kept: Corpus) -> None:
    end = kept.files[-1].exchange.started + PARSING
    trace = conformance.trace
    told = {name: state for name, _, state, _ in looks(trace) if name not in trace.doomed}
    behind = [sent for sent in kept.files[1:-1] if told.get(sent.id, FINAL) != FINAL]
    for sent in (kept.files[0], *behind[:SAMPLES], kept.files[-1]):

        def ask(name: str = sent.id) -> Exchange:
            return files.retrieve(name)

        left = max(files.lag, end - time.time())
        exchange = files.wait(ask, lambda each: each.mapping().get("status") == FINAL, within=left)
        said = expect.accepted(exchange)
        # How a parser likes the smallest documents of all formats is its own affair, as long as it comes to an end.
        if sent not in behind or said.get("status") in tuple(ORDER):
            expect.equal(FINAL, said.get("status"), sent.exchange, exchange)


@clause("retrieval.batch-results")
def test_what_a_task_has_written_is_retrieved(files: Files, good: Task) -> None:
    name = good.said.get("output_file_id")
    if not isinstance(name, str):
        raise expect.Unproven(f"it needs an output file, and the task {good.id} names none")
    exchange = files.wait(lambda: files.retrieve(name), lambda each: each.succeeded)
    expect.that(exchange.succeeded, "its description", expect.describe(exchange), *shown(good), exchange)


def strangers(name: str) -> tuple[str, str]:
    """Give two ids that name no file: one of a shape of its own, one that differs in its last letters."""
    tail = "0" * 8 if not name.endswith("0" * 8) else "1" * 8
    return ("file-fe-conformanceunknown000000", name[:-8] + tail)


def neighbours(name: str) -> tuple[str, str, str]:
    """Give three that a careless look takes for the file's: longer by one, in letters of the other case, shorter by one.

    An id that is no longer than a number may be another file's without its last letter.
    """
    head, hyphen, tail = name.rpartition("-")
    longer, recased = f"{name}x", tail.swapcase()
    return (
        longer,
        longer if recased == tail else head + hyphen + recased,
        longer if len(tail) < LONG else name[:-1],
    )
