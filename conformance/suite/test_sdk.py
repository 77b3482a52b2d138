"""The official SDK as its users call it, and every answer of the run as the SDK would give it to them."""

import time
from collections.abc import Callable
from itertools import islice
from typing import Any, TypeVar

import pytest

from conformance import expect, sdk, times, uses
from conformance.batches import Batches
from conformance.chat import MOST_TOKENS, ROLE, USAGE, Chat, asking
from conformance.corpus import Corpus, Small
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.marks import clause
from conformance.replies import LONG, read
from conformance.session import Session
from conformance.suite.tasks import created, looked_at
from conformance.suite.test_retrieval import strangers
from conformance.trace import Traversal
from conformance.workload import Task

Value = TypeVar("Value")

PAGE = 9
# Further from now than any two zones are from each other.
FAR = 3 * times.DAY
# An account may hold thousands of files; some pages show how the SDK goes from one to the next.
MOST_PAGES = 4
# So often is the list followed before a file is missed.
WALKS = 3
# So many files of others may come in between, or go, while the SDK walks.
MARGIN = 10
# Seconds that a file may take until it is processed.
PATIENCE = 30.0
# Before the SDK asks again for what one reader may not have seen yet.
PAUSE = 0.5
# The tasks that a run has at hand are several pages of this size.
FEW = 2
FEW_PAGES = 3
QUESTION: dict[str, Any] = {
    "model": LONG,
    "messages": [ROLE, asking("Say hello in one word.")],
    "max_tokens": MOST_TOKENS,
}


@clause("sdk.list")
def test_the_sdk_walks_the_pages_by_itself(
    conformance: Session, files: Files, kept: Corpus, settled: Traversal
) -> None:
    most = PAGE * MOST_PAGES
    # Another client may delete the file at the end of a page before the next is asked for; not each time.
    for _ in range(WALKS):
        with sdk.speaking(files.client) as (openai, exchanges):
            found = []
            for file in islice(openai.files.list(limit=PAGE), most):
                uses.file_of(file)
                found.append(file.id)
        expect.that(len(found) == len(set(found)), "each file once", "a file that comes twice", *exchanges)
        pages = f"{len(settled.ids)} files on several pages"
        expect.that(
            len(exchanges) > 1 or len(settled.ids) < PAGE + MARGIN, pages, "a single page", *exchanges
        )
        # What came since then stands before or behind: only as far as both lists go can one be held to the other.
        known = [name for name in found if name in settled.ids]
        depth = settled.ids.index(known[-1]) if known else 0
        reached = settled.ids if len(found) < most else settled.ids[:depth]
        wanted = [name for name in reached if name in kept.ids and name not in conformance.trace.doomed]
        missing = [name for name in wanted if name not in found]
        if not missing:
            break
    expect.that(not missing, f"{len(wanted)} of our files", f"{len(missing)} missing", *exchanges)


@clause("sdk.list")
def test_the_sdk_narrows_the_list_by_time(files: Files, settled: Traversal) -> None:
    assert settled
    # The SDK writes its space as a plus sign.
    since = {"create_after": times.write(time.time() - FAR, "datetime")}
    try:
        with sdk.speaking(files.client) as (openai, exchanges):
            found = openai.files.list(limit=1, extra_query=since).data
            for file in found:
                uses.file_of(file)
    except expect.Broken:
        if not files.list(limit=1, **since).succeeded:
            raise expect.Unproven(
                "such a time is refused, which is judged as filters.format-datetime"
            ) from None
        raise
    if not found and not expect.listed(files.list(limit=1, **since)).ids:
        raise expect.Unproven("such a time selects nothing, which is judged as filters.create-after-complete")
    expect.that(found, "a file", "none", *exchanges)


@pytest.fixture(scope="module")
def uploaded(files: Files, small: Small) -> tuple[str, list[Exchange]]:
    """The id of a file that the SDK uploaded."""
    file = small("sdk")
    with sdk.speaking(files.client) as (openai, exchanges):
        said = openai.files.create(file=(file.filename, file.content), purpose=small.purpose)  # type: ignore[arg-type]
        uses.file_of(said)
        return said.id, exchanges


@clause("sdk.upload")
def test_the_sdk_uploads(uploaded: tuple[str, list[Exchange]]) -> None:
    name, exchanges = uploaded
    expect.that(name, "an id", name, *exchanges)


def _seen_by_all(
    files: Files,
    uploaded: tuple[str, list[Exchange]],
    ask: Callable[[], Value],
    unknown: Callable[[str], Exchange],
) -> Value:
    """Do what needs the file, and again while it is refused as one `unknown` is: one reader may lag behind another."""
    name, exchanges = uploaded
    end = exchanges[-1].started + files.lag
    while True:
        try:
            return ask()
        except expect.Broken as broken:
            shown = [each for each in files.client.recorder.exchanges if each.number in broken.exchanges[-1:]]
            if time.time() > end or not shown or not shown[0].refused:
                raise
            if unknown(strangers(name)[1]).status != shown[0].status:
                raise
        time.sleep(PAUSE)


