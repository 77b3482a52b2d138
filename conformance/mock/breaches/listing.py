"""Breaches of the listing chapter that show on one page; those of a traversal are in `paging`."""

import re
from collections.abc import Callable
from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Body, Call, Operation, Page, Query, Record
from conformance.mock.refusals import Refusal

SHAPES: tuple[tuple[str, str, str, Callable[[Body], Body]], ...] = (
    ("listing.object", "list-object-file", "calls itself a file", lambda body: {**body, "object": "file"}),
    ("listing.object", "list-object-page", "calls itself a page", lambda body: {**body, "object": "page"}),
    ("listing.object", "list-object-null", "does not say what it is, but null", lambda body: {**body, "object": None}),
    ("listing.object", "list-object-missing", "does not say what it is", lambda body: without(body, "object")),
    ("listing.has-more", "has-more-missing", "leaves has_more out", lambda body: without(body, "has_more")),
    ("listing.has-more", "has-more-null", "shows null for has_more", lambda body: {**body, "has_more": None}),
    ("listing.has-more", "has-more-as-text", "shows has_more as a string", lambda body: {**body, "has_more": str(body["has_more"]).lower()}),
    ("listing.has-more", "has-more-as-number", "shows has_more as 0 or 1", lambda body: {**body, "has_more": int(bool(body["has_more"]))}),
    ("listing.has-more", "has-more-in-camel-case", "writes hasMore", lambda body: {**without(body, "has_more"), "hasMore": body["has_more"]}),
    ("listing.has-more", "has-more-only-when-true", "leaves has_more out when it is false", lambda body: body if body["has_more"] else without(body, "has_more")),
    ("listing.data", "list-data-missing", "leaves data out", lambda body: without(body, "data")),
    ("listing.data", "list-data-null", "shows null for data", lambda body: {**body, "data": None}),
    ("listing.data", "list-data-named-files", "calls its array files", lambda body: {**without(body, "data"), "files": body["data"]}),
    ("listing.data", "list-data-by-id", "shows an object with a member for each id", lambda body: {**body, "data": by_id(body["data"])}),
    ("listing.item-object", "list-data-nested", "wraps its array once more", lambda body: {**body, "data": [body["data"]]}),
    ("listing.item-object", "list-data-of-ids", "shows ids in place of files", lambda body: {**body, "data": list(by_id(body["data"]))}),
)  # fmt: skip


def _enter_shape(clause: str, name: str, description: str, change: Callable[[Body], Body]) -> None:
    @breach(clause, name=name, description=f"The list {description}.")
    class Misshapen(Lawful):
        def listing(self, page: Page, query: Query) -> Body:
            return change(super().listing(page, query))


for shape in SHAPES:
    _enter_shape(*shape)


def _enter_hiding(name: str, description: str, hides: Callable[[Record], bool]) -> None:
    @breach("listing.complete", name=name, description=f"The list hides {description}.")
    class Hiding(Lawful):
        def select(self, account: str, query: Query) -> Page:
            page = super().select(account, query)
            return replace(page, records=tuple(record for record in page.records if not hides(record)))


HIDDEN: tuple[tuple[str, str, Callable[[Record], bool]], ...] = (
    ("list-hides-batch-inputs", "batch inputs", lambda record: record.purpose == "batch"),
    ("list-hides-documents", "documents", lambda record: record.purpose == "file-extract"),
    (
        "list-hides-chinese-names",
        "files whose name is not ASCII",
        lambda record: not record.filename.isascii(),
    ),
    ("list-hides-every-third", "every third file", lambda record: record.sequence % 3 == 0),
)

for hidden in HIDDEN:
    _enter_hiding(*hidden)


@breach("listing.complete")
class ListForgetsTheNewest(Lawful):
    """Leaves out the newest file, as a cache would that is one upload behind."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        newest = self.store.ids(account)[:1]
        return replace(page, records=tuple(record for record in page.records if record.id not in newest))


@breach("listing.complete")
class ListMergesNames(Lawful):
    """Shows one file for each file name."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        by_name = {record.filename: record for record in reversed(page.records)}
        return replace(page, records=tuple(reversed(by_name.values())))


