"""Trace: a sequence of exchanges seen as what happened to files. Built once, read by every law."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from conformance.exchange import Exchange

FILES = "/files"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One accepted upload: what was sent, and what the answer said."""

    exchange: Exchange
    id: str
    said: Mapping[str, Any]
    filename: str
    size: int
    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the list; `items` are the members of data that are objects with a string id."""

    exchange: Exchange
    items: tuple[Mapping[str, Any], ...]
    has_more: Any

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids on the page, in order."""
        return tuple(item["id"] for item in self.items)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the request."""
        return dict(self.exchange.request.query)

    @property
    def limit(self) -> int | None:
        """The limit that was asked for, where it is a number within its range."""
        text = self.query.get("limit", "2000")
        return int(text) if text.isascii() and text.isdigit() and 1 <= int(text) <= 2000 else None

    @property
    def selection(self) -> tuple[tuple[str, str], ...]:
        """The parameters that select files, without those that cut pages."""
        return tuple(sorted((k, v) for k, v in self.query.items() if k not in {"after", "limit"}))


@dataclass(frozen=True, slots=True)
class Traversal:
    """Pages that follow one another: each starts behind the last file of the one before."""

    pages: tuple[Page, ...]

    @property
    def whole(self) -> bool:
        """Whether it started at the head of the list and went on to the end that the server named."""
        return "after" not in self.pages[0].query and self.ended

    @property
    def ended(self) -> bool:
        """Whether its last page says that there is none behind it, or is empty."""
        last = self.pages[-1]
        return last.has_more is False or not last.items

    @property
    def ids(self) -> tuple[str, ...]:
        """All ids in order, page by page."""
        return tuple(name for page in self.pages for name in page.ids)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its exchanges."""
        return tuple(page.exchange.number for page in self.pages)


@dataclass(frozen=True)
class Trace:
    """What a sequence of exchanges shows, of one account; `zone` is the filters' offset from UTC in seconds."""

    exchanges: tuple[Exchange, ...]
    zone: float | None = None

    @cached_property
    def finals(self) -> tuple[Exchange, ...]:
        """The last attempt of each request that was sent with the account's own key."""
        return tuple(e for e in self.exchanges if e.final and e.account == "first")

    @cached_property
    def uploads(self) -> Mapping[str, Upload]:
        """Accepted uploads by id; where an id came twice, the first."""
        found: dict[str, Upload] = {}
        for upload in self.each_upload():
            found.setdefault(upload.id, upload)
        return found

    def each_upload(self) -> Iterator[Upload]:
        """Go through the accepted uploads, whatever their ids."""
        for exchange in self.finals:
            request = exchange.request
            said = exchange.mapping()
            part = request.part("file")
            purpose = request.part("purpose")
            if request.is_upload and exchange.succeeded and isinstance(said.get("id"), str) and part:
                yield Upload(
                    exchange=exchange,
                    id=said["id"],
                    said=said,
                    filename=part.filename or "",
                    size=part.size,
                    purpose=(purpose.text if purpose else None) or "",
                )

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Every page of the list that came and can be read."""
        return tuple(
            page
            for exchange in self.finals
            if exchange.request.method == "GET" and exchange.request.path == FILES and exchange.succeeded
            if (page := read_page(exchange)) is not None
        )

    @cached_property
    def traversals(self) -> tuple[Traversal, ...]:
        """The pages joined into traversals, each page in exactly one."""
        open_ends: list[list[Page]] = []
        for page in self.pages:
            for pages in reversed(open_ends):
                last = pages[-1]
                follows = last.ids and page.query.get("after") == last.ids[-1]
                if follows and page.selection == last.selection and page.limit == last.limit:
                    pages.append(page)
                    break
            else:
                open_ends.append([page])
        return tuple(Traversal(tuple(pages)) for pages in open_ends)

    def of_file(self, method: str) -> Iterator[tuple[str, Exchange]]:
        """Go through the requests of that method that name one file, with the id that they name."""
        for exchange in self.finals:
            path = exchange.request.path
            if exchange.request.method == method and path.startswith(FILES + "/") and path.count("/") == 2:
                yield unquote(path.rpartition("/")[2]), exchange

    @cached_property
    def deletions(self) -> Mapping[str, Exchange]:
        """The first deletion of each id that the server said was done."""
        found: dict[str, Exchange] = {}
        for name, exchange in self.of_file("DELETE"):
            if exchange.succeeded:
                found.setdefault(name, exchange)
        return found

    @cached_property
    def doomed(self) -> Mapping[str, int]:
        """The number of the first request to delete each id, whatever came of it."""
        found: dict[str, int] = {}
        for exchange in self.exchanges:
            if exchange.request.method == "DELETE":
                found.setdefault(unquote(exchange.request.path.rpartition("/")[2]), exchange.number)
        return found


def read_page(exchange: Exchange) -> Page | None:
    """Read a page from an answer, or give None where it is no list."""
    data = exchange.mapping().get("data")
    if not isinstance(data, list):
        return None
    items = tuple(item for item in data if isinstance(item, dict) and isinstance(item.get("id"), str))
    return Page(exchange=exchange, items=items, has_more=exchange.mapping().get("has_more"))


def own(items: Iterable[str], uploads: Mapping[str, Upload]) -> tuple[str, ...]:
    """Keep the ids of files that this run created, in order."""
    return tuple(name for name in items if name in uploads)
