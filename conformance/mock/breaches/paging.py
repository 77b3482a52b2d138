"""Breaches of the listing chapter that show from page to page."""

from collections.abc import Callable
from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.clock import SECOND
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful, World
from conformance.mock.records import Body, Page, Query, Record


@breach("listing.after")
class AfterIgnored(Lawful):
    """Gives the first page whatever the cursor."""

    def select(self, account: str, query: Query) -> Page:
        return super().select(account, replace(query, after=None))


@breach("listing.after")
class AfterInclusive(Lawful):
    """Starts a page with the file of the cursor."""

    def place(self, account: str, after: str) -> Record:
        record = super().place(account, after)
        return replace(record, sequence=record.sequence + 1)


@breach("listing.after")
class AfterBackwards(Lawful):
    """Gives what stands before the cursor."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, replace(query, oldest_first=query.after is not None))
        return replace(page, records=tuple(reversed(page.records))) if query.after else page


@breach("listing.after")
class AfterRefused(Lawful):
    """Refuses every cursor."""

    def place(self, account: str, after: str) -> Record:
        raise refusals.bad_parameter("after", "'after' is not supported")


@breach("listing.after")
class AfterEndsTheList(Lawful):
    """Gives an empty page for every cursor."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        return Page(records=(), has_more=False) if query.after else page


@breach("listing.after-last")
class EndStartsAgain(Lawful):
    """Behind the last file the list starts again."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        if query.after and not page.records and not is_filtered(query):
            return super().select(account, replace(query, after=None))
        return page


@breach("listing.has-more-false")
class EndHasMore(Lawful):
    """Behind the last file has_more is true."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        if query.after and not page.records and not is_filtered(query):
            return Page(records=(), has_more=True)
        return page


@breach("listing.after")
class EndRepeatsTheLast(Lawful):
    """Behind the last file the last file comes again."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        if query.after and not page.records and not is_filtered(query):
            return Page(records=(self.place(account, query.after),), has_more=False)
        return page


@breach("listing.after-last")
class EndRefused(Lawful):
    """Answers 404 behind the last file."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        if query.after and not page.records and not is_filtered(query):
            raise refusals.no_such_file(query.after)
        return page


@breach("listing.data")
class EndWithoutData(Lawful):
    """Shows null for data behind the last file."""

    def listing(self, page: Page, query: Query) -> Body:
        body = super().listing(page, query)
        return {**body, "data": None} if query.after and not page.records else body


@breach("listing.no-gap")
class SecondPageSkipsOne(Lawful):
    """Leaves out the first file behind a cursor."""

    def place(self, account: str, after: str) -> Record:
        place = super().place(account, after)
        beyond = self.store.page(account, Query(limit=1), place=place, count=1)
        return beyond[0] if beyond else place


@breach("listing.no-gap")
class CursorOfSeconds(Lawful):
    """Goes on with the files of an earlier second, so that those of one second get lost between pages."""

    def place(self, account: str, after: str) -> Record:
        place = super().place(account, after)
        return replace(place, created=place.created_at * SECOND, sequence=0)


@breach("listing.complete")
class PagesMeasuredByRow(Lawful):
    """Drops the first file of each full page that has another behind it."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, replace(query, limit=query.limit + 1))
        if len(page.records) <= query.limit:
            return page
        return Page(records=page.records[1:], has_more=page.has_more)


@breach("listing.after")
class CursorBeforeSeconds(Lawful):
    """Goes on with all files of the cursor's second but its own, so that some come twice."""

    def select(self, account: str, query: Query) -> Page:
        if not query.after:
            return super().select(account, query)
        place = self.place(account, query.after)
        edge = replace(place, created=(place.created_at + 1) * SECOND, sequence=0)
        found = self.store.page(account, query, place=edge, count=query.limit + 2)
        records = [record for record in found if record.id != place.id]
        return Page(records=tuple(records[: query.limit]), has_more=len(records) > query.limit)


@breach("listing.no-duplicate")
class PagesRepeatWithin(Lawful):
    """Shows the first file of a page twice, as a join would."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        if len(page.records) < 2:
            return page
        return replace(page, records=(page.records[0], *page.records[:-1]))


@breach("listing.no-duplicate")
class LastPageFilledUp(Lawful):
    """Fills the last page up with files that were given before, where the pages are short."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        missing = query.limit - len(page.records)
        is_short = query.limit < self.limits.page
        if not is_short or not query.after or not page.records or missing < 1:
            return page
        first = super().select(account, replace(query, after=None)).records
        others = tuple(record for record in first if record.id != query.after)
        return replace(page, records=page.records + others[:missing])


def _enter_third(clause: str, name: str, description: str, change: Callable[[Page, Record], Page]) -> None:
    @breach(clause, name=name, description=f"From the third page on {description}.")
    class Third(Lawful):
        def __init__(self, world: World) -> None:
            super().__init__(world)
            self._depths = dict[str, int]()

        def select(self, account: str, query: Query) -> Page:
            page = super().select(account, query)
            depth = self._depths.get(query.after, 1) if query.after else 0
            if page.records:
                self._depths[page.records[-1].id] = depth + 1
            if depth >= 2 and query.after and page.records:
                return change(page, self.place(account, query.after))
            return page


