"""The list of files and its pages."""

import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import strategies as st

from conformance import expect, times
from conformance.corpus import Corpus
from conformance.exchange import Exchange
from conformance.files import LARGEST_LIMIT, Files, description
from conformance.laws.listing import order_is_stable
from conformance.marks import clause
from conformance.session import Session
from conformance.strategies import choices, drawn, exact_limits, instants
from conformance.suite.tasks import shown
from conformance.trace import Traversal
from conformance.workload import Task

# A page this much longer than the default is no longer cheap to cut in ever smaller pieces.
FEW = 120
MOST_ALONE = 3
# Further from now than any two zones are from each other.
FAR = 3 * times.DAY
# So many times running, no other client deletes the last file between two requests.
ATTEMPTS = 4
UNKNOWN = "file-fe-conformanceunknown000000"


@clause("listing.complete")
def test_the_list_shows_every_upload(settled: Traversal, kept: Corpus) -> None:
    missing = sorted(set(kept.ids) - set(settled.ids))
    exchanges = [page.exchange for page in settled.pages]
    expect.that(not missing, "every uploaded file", f"{len(missing)} missing: {missing[:3]}", *exchanges)


@clause("listing.batch-results")
def test_the_list_shows_what_a_task_has_written(files: Files, good: Task) -> None:
    name = good.said.get("output_file_id")
    if not isinstance(name, str):
        raise expect.Unproven(f"it needs an output file, and the task {good.id} names none")
    exchange, walk = files.wait_listed([name])
    expect.accepted(exchange)
    expect.that(
        walk and name in walk.ids, f"{name} among the files", "it is not there", *shown(good), exchange
    )


@pytest.fixture(scope="session")
def smallest(files: Files, settled: Traversal) -> Exchange:
    """A page of one file, once the order is known, for it is the same there."""
    assert settled
    return files.list(limit=1)


@pytest.fixture(scope="session")
def largest(files: Files) -> Exchange:
    """A page as long as it may be."""
    return files.list(limit=LARGEST_LIMIT)


@clause("listing.limit-one")
def test_the_smallest_limit_is_accepted(smallest: Exchange) -> None:
    expect.accepted(smallest)


@clause("listing.limit-2000")
def test_the_largest_limit_is_accepted(largest: Exchange) -> None:
    expect.accepted(largest)


@clause("listing.limit-below")
def test_a_limit_below_the_range_is_refused(files: Files, largest: Exchange) -> None:
    for limit in (0, -1):
        expect.refused(files.list(limit=limit), twin=largest)


@clause("listing.limit-above")
def test_a_limit_above_the_range_is_refused(files: Files, largest: Exchange) -> None:
    # The second is 1 to whoever keeps 32 bits of it.
    for limit in (LARGEST_LIMIT + 1, 2**32 + 1):
        expect.refused(files.list(limit=limit), twin=largest)


@clause("listing.limit-integer")
def test_a_limit_that_is_no_integer_is_refused(files: Files, largest: Exchange) -> None:
    for limit in ("5many", "1.5"):
        expect.refused(files.list(limit=limit), twin=largest)


@clause("listing.limit-default")
def test_without_a_limit_the_page_is_long(files: Files, settled: Traversal, visible: tuple[str, ...]) -> None:
    exchange = files.list()
    page = expect.listed(exchange)
    if len(settled.ids) >= LARGEST_LIMIT:
        return
    missing = sorted(set(visible) - set(page.ids))
    actual = f"{len(page.items)} files, has_more {page.has_more}, {len(missing)} missing"
    expect.that(not missing, f"one page with all {len(settled.ids)} files", actual, exchange)


