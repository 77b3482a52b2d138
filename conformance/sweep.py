"""Sweeping behind runs that could not clean up themselves: by their journals, and by the tags in names where there are none.

It touches nothing that neither a journal nor a tag proves to be ours, and nothing of a run that is still alive.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from conformance import ledger
from conformance.batch_trace import ENDS, LARGEST_LIMIT, RESULTS, name_of
from conformance.batches import Batches
from conformance.budget import Budget, Caps
from conformance.cleaning import Cleaner
from conformance.client import Client, Timing
from conformance.errors import TargetError
from conformance.expect import Unproven
from conformance.files import Files
from conformance.ledger import Book, Entries, Found, Journal, Kind
from conformance.pacing import Pace
from conformance.recorder import Recorder, Redactor
from conformance.resources import Resources, path_of, tag_of
from conformance.targets import Target
from conformance.times import HOUR, LATEST
from conformance.unfinished import Unfinished

# Seconds: how long readers may lag behind, and how long tasks may take to be cancelled.
LAG = 10.0
PATIENCE = 60.0
THINGS = {Kind.FILE: "file", Kind.RESULT: "result file", Kind.TASK: "task"}

Wanted = Callable[[str, Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What became of an earlier run, or of what bears the tags of several: how many files were deleted, and what is left and why."""

    tag: str
    deleted: int = 0
    left: tuple[str, ...] = ()
    # Intents of which nothing could be found out yet.
    doubtful: int = 0
    # How many things another key is needed for.
    foreign: int = 0
    alive: bool = False
    trouble: str = ""

    def after(self, before: "Swept | None") -> "Swept":
        """Join it to what became of the same run at an earlier look."""
        return replace(self, deleted=self.deleted + (before.deleted if before else 0))

    @property
    def told(self) -> str:
        """It, in a sentence or two."""
        if self.alive:
            return f"Run {self.tag} is still at work and was left alone."
        behind = f"behind run {self.tag}" if self.tag else "by their names"
        words = [f"Swept {behind}: {self.deleted} files deleted."]
        if self.left:
            words.append(f"{len(self.left)} things of it are still there: {', '.join(self.left[:5])}.")
        elif self.doubtful:
            words.append(f"What {self.doubtful} of its requests did could not be found out yet.")
        if self.foreign:
            words.append(
                f"{self.foreign} things of it are in an account of another key: set the key that the run had."
            )
        if self.trouble:
            words.append(f"{self.trouble[:1].upper()}{self.trouble[1:].rstrip('.')}.")
        return " ".join(words)


