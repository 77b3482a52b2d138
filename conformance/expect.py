"""The assertions that the suite is written in. A broken one says what was expected and what came."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import Any

from conformance.exchange import Exchange
from conformance.trace import LASTING, Page, read_page
from conformance.verdicts import CITED, Finding, Verdict, shown

# What differs from run to run has no place in a reason.
ID = re.compile(r"(?<=file-)[\w-]{6,}")


class Broken(AssertionError):  # noqa: N818  a finding, not an error
    """The clause under test did not hold."""

    def __init__(self, expected: str, actual: object, exchanges: Iterable[Exchange]) -> None:
        self.expected = expected
        self.actual = shown(actual)
        self.exchanges = tuple(exchange.number for exchange in exchanges)
        super().__init__(f"expected {self.expected}, got {self.actual}")


class Unproven(Exception):  # noqa: N818  a verdict, not an error
    """The clause under test could not be exercised; the message says why.

    `suspect` is the exchange whose server error kept a lawful request from being accepted: if the error
    proves to be lasting while other requests are answered, the clause did not hold.
    """

    def __init__(self, reason: str, suspect: Exchange | None = None) -> None:
        super().__init__(reason)
        self.suspect = suspect


class Evidence:
    """The exchanges that the running test looked at, and what it recorded without judging."""

    def __init__(self) -> None:
        self.exchanges: list[int] = []
        self.recorded: list[str] = []


_evidence: ContextVar[Evidence | None] = ContextVar("evidence", default=None)


@contextlib.contextmanager
def gathering(evidence: Evidence) -> Iterator[None]:
    """Gather into `evidence` what the assertions look at."""
    token = _evidence.set(evidence)
    try:
        yield
    finally:
        _evidence.reset(token)


def note(*exchanges: Exchange) -> None:
    """Name exchanges as evidence of the running test."""
    if evidence := _evidence.get():
        evidence.exchanges.extend(e.number for e in exchanges if e.number not in evidence.exchanges)


def record(text: str, *exchanges: Exchange) -> None:
    """Record what an observed clause saw."""
    note(*exchanges)
    if evidence := _evidence.get():
        evidence.recorded.append(text)


def that(holds: object, expected: str, actual: object, *exchanges: Exchange) -> None:
    """Expect a condition.

    Raises:
        Broken: it does not hold.
    """
    note(*exchanges)
    if not holds:
        raise Broken(expected, actual, exchanges)


def equal(expected: object, actual: object, *exchanges: Exchange) -> None:
    """Expect a value of the same JSON type."""
    that(type(expected) is type(actual) and expected == actual, repr(expected), actual, *exchanges)


def answered(exchange: Exchange) -> Exchange:
    """Expect an answer that is the target's own word.

    Raises:
        Unproven: trouble, or an answer that speaks of the account or the weather.
    """
    note(exchange)
    if exchange.answer is None:
        raise Unproven(f"infrastructure: {exchange.trouble}")
    if exchange.answer.cut:
        raise Unproven("infrastructure: the answer was too long or too slow to be read whole")
    status = exchange.answer.status
    # With a key that opens nothing, a word on the account is the very answer that was asked for.
    of_the_account = status in {401, 402, 403} and exchange.account in {"first", "second"}
    if status == 429 or status >= 500 or of_the_account:
        raise Unproven(f"infrastructure: {exchange.request.method} {exchange.request.path} got {status}")
    return exchange


def accepted(exchange: Exchange, expected: str = "200") -> dict[str, Any]:
    """Expect a success, and give its JSON object (an empty one where there is none)."""
    try:
        answered(exchange)
    except Unproven as error:
        raise Unproven(str(error), suspect=exchange) from None
    if repeated_deletion(exchange):
        raise Unproven(
            "infrastructure: an earlier attempt may have deleted the file, and its answer was lost"
        )
    that(exchange.succeeded, expected, describe(exchange), exchange)
    return exchange.mapping()


def repeated_deletion(exchange: Exchange) -> bool:
    """Whether a deletion was refused that an attempt before it may already have done."""
    return exchange.request.method == "DELETE" and exchange.attempt > 1 and exchange.refused


def listed(exchange: Exchange) -> Page:
    """Expect a page of the list that can be read.

    Raises:
        Broken: the request was not accepted.
        Unproven: it was, with something that is no list of files; openapi.yaml says what it should be.
    """
    accepted(exchange)
    page = read_page(exchange)
    if page is None or page.length > len(page.items):
        raise Unproven("it needs the list, whose items cannot be told from one another")
    return page


def refused(exchange: Exchange, *, twin: Exchange, status: int | None = None) -> None:
    """Expect a clean 4xx (or that very status) while the twin without the defect is accepted.

    Raises:
        Broken: it was accepted, or got a server error each time while the twin was answered.
        Unproven: the twin was not accepted, so that a refusal would prove nothing.
    """
    answered(twin)
    if not twin.succeeded:
        raise Unproven(f"the twin without the defect was not accepted either: {describe(twin)}")
    wanted = "a refusal (4xx)" if status is None else f"a refusal with {status}"
    if (exchange.status or 0) >= 500 and exchange.attempt >= LASTING:
        raise Broken(wanted, f"{exchange.status}, {exchange.attempt} times", (exchange, twin))
    answered(exchange)
    holds = exchange.status == status if status else exchange.refused
    that(holds, wanted, describe(exchange), exchange, twin)


def lawful(findings: Iterable[Finding], clause: str) -> None:
    """Expect that the laws found nothing against a clause, and had something to measure.

    Raises:
        Broken: with the first violation.
        Unproven: no exchange gave the law anything to measure.
    """
    mine = [finding for finding in findings if finding.clause == clause]
    evidence = _evidence.get()
    for finding in mine:
        if evidence and len(evidence.exchanges) < CITED:
            evidence.exchanges.extend(n for n in finding.exchanges if n not in evidence.exchanges)
        if finding.verdict is Verdict.FAIL:
            broken = Broken(finding.expected, finding.actual, ())
            broken.exchanges = finding.exchanges
            raise broken
    if not mine:
        raise Unproven("the traffic of this run gave it nothing to measure")


def describe(exchange: Exchange) -> str:
    """Say in short what an answer was."""
    if exchange.answer is None:
        return exchange.trouble or "no answer"
    error = exchange.mapping().get("error")
    message = error.get("message") if isinstance(error, dict) else None
    said = f" ({ID.sub('…', message[:200])})" if isinstance(message, str) else ""
    return f"{exchange.answer.status}{said}"