@clause("listing.no-gap")
def test_pages_of_any_size_hold_every_file(
    files: Files, settled: Traversal, visible: tuple[str, ...]
) -> None:
    # Long lists need not be walked from their head.
    before = settled.ids[: settled.ids.index(visible[0])]
    for limit in (3, 8):
        most = 8 + 3 * len(visible) // limit
        exchange, walk = files.traverse(behind=before, limit=limit, until=visible, most=most)
        expect.accepted(exchange)
        seen = set(walk.ids if walk else ())
        # Where strangers stand between ours, the pages may not have come to the end of them.
        reached = max((at for at, name in enumerate(settled.ids) if name in seen), default=0)
        wanted = visible if walk and walk.ended else settled.ids[: reached + 1]
        missing = [name for name in visible if name in wanted and name not in seen]
        if missing and walk and walk.ids and walk.pages[-1].has_more is False:
            # Whether they are lost, or has_more was wrong: the page behind the last one tells.
            files.list(after=walk.ids[-1], limit=limit)
        exchanges = [page.exchange for page in walk.pages] if walk else [exchange]
        expect.that(
            not missing, f"all {len(visible)} files in pages of {limit}", f"without {missing[:3]}", *exchanges
        )


@clause("listing.has-more-true")
def test_a_single_file_that_is_left_is_announced(files: Files, settled: Traversal) -> None:
    assert settled
    exchange, walk = files.everything()
    expect.accepted(exchange)
    order = walk.ids if walk else ()
    if not 2 <= len(order) <= LARGEST_LIMIT:
        raise expect.Unproven(f"of {len(order)} files no page can leave a single one")
    page = expect.listed(files.list(limit=len(order) - 1))
    if page.has_more is False and page.items:
        following = expect.listed(files.list(after=page.ids[-1], limit=2))
        left = [name for name in following.ids if name in order]
        expect.that(not left, "has_more true before another file", False, page.exchange, following.exchange)


@clause("listing.has-more-false")
def test_a_full_last_page_says_that_nothing_follows(files: Files, settled: Traversal) -> None:
    assert settled
    # Where there are too many files to be cut into full pages, those of the last days will do.
    for query in ({}, {"create_after": times.write(time.time() - FAR, "date")}):
        exchange, walk = files.everything(**query)
        expect.accepted(exchange)
        count = len(walk.ids if walk else ())
        if limits := exact_limits(count):
            break
    else:
        raise expect.Unproven(f"{count} files are too many to be cut into full pages")
    # The last file alone, too, which needs no walk to be a full page.
    for limit, behind in (*((limit, ()) for limit in limits), (1, walk.ids[:-1] if walk else ())):
        # Another client may have come between; the same lie twice is no accident.
        if _lies(files, limit, query, behind) and (lie := _lies(files, limit, query, behind)):
            expect.that(False, f"has_more false on the last page of {limit}", True, *lie)


def _lies(files: Files, limit: int, query: dict[str, str], behind: tuple[str, ...]) -> tuple[Exchange, ...]:
    """Give a page that says that more follows, and the empty page that followed."""
    # The last file alone is a page, and behind it an empty one, unless another client has come between.
    most = FEW if limit > 1 else MOST_ALONE
    exchange, walk = files.traverse(behind=behind, limit=limit, most=most, **query)
    expect.accepted(exchange)
    for page, following in pairwise(walk.pages if walk else ()):
        if page.has_more is True and not following.items:
            return page.exchange, following.exchange
    return ()


@clause("listing.after")
def test_a_page_starts_behind_its_cursor(
    files: Files, kept: Corpus, settled: Traversal, visible: tuple[str, ...]
) -> None:
    places = st.tuples(st.integers(0, len(visible) - 1), st.integers(2, 6))
    some = drawn(places, most=1 if len(visible) < 10 else 6)
    # A cursor of each purpose, whatever was drawn; and without a limit, which is to hold as many there as at the head.
    purposes = {sent.purpose: visible.index(sent.id) for sent in kept.files if sent.id in visible}
    for at, limit in (*some, *((place, None) for place in purposes.values())):
        _starts_behind(files, settled, visible, at, limit)


