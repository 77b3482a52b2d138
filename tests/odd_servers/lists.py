"""Lists: how an odd server narrows, orders and cuts its list."""

import datetime as dt
import operator
import re
from collections.abc import Mapping
from typing import Any

from .records import PREFIXES, Record, Records, RefusalError, Said, Shelf

FORMATS = ("%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y%m%d")
SHAPES = (r"\d{14}", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", r"\d{4}-\d\d-\d\d", r"\d{8}")
MOST = 2000
PARAMETERS = {"after", "limit", "create_after", "create_before", "purpose"}


class Lists(Records):
    """The list of an account's files; `reader` is what the request at hand reads."""

    reader = "list"

    def listing(self, shelf: Shelf, query: Mapping[str, str]) -> Said:
        """Give one page."""
        if self.manners.strict and (strange := set(query) - PARAMETERS):
            raise RefusalError(
                self.manners.malformed, f"unknown parameter {min(strange)}", param=min(strange)
            )
        limit = self.limit(query)
        self.reader = "list" if set(query) <= {"after", "limit"} else "filtered list"
        known = [record for record in self.ordered(shelf, query) if self.is_listed(record)]
        page, more = self.cut(shelf, known, query, limit)
        if self.manners.cruel and page:
            self.shown_last = page[-1]
        said = {
            "object": "list",
            "data": [self.described(record, "list") for record in page],
            "has_more": more,
        }
        if self.manners.extra:
            said |= {"first_id": page[0]["id"] if page else None, "total": len(known)}
        return said

    def limit(self, query: Mapping[str, str]) -> int:
        """Read the limit."""
        text = query.get("limit", str(MOST))
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not 1 <= int(text) <= MOST:
            raise RefusalError(self.manners.malformed, "limit must be in [1, 2000]", param="limit")
        return int(text)

    def ordered(self, shelf: Shelf, query: Mapping[str, str]) -> list[Record]:
        """Give all files in the order of the list."""
        assert query is not None
        return sorted(shelf.values(), key=self.place)

    def place(self, record: Record) -> tuple[float, str]:
        """Give the place of a file in the order."""
        by = {"oldest": record["moment"], "newest": -record["moment"], "id": 0.0}
        return by[self.manners.order], record["id"]

    def is_listed(self, record: Record) -> bool:
        """Whether the list shows a file by now."""
        return self.is_seen(record, self.reader)

    def cut(
        self, shelf: Shelf, known: list[Record], query: Mapping[str, str], limit: int
    ) -> tuple[list[Record], bool]:
        """Cut one page out of the files, and say whether another one follows."""
        tests = self.tests(query)
        chosen = [record for record in known if all(test(record) for test in tests)]
        if (after := query.get("after")) is not None:
            chosen = self.behind(shelf, chosen, after)
        return chosen[:limit], len(chosen) > limit

    def behind(self, shelf: Shelf, chosen: list[Record], after: str) -> list[Record]:
        """Give what stands behind a cursor."""
        cursor = shelf.get(after)
        known = cursor and (self.manners.keeps_cursors or self.is_seen(cursor, self.reader))
        if cursor and known and (cursor in chosen or not self.manners.selected_cursors):
            return [record for record in chosen if self.place(record) > self.place(cursor)]
        if self.manners.unknown_cursor == "refused":
            raise RefusalError(self.manners.unknown_id, "No such file: after", param="after")
        return chosen if self.manners.unknown_cursor == "head" else []

    def tests(self, query: Mapping[str, str]) -> list[Any]:
        """Give what a file must pass to be selected."""
        found: list[Any] = []
        if purpose := self.wanted(query):
            found.append(lambda record: record["purpose"] == purpose)
        if (text := query.get("create_after")) is not None:
            late = self.instant(text, "create_after")
            later = operator.ge if self.manners.after_inclusive else operator.gt
            found.append(lambda record: later(self.moment(record), late))
        if (text := query.get("create_before")) is not None:
            early = self.instant(text, "create_before")
            found.append(lambda record: self.moment(record) < early)
        return found

    def wanted(self, query: Mapping[str, str]) -> str | None:
        """Read the purpose that a list is narrowed to."""
        purpose = query.get("purpose")
        if purpose is not None and purpose not in PREFIXES and self.manners.unknown_purpose != 200:
            raise RefusalError(self.manners.unknown_purpose, "unknown purpose", param="purpose")
        return purpose

    def moment(self, record: Record) -> float:
        """Give the time by which a file is filtered."""
        return float(record["moment" if self.manners.precise else "created_at"])

    def instant(self, text: str, name: str) -> float:
        """Read a filter's time."""
        for form, shape in zip(FORMATS, SHAPES, strict=True):
            if re.fullmatch(shape, text, re.ASCII):
                try:
                    clock = dt.datetime.strptime(text, form).replace(tzinfo=dt.UTC)
                except ValueError:
                    break
                is_date = "S" not in form
                zone = self.manners.date_zone if is_date else None
                ends = is_date and name in self.manners.date_ends
                return (
                    clock.timestamp() - (self.manners.zone if zone is None else zone) * 3600 + 86_399 * ends
                )
        raise RefusalError(self.manners.malformed, f"{name} is no time", param=name)
