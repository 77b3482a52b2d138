"""What one account uploaded is no other's: asked with the key of a second account, and of the first."""

import time
from dataclasses import dataclass

import pytest

from conformance import expect, times
from conformance.batch_trace import LARGEST_LIMIT, read_batches
from conformance.batches import Batches, ended
from conformance.chat import ROLE, Chat, naming
from conformance.corpus import Corpus, Small
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.laws.isolation import UNLESS, accounts_are_apart
from conformance.marks import clause
from conformance.memos import Memo
from conformance.session import Session
from conformance.suite.tasks import looked_at
from conformance.suite.test_chat import GREETING, WORD, heard, tries
from conformance.trace import Traversal
from conformance.workload import Cancelled, Task, Workload

# Further from now than any two zones are from each other.
FAR = 3 * times.DAY
OTHER = {"first": "second", "second": "first"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A file, its purpose, the account that it belongs to, and an answer that showed it to that account."""

    name: str
    purpose: str
    owner: str
    twin: Exchange

    @property
    def stranger(self) -> str:
        """The account that must not reach it."""
        return OTHER[self.owner]


@pytest.fixture(scope="session")
def foreign(
    files: Files, kept: Corpus, small: Small, settled: Traversal, visible: tuple[str, ...]
) -> tuple[Foreign, ...]:
    """A file of the second account, and one of the first for each purpose."""
    # Equal to a file of the first account, name and all: whoever keeps files by what they look like takes it away.
    like = next((sent for sent in kept.files[1:-4] if sent.purpose == small.purpose), None)
    exchange = files.upload(like.file if like else small("second account"), small.purpose, account="second")
    if exchange.status in {401, 403}:
        raise expect.Unproven(f"the key of the second account is refused ({exchange.status})")
    name = expect.answered(exchange).mapping().get("id")
    if not exchange.succeeded or not isinstance(name, str):
        raise expect.Unproven(f"it needs a file of the second account: {expect.describe(exchange)}")
    twin = files.wait(lambda: files.retrieve(name, account="second"), lambda each: each.succeeded)
    if not expect.answered(twin).succeeded:
        raise expect.Unproven(f"its own account does not find the file either: {expect.describe(twin)}")
    # Those at the ends are wanted by others still.
    mine = {sent.purpose: sent.id for sent in kept.files[1:-4] or kept.files if sent.id in visible}
    shown = settled.pages[0].exchange
    return (
        Foreign(name=name, purpose=small.purpose, owner="second", twin=twin),
        *(Foreign(name=each, purpose=purpose, owner="first", twin=shown) for purpose, each in mine.items()),
    )


@clause("isolation.retrieve")
def test_a_file_is_not_retrieved_by_another_account(files: Files, foreign: tuple[Foreign, ...]) -> None:
    for each in foreign:
        _is_refused(files.retrieve(each.name, account=each.stranger), each.twin)


@clause("isolation.list")
def test_a_file_is_not_listed_for_another_account(
    conformance: Session, files: Files, foreign: tuple[Foreign, ...]
) -> None:
    theirs, *mine = foreign
    if not mine:
        raise expect.Unproven("it needs files of the first account too, and the list shows none to spare")
    exchange, walk = files.wait_listed([theirs.name], account="second")
    expect.accepted(exchange)
    if walk is None or theirs.name not in walk.ids:
        raise expect.Unproven("its own account does not find the file in the list either")
    past, future = (times.write(time.time() + distance, "date") for distance in (-FAR, FAR))
    for query in (
        {"create_after": past, "purpose": mine[0].purpose},
        {"create_before": future, "purpose": mine[-1].purpose},
        {"after": theirs.name, "limit": "3", "purpose": theirs.purpose},
    ):
        expect.answered(files.list(**query, account="second"))
    expect.answered(files.list(purpose=theirs.purpose, create_after=past))
    expect.lawful(conformance.lawful(accounts_are_apart), "isolation.list")


@clause("isolation.delete")
def test_a_file_is_not_deleted_by_another_account(files: Files, foreign: tuple[Foreign, ...]) -> None:
    for each in foreign:
        deletion = files.delete(each.name, account=each.stranger)
        still = files.retrieve(each.name, account=each.owner)
        _is_refused(deletion, each.twin)
        expect.answered(still)
        expect.that(still.succeeded, "the file still there", expect.describe(still), deletion, still)


@clause("isolation.use")
def test_a_file_is_not_read_for_another_account(chat: Chat, memo: list[Memo], settled_by: float) -> None:
    question = (ROLE, naming(memo[0].id), WORD)
    twin = heard(tries(chat, *question, settled=settled_by))
    if not expect.answered(twin).succeeded:
        raise expect.Unproven(f"its own account cannot ask about the file either: {expect.describe(twin)}")
    greeting = chat.ask(ROLE, GREETING, account="second")
    if not expect.answered(greeting).succeeded:
        raise expect.Unproven(f"the second account cannot ask at all: {expect.describe(greeting)}")
    _is_refused(chat.ask(*question, account="second"), twin)


@clause("isolation.cursor")
def test_a_cursor_of_another_account_is_tried(files: Files, foreign: tuple[Foreign, ...]) -> None:
    exchange = expect.answered(files.list(after=foreign[-1].name, limit=5, account="second"))
    said = (
        f"200 with {len(expect.listed(exchange).ids)} files"
        if exchange.succeeded
        else expect.describe(exchange)
    )
    expect.record(f"cursor of another account: {said}", exchange)


@clause("isolation.refusal")
def test_the_refusal_of_another_accounts_file_is_recorded(
    conformance: Session, foreign: tuple[Foreign, ...]
) -> None:
    names = {each.name: each.stranger for each in foreign}
    refusals = [
        exchange
        for name, exchange in conformance.trace.of_file("GET")
        if names.get(name) == exchange.account and exchange.answer and exchange.answer.refused
    ]
    if not refusals:
        raise expect.Unproven("no account was refused the file of another")
    expect.record(f"another account's file: {expect.describe(refusals[0])}", *refusals)


def _is_refused(exchange: Exchange, twin: Exchange) -> None:
    if exchange.succeeded:
        expect.that(False, "a refusal (4xx)", f"{expect.describe(exchange)}, {UNLESS}", exchange, twin)
    # Its key opens its own account: that it opens no other is what was asked for.
    if exchange.status in {401, 403}:
        expect.note(exchange, twin)
    else:
        expect.refused(exchange, twin=twin)


@clause("isolation.batch")
def test_a_task_is_out_of_reach_of_another_account(
    workload: Workload, batches: Batches, tasks: dict[str, Task], cancelled: Cancelled
) -> None:
    task = tasks["good"]
    twin = looked_at(task)
    expect.refused(batches.retrieve(task.id, account="second"), twin=twin)
    exchange = batches.list(limit=LARGEST_LIMIT, account="second")
    expect.accepted(exchange)
    page = read_batches(exchange)
    leaked = sorted({each.id for each in tasks.values()} & set(page.ids if page else ()))
    expect.that(not leaked, "no task of another account", leaked[:1], exchange)
    if cancelled.foreign:
        expect.refused(cancelled.foreign, twin=twin)
    body = {**task.created.request.json(), "metadata": workload.metadata("another account")}
    stolen = batches.create(**body, account="second")
    expect.answered(stolen)
    if stolen.succeeded:
        name = str(stolen.mapping().get("id"))
        last = batches.wait([name], ended, within=workload.within, account="second")[name]
        status = expect.accepted(last).get("status")
        expect.that(status == "failed", "a refusal, or a task that fails", status, stolen, last)
