"""The Files API in verbs, for one account. Knows how to wait for what lags; judges nothing."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from conformance.client import Client, FormFile
from conformance.exchange import Exchange, Pairs
from conformance.expect import listed
from conformance.resources import path_of
from conformance.trace import OF_THE_ACCOUNT, Page, Traversal, own

# No account holds more than 10,000 files, which are five pages of the largest size.
MOST_PAGES = 12
LARGEST_LIMIT = 2000
# Other clients may delete the very files that a page ended with; so many at one cursor they do not.
STEPS_BACK = 6


class Files:
    """Uploads, retrieves, lists and deletes."""

    def __init__(self, client: Client, *, lag: float = 10.0) -> None:
        self.client = client
        self.lag = lag
        self._made: set[str] = set()

    def upload(self, file: FormFile, purpose: str, *, account: str = "first") -> Exchange:
        """Send one file; after trouble look whether it arrived before sending it again."""
        return self.send_form((("purpose", purpose),), file, account=account)

    def send_form(self, form: Pairs, file: FormFile | None, *, account: str = "first") -> Exchange:
        """Send an upload's form as given, whole or with something missing."""

        def look() -> None:
            if file:
                self.undo({file.filename})

        exchange = self.client.send("POST", "/files", form=form, file=file, account=account, look=look)
        if isinstance(name := description(exchange).get("id"), str):
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
        seen = dict.fromkeys(behind)
        while True:
            exchange, page = self._page(list(seen), query)
            if page is None:
                return exchange, Traversal(tuple(pages)) if pages else None
            pages.append(page)
            fresh = set(page.ids) - set(seen)
            seen.update(dict.fromkeys(page.ids))
            done = page.has_more is not True or not fresh or (wanted and wanted <= set(seen))
            if done or len(pages) >= most:
                return exchange, Traversal(tuple(pages))

    def _page(self, seen: list[str], query: dict[str, Any]) -> tuple[Exchange, Page | None]:
        """Ask for the page behind the last file seen; where others deleted that one, behind the one before it."""
        known = set(seen)
        for steps_left in reversed(range(STEPS_BACK)):
            exchange = self.list(**({**query, "after": seen[-1]} if seen else query))
            page = listed(exchange) if exchange.succeeded else None
            plausible = page is not None and page.items and not known & set(page.ids)
            if plausible or len(seen) < 2 or not steps_left or not self._is_gone(seen[-1]):
                break
            seen = seen[:-1]
        return exchange, page

    def _is_gone(self, name: str) -> bool:
        """Whether a file cannot be retrieved any more."""
        answer = self.retrieve(name).answer
        return answer is not None and answer.refused and answer.status not in OF_THE_ACCOUNT

    def everything(self, **query: Any) -> tuple[Exchange, Traversal | None]:
        """Follow the list to its end in pages of the largest size."""
        return self.traverse(limit=LARGEST_LIMIT, **query)

    def wait(self, ask: Callable[[], Exchange], done: Callable[[Exchange], bool]) -> Exchange:
        """Ask until it is done or the lag is used up, and give the last answer."""
        deadline = time.monotonic() + self.lag
        for pause in _pauses():
            exchange = ask()
            if done(exchange) or time.monotonic() + pause > deadline:
                return exchange
            time.sleep(pause)
        raise AssertionError("pauses never end")

    def wait_listed(self, names: Iterable[str]) -> tuple[Exchange, Traversal | None]:
        """Follow the list until it shows all of these files or the lag is used up."""
        wanted = set(names)
        found: list[Traversal | None] = [None]

        def ask() -> Exchange:
            exchange, found[0] = self.everything()
            return exchange

        def done(_: Exchange) -> bool:
            return found[0] is None or wanted <= set(found[0].ids)

        return self.wait(ask, done), found[0]

    def undo(self, filenames: Collection[str], *, cleaning: bool = False) -> None:
        """Delete what uploads left that may have been done without our seeing their answers."""
        _, traversal = self.everything()
        for page in traversal.pages if traversal else ():
            for item in page.items:
                if item.get("filename") in filenames and item["id"] not in self._made:
                    self.delete(item["id"], cleaning=cleaning)


def description(exchange: Exchange) -> dict[str, Any]:
    """Give the file that an answer describes, or an empty mapping."""
    return exchange.mapping() if exchange.succeeded else {}


def shown(traversal: Traversal | None, names: Iterable[str]) -> tuple[str, ...]:
    """Keep those of our files that a traversal showed, in its order."""
    return own(traversal.ids if traversal else (), dict.fromkeys(names))  # type: ignore[arg-type]


def _pauses() -> Iterator[float]:
    pause = 0.1
    while True:
        yield pause
        pause = min(pause * 2, 1.5)