@dataclass(slots=True)
class Sweeper:
    """Sweeps one target, with a client, a recorder and a budget of its own, which no run counts or judges."""

    target: Target
    pace: Pace
    timing: Timing | None = None
    # When to look for what is in doubt, in seconds after it was begun: at once, and when every reader must know of it.
    looks: tuple[float, ...] = (0.0, LAG)
    lag: float = LAG
    patience: float = PATIENCE
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = Client(
            self.target,
            recorder=Recorder(Redactor(self.target.secrets)),
            pace=self.pace,
            budget=Budget(Caps()),
            timing=self.timing,
        )

    def close(self) -> None:
        """Give the connection back."""
        self.client.close()

    def finish(self, places: tuple[Path, ...], *, spared: str = "") -> Iterator[Swept]:
        """Finish what the journals of dead runs still have entries of, oldest first; the run `spared` is the caller."""
        with ledger.found(places, self.target) as journals:
            for found in journals:
                if found.heading.tag != spared:
                    yield self._finish(found)

    def _finish(self, found: Found) -> Swept:
        tag = found.heading.tag
        if found.file < 0:
            return Swept(tag=tag, alive=True)
        entries, foreign = mine(found, self.target)
        journal = Journal.reopened(found.path, found.heading, found.file)
        book = Book(journal, entries)
        deleted, left, trouble = self._clean(book)
        if book.empty and not foreign:
            journal.remove()
        journal.close()
        doubtful = sum(len(book.of(kind)) for kind in ledger.INTENTS)
        return Swept(tag=tag, deleted=deleted, left=left, doubtful=doubtful, foreign=foreign, trouble=trouble)

    def marked(self, wanted: Wanted) -> tuple[Book, tuple[str, ...]]:
        """Find what bears the tag of a run in its name and is `wanted`, with a line on each.

        Raises:
            TargetError: a list cannot be read.
        """
        book, lines = Book(), []
        for account in ("first", "second"):
            if account not in self.target.keys:
                continue
            for item in self._listed(account):
                if (name := tag_of(item.get("filename"))) and wanted(name, item.get("created_at")):
                    book.put(Kind.FILE, item["id"], account)
                    lines.append(f"file {item['id']}  {item['filename']}")
            for item in self._tasks(account):
                name = name_of(item)
                if not (tag_of(name) and wanted(tag_of(name), item.get("created_at"))):
                    continue
                if item.get("status") not in ENDS:
                    book.put(Kind.TASK, item["id"], account)
                    lines.append(f"task {item['id']}  {name}")
                for result in (item[kind] for kind in RESULTS if isinstance(item.get(kind), str)):
                    # A task goes on naming what was deleted long ago.
                    if result and self.client.send("GET", path_of(result), account=account).succeeded:
                        book.put(Kind.RESULT, result, account)
                        lines.append(f"file {result}  of task {name}")
        return book, tuple(lines)

    def remove(self, book: Book) -> Swept:
        """Remove what was found by its names."""
        deleted, left, trouble = self._clean(book)
        return Swept(tag="", deleted=deleted, left=left, trouble=trouble)

    def _clean(self, book: Book) -> tuple[int, tuple[str, ...], str]:
        """Clean up, and give how many files were deleted, what is left, and what stood in the way."""
        resources, unfinished = Resources(book), Unfinished(book)
        files = Files(self.client, lag=self.lag)
        cleaner = Cleaner(
            files,
            Batches(self.client, files),
            resources,
            unfinished,
            book,
            looks=self.looks,
            lag=self.lag,
            patience=self.patience,
        )
        before, trouble = len(self.client.recorder.exchanges), ""
        self.client.listeners[:] = [resources, unfinished]
        try:
            cleaner.clean()
        except TargetError as error:
            trouble = str(error)
        finally:
            self.client.listeners.clear()
        sent = self.client.recorder.exchanges[before:]
        deleted = sum(each.request.method == "DELETE" and each.succeeded for each in sent)
        left = tuple(name for kind in THINGS for name in book.of(kind))
        return deleted, left, trouble

    def _listed(self, account: str) -> Iterator[Mapping[str, Any]]:
        files = Files(self.client, lag=self.lag)
        try:
            exchange, walk = files.everything(account=account)
        except Unproven as error:
            raise TargetError(f"the list of files cannot be read: {error}.") from None
        if not exchange.succeeded or walk is None:
            raise TargetError(f"the list of files could not be had ({exchange.status or exchange.trouble}).")
        for page in walk.pages:
            yield from page.items

    def _tasks(self, account: str) -> Iterator[Mapping[str, Any]]:
        """Go through the tasks; where a server has none, or no such route, there is nothing to cancel."""
        batches = Batches(self.client, Files(self.client, lag=self.lag))
        try:
            _, walk = batches.traverse(limit=LARGEST_LIMIT, account=account)
        except Unproven:
            return
        for page in walk.pages if walk else ():
            yield from page.items


def mine(found: Found, target: Target) -> tuple[Entries, int]:
    """Give the entries of those accounts whose keys are there, in our words, and count the others."""
    foreign = 0
    entries: Entries = {kind: {} for kind in Kind}
    for kind, held in found.entries.items():
        for name, entry in held.items():
            if account := found.heading.word_of(entry.account, target):
                entries[kind][name] = ledger.Entry(account=account, at=entry.at)
            else:
                foreign += 1
    return entries, foreign


def wanting(*, tags: frozenset[str], hours: int | None, spared: frozenset[str]) -> Wanted:
    """Want what bears one of these tags, and what is older than so many hours and not of a run that is known to live."""

    def wanted(tag: str, created: Any) -> bool:
        if tag in tags:
            return True
        known = isinstance(created, int) and 0 < created <= LATEST
        return hours is not None and known and tag not in spared and time.time() - created > hours * HOUR

    return wanted
