"""Breaches of the filters chapter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from conformance.mock import moments, refusals
from conformance.mock.clock import SECOND
from conformance.mock.faults import breach
from conformance.mock.lawful import FILTER_PURPOSES, Lawful
from conformance.mock.moments import FORMATS
from conformance.mock.records import Body, Page, Query
from conformance.mock.refusals import Refusal

HOUR = 3600 * SECOND
DAY = 24 * HOUR
EAST = 8 * HOUR  # midnight in Beijing is not midnight in UTC


def _enter(clause: str, name: str, description: str, change: Callable[[Query], Query]) -> None:
    @breach(clause, name=name, description=description)
    class Misled(Lawful):
        def select(self, account: str, query: Query) -> Page:
            return super().select(account, change(query))


ROWS: tuple[tuple[str, str, str, Callable[[Query], Query]], ...] = (
    ("filters.purpose-sound", "purpose-filter-ignored", "Lists all purposes.", lambda query: replace(query, purpose=None)),
    ("filters.purpose-sound", "purpose-filter-batch-ignored", "Lists all purposes for purpose=batch.", lambda query: replace(query, purpose=None) if query.purpose == "batch" else query),
    ("filters.purpose-sound", "purpose-filter-documents-ignored", "Lists all purposes for purpose=file-extract.", lambda query: replace(query, purpose=None) if query.purpose == "file-extract" else query),
    ("filters.purpose-complete", "purpose-filter-batch-empty", "Finds nothing for purpose=batch.", lambda query: replace(query, purpose="batches") if query.purpose == "batch" else query),
    ("filters.purpose-complete", "purpose-filter-documents-empty", "Looks for file_extract in place of file-extract.", lambda query: replace(query, purpose="file_extract") if query.purpose == "file-extract" else query),
    ("filters.purpose-complete", "purpose-filter-always-empty", "Finds nothing by purpose.", lambda query: replace(query, purpose="none") if query.purpose else query),
    ("filters.create-after-sound", "create-after-ignored", "Ignores create_after.", lambda query: replace(query, created_after=None)),
    ("filters.create-after-sound", "create-after-a-day-early", "Finds what was created up to a day before create_after.", lambda query: later(query, -DAY, 0)),
    ("filters.one-zone", "create-after-an-hour-early", "Finds what was created up to an hour before create_after.", lambda query: later(query, -HOUR, 0)),
    ("filters.create-after-sound", "create-after-by-date", "Compares dates only: finds what was created earlier on the day of create_after.", lambda query: replace(query, created_after=midnight(query.created_after))),
    ("filters.create-after-complete", "create-after-a-day-late", "Misses what was created within a day after create_after.", lambda query: later(query, DAY, 0)),
    ("filters.one-zone", "create-after-an-hour-late", "Misses what was created within an hour after create_after.", lambda query: later(query, HOUR, 0)),
    ("filters.create-after-complete", "create-after-next-day", "Starts with the day after create_after.", lambda query: replace(query, created_after=midnight(query.created_after, 1))),
    ("filters.create-after-sound", "create-after-by-hours", "Forgets the minutes of create_after.", lambda query: replace(query, created_after=hour(query.created_after))),
    ("filters.create-before-sound", "create-before-by-hours", "Takes create_before for the end of its hour.", lambda query: replace(query, created_before=hour(later(query, 0, HOUR).created_before))),
    ("filters.create-before-sound", "create-before-ignored", "Ignores create_before.", lambda query: replace(query, created_before=None)),
    ("filters.create-before-sound", "create-before-a-day-late", "Finds what was created up to a day after create_before.", lambda query: later(query, 0, DAY)),
    ("filters.one-zone", "create-before-an-hour-late", "Finds what was created up to an hour after create_before.", lambda query: later(query, 0, HOUR)),
    ("filters.create-before-sound", "create-before-end-of-day", "Finds what was created later on the day of create_before.", lambda query: replace(query, created_before=midnight(query.created_before, 1))),
    ("filters.create-before-complete", "create-before-a-day-early", "Misses what was created within a day before create_before.", lambda query: later(query, 0, -DAY)),
    ("filters.one-zone", "create-before-an-hour-early", "Misses what was created within an hour before create_before.", lambda query: later(query, 0, -HOUR)),
    ("filters.create-before-complete", "create-before-start-of-day", "Ends with the day before create_before.", lambda query: replace(query, created_before=midnight(query.created_before))),
    ("filters.create-before-exclusive", "create-before-inclusive", "Finds what was created in the second of create_before.", lambda query: later(query, 0, SECOND)),
    ("filters.combined", "purpose-ignored-with-times", "Forgets purpose when a time is given too.", lambda query: replace(query, purpose=None) if query.created_after or query.created_before else query),
    ("filters.combined", "times-ignored-with-purpose", "Forgets the times when a purpose is given too.", lambda query: replace(query, created_after=None, created_before=None) if query.purpose else query),
    ("filters.combined", "create-before-ignored-with-create-after", "Forgets create_before when create_after is given too.", lambda query: replace(query, created_before=None) if query.created_after else query),
    ("filters.combined", "create-after-ignored-with-create-before", "Forgets create_after when create_before is given too.", lambda query: replace(query, created_after=None) if query.created_before else query),
    ("filters.paged", "purpose-forgotten-on-second-page", "Forgets purpose behind a cursor.", lambda query: replace(query, purpose=None) if query.after else query),
    ("filters.paged", "times-forgotten-on-second-page", "Forgets the times behind a cursor.", lambda query: replace(query, created_after=None, created_before=None) if query.after else query),
    ("filters.paged", "create-after-forgotten-on-second-page", "Forgets create_after behind a cursor.", lambda query: replace(query, created_after=None) if query.after else query),
    ("filters.paged", "filters-forgotten-on-second-page", "Forgets all filters behind a cursor.", lambda query: Query(limit=query.limit, after=query.after) if query.after else query),
)  # fmt: skip


def later(query: Query, after: int, before: int) -> Query:
    """Shift the times of a query."""
    return replace(
        query,
        created_after=None if query.created_after is None else query.created_after + after,
        created_before=None if query.created_before is None else query.created_before + before,
    )


def midnight(moment: int | None, days: int = 0) -> int | None:
    """Find the midnight in Beijing at or before a moment, or days later."""
    return None if moment is None else (moment + EAST) // DAY * DAY - EAST + days * DAY


def hour(moment: int | None) -> int | None:
    """Find the full hour at or before a moment."""
    return None if moment is None else moment // HOUR * HOUR


for row in ROWS:
    _enter(*row)


@breach("filters.purpose-complete")
class PurposeFilterGivesOne(Lawful):
    """Gives only the newest file of a purpose."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        return Page(records=page.records[:1], has_more=False) if query.purpose else page


