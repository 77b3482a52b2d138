"""The official SDK as its users call it, and every answer of the run as the SDK would give it to them."""

from itertools import islice

import pytest

from conformance import expect, sdk
from conformance.corpus import Corpus, Small
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.marks import clause, judging
from conformance.session import Session
from conformance.trace import Traversal

PAGE = 9
# An account may hold thousands of files; some pages show how the SDK goes from one to the next.
MOST_PAGES = 4
# So many files of others may come in between, or go, while the SDK walks.
MARGIN = 10


@clause("sdk.list")
def test_the_sdk_walks_the_pages_by_itself(
    conformance: Session, files: Files, kept: Corpus, settled: Traversal
) -> None:
    doomed = conformance.trace.doomed
    most = PAGE * MOST_PAGES
    with sdk.speaking(files.client) as (openai, exchanges):
        found = []
        for file in islice(openai.files.list(limit=PAGE), most):
            sdk.file_of(file)
            found.append(file.id)
    expect.that(len(found) == len(set(found)), "each file once", "a file that comes twice", *exchanges)
    pages = f"{len(settled.ids)} files on several pages"
    expect.that(len(exchanges) > 1 or len(settled.ids) < PAGE + MARGIN, pages, "a single page", *exchanges)
    wanted = [name for name in settled.ids[: most - MARGIN] if name in kept.ids and name not in doomed]
    missing = [name for name in wanted if name not in found]
    expect.that(not missing, f"{len(wanted)} of our files", f"{len(missing)} missing", *exchanges)


@pytest.fixture(scope="module")
def uploaded(files: Files, small: Small) -> tuple[str, list[Exchange]]:
    """The id of a file that the SDK uploaded."""
    file = small("sdk")
    with sdk.speaking(files.client) as (openai, exchanges):
        said = openai.files.create(file=(file.filename, file.content), purpose=small.purpose)  # type: ignore[arg-type]
        sdk.file_of(said)
        return said.id, exchanges


@clause("sdk.upload")
def test_the_sdk_uploads(uploaded: tuple[str, list[Exchange]]) -> None:
    name, exchanges = uploaded
    expect.that(name, "an id", name, *exchanges)


@clause("sdk.retrieve")
def test_the_sdk_retrieves(files: Files, uploaded: tuple[str, list[Exchange]]) -> None:
    name, _ = uploaded
    files.wait(lambda: files.retrieve(name), lambda each: each.succeeded)
    with sdk.speaking(files.client) as (openai, exchanges):
        said = openai.files.retrieve(name)
        sdk.file_of(said)
    expect.equal(name, said.id, *exchanges)


@clause("sdk.wait")
def test_the_waiting_of_the_sdk_comes_to_its_end(files: Files, uploaded: tuple[str, list[Exchange]]) -> None:
    name, _ = uploaded
    with sdk.speaking(files.client) as (openai, exchanges):
        said = openai.files.wait_for_processing(name, poll_interval=0.2, max_wait_seconds=files.lag)
    expect.equal("processed", said.status, *exchanges)


@clause("sdk.delete")
def test_the_sdk_deletes(files: Files, uploaded: tuple[str, list[Exchange]]) -> None:
    name, _ = uploaded
    with sdk.speaking(files.client) as (openai, exchanges):
        said = openai.files.delete(name)
    expect.equal(True, said.deleted, *exchanges)


@pytest.mark.parametrize(
    "operation",
    [
        judging("sdk.upload", "uploadFile"),
        judging("sdk.retrieve", "retrieveFile"),
        judging("sdk.list", "listFiles"),
        judging("sdk.delete", "deleteFile"),
    ],
)
def test_the_sdk_can_use_every_answer_of_the_run(conformance: Session, operation: str) -> None:
    _all_usable(conformance, operation, accepted=True)


@pytest.mark.parametrize("operation", sdk.USES)
@clause("sdk.errors")
def test_the_sdk_gives_every_refusal_as_its_own_error(conformance: Session, operation: str) -> None:
    _all_usable(conformance, operation, accepted=False)


def _all_usable(conformance: Session, operation: str, *, accepted: bool) -> None:
    mine = [
        exchange
        for exchange in conformance.recorder.exchanges
        if exchange.operation == operation and exchange.final and exchange.answer and not exchange.answer.cut
        if (exchange.answer.ok if accepted else exchange.answer.refused)
    ]
    if not mine:
        raise expect.Unproven("no such answer came in this run")
    for exchange in mine:
        reason = conformance.compatibility.unusable(exchange)
        expect.that(not reason, "an answer that the SDK can use", reason, exchange)