@clause("sdk.retrieve")
def test_the_sdk_retrieves(files: Files, uploaded: tuple[str, list[Exchange]]) -> None:
    name, _ = uploaded

    def retrieve() -> tuple[str, list[Exchange]]:
        with sdk.speaking(files.client) as (openai, exchanges):
            said = openai.files.retrieve(name)
            uses.file_of(said)
            return said.id, exchanges

    said, exchanges = _seen_by_all(files, uploaded, retrieve, files.retrieve)
    expect.equal(name, said, *exchanges)


@clause("sdk.wait")
def test_the_waiting_of_the_sdk_comes_to_its_end(files: Files, uploaded: tuple[str, list[Exchange]]) -> None:
    name, _ = uploaded

    def wait() -> tuple[str, list[Exchange]]:
        with sdk.speaking(files.client) as (openai, exchanges):
            said = openai.files.wait_for_processing(name, poll_interval=0.5, max_wait_seconds=PATIENCE)
            return said.status, exchanges

    status, exchanges = _seen_by_all(files, uploaded, wait, files.retrieve)
    expect.equal("processed", status, *exchanges)


@clause("sdk.delete")
def test_the_sdk_deletes(files: Files, uploaded: tuple[str, list[Exchange]]) -> None:
    name, _ = uploaded

    def delete() -> tuple[bool, list[Exchange]]:
        with sdk.speaking(files.client) as (openai, exchanges):
            said = openai.files.delete(name)
            return said.deleted, exchanges

    deleted, exchanges = _seen_by_all(files, uploaded, delete, files.delete)
    expect.equal(True, deleted, *exchanges)


@clause("sdk.chat")
def test_the_sdk_asks_the_chat(chat: Chat) -> None:
    with sdk.speaking(chat.client) as (openai, exchanges):
        text = uses.completion_of(openai.chat.completions.create(**QUESTION))
    _is_what_was_said(text, exchanges)


@clause("sdk.chat-stream")
def test_the_sdk_reads_a_stream_piece_by_piece(chat: Chat) -> None:
    with sdk.speaking(chat.client) as (openai, exchanges):
        text = uses.stream_of(openai.chat.completions.create(**QUESTION, **USAGE))
    _is_what_was_said(text, exchanges)


@clause("sdk.batches")
def test_the_sdk_retrieves_a_task(batches: Batches, tasks: dict[str, Task]) -> None:
    task = created(tasks["good"])
    expect.accepted(looked_at(task))
    with sdk.speaking(batches.client) as (openai, exchanges):
        said = openai.batches.retrieve(task.id)
        uses.batch_of(said)
    expect.equal(task.id, said.id, *exchanges)


@clause("sdk.batches")
def test_the_sdk_walks_the_list_of_tasks_by_itself(batches: Batches, tasks: dict[str, Task]) -> None:
    known = time.time() - batches.files.lag
    listed = [task for task in tasks.values() if task.id and task.created.started < known]
    with sdk.speaking(batches.client) as (openai, exchanges):
        found = []
        for task in islice(openai.batches.list(limit=FEW), FEW * FEW_PAGES):
            uses.batch_of(task)
            found.append(task.id)
    expect.that(len(found) == len(set(found)), "each task once", "a task that comes twice", *exchanges)
    least = min(len(listed), FEW * FEW_PAGES)
    expect.that(len(found) >= least, f"{least} tasks or more", f"{len(found)} tasks", *exchanges)


@clause("sdk.batches-empty")
def test_what_the_sdk_makes_of_an_empty_list_is_recorded(conformance: Session) -> None:
    mine = [
        exchange
        for exchange in _answers(conformance, "listBatches")
        if exchange.mapping().get("data", 0) in (None, [])
    ]
    if not mine or mine[0].answer is None:
        raise expect.Unproven("every list of tasks in this run had a task")
    with sdk.replaying(mine[0].answer) as openai:
        page = openai.batches.list()
        expect.record(f"data is {page.data!r}, and walking the pages gives {len(list(page))} tasks", mine[0])


@clause("sdk.content")
def test_the_sdk_downloads_into_a_file(batches: Batches, good: Task, output: Exchange) -> None:
    expect.accepted(output)
    body = output.answer.body if output.answer else b""
    with sdk.speaking(batches.client) as (openai, exchanges):
        uses.content_of(openai.files.content(str(good.said["output_file_id"])), body)
    expect.note(output, *exchanges)


def _is_what_was_said(text: str, exchanges: list[Exchange]) -> None:
    """Expect the text that our own reading of the answer gives, too."""
    exchange = exchanges[-1]
    expect.accepted(exchange)
    reply = read(exchange)
    expect.equal(reply.text if reply else "", text, exchange)


def _answers(conformance: Session, operation: str) -> list[Exchange]:
    return [
        exchange
        for exchange in conformance.recorder.exchanges
        if exchange.operation == operation and exchange.final and sdk.is_whole(exchange)
        if conformance.is_own(exchange)
    ]