@breach("filters.purpose-unknown")
class UnknownPurposeListsAll(Lawful):
    """Takes an unknown purpose for none given."""

    def purpose_filter(self, text: str) -> str | None:
        return super().purpose_filter(text) if text in FILTER_PURPOSES else None


@breach("filters.purpose-unknown")
class UnknownPurposeListsDocuments(Lawful):
    """Takes an unknown purpose for file-extract."""

    def purpose_filter(self, text: str) -> str | None:
        return super().purpose_filter(text if text in FILTER_PURPOSES else "file-extract")


@breach("filters.combined")
class FiltersMakeAUnion(Lawful):
    """Lists what any of the filters selects."""

    def select(self, account: str, query: Query) -> Page:
        bare = Query(limit=query.limit)
        singles = [
            single
            for single in (
                replace(bare, purpose=query.purpose),
                replace(bare, created_after=query.created_after),
                replace(bare, created_before=query.created_before),
            )
            if single != bare
        ]
        if len(singles) < 2 or query.after:
            return super().select(account, query)
        pages = [super(FiltersMakeAUnion, self).select(account, single) for single in singles]
        found = {record.id: record for page in pages for record in page.records}
        records = sorted(found.values(), key=lambda record: (-record.created, -record.sequence))
        return Page(records=tuple(records[: query.limit]), has_more=len(records) > query.limit)


