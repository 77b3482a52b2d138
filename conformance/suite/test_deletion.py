"""Removing a file, for good and alone."""

import time
from functools import partial

from conformance import expect, times
from conformance.clauses import Profile
from conformance.corpus import Corpus, Sent, Small
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.marks import clause
from conformance.session import Session
from conformance.suite.test_retrieval import neighbours, strangers
from conformance.trace import Traversal

Deleted = tuple[tuple[Sent, Exchange], ...]
# Further from now than any two zones are from each other.
FAR = 3 * times.DAY


@clause("deletion.deleted")
def test_a_deletion_says_that_it_was_done(deleted: Deleted) -> None:
    for _, exchange in deleted:
        said = expect.accepted(exchange)
        expect.equal(True, said.get("deleted"), exchange)


@clause("deletion.not-retrieved")
def test_a_deleted_file_is_not_retrieved(files: Files, deleted: Deleted) -> None:
    for sent, deletion in deleted:
        expect.accepted(deletion)

        def ask(name: str = sent.id) -> Exchange:
            return files.retrieve(name)

        exchange = files.wait(ask, lambda each: not each.succeeded)
        expect.answered(exchange)
        refused = exchange.answer and exchange.answer.refused
        expect.that(refused, "a refusal", expect.describe(exchange), deletion, exchange)


@clause("deletion.not-listed")
def test_a_deleted_file_is_not_listed(conformance: Session, files: Files, deleted: Deleted) -> None:
    gone = {sent.id for sent, deletion in deleted if expect.accepted(deletion)}
    found: list[Traversal | None] = []

    def ask(**query: str) -> Exchange:
        exchange, walk = files.everything(**query)
        found[:] = [walk]
        return exchange

    exchange = files.wait(ask, lambda _: not gone & set(found[0].ids if found[0] else ()))
    expect.accepted(exchange)
    listed = sorted(gone & set(found[0].ids if found[0] else ()))
    expect.that(not listed, f"a list without {sorted(gone)}", f"{listed} listed", exchange)
    # What answers filtered lists may lag behind what answers the others.
    filters = [{"purpose": deleted[0][0].purpose}]
    if conformance.settings.profile is not Profile.SMOKE:
        past, future = (times.write(time.time() + distance, "date") for distance in (-FAR, FAR))
        filters += [{"create_after": past}, {"create_after": past, "create_before": future}]
    for query in filters:
        exchange = files.wait(
            partial(ask, **query), lambda _: not gone & set(found[0].ids if found[0] else ())
        )
        listed = sorted(gone & set(found[0].ids if found[0] else ()))
        expect.that(not listed, f"a filtered list without {sorted(gone)}", f"{listed} listed", exchange)


@clause("deletion.only-that-file")
def test_a_deletion_leaves_the_other_files(
    conformance: Session, files: Files, kept: Corpus, deleted: Deleted
) -> None:
    deletions = [deletion for _, deletion in deleted if expect.accepted(deletion)]
    doomed = conformance.trace.doomed
    others = [each for each in kept.files if each.id not in doomed]
    exchange, walk = files.wait_listed(each.id for each in others)
    expect.accepted(exchange)
    missing = [each.id for each in others if walk is None or each.id not in walk.ids]
    expect.that(not missing, f"the {len(others)} other files", f"without {missing[:3]}", *deletions, exchange)
    for sent, deletion in deleted:
        place = kept.files.index(sent)
        neighbours = (*kept.files[max(0, place - 1) : place], *kept.files[place + 1 : place + 2])
        for neighbour in (each for each in neighbours if each in others):
            exchange = files.retrieve(neighbour.id)
            expect.answered(exchange)
            expect.that(exchange.succeeded, "the neighbour", expect.describe(exchange), deletion, exchange)


@clause("deletion.unknown-id")
def test_deleting_an_id_that_names_no_file_is_refused(files: Files, kept: Corpus, deleted: Deleted) -> None:
    twin = next((exchange for _, exchange in deleted if exchange.succeeded), deleted[0][1])
    for unknown in (strangers(kept.files[0].id)[0], neighbours(kept.files[0].id)[0]):
        expect.refused(files.delete(unknown), twin=twin)


@clause("deletion.again")
def test_a_second_deletion_is_tried(deleted: Deleted, again: Exchange) -> None:
    first = deleted[0][1]
    expect.accepted(first)
    expect.record(f"second deletion: {expect.describe(expect.answered(again))}", first, again)


@clause("deletion.frees-room")
def test_a_deletion_makes_room(conformance: Session, files: Files, full: Exchange, small: Small) -> None:
    if full.succeeded:
        raise expect.Unproven("the account was never full")
    doomed = conformance.trace.doomed
    living = next(name for name in conformance.trace.uploads if name not in doomed)
    expect.accepted(files.delete(living))
    expect.accepted(
        files.wait(lambda: files.upload(small("room"), small.purpose), lambda each: each.succeeded)
    )
