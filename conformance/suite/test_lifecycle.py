"""A file from its upload to the end of the run: what became of all that was uploaded and deleted."""

from collections.abc import Callable, Collection

import pytest

from conformance import expect
from conformance.corpus import Corpus, Sent
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.laws.lasting import files_stay
from conformance.laws.status import FINAL, ORDER, looks, states_go_forward
from conformance.marks import clause
from conformance.session import Session
from conformance.trace import OF_THE_ACCOUNT, Page, Trace

# So many looks running, where several readers answer in turn and one of them lags behind.
LOOKS = 2
# Which of a page's files are not as they should be.
Wrong = Callable[[Page], Collection[str]]


@pytest.fixture(scope="session")
def ending(conformance: Session, files: Files, again: Exchange) -> Page:
    """The list at the end, once it shows again what it showed last and nobody deleted, or as it is."""
    assert again
    trace = conformance.trace
    shown = [walk.ids for walk in trace.traversals if walk.whole and not walk.pages[0].selection][-1:]
    exchange, walk = files.wait_listed(name for name in _living(trace) if shown and name in shown[0])
    expect.accepted(exchange)
    if walk is None or len(walk.pages) > 1:
        raise expect.Unproven("it needs the list on one page")
    return walk.pages[0]


@clause("lifecycle.status-forward")
def test_what_was_processed_stays_so(conformance: Session, files: Files, kept: Corpus) -> None:
    assert kept
    trace = conformance.trace
    # The last of each purpose.
    chosen = {trace.uploads[name].purpose: name for name in _processed(trace)}
    if not chosen:
        raise expect.Unproven("no file that is still there was seen to be processed")
    for name in chosen.values():
        running = 0
        behind: list[Exchange] = []

        def done(exchange: Exchange, behind: list[Exchange] = behind) -> bool:
            nonlocal running
            late = _is_behind(exchange.mapping().get("status"))
            behind += [exchange] * late
            running = 0 if late else running + exchange.succeeded
            return running == LOOKS

        exchange = files.wait(lambda name=name: files.retrieve(name), done)  # type: ignore[misc]
        expect.answered(exchange)
        if behind and running < LOOKS:
            told = behind[-1].mapping().get("status")
            expect.that(False, f"{FINAL} to stay", told, _processed(trace)[name], behind[-1])
    expect.lawful(conformance.lawful(states_go_forward), "lifecycle.status-forward")


@clause("lifecycle.status-agrees")
def test_the_list_says_processed_too(conformance: Session, files: Files, ending: Page) -> None:
    processed = _processed(conformance.trace)

    def wrong(page: Page) -> list[str]:
        states = {item["id"]: item.get("status") for item in page.items}
        return [name for name in processed if isinstance(states.get(name), str) and states[name] != FINAL]

    page, late = _settled(files, ending, wrong)
    if not set(processed) & set(page.ids):
        raise expect.Unproven("the list shows no file that retrieval called processed")
    told = next((item.get("status") for item in page.items if item["id"] in late), FINAL)
    expect.that(not late, FINAL, told, *(processed[name] for name in late[:1]), page.exchange)


@clause("lifecycle.second-deletion-harmless")
def test_a_second_deletion_takes_no_other_file(
    conformance: Session, deleted: tuple[tuple[Sent, Exchange], ...], again: Exchange, ending: Page
) -> None:
    expect.accepted(deleted[0][1])
    expect.note(expect.answered(again), ending.exchange)
    expect.lawful(conformance.lawful(files_stay), "lifecycle.second-deletion-harmless")


@clause("lifecycle.deletion-lasts")
def test_what_was_deleted_is_gone_at_the_end(conformance: Session, files: Files, ending: Page) -> None:
    trace = conformance.trace
    gone = _gone(trace)
    if not gone:
        raise expect.Unproven("no deleted file was seen to be gone")
    page, back = _settled(files, ending, lambda page: [name for name in gone if name in page.ids])
    expect.that(not back, "a list without what was deleted", f"{back} listed", page.exchange)
    for name in gone[:LOOKS]:
        exchange = files.wait(lambda name=name: files.retrieve(name), lambda each: not each.succeeded)  # type: ignore[misc]
        expect.answered(exchange)
        expect.that(
            not exchange.succeeded, "a refusal", expect.describe(exchange), trace.deletions[name], exchange
        )


@clause("lifecycle.upload-survives")
def test_what_was_uploaded_is_there_at_the_end(conformance: Session, ending: Page) -> None:
    expect.note(ending.exchange)
    expect.lawful(conformance.lawful(files_stay), "lifecycle.upload-survives")


def _living(trace: Trace) -> list[str]:
    return [name for name in trace.uploads if name not in trace.doomed]


def _processed(trace: Trace) -> dict[str, Exchange]:
    """Give the files that are still there and that retrieval called processed, with the last word of it."""
    told = {
        name: exchange
        for name, teller, state, exchange in looks(trace)
        if teller == "retrieval" and state == FINAL
    }
    return {name: exchange for name, exchange in told.items() if name not in trace.doomed}


def _is_behind(state: object) -> bool:
    return isinstance(state, str) and ORDER.get(state, ORDER[FINAL]) < ORDER[FINAL]


def _gone(trace: Trace) -> list[str]:
    """Give the deleted files that were seen to be gone, in the order of their deletions."""
    seen = {
        name
        for name, exchange in trace.of_file("GET")
        if exchange.answer and exchange.answer.refused and exchange.status not in OF_THE_ACCOUNT
        if name in trace.deletions and exchange.number > trace.deletions[name].number
    }
    return [name for name in trace.deletions if name in seen]


def _settled(files: Files, page: Page, wrong: Wrong) -> tuple[Page, list[str]]:
    """Give the list once nothing of it is wrong, or as it is when waiting is of no use, and what is wrong in it."""
    pages = [page]

    def ask() -> Exchange:
        exchange, walk = files.everything()
        pages.extend(walk.pages[:1] if walk else ())
        return exchange

    if wrong(page):
        expect.accepted(files.wait(ask, lambda _: not wrong(pages[-1])))
    return pages[-1], list(wrong(pages[-1]))