@breach("filters.paged")
class FilterAppliedToThePage(Lawful):
    """Cuts the page first and filters it then, so that pages come out short or empty and the rest is not reached."""

    def select(self, account: str, query: Query) -> Page:
        if query.limit == self.limits.page:
            return super().select(account, query)
        page = super().select(account, replace(query, purpose=None, created_after=None, created_before=None))
        kept = tuple(
            record
            for record in page.records
            if (query.purpose in (None, record.purpose))
            and (query.created_after is None or record.created > query.created_after)
            and (query.created_before is None or record.created < query.created_before)
        )
        return Page(records=kept, has_more=page.has_more and bool(kept))


@breach("filters.purpose-complete")
class FilteredPagesEndEarly(Lawful):
    """Says of a filtered page that it is the last."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        is_filtered = query.purpose or query.created_after or query.created_before
        return replace(page, has_more=False) if is_filtered else page


@breach("filters.paged")
class FilteredPagesSkip(Lawful):
    """Leaves out the first file of a filtered page behind a cursor."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        is_filtered = query.purpose or query.created_after or query.created_before
        return replace(page, records=page.records[1:]) if is_filtered and query.after else page


def _enter_nothing(clause: str, name: str, description: str, change: Callable[[Body], Body]) -> None:
    @breach(clause, name=name, description=f"When a filter matches nothing, {description}.")
    class Void(Lawful):
        def listing(self, page: Page, query: Query) -> Body:
            body = super().listing(page, query)
            return body if page.records or query.after else change(body)


NOTHINGS: tuple[tuple[str, str, str, Callable[[Body], Body]], ...] = (
    ("listing.data", "nothing-found-is-null", "data is null", lambda body: {**body, "data": None}),
    ("listing.data", "nothing-found-is-left-out", "data is left out", lambda body: {k: v for k, v in body.items() if k != "data"}),
    ("listing.has-more-false", "nothing-found-has-more", "has_more is true", lambda body: {**body, "has_more": True}),
    ("listing.object", "nothing-found-is-empty-object", "the answer is {}", lambda _: {}),
)  # fmt: skip

for nothing in NOTHINGS:
    _enter_nothing(*nothing)


@breach("filters.none-match")
class NothingFoundIsNotFound(Lawful):
    """Answers 404 when a filter matches nothing."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        if not page.records and not query.after:
            raise Refusal(status=404, message="No file matches.", code="NotFound")
        return page


@breach("filters.create-after-sound")
class NothingFoundListsAll(Lawful):
    """Lists everything when a filter matches nothing."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        if page.records or query.after:
            return page
        return super().select(account, Query(limit=query.limit))


NAMES = ("compact-datetime", "datetime", "date", "compact-date")
SAMPLES = ("20250306123000", "2025-11-12 10:10:10", "2025-11-12", "20251112")


def form(text: str) -> str:
    """Name the format that a time is written in."""
    for name, (shape, _) in zip(NAMES, FORMATS, strict=True):
        if shape.fullmatch(text):
            return name
    return ""


def _enter_format(name: str, sample: str) -> None:
    clause = f"filters.format-{name}"

    @breach(clause, name=f"format-{name}-refused", description=f"Refuses a time like {sample}.")
    class Refusing(Lawful):
        def moment(self, name_: str, text: str) -> int | None:
            return None if form(text) == name else super().moment(name_, text)

    @breach(clause, name=f"format-{name}-crashes", description=f"Fails with 500 on a time like {sample}.")
    class Crashing(Lawful):
        def moment(self, name_: str, text: str) -> int | None:
            if form(text) == name:
                raise refusals.broken()
            return super().moment(name_, text)

    @breach(
        clause,
        name=f"format-{name}-refused-for-create-before",
        description=f"Refuses a time like {sample} in create_before only.",
    )
    class HalfRefusing(Lawful):
        def moment(self, name_: str, text: str) -> int | None:
            is_refused = form(text) == name and name_ == "create_before"
            return None if is_refused else super().moment(name_, text)


