"""Uploads sent ahead of the tests that judge them, while other tests use the allowance of all other requests.

Nothing else of a run is sent at the same time as something else: what a test asks waits for what it asked before.
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TypeVar

from conformance import corpus as corpora
from conformance.budget import Budget, Caps
from conformance.clauses import Profile
from conformance.client import Client, FormFile
from conformance.corpus import Corpus, Sent, Small, name_of
from conformance.documents import batch_input, batch_line
from conformance.exchange import Exchange, Pairs
from conformance.expect import Unproven, describe
from conformance.files import Files

CORPUS = "corpus"
FOUND = "retrieval.found"
# The clauses that judge what another clause's attempt has done.
SHARED = {"authentication.nothing-done": "authentication.wrong-key"}
# Seconds that an upload with its place in the allowance takes; one more is sent only where so much time is left.
ROOM = 0.5
# Seconds that the last upload may still take when a run is told to stop.
PATIENCE = 5.0

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """An upload that is likely to be refused: the fields of its form, its file if it has one, and whose key it bears."""

    form: Pairs
    file: FormFile | None
    account: str = "first"


def attempts(small: Small, tag: str) -> Mapping[str, Callable[[], tuple[Attempt, ...]]]:
    """Give the uploads that are likely to be refused, by the clauses that judge them."""

    def of(purpose: str, *files: FormFile, account: str = "first") -> tuple[Attempt, ...]:
        return tuple(Attempt(form=(("purpose", purpose),), file=file, account=account) for file in files)

    lines = f"{batch_line('1')}\n{batch_line('2')[:-2]}\n".encode()
    # Their lines are lawful: the name alone is wrong.
    otherwise = batch_input("named otherwise")
    return {
        "limits.other-formats": lambda: of(
            "file-extract",
            # Whoever looks for a known extension anywhere in the name finds one here.
            small("other format.txt", extension="exe", content=b"MZ\0\0conformance"),
            small("other format", extension="mp4", content=b"\0\0\0\x18ftypmp42conformance"),
        ),
        "limits.batch-format": lambda: of(
            "batch", *(small("batch format", extension=kind, content=otherwise) for kind in ("txt", "json"))
        ),
        "limits.empty-file": lambda: of(small.purpose, small("empty", content=b"")),
        "uploads.file-required": lambda: (Attempt(form=(("purpose", small.purpose),), file=None),),
        "uploads.purpose-required": lambda: (Attempt(form=(), file=small("no purpose")),),
        # One that nobody knows, one that the interface that this one is compatible with does, one that only answers have.
        "uploads.purpose-values": lambda: tuple(
            attempt
            for purpose in ("conformance-unknown", "assistants", "batch_output")
            for attempt in of(purpose, small("other purpose"))
        ),
        "uploads.fine-tune": lambda: of("fine-tune", small("fine-tune", extension="jsonl")),
        "uploads.batch-lines-valid": lambda: of(
            "batch", FormFile(filename=name_of(tag, "bad line", "jsonl"), content=lines, size=len(lines))
        ),
        "authentication.no-key": lambda: of(small.purpose, small("no key"), account="none"),
        "authentication.wrong-key": lambda: of(small.purpose, small("wrong key"), account="wrong"),
        "authentication.region-key": lambda: of(small.purpose, small("other region"), account="other-region"),
    }


class Ahead:
    """Sends the corpus, and in its pause and behind it the attempts, on a connection of its own.

    In between it looks for what is odd of the corpus, for whoever uploads has time to spare.

    What a test asks for is given when it is there; trouble that the sending met is raised there.
    """

    def __init__(
        self, client: Client, *, profile: Profile, tag: str, lag: float, wanted: Collection[str]
    ) -> None:
        self._client = client
        self._files = Files(client, lag=lag)
        self._profile = profile
        self._tag = tag
        self._chosen = wanted
        self._wanted = dict.fromkeys(SHARED.get(name, name) for name in wanted if name != FOUND)
        self._first: Future[Sent] = Future()
        self._corpus: Future[Corpus] = Future()
        self._attempts: dict[str, Future[tuple[Exchange, ...]]] = {name: Future() for name in self._wanted}
        # What was seen of files of unusual names and sizes as soon as they were there.
        self.found: dict[str, Exchange] = {}
        self._thread: threading.Thread | None = None

    def begin(self, *, beside: bool) -> None:
        """Send all that is wanted: `beside` what the tests send, or before it."""
        if beside:
            self._thread = threading.Thread(target=self._send, name="ahead", daemon=True)
            self._thread.start()
        else:
            self._send()

    def stop(self) -> None:
        """Break off what is being sent, and come back when nothing is."""
        if self._thread and self._thread.is_alive():
            # A budget of its own: what cleans up sets the run's going again, and this one must stay stopped.
            self._client.budget = Budget(Caps())
            self._client.budget.stopped = True
            self._client.shut()
            self._thread.join(PATIENCE)
        self._client.close()

    def first(self) -> Sent:
        """The first file that was accepted.

        Raises:
            Unproven: none was.
        """
        return self._first.result()

    def corpus(self) -> Corpus:
        """Whatever was sent of the corpus."""
        return self._corpus.result()

    def attempt(self, clause: str) -> tuple[Exchange, ...]:
        """The exchanges of the attempts that a clause judges."""
        return self._attempts[SHARED.get(clause, clause)].result()

    def _send(self) -> None:
        self._client.test = CORPUS
        _fulfil(self._corpus, self._upload)
        if not self._first.done():
            _fulfil(self._first, self._nothing)
        for name in self._wanted:
            self._try(name)

    def _upload(self) -> Corpus:
        return corpora.upload(
            self._files, self._profile, self._tag, told=self._told, meanwhile=self._try_until
        )

    def _told(self, sent: Sent) -> None:
        if sent.id and not self._first.done():
            self._first.set_result(sent)
        if sent.id and sent.is_odd and FOUND in self._chosen:
            self._client.test = FOUND
            exchange = self._files.retrieve(sent.id)
            if exchange.succeeded:
                self.found[sent.id] = exchange
            self._client.test = CORPUS

    def _nothing(self) -> Sent:
        said = describe(self.corpus().sent[0].exchange)
        raise Unproven(f"it needs a file, and no upload was accepted: {said}")

    def _try_until(self, moment: float) -> None:
        for name in self._wanted:
            if self._first.done() and time.time() + ROOM < moment:
                self._try(name)

    def _try(self, name: str) -> None:
        def send() -> tuple[Exchange, ...]:
            small = Small(self._tag, self.first().purpose)
            return tuple(
                self._files.send_form(attempt.form, attempt.file, account=attempt.account)
                for attempt in attempts(small, self._tag)[name]()
            )

        if not self._attempts[name].done():
            self._client.test = name
            _fulfil(self._attempts[name], send)
            self._client.test = CORPUS


def _fulfil(future: Future[Value], work: Callable[[], Value]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001  whoever waits for it must hear of it, in a thread of his own
        future.set_exception(error)
