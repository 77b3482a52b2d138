"""Cleaning up behind a run, at its own end or long after it: stops its tasks, deletes its files, looks for what is in doubt."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.batch_trace import LARGEST_LIMIT, name_of
from conformance.batches import Batches, ended
from conformance.expect import Unproven
from conformance.files import Files
from conformance.ledger import Book, Entry, Journal, Kind
from conformance.resources import Resources, spellings, tag_of
from conformance.times import DAY
from conformance.trace import Traversal
from conformance.unfinished import Unfinished

# A clock of a target may be so many seconds wrong, or in another zone; what is older yet than the intent is not ours.
CLOCKS = DAY
NO_ROUTE = {404, 405, 501}


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """What a run could not remove: files, tasks with their accounts, those `ending` that are being cancelled; and `how` to.

    `trouble` is why what the run made could not be written ahead, where it could not.
    """

    files: tuple[str, ...]
    tasks: tuple[tuple[str, str], ...]
    ending: Collection[str]
    how: str
    trouble: str = ""

    @property
    def is_finding(self) -> bool:
        """Whether more is wrong than that the target takes its time."""
        return bool(self.files or any(name not in self.ending for name, _ in self.tasks))

    @property
    def told(self) -> str:
        """It, in a sentence each, with what to do; nothing where nothing is left."""
        lasting = (
            ("files could not be deleted and are still there", self.files),
            ("tasks could not be cancelled and are still there", self._tasks(ending=False)),
            ("tasks are still being cancelled", self._tasks(ending=True)),
        )
        told = [f"{len(left)} {what}: {', '.join(left[:5])}." for what, left in lasting if left]
        words = [
            f"What the run made could not be written ahead: {self.trouble}." if self.trouble else "",
            *told,
        ]
        return " ".join(filter(None, [*words, f"`{self.how}` tries again." if told and self.how else ""]))

    def _tasks(self, *, ending: bool) -> tuple[str, ...]:
        return tuple(name for name, _ in self.tasks if (name in self.ending) is ending)


def leak_of(resources: Resources, unfinished: Unfinished, journal: Journal | None) -> Leak:
    """Say what a run could not remove; one that keeps no journal has a target that ends with it."""
    trouble, how = "", ""
    if journal:
        trouble = journal.trouble
        how = f"conformance sweep --target={journal.heading.target}"
        if trouble or not journal.path:
            how += f" --tag={journal.heading.tag}"
    return Leak(
        files=resources.leaked, tasks=unfinished.left, ending=unfinished.ending, how=how, trouble=trouble
    )


class Cleaner:
    """Removes what a book has entries of, and nothing else; what is gone, its listeners strike out.

    Times are in seconds: `looks` are those after which to look for what is in doubt, `lag` is how long readers may not
    know of it yet, and `patience` how long tasks may take to be cancelled.
    """

    def __init__(
        self,
        files: Files,
        batches: Batches,
        resources: Resources,
        unfinished: Unfinished,
        book: Book,
        *,
        looks: tuple[float, ...],
        lag: float,
        patience: float,
    ) -> None:
        self.files = files
        self.batches = batches
        self.resources = resources
        self.unfinished = unfinished
        self.book = book
        self.looks = looks
        self.lag = lag
        self.patience = patience

    def clean(self) -> None:
        """Remove it all, tasks before files and the newest first.

        Raises:
            TargetError: the target has stopped answering.
        """
        self._resolve(Kind.CREATION, self._look_for_tasks)
        known = {name for name, _ in self.unfinished.files}
        self._stop()
        for name, account in self.unfinished.files:
            if name in known:
                self.files.delete(name, account=account, cleaning=True)
            else:
                self._delete_late(name, account)
        self._delete()
        self._resolve(Kind.UPLOAD, self._look_for_files)
        at_work = {name for name, _ in self.unfinished.left}
        for name in self.book.of(Kind.TASK):
            if name not in at_work:
                self.unfinished.forget(name)

    def _delete(self) -> None:
        for name, account in self.resources.left:
            self.files.delete(name, account=account, cleaning=True)

    def _delete_late(self, name: str, account: str) -> None:
        """Delete what a task wrote when it was cancelled: it may come to light a little later."""
        self.files.wait(
            lambda: self.files.delete(name, account=account, cleaning=True),
            lambda exchange: not exchange.missed,
            within=self.looks[-1],
        )

    def _stop(self) -> None:
        """Cancel the tasks that have not ended, and wait for what they had done by then to be written down."""
        if self.unfinished.left:
            # One look at the list tells of most of them that they have ended.
            self.batches.list(limit=LARGEST_LIMIT, cleaning=True)
        held: dict[str, list[str]] = {}
        for name, account in self.unfinished.left:
            self.batches.cancel(name, account=account, cleaning=True)
            held.setdefault(account, []).append(name)
        for account, names in held.items():
            last = self.batches.wait(names, ended, within=self.patience, account=account, cleaning=True)
            for name, exchange in last.items():
                entry = self.book.get(Kind.TASK, name)
                if entry and exchange.missed and time.time() - entry.at > self.lag:
                    self.unfinished.forget(name)

    def _resolve(self, kind: Kind, look: Callable[[], None]) -> None:
        """Look for what is in doubt, and once more where it may take longer to be seen."""
        for pause in self.looks:
            if not (ends := self._ends(kind)):
                return
            time.sleep(max(0.0, min(pause, max(ends.values()) + pause - time.time())))
            look()

    def _ends(self, kind: Kind) -> dict[str, float]:
        """Give what is in doubt, and since when no more is done about it."""
        last = self.resources.doubtful if kind is Kind.UPLOAD else {}
        return {name: last.get(name, entry.at) for name, entry in self.book.of(kind).items() if tag_of(name)}

    def _look_for_tasks(self) -> None:
        """Find what creations left whose answers never came."""
        for account, doubts in self._doubts(Kind.CREATION):
            try:
                exchange, walk = self.batches.traverse(limit=LARGEST_LIMIT, account=account, cleaning=True)
            except Unproven:
                continue
            found = set()
            for item in (item for page in (walk.pages if walk else ()) for item in page.items):
                name = name_of(item)
                if name in doubts and _is_its(item, doubts[name]):
                    self.book.put(Kind.TASK, item["id"], account)
                    found.add(name)
            # Where there is no such route, no task was created.
            whole = exchange.status in NO_ROUTE or (exchange.succeeded and _is_whole(walk))
            self._settle(Kind.CREATION, doubts, found, whole=whole)

    def _look_for_files(self) -> None:
        """Find what uploads left whose answers never came, and delete it."""
        for account, doubts in self._doubts(Kind.UPLOAD):
            try:
                exchange, walk = self.files.everything(account=account)
            except Unproven:
                continue
            spelt = {spelling: name for name in doubts for spelling in spellings(name)}
            found = set()
            for item in (item for page in (walk.pages if walk else ()) for item in page.items):
                name = spelt.get(str(item.get("filename")), "")
                if name and _is_its(item, doubts[name]):
                    self.book.put(Kind.FILE, item["id"], account)
                    found.add(name)
            self._settle(Kind.UPLOAD, doubts, found, whole=exchange.succeeded and _is_whole(walk))
        self._delete()

    def _doubts(self, kind: Kind) -> Iterator[tuple[str, dict[str, Entry]]]:
        """Go through what is in doubt by account; a name without the tag of a run proves nothing."""
        held = {name: entry for name, entry in self.book.of(kind).items() if tag_of(name)}
        for account in dict.fromkeys(entry.account for entry in held.values()):
            yield account, {name: entry for name, entry in held.items() if entry.account == account}

    def _settle(self, kind: Kind, doubts: dict[str, Entry], found: set[str], *, whole: bool) -> None:
        """Strike out what was found, and what a whole list did not show when every reader must have known it."""
        ends = self._ends(kind)
        for name in doubts:
            if name in found or (whole and time.time() - ends[name] >= self.lag):
                self.book.drop(kind, name)


def _is_whole(walk: Traversal | None) -> bool:
    return walk is not None and walk.pages[-1].has_more is not True


def _is_its(item: Mapping[str, Any], entry: Entry) -> bool:
    """Whether a thing of that name can be what was meant: nobody makes a thing before he means to."""
    created = item.get("created_at")
    return not isinstance(created, int) or created >= entry.at - CLOCKS