for format_name, format_sample in zip(NAMES, SAMPLES, strict=True):
    _enter_format(format_name, format_sample)


def _enter_disagreement(name: str, odd: str, description: str, change: Callable[[int], int]) -> None:
    @breach("filters.formats-agree", name=name, description=f"{description}, in the format {odd} only.")
    class Disagreeing(Lawful):
        def moment(self, name_: str, text: str) -> int | None:
            moment = super().moment(name_, text)
            return change(moment) if moment is not None and form(text) == odd else moment


for odd_name in NAMES:
    _enter_disagreement(
        f"format-{odd_name}-in-utc", odd_name, "Reads a time as UTC", lambda moment: moment + EAST
    )
_enter_disagreement(
    "format-date-ends-the-day", "date", "Takes a date for its end", lambda moment: moment + DAY
)
_enter_disagreement(
    "format-compact-date-ends-the-day",
    "compact-date",
    "Takes a date for its end",
    lambda moment: moment + DAY,
)
_enter_disagreement(
    "format-datetime-without-time",
    "datetime",
    "Reads the date alone",
    lambda moment: midnight(moment) or moment,
)
_enter_disagreement(
    "format-compact-datetime-without-time",
    "compact-datetime",
    "Reads the date alone",
    lambda moment: midnight(moment) or moment,
)
_enter_disagreement(
    "format-datetime-without-minutes",
    "datetime",
    "Drops minutes and seconds",
    lambda moment: moment // HOUR * HOUR,
)


def _enter_zone(odd: str, description: str, shift: int) -> None:
    @breach(
        "filters.one-zone",
        name=f"{odd.replace('_', '-')}-{description}",
        description=f"Reads {odd} in another zone than its twin: {description.replace('-', ' ')}.",
    )
    class TwoZones(Lawful):
        def moment(self, name: str, text: str) -> int | None:
            moment = super().moment(name, text)
            return moment + shift if moment is not None and name == odd else moment


for odd_time in ("create_after", "create_before"):
    _enter_zone(odd_time, "in-utc", EAST)
    _enter_zone(odd_time, "in-tokyo", -HOUR)


@breach("filters.time-malformed")
class MalformedTimesIgnored(Lawful):
    """Takes a time that is none for none given."""

    def time_filter(self, name: str, text: str) -> int | None:
        return self.moment(name, text) if text else None


@breach("filters.time-malformed")
class MalformedCreateAfterIgnored(Lawful):
    """Takes a create_after that is no time for none given."""

    def time_filter(self, name: str, text: str) -> int | None:
        is_bad = name == "create_after" and self.moment(name, text) is None
        return None if is_bad else super().time_filter(name, text)


@breach("filters.time-malformed")
class MalformedCreateBeforeIgnored(Lawful):
    """Takes a create_before that is no time for none given."""

    def time_filter(self, name: str, text: str) -> int | None:
        is_bad = name == "create_before" and self.moment(name, text) is None
        return None if is_bad else super().time_filter(name, text)


@breach("filters.time-malformed")
class MalformedTimesAreNow(Lawful):
    """Takes a time that is none for the present."""

    def moment(self, name: str, text: str) -> int | None:
        moment = super().moment(name, text)
        return self.now() if moment is None else moment


@breach("filters.time-malformed")
class MonthsRollOver(Lawful):
    """Counts a thirteenth month, or a thirty-second day, into the next."""

    def moment(self, name: str, text: str) -> int | None:
        moment = super().moment(name, text)
        if moment is not None or not form(text):
            return moment
        digits = "".join(filter(str.isdecimal, text))
        start = moments.moment(digits[:4] + "0101")
        days = timedelta(days=31 * (int(digits[4:6]) - 1) + int(digits[6:8]) - 1)
        return None if start is None else start + int(days.total_seconds()) * SECOND
