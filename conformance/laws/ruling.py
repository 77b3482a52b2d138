"""What a law is, and how it says what it found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from conformance.exchange import Exchange
from conformance.trace import Trace
from conformance.verdicts import Finding, Verdict, shown


@dataclass(frozen=True, slots=True)
class Law:
    """A named function over traces, with the clauses under which it may file what it finds."""

    name: str
    clauses: tuple[str, ...]
    apply: Callable[[Trace], Iterator[Finding]]


def law(*clauses: str) -> Callable[[Callable[[Trace], Iterator[Finding]]], Law]:
    """Make a law of a function; its docstring is the law."""
    return lambda function: Law(function.__name__, clauses, function)


def held(clause: str, *exchanges: Exchange) -> Finding:
    """Say that a clause was measured and held."""
    return Finding(clause=clause, verdict=Verdict.PASS, exchanges=_numbers(exchanges))


def broken(clause: str, expected: str, actual: object, *exchanges: Exchange) -> Finding:
    """Say that a clause did not hold, with the exchanges that show it."""
    return Finding(
        clause=clause,
        verdict=Verdict.FAIL,
        expected=expected,
        actual=shown(actual),
        exchanges=_numbers(exchanges),
        test=exchanges[-1].test if exchanges else "",
    )


def measured(clause: str, expected: object, actual: object, *exchanges: Exchange) -> Finding:
    """Compare two values of one JSON type: 1 is neither true nor 1.0."""
    if type(expected) is type(actual) and expected == actual:
        return held(clause, *exchanges)
    return broken(clause, repr(expected), actual, *exchanges)


def _numbers(exchanges: tuple[Exchange, ...]) -> tuple[int, ...]:
    return tuple(exchange.number for exchange in exchanges)
