"""Pages and traversals: the whole list, nothing twice, nothing lost, and the truth about what is left."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from conformance.laws.ruling import broken, held, law
from conformance.trace import Page, Trace, Traversal, own
from conformance.verdicts import Finding

# Another client may delete the very file that a page was about to show; it does not happen twice.
CONFIRMED = 2
# So many whole lists running that show a file leave no reader that lags behind.
LOOKS = 3


@law(
    "listing.limit-caps",
    "listing.limit-fills",
    "listing.limit-default",
)
def pages_keep_their_limit(trace: Trace) -> Iterator[Finding]:
    """A page holds at most as many files as were asked for, and fewer only at the end."""
    short: list[Page] = []
    for page in trace.pages:
        limit, count = page.limit, page.length
        if limit is None:
            continue
        asked = "limit" in page.query
        if count > limit:
            clause = "listing.limit-caps" if asked else "listing.limit-default"
            yield broken(clause, f"at most {limit} files", f"{count} files", page.exchange)
            continue
        if asked:
            yield held("listing.limit-caps", page.exchange)
        if page.has_more is True and count < limit:
            short.append(page)
        elif asked and count == limit:
            yield held("listing.limit-fills", page.exchange)
        elif not asked and "after" not in page.query and not page.selection and count:
            yield held("listing.limit-default", page.exchange)
    yield from _short(trace, short)


def _short(trace: Trace, pages: list[Page]) -> Iterator[Finding]:
    """Accuse pages that are cut short before others, unless it was has_more that lied."""
    following = {
        page.exchange.number: after for each in trace.traversals for page, after in pairwise(each.pages)
    }
    liar = any(
        page.has_more is True and not after.length
        for each in trace.traversals
        for page, after in pairwise(each.pages)
    )
    cut = [
        page
        for page in pages
        if page.length and (after.length if (after := following.get(page.exchange.number)) else not liar)
    ]
    for page in cut:
        limit = page.limit or 0
        # One file may have gone while the page was made.
        if limit - page.length > 1 or len(cut) >= CONFIRMED:
            clause = "listing.limit-fills" if "limit" in page.query else "listing.limit-default"
            yield broken(clause, f"{limit} files", f"{page.length}, and has_more", page.exchange)


@law(
    "listing.no-duplicate",
)
def nothing_stands_twice(trace: Trace) -> Iterator[Finding]:
    """No id stands twice on a page, nor on two pages of one traversal."""
    for traversal in trace.traversals:
        cursor = _inclusive(traversal)
        counts: Counter[str] = Counter()
        for page in traversal.pages:
            again = page.query.get("after") if cursor else None
            counts.update(name for place, name in enumerate(page.ids) if place or name != again)
        twice = [name for name, count in counts.items() if count > 1]
        pages = [page.exchange for page in traversal.pages]
        if twice:
            yield broken("listing.no-duplicate", "each file once", f"{twice[0]} twice", *pages)
        elif len(own(traversal.ids, trace.uploads)) > 1:
            yield held("listing.no-duplicate", *pages)


@law(
    "listing.after",
)
def pages_start_behind_their_cursor(trace: Trace) -> Iterator[Finding]:
    """A page does not begin with the file that its cursor names."""
    for traversal in trace.traversals:
        for page in traversal.pages:
            cursor = page.query.get("after")
            if cursor is None or not page.items:
                continue
            if cursor not in page.ids:
                yield held("listing.after", page.exchange)
            elif _inclusive(traversal):
                yield broken("listing.after", f"files behind {cursor}", f"{cursor} again", page.exchange)


def _inclusive(traversal: Traversal) -> bool:
    """Whether each page repeats its cursor; where only some do, a file stands twice."""
    behind = [page for page in traversal.pages if "after" in page.query and page.items]
    return bool(behind) and all(page.query["after"] in page.ids for page in behind)


@law(
    "listing.complete",
    "listing.no-gap",
    "listing.has-more-true",
    "listing.limit-default",
    "deletion.only-that-file",
)
def traversals_are_whole(trace: Trace) -> Iterator[Finding]:
    """A whole traversal holds every file that the list had shown before, or must know, and nobody deleted."""
    shown: dict[str, int] = {}
    order: tuple[str, ...] = ()
    for traversal in sorted(trace.traversals, key=lambda each: each.numbers[-1]):
        first, last = traversal.numbers[0], traversal.numbers[-1]
        if traversal.whole and not traversal.pages[0].selection:
            head = traversal.pages[0].exchange
            expected = {
                name
                for name in trace.uploads
                if (shown.get(name, first) < first or trace.arrived(name, head))
                and trace.doomed.get(name, last + 1) > last
            }
            missing = sorted(
                name for name in expected - set(traversal.ids) if not _flickers(trace, name, traversal)
            )
            gone = [name for name in missing if trace.went_with_another(name, first)]
            if gone:
                pages = [page.exchange for page in traversal.pages]
                yield broken(
                    "deletion.only-that-file", f"{gone[0]} still there", "it went with another", *pages
                )
            missing = [name for name in missing if name not in gone]
            stopped = not set(missing) & set(_before_the_end(order, traversal))
            yield from _wholeness(traversal, missing, found=bool(expected), stopped=stopped)
            order = traversal.ids
        if not traversal.pages[0].selection:
            for page in traversal.pages:
                for name in own(page.ids, trace.uploads):
                    shown.setdefault(name, page.exchange.number)


def _flickers(trace: Trace, name: str, traversal: Traversal) -> bool:
    """Whether one reader of a young file lags behind another: a list that no limit cut lacks it, a later one not."""
    page = traversal.pages[-1]
    cut = len(traversal.pages) > 1 or page.limit is None or page.length >= page.limit
    return (
        not cut
        and not trace.arrived(name, page.exchange)
        and any(
            name in later.ids and not later.selection
            for later in trace.pages
            if later.exchange.number > page.exchange.number
        )
    )


def _before_the_end(order: tuple[str, ...], traversal: Traversal) -> tuple[str, ...]:
    """Give what stood before a traversal's last file in an order seen earlier."""
    last = traversal.ids[-1] if traversal.ids else ""
    return order[: order.index(last)] if last in order else ()