THIRDS: tuple[tuple[str, str, str, Callable[[Page, Record], Page]], ...] = (
    ("listing.no-gap", "third-page-skips-one", "the first file is left out", lambda page, _: replace(page, records=page.records[1:])),
    ("listing.after", "third-page-repeats-one", "the cursor's file comes again", lambda page, last: replace(page, records=(last, *page.records[: max(1, len(page.records) - 1)]))),
    ("listing.has-more-true", "third-page-ends", "has_more is false", lambda page, _: replace(page, has_more=False)),
    ("listing.after", "third-page-empty", "pages are empty", lambda *_: Page(records=(), has_more=False)),
)  # fmt: skip

for third in THIRDS:
    _enter_third(*third)


def _enter_more(clause: str, name: str, description: str, more: Callable[[Page, Query], bool]) -> None:
    @breach(clause, name=name, description=f"Says that there is another page {description}.")
    class Misjudging(Lawful):
        def select(self, account: str, query: Query) -> Page:
            page = super().select(account, query)
            return replace(page, has_more=more(page, query))


MORE: tuple[tuple[str, str, str, Callable[[Page, Query], bool]], ...] = (
    ("listing.has-more-true", "has-more-never", "never", lambda *_: False),
    ("listing.has-more-true", "has-more-only-first", "only on the first page", lambda page, query: page.has_more and not query.after),
    ("listing.has-more-true", "has-more-not-when-one", "never when a page holds one file", lambda page, query: page.has_more and query.limit > 1),
    ("listing.has-more-false", "has-more-always", "while a page holds a file", lambda page, _: bool(page.records)),
    ("listing.has-more-false", "has-more-of-one", "whenever one file is asked for and given", lambda page, query: page.has_more or (query.limit == 1 and bool(page.records))),
    ("listing.has-more-false", "has-more-when-full", "whenever a page is full", lambda page, query: len(page.records) == query.limit),
)  # fmt: skip

for row in MORE:
    _enter_more(*row)


@breach("listing.has-more-false")
class HasMoreOfAccount(Lawful):
    """Says that there is another page while the account holds more than the page."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        return replace(page, has_more=bool(page.records) and self.store.usage(account)[0] > len(page.records))


@breach("listing.order-stable")
class OrderTurnsWithTheLimit(Lawful):
    """Lists oldest first when the limit is odd."""

    def select(self, account: str, query: Query) -> Page:
        return super().select(account, replace(query, oldest_first=query.limit % 2 == 1))


@breach("listing.order-stable")
class OrderOfSingles(Lawful):
    """Gives the oldest file when a single one is asked for."""

    def select(self, account: str, query: Query) -> Page:
        return super().select(account, replace(query, oldest_first=query.limit == 1))


@breach("listing.after")
class CursorsAreOffsets(Lawful):
    """Remembers of a cursor how many files stood before it, whatever comes and goes meanwhile."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._offsets = dict[tuple[str, Query, str | None], int]()

    def select(self, account: str, query: Query) -> Page:
        kind = replace(query, after=None, limit=1)
        start = self._offsets.get((account, kind, query.after), 0)
        if query.after and not start:
            return super().select(account, query)
        page = super().select(account, replace(query, after=None, limit=start + query.limit))
        records = page.records[start:]
        for place, record in enumerate(records, start + 1):
            self._offsets[account, kind, record.id] = place
        return replace(page, records=records)


@breach("listing.order-stable")
class OrderTurnsWithEachTraversal(Lawful):
    """Turns the order round whenever a list is begun."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._turned = False

    def select(self, account: str, query: Query) -> Page:
        if query.after is None:
            self._turned = not self._turned
        return super().select(account, replace(query, oldest_first=self._turned))


@breach("listing.order-stable")
class OrderOfLongPages(Lawful):
    """Sorts a page of more than ten by file name, as a page of the console does."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        if query.limit <= 10:
            return page
        # The last file stays in its place, because it is the cursor.
        return replace(
            page, records=(*sorted(page.records[:-1], key=lambda record: record.id), *page.records[-1:])
        )


@breach("listing.order-stable")
class OrderTurnsWithPurpose(Lawful):
    """Lists oldest first when filtered by purpose."""

    def select(self, account: str, query: Query) -> Page:
        return super().select(account, replace(query, oldest_first=query.purpose is not None))


@breach("listing.order-stable")
class OrderTurnsWithTimes(Lawful):
    """Lists oldest first when a time is given."""

    def select(self, account: str, query: Query) -> Page:
        timed = bool(query.created_after or query.created_before)
        return super().select(account, replace(query, oldest_first=timed))


def is_filtered(query: Query) -> bool:
    """Tell whether a list is narrowed; what a filter finds is another clause's business."""
    return bool(query.purpose or query.created_after or query.created_before)
