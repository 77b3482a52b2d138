"""Client: sends a request, gives back an Exchange, tells its listeners. Bounded in bytes and in time."""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl, quote, urlencode

import httpx

from conformance.budget import Budget
from conformance.contract import contract
from conformance.errors import TargetError
from conformance.exchange import Answer, Exchange, Pairs, Part, Request
from conformance.pacing import Pace, Rest, asked
from conformance.recorder import Recorder
from conformance.targets import Target
from conformance.wire import Connection, Deadline, Reading

Listener = Callable[[Exchange], None]

USER_AGENT = "model-studio-conformance"
# What HTTP lets anyone repeat without asking.
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
# A body that leaves more slowly than this, in bytes a second, never arrives.
SLOWEST = 65_536


class Readable(Protocol):
    """A file to be sent, read piece by piece."""

    def read(self, size: int = -1, /) -> bytes:
        """Give the next piece."""

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a place."""

    def tell(self) -> int:
        """Say the place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFile:
    """The file of a form: bytes, or something to be read piece by piece, with its size in bytes.

    It stands behind the fields of the form, or before them where it is `first`.
    """

    filename: str
    content: bytes | Readable
    size: int
    field: str = "file"
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """A body that another client has written, with its media type among the headers; `parts` or `text` are for the log."""

    content: bytes
    parts: tuple[Part, ...] = ()
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long to wait in seconds, how often to try, and after how many silences in a row to give up.

    `silence` ends when a byte comes, `whole` with the answer; a large body has its own time beside. A request
    that is throttled to its last attempt, or whose answer does not end, counts as silence.
    """

    connect: float = 10.0
    silence: float = 30.0
    whole: float = 60.0
    attempts: int = 3
    backoff: float = 0.25
    patience: int = 9

    @classmethod
    def within(cls, seconds: float) -> "Timing":
        """Wait for a whole answer at most so long, and for all else in proportion."""
        usual = cls()
        share = seconds / usual.whole
        return cls(
            connect=min(usual.connect, seconds),
            silence=usual.silence * share,
            whole=seconds,
            backoff=usual.backoff * min(share, 1),
        )


class Client:
    """Speaks HTTP with one target.

    It follows no redirect and keeps no cookie, so that a key goes to no other host; it reads at most
    `max_body` bytes of an answer; it repeats what may be repeated (see `send`), and every attempt is
    an exchange of its own.
    """

    max_body = 8 * 1024 * 1024

    def __init__(
        self, target: Target, *, recorder: Recorder, pace: Pace, budget: Budget, timing: Timing | None = None
    ) -> None:
        self.target = target
        self.recorder = recorder
        self.budget = budget
        self.timing = timing or Timing()
        # Who hears of a request and its account before it leaves, and who of an exchange when it is over; mates tell
        # them from threads of their own.
        self.announced: list[Callable[[Request, str], None]] = []
        self.listeners: list[Listener] = []
        # What the exchanges of this client are sent for, where it is not the running test.
        self.test = ""
        self._pace = pace
        self._silent = 0
        self._last = ""
        self._connection = Connection()
        self._http = httpx.Client(
            base_url=target.base_url,
            timeout=httpx.Timeout(self.timing.silence, connect=self.timing.connect),
            follow_redirects=False,
            # A proxy of the environment has no business between us and our own machine.
            trust_env=not target.loopback,
            headers={"user-agent": USER_AGENT, "accept": "application/json", "accept-encoding": "gzip"},
            limits=httpx.Limits(max_connections=1),
        )

    def mate(self, *, timing: Timing | None = None, pace: Pace | None = None) -> "Client":
        """Give another client of the same run: it has a connection of its own, and all else in common with this one.

        Unless told otherwise it keeps the same time and the same pace.
        """
        mate = Client(
            self.target,
            recorder=self.recorder,
            pace=pace or self._pace,
            budget=self.budget,
            timing=timing or self.timing,
        )
        mate.announced, mate.listeners = self.announced, self.listeners
        return mate

    @contextlib.contextmanager
    def towards(self, target: Target) -> Iterator["Client"]:
        """Give another client of the same run that speaks with another target."""
        other = Client(
            target, recorder=self.recorder, pace=self._pace, budget=self.budget, timing=self.timing
        )
        try:
            yield other
        finally:
            other.close()

    def alone(self) -> AbstractContextManager[None]:
        """Let nobody else who shares the pace send for this account meanwhile."""
        return self._pace.alone()

    def shut(self) -> None:
        """Break off what is being sent, from another thread."""
        self._connection.shut()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def try_again(self) -> None:
        """Ask once more of a target that has stopped answering: one request, as often as any is tried."""
        self._silent = min(self._silent, self.timing.patience - self.timing.attempts)

    def headers_for(self, account: str) -> dict[str, str]:
        """Give the header that speaks for an account; `none` has none."""
        key = self.target.keys.get(account)
        return {} if key is None else {"authorization": f"Bearer {key}"}

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Pairs | str = (),
        headers: Pairs = (),
        form: Pairs = (),
        file: FormFile | None = None,
        body: str | Raw | None = None,
        account: str = "first",
        cleaning: bool = False,
        look: Callable[[], None] | None = None,
        enough: Callable[[bytes], bool] | None = None,
        linger: float = 0.0,
        again: bool = False,
    ) -> Exchange:
        """Send one request, with a form or with a JSON body; where trouble struck, repeat it as far as that is lawful.

        A `query` that is a string is sent as it is written.

        `enough` is told each piece of the body as it comes, and says whether the rest need not be read; what
        follows within `linger` seconds is kept all the same.

        What may be repeated: a request that was never delivered; one answered 429; a GET or DELETE
        after silence or a server error; a POST after a server error, if the caller says `again`; and a POST
        that may have been done, if the caller gives `look`, which finds and undoes what the attempt before it left.

        Raises:
            OutOfBudget: a cap of the run forbids the request.
            TargetError: the target has not answered for so long that asking on is pointless.
        """
        if self._silent >= self.timing.patience:
            raise TargetError(
                f"the target has stopped answering ({self._silent} requests in a row; the last: {self._last})"
            )
        auth = self.headers_for(account)
        sending = _Sending(self._http, method, path, query, headers, form, file, body, auth)
        for attempt in range(1, self.timing.attempts + 1):
            set_aside = self.budget.spend(sending.request, cleaning=cleaning)
            self._pace.wait(sending.request)
            if self.budget.stopped and not cleaning:
                raise KeyboardInterrupt
            for announce in self.announced:
                announce(sending.request, account)
            started, clock = time.time(), time.monotonic()
            answer, trouble, delivered = self._exchange(sending, enough or _never, linger)
            doubtful = (
                method == "POST" and delivered and (answer is None or answer.cut or answer.status >= 500)
            )
            repeatable = (
                method in IDEMPOTENT or not delivered or look is not None or (again and answer is not None)
            )
            rest = asked(answer, time.time()) if answer else Rest()
            # Who will not wait so long for an answer does not wait so long for a turn.
            pause = min(rest.seconds, self.timing.silence)
            wait = self._wait(answer, trouble, attempt, pause, repeatable=repeatable)
            if answer is not None and answer.status == 429:
                # Whoever shares the account would only be told the same.
                self._pace.rest(sending.request, wait or pause or self._throttled(1))
            exchange = self.recorder(
                Exchange(
                    number=0,
                    request=sending.request,
                    answer=answer,
                    trouble=trouble,
                    operation=self._operation(sending.request),
                    account=account,
                    test=self.test,
                    started=round(started, 3),
                    seconds=round(time.monotonic() - clock, 4),
                    attempt=attempt,
                    final=wait is None,
                    notes=(rest.note,) if rest.note else (),
                )
            )
            self._listen(exchange)
            self.budget.settle(exchange, set_aside)
            for listener in self.listeners:
                listener(exchange)
            if wait is None:
                break
            time.sleep(wait)
            if doubtful and look:
                look()
        if doubtful and look:
            look()
        return exchange

    def _listen(self, exchange: Exchange) -> None:
        """Count the silences in a row."""
        answer = exchange.answer
        if answer is None or answer.cut:
            self._silent += 1
            self._last = exchange.trouble or "an answer without end"
        elif answer.status == 429:
            self._silent += exchange.attempt == self.timing.attempts > 1
            self._last = "429"
        else:
            self._silent = 0

    def _operation(self, request: Request) -> str | None:
        found = contract().operation(request)
        return found.id if found else None

    def _wait(
        self, answer: Answer | None, trouble: str | None, attempt: int, rest: float, *, repeatable: bool
    ) -> float | None:
        """Give the seconds before the next attempt, or None where this one was the last.

        `rest` is what the target asks for.
        """
        if attempt == self.timing.attempts:
            return None
        if answer is not None and answer.status == 429:
            return max(self._throttled(attempt), rest)
        troubled = trouble is not None or (answer is not None and answer.status >= 500)
        return max(self._backoff(attempt), rest) if troubled and repeatable else None

    def _backoff(self, attempt: int) -> float:
        return float(self.timing.backoff * 4 ** (attempt - 1))

    def _throttled(self, attempt: int) -> float:
        """Give the seconds after which one who was sent too much may listen again."""
        return 4 * self._backoff(attempt)

    def _exchange(
        self, sending: "_Sending", enough: Callable[[bytes], bool], linger: float
    ) -> tuple[Answer | None, str | None, bool]:
        """Give the answer, or the trouble, and whether the request may have arrived."""
        self._http.cookies.clear()
        seconds = self.timing.whole + sending.request.body_bytes / SLOWEST
        deadline = Deadline(self._connection, seconds)
        try:
            with deadline, sending.stream(self._connection) as response:
                reading = Reading(self._connection, deadline, enough, linger, self.max_body)
                return reading.answer(response), None, True
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return None, f"cannot connect: {_words(error)}", False
        except httpx.TimeoutException as error:
            return None, f"no answer in time: {_words(error)}", True
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            if deadline.passed:
                return None, f"no answer in time: it took more than {seconds:g} s", True
            return None, f"broken connection: {_words(error)}", True
        except (OSError, ValueError, AssertionError, RuntimeError) as error:
            # What a hostile answer makes the HTTP library stumble over is trouble, not our crash.
            return None, f"unreadable answer: {_words(error)}", True


class _Sending:
    """One request in the two forms that we need: what goes out, and what the log says of it."""

    def __init__(
        self,
        http: httpx.Client,
        method: str,
        path: str,
        query: Pairs | str,
        headers: Pairs,
        form: Pairs,
        file: FormFile | None,
        body: str | Raw | None,
        auth: dict[str, str],
    ) -> None:
        self._http = http
        self._file = file
        if isinstance(body, str):
            auth = {**auth, "content-type": "application/json"}
            body = Raw(content=body.encode(), text=body)
        given = {name.lower() for name, _ in headers}
        pairs = [*((k, v) for k, v in auth.items() if k not in given), *headers]
        self._arguments: dict[str, Any] = {"headers": pairs}
        if file or form:
            # Fields without a file travel as multipart too: a nameless file part makes httpx agree.
            fields: list[Any] = [(name, (None, value.encode())) for name, value in form]
            sent = [(file.field, (file.filename, file.content))] if file else []
            self._arguments["files"] = sent + fields if file and file.first else fields + sent
        if body is not None:
            self._arguments["content"] = body.content
        self._method = method
        if isinstance(query, str):
            written, query = query, tuple(parse_qsl(query, keep_blank_values=True))
        else:
            written = urlencode(query, quote_via=quote)
        self._url = path + ("?" + written if written else "")
        parts = [Part(name=name, size=len(value.encode()), text=value) for name, value in form]
        if file:
            place = 0 if file.first else len(parts)
            parts.insert(place, Part(name=file.field, filename=file.filename, size=file.size))
        size = len(body.content) if body is not None else sum(part.size for part in parts)
        self.request = Request(
            method=method,
            path=path,
            query=query,
            headers=tuple(pairs),
            parts=body.parts if body is not None else tuple(parts),
            body=body.text if body is not None else None,
            body_bytes=size,
        )

    @contextlib.contextmanager
    def stream(self, connection: Connection) -> Iterator[httpx.Response]:
        """Open the exchange on the wire."""
        if self._file and not isinstance(self._file.content, bytes):
            self._file.content.seek(0)
        told = {"trace": connection}
        with self._http.stream(self._method, self._url, extensions=told, **self._arguments) as response:
            yield response


def _never(_: bytes) -> bool:
    return False


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
