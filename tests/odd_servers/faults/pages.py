"""Faults of the list and its pages."""

# ruff: noqa: ARG002  the signatures are those of the server that is bent

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from tests.odd_servers.faults.fault import fault
from tests.odd_servers.server import Odd, Record, RefusalError, Said, Shelf

Cut = tuple[list[Record], bool]
Query = Mapping[str, str]


@fault("listing.after")
class CursorInclusive(Odd):
    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        return [shelf[name] for name in (after,) if name in shelf] + super().behind(shelf, chosen, after)


@fault("listing.no-gap")
class CursorSkipsOne(Odd):
    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        return super().behind(shelf, chosen, after)[1:]


@fault("listing.after")
class CursorIgnored(Odd):
    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        return chosen


@fault("listing.after")
class CursorLooksBackwards(Odd):
    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        place = self.place(shelf[after]) if after in shelf else (0.0, "")
        return [record for record in chosen if self.place(record) < place]


@fault("listing.after")
class CursorIsAnOffset(Odd):
    """after is taken for a number; what is none counts as nought."""

    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        return chosen[int(after) if after.isdigit() else 0 :]


@fault("listing.no-gap", "listing.after")
class TiesLost(Odd):
    """The cursor remembers the second alone, and files of one second are lost between pages."""

    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        if after not in shelf:
            return super().behind(shelf, chosen, after)
        return [record for record in chosen if record["created_at"] > shelf[after]["created_at"]]


@fault("listing.no-duplicate", "listing.after")
class TiesRepeated(Odd):
    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        if after not in shelf:
            return super().behind(shelf, chosen, after)
        return [record for record in chosen if record["created_at"] >= shelf[after]["created_at"]]


@fault("listing.after", also=("filters.paged",))
class CursorOfAnotherPurposeUnknown(Odd):
    """The cursor is looked for among the files of the first purpose alone."""

    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        if after in shelf and shelf[after]["purpose"] == "batch":
            raise RefusalError(404, "No such file: after")
        return super().behind(shelf, chosen, after)


class _More(Odd, ABC):
    """Says otherwise whether there is another page."""

    @abstractmethod
    def more(self, page: list[Record], left: int, limit: int) -> Any:
        """What is said of a page when that many files are left behind it."""

    def cut(self, shelf: Shelf, known: list[Record], query: Query, limit: int) -> Cut:
        all_of_them, _ = super().cut(shelf, known, query, len(known) + 1)
        page = all_of_them[:limit]
        return page, self.more(page, len(all_of_them) - len(page), limit)


@fault("listing.has-more-true")
class MoreNever(_More):
    def more(self, page: list[Record], left: int, limit: int) -> bool:
        return False


@fault("listing.has-more-false")
class MoreAlways(_More):
    def more(self, page: list[Record], left: int, limit: int) -> bool:
        return True


@fault("listing.has-more-false")
class MoreWhenFull(_More):
    def more(self, page: list[Record], left: int, limit: int) -> bool:
        return len(page) == limit


@fault("listing.has-more-true")
class MoreOffByOne(_More):
    """The very last file is never announced."""

    def more(self, page: list[Record], left: int, limit: int) -> bool:
        return left > 1


@fault("listing.has-more")
class MoreAsText(_More):
    def more(self, page: list[Record], left: int, limit: int) -> str:
        return str(left > 0).lower()


@fault("listing.has-more-false")
class MoreOfTheWholeAccount(Odd):
    """has_more is counted before cursor and filters."""

    def cut(self, shelf: Shelf, known: list[Record], query: Query, limit: int) -> Cut:
        page, _ = super().cut(shelf, known, query, limit)
        return page, len(page) < len(known)


@fault("listing.limit-default")
class DefaultOfTwenty(Odd):
    def limit(self, query: Query) -> int:
        return super().limit(query) if "limit" in query else 20


@fault("listing.limit-default", "listing.limit-fills")
class AtMostFifty(Odd):
    def limit(self, query: Query) -> int:
        return min(50, super().limit(query))


@fault("listing.limit-caps")
class LimitIgnored(Odd):
    def limit(self, query: Query) -> int:
        super().limit(query)
        return 2000


@fault("listing.limit-caps")
class LimitPlusOne(Odd):
    def limit(self, query: Query) -> int:
        return super().limit(query) + 1


@fault("listing.limit-caps")
class LimitAtLeastTen(Odd):
    def limit(self, query: Query) -> int:
        return max(10, super().limit(query))


@fault("listing.limit-2000", also=("listing.parameters",))
class LimitBelowTwoThousand(Odd):
    def limit(self, query: Query) -> int:
        if query.get("limit") == "2000":
            raise RefusalError(400, "limit must be in [1, 2000)")
        return super().limit(query)


@fault("listing.limit-below", "listing.limit-above", "listing.limit-integer")
class LimitLenient(Odd):
    def limit(self, query: Query) -> int:
        text = query.get("limit", "2000")
        return min(max(int(text), 1), 2000) if text.lstrip("-").isdigit() else 2000


@fault("listing.limit-integer", also=("errors.no-server-error",))
class LimitCrash(Odd):
    def limit(self, query: Query) -> int:
        limit = int(query.get("limit", "2000"))
        return super().limit({"limit": str(limit)})


@fault("listing.order-stable", also=("listing.no-gap", "listing.no-duplicate", "listing.after"))
class OrderByChance(Odd):
    def ordered(self, shelf: Shelf, query: Query) -> list[Record]:
        return self.random.sample(list(shelf.values()), len(shelf))

    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        names = [record["id"] for record in chosen]
        return chosen[names.index(after) + 1 :] if after in names else []


