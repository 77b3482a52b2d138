"""The Files API in verbs, for one account. Knows how to wait for what lags; judges nothing."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from conformance.client import Client, FormFile
from conformance.exchange import Exchange, Pairs
from conformance.expect import listed
from conformance.resources import path_of, spellings
from conformance.trace import OF_THE_ACCOUNT, Page, Traversal, own, read_page

# No account holds more than 10,000 files, which are five pages of the largest size.
MOST_PAGES = 12
LARGEST_LIMIT = 2000

Value = TypeVar("Value")

# How far to step back, time after time, from a cursor whose file another client has deleted.
STEPS_BACK = (1, 4, 16, 64, 256)


class Files:
    """Uploads, retrieves, lists and deletes."""

    def __init__(self, client: Client, *, lag: float = 10.0, tag: str = "") -> None:
        self.client = client
        self.lag = lag
        # The tag of the run, which tells its files from anybody else's.
        self.tag = tag
        self._made: set[str] = set()

    def upload(self, file: FormFile, purpose: str, *, account: str = "first") -> Exchange:
        """Send one file; after trouble look whether it arrived before sending it again."""
        return self.send_form((("purpose", purpose),), file, account=account)

    def send_form(self, form: Pairs, file: FormFile | None, *, account: str = "first") -> Exchange:
        """Send an upload's form as given, whole or with something missing."""

        def look() -> None:
            if file:
                self.undo({file.filename}, account="second" if account == "second" else "first")

        exchange = self.client.send("POST", "/files", form=form, file=file, account=account, look=look)
        if name := id_of(exchange):
            self._made.add(name)
        return exchange

    def retrieve(self, name: str, *, account: str = "first") -> Exchange:
        """Ask for one file."""
        return self.client.send("GET", path_of(name), account=account)

    def delete(self, name: str, *, account: str = "first", cleaning: bool = False) -> Exchange:
        """Delete one file."""
        return self.client.send("DELETE", path_of(name), account=account, cleaning=cleaning)

    def list(self, *, account: str = "first", **query: Any) -> Exchange:
        """Ask for one page of the list."""
        pairs = tuple((key, str(value)) for key, value in query.items())
        return self.client.send("GET", "/files", query=pairs, account=account)

    def traverse(
        self, *, behind: Sequence[str] = (), most: int = MOST_PAGES, until: Iterable[str] = (), **query: Any
    ) -> tuple[Exchange, Traversal | None]:
        """Follow the pages to the end, to `most` pages, or until all of `until` were seen.

        Starts at the head, or behind the last of the files `behind`, which are given in the order of the list.
        Gives the last exchange, and the traversal unless the first answer was a refusal.

        Raises:
            Unproven: an answer was no list that can be read.
        """
        pages: list[Page] = []
        wanted = set(until)
        trail = tuple(behind)
        while True:
            exchange, page, trail = self._page(trail, query)
            if page is None:
                return exchange, Traversal(tuple(pages)) if pages else None
            pages.append(page)
            wanted -= set(page.ids)
            done = page.has_more is not True or set(page.ids) <= set(trail) or (until and not wanted)
            if done or len(pages) >= most:
                return exchange, Traversal(tuple(pages))
            trail += page.ids

    def _page(
        self, trail: tuple[str, ...], query: dict[str, Any]
    ) -> tuple[Exchange, Page | None, tuple[str, ...]]:
        """Ask for the page behind the last file of a trail, and give the trail too.

        Where another client has deleted that file, a server need not know its place: then the trail is cut back.
        """
        for steps in (*STEPS_BACK, 0):
            exchange = self.list(**({**query, "after": trail[-1]} if trail else query))
            page = listed(exchange) if exchange.succeeded else None
            plausible = page is not None and page.items and not set(trail) & set(page.ids)
            account = query.get("account", "first")
            if plausible or not trail or not steps or not self.is_gone(trail[-1], account):
                break
            trail = trail[:-steps]
        return exchange, page, trail

    def is_gone(self, name: str, account: str = "first") -> bool:
        """Whether a file cannot be retrieved any more, or the list, which may know more, has lost it."""
        exchange = self.retrieve(name, account=account)
        if exchange.refused and exchange.status not in OF_THE_ACCOUNT:
            return True
        page = read_page(self.list(limit=LARGEST_LIMIT, account=account))
        return page is not None and page.has_more is False and name not in page.ids

    def astride(self, limit: int, change: Callable[[], Value], *, doomed: Collection[str] = ()) -> Value:
        """Do something between two pages of a list, for the laws to see that it costs the second page nothing.

        What is behind a cursor that is gone no page says: `doomed` are those that will be.
        """
        page = read_page(self.list(limit=limit))
        done = change()
        if page and page.has_more is True and page.ids and page.ids[-1] not in doomed:
            self.list(after=page.ids[-1], limit=limit)
        return done

    def everything(self, **query: Any) -> tuple[Exchange, Traversal | None]:
        """Follow the list to its end in pages of the largest size."""
        return self.traverse(limit=LARGEST_LIMIT, **query)

    def wait(
        self, ask: Callable[[], Exchange], done: Callable[[Exchange], bool], *, within: float | None = None
    ) -> Exchange:
        """Ask until it is done or the time is used up (in seconds; the lag unless told), and give the last answer."""
        deadline = time.monotonic() + (self.lag if within is None else within)
        for pause in _pauses():
            exchange = ask()
            if done(exchange) or time.monotonic() + pause > deadline:
                return exchange
            time.sleep(pause)
        raise AssertionError("pauses never end")

    def wait_listed(
        self, names: Iterable[str], *, looks: int = 1, account: str = "first", **query: Any
    ) -> tuple[Exchange, Traversal | None]:
        """Follow a list until it shows all of these files, so many times running, or the lag is used up."""
        wanted = set(names)
        found: list[Traversal | None] = [None]
        complete = 0

        def ask() -> Exchange:
            exchange, found[0] = self.everything(account=account, **query)
            return exchange

        def done(_: Exchange) -> bool:
            nonlocal complete
            complete = complete + 1 if found[0] and wanted <= set(found[0].ids) else 0
            return found[0] is None or complete >= looks

        return self.wait(ask, done), found[0]

    def undo(self, filenames: Collection[str], *, account: str = "first") -> None:
        """Delete what uploads left that may have been done without our seeing their answers."""
        names = [spelt for filename in filenames for spelt in spellings(filename)]
        _, traversal = self.everything(account=account)
        for page in traversal.pages if traversal else ():
            for item in page.items:
                if item.get("filename") in names and item["id"] not in self._made:
                    self.delete(item["id"], account=account)


def description(exchange: Exchange) -> dict[str, Any]:
    """Give the file that an answer describes, or an empty mapping."""
    return exchange.mapping() if exchange.succeeded else {}


def id_of(exchange: Exchange) -> str:
    """Give the id of what was made, or nothing where it was not accepted."""
    name = description(exchange).get("id")
    return name if isinstance(name, str) else ""


def shown(traversal: Traversal | None, names: Iterable[str]) -> tuple[str, ...]:
    """Keep those of our files that a traversal showed, in its order."""
    return own(traversal.ids if traversal else (), dict.fromkeys(names))  # type: ignore[arg-type]


def _pauses() -> Iterator[float]:
    pause = 0.1
    while True:
        yield pause
        pause = min(pause * 2, 1.5)