@breach("listing.complete")
class ListMergesContents(Lawful):
    """Shows one file for each content."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        by_content = {record.digest: record for record in reversed(page.records)}
        return replace(page, records=tuple(reversed(by_content.values())))


@breach("listing.complete")
class ListAlwaysEmpty(Lawful):
    """Lists nothing."""

    def select(self, account: str, query: Query) -> Page:
        super().select(account, query)
        return Page(records=(), has_more=False)


def _enter_limit(clause: str, name: str, description: str, change: Callable[[Query], int]) -> None:
    @breach(clause, name=name, description=description)
    class Miscounting(Lawful):
        def select(self, account: str, query: Query) -> Page:
            return super().select(account, replace(query, limit=change(query)))


COUNTS: tuple[tuple[str, str, str, Callable[[Query], int]], ...] = (
    ("listing.limit-caps", "limit-ignored", "Gives up to 2000 files whatever the limit.", lambda _: 2000),
    ("listing.limit-caps", "limit-one-too-many", "Gives one file more than the limit.", lambda query: query.limit + 1),
    ("listing.limit-caps", "limit-at-least-ten", "Takes a limit below ten for ten.", lambda query: max(10, query.limit)),
    ("listing.limit-caps", "limit-ignored-after-cursor", "Forgets the limit from the second page on.", lambda query: 2000 if query.after else query.limit),
    ("listing.limit-fills", "limit-one-too-few", "Gives one file less than the limit, and at least one.", lambda query: max(1, query.limit - 1)),
    ("listing.limit-fills", "limit-halved", "Fills a page half.", lambda query: max(1, query.limit // 2)),
    ("listing.limit-fills", "limit-capped-at-two", "Caps a page at two files.", lambda query: min(2, query.limit)),
    ("listing.limit-fills", "limit-capped-at-ten", "Caps a page at ten files.", lambda query: min(10, query.limit)),
    ("listing.limit-fills", "limit-capped-at-hundred", "Caps a page at a hundred files.", lambda query: min(100, query.limit)),
    ("listing.limit-fills", "limit-short-after-cursor", "Gives one file a page from the second page on.", lambda query: 1 if query.after else query.limit),
)  # fmt: skip

for count in COUNTS:
    _enter_limit(*count)


@breach("listing.limit-fills")
class LimitCountsBeforePurpose(Lawful):
    """Ends a page where the purpose changes."""

    def select(self, account: str, query: Query) -> Page:
        page = super().select(account, query)
        first = page.records[0].purpose if page.records else ""
        for number, record in enumerate(page.records):
            if record.purpose != first:
                return Page(records=page.records[:number], has_more=True)
        return page


def _enter_refused(clause: str, name: str, description: str, refused: Callable[[int], bool]) -> None:
    @breach(clause, name=name, description=description)
    class Narrow(Lawful):
        def limit(self, text: str) -> int:
            limit = super().limit(text)
            if refused(limit):
                raise refusals.bad_parameter("limit", "'limit' is out of range")
            return limit


REFUSED: tuple[tuple[str, str, str, Callable[[int], bool]], ...] = (
    ("listing.limit-one", "limit-one-refused", "Refuses limit=1.", lambda limit: limit == 1),
    ("listing.limit-2000", "limit-largest-refused", "Refuses limit=2000, and takes 1999.", lambda limit: limit >= 2000),
    ("listing.limit-2000", "limit-above-thousand-refused", "Refuses a limit above 1000.", lambda limit: limit > 1000),
    ("listing.limit-2000", "limit-above-hundred-refused", "Refuses a limit above 100, as for batches.", lambda limit: limit > 100),
)  # fmt: skip

for narrow in REFUSED:
    _enter_refused(*narrow)


def _enter_lax(clause: str, name: str, description: str, read: Callable[[str], int | None]) -> None:
    @breach(clause, name=name, description=description)
    class Lax(Lawful):
        def limit(self, text: str) -> int:
            limit = read(text)
            return super().limit(text) if limit is None else limit


LAX: tuple[tuple[str, str, str, Callable[[str], int | None]], ...] = (
    ("listing.limit-below", "limit-zero-is-default", "Takes limit=0 for none given.", lambda text: 2000 if text == "0" else None),
    ("listing.limit-below", "limit-zero-is-one", "Takes a limit below 1 for 1.", lambda text: 1 if whole(text) < 1 else None),
    ("listing.limit-below", "limit-zero-is-empty", "Answers limit=0 with an empty page.", lambda text: 0 if text == "0" else None),
    ("listing.limit-below", "limit-negative-is-default", "Takes a negative limit for none given.", lambda text: 2000 if whole(text) < 0 else None),
    ("listing.limit-below", "limit-negative-is-positive", "Drops the sign of a limit.", lambda text: -whole(text) if whole(text) < 0 else None),
    ("listing.limit-above", "limit-above-is-largest", "Takes a limit above 2000 for 2000.", lambda text: 2000 if whole(text) > 2000 else None),
    ("listing.limit-above", "limit-above-is-kept", "Takes any limit above 2000.", lambda text: min(whole(text), 10**6) if whole(text) > 2000 else None),
    ("listing.limit-above", "limit-just-above-is-kept", "Takes limit=2001.", lambda text: 2001 if text == "2001" else None),
    ("listing.limit-above", "limit-of-32-bits", "Keeps the last 32 bits of a limit.", lambda text: whole(text) % 2**32 or None if whole(text) >= 2**32 else None),
    ("listing.limit-integer", "limit-of-letters-is-default", "Takes a limit that is no number for none given.", lambda text: None if is_number(text) else 2000),
    ("listing.limit-integer", "limit-to-its-first-letter", "Reads a limit up to the first letter, if it begins with digits.", lambda text: int(found[0]) if not is_number(text) and (found := re.match(r"[0-9]+(?=[a-z])", text)) else None),
    ("listing.limit-integer", "limit-with-fraction-is-cut", "Cuts the fraction off a limit.", lambda text: int(float(text)) or 1 if is_number(text) and "." in text else None),
    ("listing.limit-integer", "limit-digits-are-picked", "Reads the digits of a limit and no other letter.", lambda text: None if is_number(text) else int("".join(filter(str.isdecimal, text)) or 1)),
)  # fmt: skip

for lax in LAX:
    _enter_lax(*lax)


def _enter_quarrel(name: str, status: int, *quarrelling: str) -> None:
    how = "Fails" if status >= 500 else "Refuses"

    @breach(
        "listing.parameters",
        name=name,
        description=f"{how} when {' and '.join(quarrelling)} are given together.",
    )
    class Quarrelling(Lawful):
        def query(self, call: Call) -> Query:
            if all(parameter in call.query for parameter in quarrelling):
                raise Refusal(status=status, message="These parameters cannot be used together.")
            return super().query(call)


_enter_quarrel("after-with-purpose-refused", 400, "after", "purpose")
_enter_quarrel("after-with-time-refused", 400, "after", "create_after")
_enter_quarrel("limit-with-purpose-refused", 400, "limit", "purpose")
_enter_quarrel("two-times-refused", 400, "create_after", "create_before")
_enter_quarrel("purpose-with-time-refused", 400, "purpose", "create_before")
_enter_quarrel("all-parameters-refused", 400, "after", "limit", "purpose", "create_after", "create_before")
_enter_quarrel("all-parameters-fail", 500, "after", "limit", "purpose", "create_after", "create_before")


def _enter_default(name: str, default: int) -> None:
    @breach("listing.limit-default", name=name, description=f"Gives {default} files when there is no limit.")
    class Sparing(Lawful):
        def default_limit(self) -> int:
            return default


for number, word in (
    (1, "one"),
    (2, "two"),
    (10, "ten"),
    (20, "twenty"),
    (100, "hundred"),
):
    _enter_default(f"default-limit-{word}", number)


def _enter_default_beside(name: str, parameter: str) -> None:
    @breach(
        "listing.limit-default",
        name=name,
        description=f"Gives five files when there is {parameter} and no limit.",
    )
    class SparingBeside(Lawful):
        def query(self, call: Call) -> Query:
            query = super().query(call)
            is_meant = parameter in call.query and "limit" not in call.query
            return replace(query, limit=5) if is_meant else query


for word in ("create_after", "create_before", "after"):
    _enter_default_beside(f"default-limit-five-beside-{word.replace('_', '-')}", word)


@breach("listing.item-id")
class ListingIdFresh(Lawful):
    """Lists files under ids that nobody was given."""

    def describe(self, record: Record, operation: Operation) -> Body:
        body = super().describe(record, operation)
        tail = self.id_tail()
        return {**body, "id": record.id[: -len(tail)] + tail} if operation is Operation.LIST else body


@breach("listing.item-id")
class UploadsLeaveADouble(Lawful):
    """Keeps a second file of the same name, by another id, of one document in four."""

    def register(self, record: Record) -> Record:
        if record.purpose == "file-extract" and record.bytes % 4 == 0:
            super().register(replace(record, id=record.id[:-1] + ("0" if record.id[-1] != "0" else "1")))
        return super().register(record)


@breach("listing.item-filename")
class ListingFilenameShortened(Lawful):
    """Shortens file names in the list."""

    def describe(self, record: Record, operation: Operation) -> Body:
        body = super().describe(record, operation)
        return {**body, "filename": record.filename[:4] + "..."} if operation is Operation.LIST else body


def without(body: Body, key: str) -> Body:
    """Leave one member out."""
    return {name: value for name, value in body.items() if name != key}


def by_id(data: object) -> Body:
    """Turn an array of files into an object."""
    return {item["id"]: item for item in data} if isinstance(data, list) else {}


def whole(text: str) -> int:
    """Read a whole number; what is none counts as 1, which is lawful."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else 1


def is_number(text: str) -> bool:
    """Tell whether a text is a number of any kind."""
    try:
        return float(text) == float(text)
    except ValueError:
        return False