@fault("listing.order-stable", also=("listing.after",))
class OrderTurnsWithLimit(Odd):
    """Small pages are newest first, large ones oldest first."""

    def ordered(self, shelf: Shelf, query: Query) -> list[Record]:
        return super().ordered(shelf, query)[:: -1 if self._small(query) else 1]

    def cut(self, shelf: Shelf, known: list[Record], query: Query, limit: int) -> Cut:
        self.turned = self._small(query)
        return super().cut(shelf, known, query, limit)

    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        place = self.place(shelf[after]) if after in shelf else (0.0, "")
        return [r for r in chosen if (self.place(r) < place if self.turned else self.place(r) > place)]

    def _small(self, query: Query) -> bool:
        return int(query.get("limit", "2000")) < 10


@fault("listing.complete", also=("listing.no-gap", "listing.has-more-true"))
class LastForgotten(Odd):
    def ordered(self, shelf: Shelf, query: Query) -> list[Record]:
        return super().ordered(shelf, query)[:-1]


@fault("listing.complete")
class ListOfDocumentsOnly(Odd):
    def ordered(self, shelf: Shelf, query: Query) -> list[Record]:
        found = super().ordered(shelf, query)
        return found if "purpose" in query else [r for r in found if r["purpose"] != "batch"]


@fault("listing.complete")
class ListOfAMinuteAgo(Odd):
    """The list comes out of a cache that lives for a minute."""

    kept: tuple[float, list[Record]] = (0.0, [])

    def ordered(self, shelf: Shelf, query: Query) -> list[Record]:
        if time.time() > self.kept[0] + 60:
            self.kept = time.time(), super().ordered(shelf, query)
        return self.kept[1]


@fault("listing.limit-fills", also=("filters.paged", "filters.combined", "listing.has-more-false"))
class FilterBehindThePage(Odd):
    """A page is cut first and filtered then."""

    def cut(self, shelf: Shelf, known: list[Record], query: Query, limit: int) -> Cut:
        bare = {name: text for name, text in query.items() if name == "after"}
        page, more = super().cut(shelf, known, bare, limit)
        tests = self.tests(query)
        return [record for record in page if all(test(record) for test in tests)], more


@fault("listing.no-gap", "filters.paged", also=("listing.has-more-true", "listing.limit-fills"))
class PagesBeyondTheFirstAreShort(Odd):
    """Pages behind a cursor hold one file less than asked for, and the next one starts as if they did not."""

    def cut(self, shelf: Shelf, known: list[Record], query: Query, limit: int) -> Cut:
        page, more = super().cut(shelf, known, query, limit)
        return (page[1:] if "after" in query and len(page) > 1 else page), more


@fault("listing.data")
class NullWhenEmpty(Odd):
    def listing(self, shelf: Shelf, query: Query) -> Said:
        said = super().listing(shelf, query)
        return said | {"data": said["data"] or None}


@fault("filters.none-match", also=("listing.after-last",))
class NotFoundWhenEmpty(Odd):
    def listing(self, shelf: Shelf, query: Query) -> Said:
        said = super().listing(shelf, query)
        if not said["data"]:
            raise RefusalError(404, "no files")
        return said


@fault(
    "listing.order-stable", also=("listing.after", "listing.no-gap", "listing.no-duplicate", "filters.paged")
)
class TiesInAnyOrder(Odd):
    """Files of one second come in another order each time."""

    def place(self, record: Record) -> tuple[float, str]:
        return record["created_at"], str(self.random.random())

    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        names = [record["id"] for record in chosen]
        return chosen[names.index(after) + 1 :] if after in names else []


@fault(
    "listing.parameters",
    "listing.after",
    also=("listing.no-gap", "listing.after-last", "listing.has-more-true", "filters.paged"),
)
class LimitComparedAsText(Odd):
    def limit(self, query: Query) -> int:
        if query.get("limit", "1") > "2000":
            raise RefusalError(400, "limit must be in [1, 2000]")
        return super().limit(query)


@fault("listing.data")
class DataLeftOutWhenEmpty(Odd):
    def listing(self, shelf: Shelf, query: Query) -> Said:
        said = super().listing(shelf, query)
        return said if said["data"] else {"object": "list", "has_more": False}


@fault("listing.data", also=("listing.item-id",))
class DataByIds(Odd):
    def listing(self, shelf: Shelf, query: Query) -> Said:
        said = super().listing(shelf, query)
        return said | {"data": {item["id"]: item for item in said["data"]}}


@fault("listing.no-duplicate", also=("listing.complete", "lifecycle.upload-survives"))
class FirstOfThePageTwice(Odd):
    """The first file of a page takes the place of its last one too."""

    def listing(self, shelf: Shelf, query: Query) -> Said:
        said = super().listing(shelf, query)
        return said | {"data": [*said["data"][:1], *said["data"][: max(0, len(said["data"]) - 1)]]}


@fault("listing.has-more-true")
class MoreOnlyOnTheFirstPage(_More):
    def more(self, page: list[Record], left: int, limit: int) -> bool:
        return left > 0 and not self.behind_a_cursor

    def cut(self, shelf: Shelf, known: list[Record], query: Query, limit: int) -> Cut:
        self.behind_a_cursor = "after" in query
        return super().cut(shelf, known, query, limit)


@fault("listing.complete", also=("listing.no-gap",))
class ListOfThirtyAtMost(Odd):
    """Only the first thirty files that match are ever looked at."""

    def ordered(self, shelf: Shelf, query: Query) -> list[Record]:
        return [record for record in super().ordered(shelf, query) if record["gone"] is None][:30]


@fault("listing.limit-one")
class LimitOfOneRefused(Odd):
    def limit(self, query: Query) -> int:
        if query.get("limit") == "1":
            raise RefusalError(400, "limit must be in [2, 2000]")
        return super().limit(query)
