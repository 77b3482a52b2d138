"""Batch tasks in verbs: creates, looks, waits, cancels, downloads. Creates nothing twice; judges nothing."""

import json
import time
from collections.abc import Callable, Iterable
from typing import Any

from conformance.batch_trace import (
    BATCHES,
    ENDS,
    LARGEST_LIMIT,
    BatchPage,
    download_of,
    name_of,
    read_batches,
)
from conformance.client import Client
from conformance.exchange import Exchange
from conformance.expect import Unproven
from conformance.files import Files, description, id_of
from conformance.resources import path_of, segment
from conformance.trace import Traversal

# A busy account's tasks of thirty days; the list may be asked for a hundred times a minute.
MOST_PAGES = 10
LONGEST_PAUSE = 10.0


class Batches:
    """Batch tasks over the files of an account."""

    def __init__(self, client: Client, files: Files) -> None:
        self.client = client
        self.files = files
        self._made: set[str] = set()

    def create(self, *, account: str = "first", **body: Any) -> Exchange:
        """Create a task; after trouble look whether it was created, and cancel it, before asking again.

        A task without a ds_name in its metadata could not be found again: its creation is not repeated.
        """
        name = name_of(body)

        def look() -> None:
            self.undo({name})

        text = json.dumps(body, ensure_ascii=False)
        exchange = self.client.send(
            "POST", BATCHES, body=text, account=account, look=look if name and account == "first" else None
        )
        if task := id_of(exchange):
            self._made.add(task)
        return exchange

    def retrieve(self, task: str, *, account: str = "first", cleaning: bool = False) -> Exchange:
        """Ask for one task."""
        path = f"{BATCHES}/{segment(task)}"
        return self.client.send("GET", path, account=account, cleaning=cleaning)

    def cancel(self, task: str, *, account: str = "first", cleaning: bool = False) -> Exchange:
        """Cancel one task; asked again after trouble, for it can be cancelled only once."""
        path = f"{BATCHES}/{segment(task)}/cancel"
        return self.client.send("POST", path, account=account, cleaning=cleaning, look=_nothing)

    def list(self, *, account: str = "first", cleaning: bool = False, **query: Any) -> Exchange:
        """Ask for one page of the list."""
        pairs = tuple((key, str(value)) for key, value in query.items())
        return self.client.send("GET", BATCHES, query=pairs, account=account, cleaning=cleaning)

    def content(self, file_id: str, *, account: str = "first") -> Exchange:
        """Download a result file."""
        accept = (("accept", "*/*"),)
        return self.client.send("GET", f"{path_of(file_id)}/content", headers=accept, account=account)

    def downloaded(self, file_id: str) -> Exchange:
        """Download a result file that may come to light a little later than its task ended."""
        return self.files.wait(lambda: self.content(file_id), lambda each: download_of(each) is not None)

    def traverse(self, *, until: Iterable[str] = (), **query: Any) -> tuple[Exchange, Traversal | None]:
        """Follow the pages to the end, for as many as a run reads, or until all of `until` were seen.

        Raises:
            Unproven: an answer was no list that can be read.
        """
        pages: list[BatchPage] = []
        wanted, seen = set(until), set[str]()
        while True:
            after = {"after": pages[-1].ids[-1]} if pages else {}
            exchange = self.list(**{**query, **after})
            if not exchange.succeeded:
                return exchange, Traversal(tuple(pages)) if pages else None
            page = read_batches(exchange)
            if page is None or page.length > len(page.items):
                raise Unproven("it needs the list, whose items cannot be told from one another")
            pages.append(page)
            fresh = set(page.ids) - seen
            seen |= fresh
            done = page.has_more is not True or not fresh or (wanted and wanted <= seen)
            if done or len(pages) >= MOST_PAGES:
                return exchange, Traversal(tuple(pages))

    def wait_listed(self, tasks: Iterable[str], **query: Any) -> tuple[Exchange, Traversal | None]:
        """Follow the list until it shows all of these tasks, or the lag is used up."""
        wanted = set(tasks)
        found: list[Traversal | None] = [None]

        def ask() -> Exchange:
            exchange, found[0] = self.traverse(until=wanted, limit=LARGEST_LIMIT, **query)
            return exchange

        return self.files.wait(ask, lambda _: found[0] is None or wanted <= set(found[0].ids)), found[0]

    def wait(
        self,
        tasks: Iterable[str],
        done: Callable[[Exchange], bool],
        *,
        within: float,
        pause: float = 0.5,
        account: str = "first",
        cleaning: bool = False,
    ) -> dict[str, Exchange]:
        """Ask for each task until it is done or the time is used up; give each one's last answer.

        `within` and `pause`, the first of ever longer ones, are in seconds.
        """
        begun = time.monotonic()
        last: dict[str, Exchange] = {}
        waiting = list(dict.fromkeys(tasks))
        while True:
            for task in waiting:
                last[task] = self.retrieve(task, account=account, cleaning=cleaning)
            passed = time.monotonic() - begun
            # A reader that lags behind does not know a new task yet.
            late = passed > self.files.lag
            waiting = [task for task in waiting if not done(last[task]) and not (late and last[task].refused)]
            if not waiting or passed + pause > within:
                return last
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_PAUSE)

    def undo(self, names: Iterable[str], *, cleaning: bool = False) -> None:
        """Cancel what creations left that may have been done without our seeing their answers."""
        wanted = set(names)
        exchange = self.list(limit=LARGEST_LIMIT, cleaning=cleaning)
        page = read_batches(exchange) if exchange.succeeded else None
        for item in page.items if page else ():
            if name_of(item) in wanted and item["id"] not in self._made and item.get("status") not in ENDS:
                self.cancel(item["id"], cleaning=cleaning)


def ended(exchange: Exchange) -> bool:
    """Whether an answer says that a task has ended."""
    return description(exchange).get("status") in ENDS


def settled(exchange: Exchange) -> bool:
    """Whether a task has ended and names what it has left."""
    said = description(exchange)
    files = said.get("output_file_id") or said.get("error_file_id")
    return ended(exchange) and (said["status"] != "completed" or bool(files))


def refused(exchange: Exchange) -> bool:
    """Whether the target said no."""
    return exchange.refused


def _nothing() -> None:
    """What a cancellation leaves behind when it is asked for again."""