def _wholeness(traversal: Traversal, missing: list[str], *, found: bool, stopped: bool) -> Iterator[Finding]:
    pages = [page.exchange for page in traversal.pages]
    clause = "listing.no-gap" if len(pages) > 1 else "listing.complete"
    if missing:
        last = traversal.pages[-1]
        if stopped and last.has_more is False and last.length >= (last.limit or 1):
            # The server stopped at a full page: not the files are missing but the word that they follow.
            clause = "listing.has-more-true"
        elif stopped and "limit" not in last.query:
            clause = "listing.limit-default"
        yield broken(clause, f"{missing[0]} among the files", f"{len(missing)} files missing", *pages)
    elif found:
        yield held(clause, *pages)


@law(
    "listing.has-more-true",
    "listing.has-more-false",
)
def has_more_tells_the_truth(trace: Trace) -> Iterator[Finding]:
    """has_more is true before another page and false before none."""
    lies: list[tuple[Page, Page]] = []
    for traversal in trace.traversals:
        for page, following in pairwise(traversal.pages):
            if page.has_more is True and following.length:
                yield held("listing.has-more-true", page.exchange, following.exchange)
            elif page.has_more is True:
                if trace.sole and not _deleted_between(trace, page, following):
                    lies.append((page, following))
            elif page.has_more is False and _known(trace, page, following):
                yield broken(
                    "listing.has-more-true",
                    "true: another page follows",
                    False,
                    page.exchange,
                    following.exchange,
                )
            elif page.has_more is False and not following.length:
                yield held("listing.has-more-false", page.exchange, following.exchange)
        last = traversal.pages[-1]
        if not last.length and last.has_more is True and last.limit is not None:
            yield broken("listing.has-more-false", "false on an empty page", True, last.exchange)
    if len(lies) >= CONFIRMED:
        page, following = lies[-1]
        yield broken(
            "listing.has-more-false", "false: no file is left", True, page.exchange, following.exchange
        )


def _known(trace: Trace, page: Page, following: Page) -> bool:
    """Whether a page is followed by a file that was no news when the page was made."""
    number = page.exchange.number
    return any(
        trace.shown[name] < number or trace.arrived(name, page.exchange)
        for name in own(following.ids, trace.uploads)
    )


def _deleted_between(trace: Trace, page: Page, following: Page) -> bool:
    first, last = page.exchange.number, following.exchange.number
    return any(first < number < last for number in trace.doomed.values())


@law(
    "listing.order-stable",
)
def order_is_stable(trace: Trace) -> Iterator[Finding]:
    """Two traversals give the files of this run in one order; where files stand twice, that is another matter."""
    reference: dict[str, int] = {}
    shown_by: Traversal | None = None
    for traversal in trace.traversals:
        if len(set(traversal.ids)) < len(traversal.ids):
            continue
        mine = own(traversal.ids, trace.uploads)
        names = [name for name in mine if name in reference]
        places = [reference[name] for name in names]
        if len(names) > 1 and shown_by:
            exchanges = [page.exchange for page in (*shown_by.pages, *traversal.pages)]
            if places == sorted(places):
                yield held("listing.order-stable", *exchanges)
            else:
                at = next(i for i, (a, b) in enumerate(pairwise(places)) if a > b)
                yield broken(
                    "listing.order-stable", f"{names[at + 1]} before {names[at]}", "the reverse", *exchanges
                )
        if traversal.whole and not traversal.pages[0].selection:
            reference = {name: place for place, name in enumerate(mine)}
            shown_by = traversal


@law(
    "listing.order-stable",
    "listing.no-gap",
)
def walks_keep_the_order(trace: Trace) -> Iterator[Finding]:
    """Pages from the head of the list on leave out no file of this run that stands before one that they show."""
    places: dict[str, int] = {}
    looks: Counter[str] = Counter()
    for traversal in trace.traversals:
        if "after" in traversal.pages[0].query or traversal.pages[0].selection:
            continue
        number, shown = traversal.numbers[-1], set(traversal.ids)
        walked = [places[name] for name in traversal.ids if name in places]
        reached = max(walked, default=0)
        # Once every reader knows them.
        expected = [
            name
            for name, count in looks.items()
            if count >= LOOKS and places[name] < reached and trace.doomed.get(name, number + 1) > number
        ]
        skipped = [name for name in expected if name not in shown]
        exchanges = [page.exchange for page in traversal.pages]
        if skipped:
            # What stands before all that is shown was not lost on the way.
            turned = places[skipped[0]] < walked[0] or walked != sorted(walked)
            clause = "listing.order-stable" if turned else "listing.no-gap"
            yield broken(
                clause, f"{skipped[0]}, which the list had shown before", "it is left out", *exchanges
            )
        elif expected and len(exchanges) > 1:
            yield held("listing.no-gap", *exchanges)
        if traversal.whole:
            places = {name: place for place, name in enumerate(traversal.ids)}
            looks = Counter({name: looks[name] + 1 for name in own(traversal.ids, trace.uploads)})
