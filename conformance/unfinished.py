"""The batch tasks that a run has created and the files that they wrote, so that nothing of them stays behind."""

import threading

from conformance.batch_trace import ENDS, is_creation, looks_of
from conformance.exchange import Exchange, Request

RESULTS = ("output_file_id", "error_file_id")


class Unfinished:
    """Listens to every exchange: remembers each task until it has ended, and each result file until it is gone."""

    def __init__(self) -> None:
        self._mine: dict[str, str] = {}
        self._open: dict[str, str] = {}
        self._files: dict[str, str] = {}
        self._gone: set[str] = set()
        # The names of tasks whose creations were not answered, for they may have been created all the same.
        self.doubtful: set[str] = set()
        self._lock = threading.Lock()

    def expect(self, request: Request) -> None:
        """Take note of a creation before it leaves: a run that is stopped meanwhile must look for its task."""
        if request.method == "POST" and request.path == "/batches" and (name := _name(request)):
            with self._lock:
                self.doubtful.add(name)

    def __call__(self, exchange: Exchange) -> None:
        """Take note of an exchange."""
        with self._lock:
            self._note(exchange)

    def _note(self, exchange: Exchange) -> None:
        answer = exchange.answer
        looks = tuple(looks_of(exchange))
        is_told = any(look.teller == "create" for look in looks) or (answer is not None and answer.refused)
        if is_creation(exchange) and exchange.attempt == 1 and is_told:
            self.doubtful.discard(_name(exchange.request))
        for look in looks:
            if look.teller == "create":
                self._mine[look.id] = self._open[look.id] = exchange.account
            if look.id not in self._mine:
                continue
            if look.status in ENDS:
                self._open.pop(look.id, None)
            found = {name for kind in RESULTS if isinstance(name := look.said.get(kind), str) and name}
            self._files |= dict.fromkeys(found - self._gone, self._mine[look.id])
        if exchange.request.method == "DELETE" and answer and (answer.ok or answer.status in {404, 410}):
            name = exchange.request.named
            if self._files.get(name) == exchange.account:
                del self._files[name]
                self._gone.add(name)

    @property
    def left(self) -> tuple[tuple[str, str], ...]:
        """The tasks that have not ended, with the accounts that hold them, newest first."""
        return tuple(reversed(self._open.items()))

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """The result files that are still there, with the accounts that hold them."""
        return tuple(self._files.items())


def _name(request: Request) -> str:
    metadata = request.json().get("metadata")
    name = metadata.get("ds_name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""