def _starts_behind(
    files: Files, settled: Traversal, visible: tuple[str, ...], at: int, limit: int | None
) -> None:
    start = settled.ids.index(visible[at]) + 1
    if start == len(settled.ids):
        return
    before = set(settled.ids[:start])
    behind = [name for name in settled.ids[start:] if name in visible]
    query = {"after": visible[at]} | ({} if limit is None else {"limit": str(limit)})
    exchange = files.list(**query)
    page = expect.listed(exchange)
    # What comes in between, or does not come at all, is judged where whole traversals are.
    strays = [name for name in page.ids if name in before]
    expect.that(
        not strays and (page.items or not behind),
        f"files behind {visible[at]}",
        f"{strays or list(page.ids)}",
        exchange,
    )


@clause("listing.after-last")
def test_behind_the_last_file_there_is_nothing(
    files: Files, settled: Traversal, visible: tuple[str, ...]
) -> None:
    walk: Traversal | None = settled
    for _ in range(ATTEMPTS):
        order = walk.ids if walk and walk.ids else settled.ids
        exchange = files.list(after=order[-1], limit=5)
        empty = exchange.succeeded and exchange.mapping().get("data") == []
        if empty or order[-1] in visible or not files.is_gone(order[-1]):
            break
        # Another client has deleted its file before we could name it.
        _, walk = files.everything()
    else:
        raise expect.Unproven("the last file was another client's, and gone, each time")
    page = expect.listed(exchange)
    known = [name for name in page.ids if name in order]
    expect.that(not known, "an empty page", f"{known}", exchange)
    if not page.items:
        expect.equal(False, page.has_more, exchange)


@clause("listing.parameters")
def test_any_choice_of_parameters_is_accepted(files: Files, kept: Corpus, zone: float | None) -> None:
    for choice in drawn(choices(instants(kept, zone)), most=8):
        exchange, _ = files.traverse(**choice.query, most=4)
        expect.accepted(exchange)


@clause("listing.parameters")
def test_all_parameters_together_are_accepted(files: Files, kept: Corpus, visible: tuple[str, ...]) -> None:
    after, before = (times.write(time.time() + distance, "date") for distance in (-FAR, FAR))
    query: dict[str, Any] = {"limit": 20, "create_after": after, "create_before": before}
    expect.accepted(files.list(after=visible[0], **query))
    # A server need not know the place of a file that the filters leave out.
    cursors = {sent.purpose: sent.id for sent in kept.files if sent.id in visible}
    for purpose, cursor in cursors.items():
        expect.accepted(files.list(after=cursor, purpose=purpose, **query))


@clause("listing.after-unknown")
def test_an_unknown_cursor_is_tried(files: Files) -> None:
    exchange = expect.answered(files.list(after=UNKNOWN, limit=5))
    what = (
        f"200 with {len(expect.listed(exchange).ids)} files"
        if exchange.succeeded
        else expect.describe(exchange)
    )
    expect.record(f"unknown cursor: {what}", exchange)


@clause("listing.order")
def test_the_order_is_recorded(kept: Corpus, settled: Traversal, visible: tuple[str, ...]) -> None:
    created = {sent.id: description(sent.exchange).get("created_at") for sent in kept.files}
    times = [moment for name in visible if isinstance(moment := created[name], int)]
    if len(set(times)) < 2:
        # All are of one second: then the order of their uploads tells.
        times = [kept.ids.index(name) for name in visible]
    order = "neither by time"
    if times == sorted(times):
        order = "oldest first"
    elif times == sorted(times, reverse=True):
        order = "newest first"
    expect.record(f"order: {order}", *(page.exchange for page in settled.pages))


@clause("listing.order-stable")
def test_the_order_stays_the_same(conformance: Session, files: Files, settled: Traversal) -> None:
    assert settled
    files.everything()
    expect.lawful(conformance.lawful(order_is_stable), "listing.order-stable")
