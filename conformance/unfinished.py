"""The batch tasks that a run has created and the files that they wrote, so that nothing of them stays behind."""

import threading

from conformance.batch_trace import BATCHES, ENDS, RESULTS, Look, is_creation, looks_of, name_of
from conformance.exchange import Exchange, Request
from conformance.ledger import Book, Kind


class Unfinished:
    """Listens to every exchange: remembers each task until it has ended, and each result file until it is gone."""

    def __init__(self, book: Book | None = None) -> None:
        self._book = book or Book()
        self._ended: set[str] = set()
        # The tasks whose cancellation is under way.
        self.ending: set[str] = set()
        self._gone: set[str] = set()
        self._lock = threading.Lock()

    def expect(self, request: Request, account: str = "first") -> None:
        """Take note of a creation before it leaves: whoever is stopped meanwhile must look for its task."""
        if request.method == "POST" and request.path == BATCHES and (name := name_of(request.json())):
            self._book.put(Kind.CREATION, name, account)

    def __call__(self, exchange: Exchange) -> None:
        """Take note of an exchange."""
        with self._lock:
            self._note(exchange)

    def _note(self, exchange: Exchange) -> None:
        is_told = False
        for look in looks_of(exchange):
            if look.teller == "create":
                is_told = True
                self._book.put(Kind.TASK, look.id, exchange.account)
            if entry := self._book.get(Kind.TASK, look.id):
                self._see(look, entry.account)
        if is_creation(exchange) and exchange.attempt == 1 and (is_told or exchange.refused):
            self._book.drop(Kind.CREATION, name_of(exchange.request.json()))
        if exchange.request.method == "DELETE" and (exchange.succeeded or exchange.missed):
            name = exchange.request.named
            entry = self._book.get(Kind.RESULT, name)
            if entry and entry.account == exchange.account:
                self._book.drop(Kind.RESULT, name)
                self._gone.add(name)

    def _see(self, look: Look, account: str) -> None:
        """Take note of what was said of a task of ours."""
        if look.status in ENDS:
            self._ended.add(look.id)
        if look.status == "cancelling":
            self.ending.add(look.id)
        for name in {name for kind in RESULTS if isinstance(name := look.said.get(kind), str) and name}:
            if name not in self._gone:
                self._book.put(Kind.RESULT, name, account)

    @property
    def left(self) -> tuple[tuple[str, str], ...]:
        """The tasks that have not ended, with the accounts that hold them, newest first."""
        held = reversed(self._book.of(Kind.TASK).items())
        return tuple((name, entry.account) for name, entry in held if name not in self._ended)

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """The result files that are still there, with the accounts that hold them."""
        return tuple((name, entry.account) for name, entry in self._book.of(Kind.RESULT).items())

    @property
    def doubtful(self) -> set[str]:
        """The names of tasks whose creations were not answered, for they may have been created all the same."""
        return set(self._book.of(Kind.CREATION))

    def forget(self, name: str) -> None:
        """Strike a task out that has left nothing, or is not there any more."""
        self._book.drop(Kind.TASK, name)
