"""Pages and traversals: the whole list, nothing twice, nothing lost, and the truth about what is left."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from conformance.laws.ruling import broken, held, law, measured
from conformance.trace import Page, Trace, Traversal, own
from conformance.verdicts import Finding

DEFAULT_LIMIT = 2000
# Another client may delete the very file that has_more had promised; it does not happen twice.
CONFIRMED = 2


@law(
    "listing.limit-caps",
    "listing.limit-fills",
    "listing.limit-default",
)
def pages_keep_their_limit(trace: Trace) -> Iterator[Finding]:
    """A page holds at most as many files as were asked for, and fewer only at the end."""
    for page in trace.pages:
        limit, count = page.limit, len(page.items)
        if limit is None:
            continue
        asked = "limit" in page.query
        if count > limit:
            clause = "listing.limit-caps" if asked else "listing.limit-default"
            yield broken(clause, f"at most {limit} files", f"{count} files", page.exchange)
            continue
        if asked:
            yield held("listing.limit-caps", page.exchange)
        if page.has_more is True:
            clause = "listing.limit-fills" if asked else "listing.limit-default"
            yield measured(clause, limit, count, page.exchange)
        elif asked and count == limit:
            yield held("listing.limit-fills", page.exchange)
        elif not asked and "after" not in page.query and not page.selection and count:
            yield held("listing.limit-default", page.exchange)


@law(
    "listing.no-duplicate",
)
def nothing_stands_twice(trace: Trace) -> Iterator[Finding]:
    """No id stands twice on a page, nor on two pages of one traversal."""
    for traversal in trace.traversals:
        twice = [name for name, count in Counter(traversal.ids).items() if count > 1]
        cursors = {page.query.get("after") for page in traversal.pages}
        twice = [name for name in twice if name not in cursors]
        pages = [page.exchange for page in traversal.pages]
        if twice:
            yield broken("listing.no-duplicate", "each file once", f"{twice[0]} twice", *pages)
        elif len(own(traversal.ids, trace.uploads)) > 1:
            yield held("listing.no-duplicate", *pages)


@law(
    "listing.after",
)
def pages_start_behind_their_cursor(trace: Trace) -> Iterator[Finding]:
    """A page holds neither the file that its cursor names, nor one that stood before it."""
    for traversal in trace.traversals:
        passed: set[str] = set()
        for page in traversal.pages:
            cursor = page.query.get("after")
            if cursor is not None and (passed or page.items):
                again = [name for name in page.ids if name == cursor]
                if again:
                    yield broken(
                        "listing.after", f"files behind {cursor}", f"{again[0]} again", page.exchange
                    )
                elif page.items:
                    yield held("listing.after", page.exchange)
            passed |= set(page.ids)


@law(
    "listing.complete",
    "listing.no-gap",
    "listing.has-more-true",
    "listing.limit-default",
)
def traversals_are_whole(trace: Trace) -> Iterator[Finding]:
    """A whole traversal holds every file that the list had shown before and nobody deleted."""
    shown: dict[str, int] = {}
    for traversal in sorted(trace.traversals, key=lambda each: each.numbers[-1]):
        first, last = traversal.numbers[0], traversal.numbers[-1]
        if traversal.whole and not traversal.pages[0].selection:
            expected = {
                name
                for name, number in shown.items()
                if number < first and trace.doomed.get(name, last + 1) > last
            }
            missing = sorted(expected - set(traversal.ids))
            yield from _wholeness(traversal, missing, found=bool(expected))
        if not traversal.pages[0].selection:
            for page in traversal.pages:
                for name in own(page.ids, trace.uploads):
                    shown.setdefault(name, page.exchange.number)


def _wholeness(traversal: Traversal, missing: list[str], *, found: bool) -> Iterator[Finding]:
    pages = [page.exchange for page in traversal.pages]
    clause = "listing.no-gap" if len(pages) > 1 else "listing.complete"
    if missing:
        last = traversal.pages[-1]
        if last.has_more is False and last.limit is not None and len(last.items) >= last.limit:
            # The server stopped at a full page: not the files are missing but the word that they follow.
            clause = "listing.has-more-true"
        elif "limit" not in last.query:
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
            if page.has_more is True and following.items:
                yield held("listing.has-more-true", page.exchange, following.exchange)
            elif page.has_more is True:
                lies.append((page, following))
            elif page.has_more is False and own(following.ids, trace.uploads):
                yield broken(
                    "listing.has-more-true",
                    "true: another page follows",
                    False,
                    page.exchange,
                    following.exchange,
                )
            elif page.has_more is False and not following.items:
                yield held("listing.has-more-false", page.exchange, following.exchange)
        last = traversal.pages[-1]
        if not last.items and last.has_more is True:
            yield broken("listing.has-more-false", "false on an empty page", True, last.exchange)
    if len(lies) >= CONFIRMED:
        page, following = lies[-1]
        yield broken(
            "listing.has-more-false", "false: no file is left", True, page.exchange, following.exchange
        )


@law(
    "listing.order-stable",
)
def order_is_stable(trace: Trace) -> Iterator[Finding]:
    """Two traversals give the files of this run in one order."""
    reference: dict[str, int] = {}
    shown_by: Traversal | None = None
    for traversal in trace.traversals:
        names = [name for name in own(traversal.ids, trace.uploads) if name in reference]
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
            reference = {name: place for place, name in enumerate(own(traversal.ids, trace.uploads))}
            shown_by = traversal
