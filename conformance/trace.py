"""Trace: a sequence of exchanges seen as what happened to files. Built once, read by every law."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from conformance.exchange import Exchange
from conformance.resources import spellings

FILES = "/files"
# The purposes that the pages list; what any other gets is no matter of a law.
PURPOSES = ("file-extract", "batch")
# Reads may lag behind writes for this long, in seconds, before a lag becomes a lie.
LAG = 10.0
# Clocks of well-kept servers agree within seconds; a wrong unit or zone is off by hours at least.
CLOCK_TOLERANCE = 300
# Fewer server errors in a row than this are weather.
LASTING = 3
# Refusals of the account, the key or the pace say nothing of a file.
OF_THE_ACCOUNT = {401, 402, 403, 408, 429}


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One accepted upload: what was sent (None where nothing was), and what the answer said."""

    exchange: Exchange
    id: str
    said: Mapping[str, Any]
    filename: str | None
    size: int
    purpose: str | None


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of the list; `items` are the members of data that are objects with a string id.

    `length` counts the others too.
    """

    exchange: Exchange
    items: tuple[Mapping[str, Any], ...]
    length: int
    has_more: Any

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """The ids on the page, in order."""
        return tuple(item["id"] for item in self.items)

    @cached_property
    def query(self) -> dict[str, str]:
        """The parameters of the request."""
        return dict(self.exchange.request.query)

    @cached_property
    def limit(self) -> int | None:
        """The limit that was asked for, where it is a number within its range."""
        text = self.query.get("limit", "2000")
        return int(text) if text.isascii() and text.isdigit() and 1 <= int(text) <= 2000 else None

    @cached_property
    def selection(self) -> tuple[tuple[str, str], ...]:
        """The parameters that select files, without those that cut pages."""
        return tuple(sorted((k, v) for k, v in self.query.items() if k not in {"after", "limit"}))


ListPage = TypeVar("ListPage", bound=Page)


@dataclass(frozen=True)
class Traversal:
    """Pages that follow one another: each starts behind the last file of the one before."""

    pages: tuple[Page, ...]

    @property
    def whole(self) -> bool:
        """Whether it started at the head of the list and went on to the end that the server named.

        With a limit out of its range it proves nothing.
        """
        return "after" not in self.pages[0].query and self.pages[0].limit is not None and self.ended

    @property
    def is_whole_list(self) -> bool:
        """Whether it is the whole list, unfiltered and on one page."""
        return self.whole and len(self.pages) == 1 and not self.pages[0].selection

    @property
    def ended(self) -> bool:
        """Whether its last page says that there is none behind it, or is empty."""
        last = self.pages[-1]
        return last.has_more is False or not last.length

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """All ids in order, page by page."""
        return tuple(name for page in self.pages for name in page.ids)

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its exchanges."""
        return tuple(page.exchange.number for page in self.pages)


@dataclass(frozen=True)
class Trace:
    """What a sequence of exchanges shows, of one account; `zone` is the filters' offset from UTC in seconds.

    `sole` says that nobody else could touch the files which these exchanges created: a run's are its own. Of what others
    recorded that is not known: there a file is missed only between two sights of it.
    """

    exchanges: tuple[Exchange, ...]
    zone: float | None = None
    sole: bool = True

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

    @cached_property
    def shared(self) -> frozenset[str]:
        """The ids that two uploads got: which of the two files they name, nobody can tell."""
        counts = Counter(upload.id for upload in self.each_upload())
        return frozenset(name for name, count in counts.items() if count > 1)

    def each_upload(self) -> Iterator[Upload]:
        """Go through the accepted uploads, whatever their ids."""
        for exchange in self.finals:
            request = exchange.request
            said = exchange.mapping()
            names = [part.name for part in request.parts]
            part = request.part("file")
            purpose = request.part("purpose")
            # Which of two fields of one name counts, no page says.
            if not part or len(names) > len(set(names)):
                continue
            if request.is_upload and exchange.succeeded and isinstance(said.get("id"), str):
                yield Upload(
                    exchange=exchange,
                    id=said["id"],
                    said=said,
                    filename=part.filename or None,
                    size=part.size,
                    purpose=purpose.text if purpose else None,
                )

    @cached_property
    def doubtful(self) -> frozenset[str]:
        """The file names of uploads whose answers were lost, or were server errors: they may have been done."""
        return frozenset(
            filename
            for exchange in self.exchanges
            if exchange.request.is_upload and (exchange.answer is None or exchange.answer.status >= 500)
            for part in exchange.request.parts
            for filename in spellings(part.filename or "")
        )

    @cached_property
    def pages(self) -> tuple[Page, ...]:
        """Every page of the list that came and can be read."""
        return tuple(listed_at(FILES, self.finals, read_page))

    @cached_property
    def shown(self) -> Mapping[str, int]:
        """The number of the first page that showed each id."""
        return first_shown(self.pages)

    @cached_property
    def sightings(self) -> Mapping[str, tuple[int, ...]]:
        """The numbers of the exchanges that showed each id to be there: lists and retrievals, in order."""
        found: dict[str, list[int]] = defaultdict(list)
        for page in self.pages:
            for name in page.ids:
                found[name].append(page.exchange.number)
        for name, exchange in self.of_file("GET"):
            if exchange.succeeded:
                found[name].append(exchange.number)
        return {name: tuple(sorted(numbers)) for name, numbers in found.items()}

    def went_with_another(self, name: str, number: int) -> bool:
        """Whether a file was last seen before a request to delete another, and never again from `number` on."""
        seen = self.sightings.get(name, ())
        if not seen or seen[-1] >= number:
            return False
        return any(seen[-1] < each.number < number for other, each in self.of_file("DELETE") if other != name)

    def arrived(self, name: str, exchange: Exchange) -> bool:
        """Whether no lag excuses an exchange for not knowing the file of an upload any more."""
        upload = self.uploads.get(name)
        return upload is not None and long_after(upload.exchange, exchange)

    @cached_property
    def vanished(self) -> frozenset[str]:
        """The files of others that could not be retrieved, or that the list had lost when they were a cursor.

        What a page gives behind one of them, no page says.
        """
        refused = {
            name
            for name, exchange in self.of_file("GET")
            if exchange.refused and exchange.status not in OF_THE_ACCOUNT
        }
        heads = [
            (page.exchange.number, frozenset(page.ids))
            for page in self.pages
            if "after" not in page.query and not page.selection and page.has_more is False
        ]
        lost = {
            cursor
            for page in self.pages
            if (cursor := page.query.get("after")) and cursor not in self.uploads
            if any(number > page.exchange.number and cursor not in ids for number, ids in heads)
        }
        return frozenset((refused | lost) - set(self.uploads))

    @cached_property
    def traversals(self) -> tuple[Traversal, ...]:
        """The pages joined into traversals, each page in exactly one."""
        return joined(self.pages, self.vanished)

    def of_file(self, method: str) -> Iterator[tuple[str, Exchange]]:
        """Go through the requests of that method that name one file, with the id that they name."""
        for exchange in self.finals:
            path = exchange.request.path
            if exchange.request.method == method and path.startswith(FILES + "/") and path.count("/") == 2:
                yield exchange.request.named, exchange

    @cached_property
    def deletions(self) -> Mapping[str, Exchange]:
        """The first deletion of each id that the server said was done."""
        found: dict[str, Exchange] = {}
        for name, exchange in self.of_file("DELETE"):
            said = exchange.answer is not None and not exchange.answer.cut
            if exchange.succeeded and said and exchange.mapping().get("deleted") is not False:
                found.setdefault(name, exchange)
        return found

    @cached_property
    def doomed(self) -> Mapping[str, int]:
        """The number of the first request to delete each id, whatever came of it; others may delete what is seen no more."""
        found: dict[str, int] = {}
        for exchange in self.exchanges:
            if exchange.request.method == "DELETE":
                found.setdefault(exchange.request.named, exchange.number)
        for name, upload in self.uploads.items() if not self.sole else ():
            last = (upload.exchange.number, *self.sightings.get(name, ()))[-1]
            found[name] = min(found.get(name, last), last)
        return found


def listed_at(
    path: str, exchanges: Iterable[Exchange], read: Callable[[Exchange], ListPage | None]
) -> Iterator[ListPage]:
    """Go through the pages of the list at a path that came and can be read."""
    for exchange in exchanges:
        request = exchange.request
        # Which of two parameters of one name counts, no page says.
        plain = len(dict(request.query)) == len(request.query)
        if request.method == "GET" and request.path == path and exchange.succeeded and plain:
            page = read(exchange)
            if page is not None:
                yield page


def first_shown(pages: Iterable[Page]) -> Mapping[str, int]:
    """Give the number of the first page that showed each id."""
    found: dict[str, int] = {}
    for page in pages:
        for name in page.ids:
            found.setdefault(name, page.exchange.number)
    return found


def joined(pages: Iterable[Page], vanished: Collection[str] = ()) -> tuple[Traversal, ...]:
    """Join pages into traversals, each page in exactly one; a cursor that names what has vanished begins another."""
    open_ends: list[list[Page]] = []
    for page in pages:
        for behind in reversed(open_ends):
            last = behind[-1]
            cursor = page.query.get("after")
            follows = last.ids and cursor == last.ids[-1] and cursor not in vanished
            if follows and page.selection == last.selection and page.limit == last.limit:
                behind.append(page)
                break
        else:
            open_ends.append([page])
    return tuple(Traversal(tuple(each)) for each in open_ends)


def read_page(exchange: Exchange) -> Page | None:
    """Read a page from an answer, or give None where it is no list."""
    data = exchange.mapping().get("data")
    if not isinstance(data, list):
        return None
    items = tuple(item for item in data if isinstance(item, dict) and isinstance(item.get("id"), str))
    return Page(exchange=exchange, items=items, length=len(data), has_more=exchange.mapping().get("has_more"))


def long_after(write: Exchange, read: Exchange) -> bool:
    """Whether a read left so long after a write was answered that no lag excuses it."""
    return read.started > excused_until(write)


def excused_until(write: Exchange) -> float:
    """Give the moment up to which a read may not know of a write, in seconds since 1970."""
    return write.started + write.seconds + LAG


def is_now(said: object, exchange: Exchange) -> bool:
    """Whether a time is that of an exchange, in whole seconds since 1970."""
    start, end = exchange.started, exchange.started + exchange.seconds
    return isinstance(said, int) and start - CLOCK_TOLERANCE <= said <= end + CLOCK_TOLERANCE


def own(items: Iterable[str], uploads: Mapping[str, Upload]) -> tuple[str, ...]:
    """Keep the ids of files that this run created, in order."""
    return tuple(name for name in items if name in uploads)
