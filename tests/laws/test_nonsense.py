"""No member of any answer can be so odd that a law, or the comparison of two runs, breaks down over it."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from conformance import runs
from conformance.comparison.comparing import compare
from conformance.exchange import Exchange
from conformance.laws import judge
from conformance.runs import Run
from conformance.trace import Trace
from tests.runs_of_the_suite import run_suite

# So many answers of a kind show what a law makes of it.
MOST = 6
# What cannot be looked up in a set, and what fits no integer of a machine.
LIST: list[object] = []
VAST = 10**30

Way = tuple[str, ...]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of the whole suite, with a few exchanges of each kind."""
    folder = tmp_path_factory.mktemp("nonsense")
    done = run_suite(folder, "--target=mock-cn", "-q", "--rate-probe=no")
    assert done.status == 0, done.said
    [log] = folder.glob("*/run.jsonl")
    whole = runs.read(log)
    kinds: Counter[object] = Counter()
    kept = []
    for exchange in whole.exchanges:
        kind = (exchange.operation, exchange.status, exchange.account)
        kinds[kind] += 1
        kept += [exchange] * (kinds[kind] <= MOST)
    return replace(whole, exchanges=tuple(kept))


def members(value: object, way: Way = ()) -> Iterator[Way]:
    """Name every place in a JSON value; the items of a list share one."""
    yield way
    for name, inner in value.items() if isinstance(value, dict) else ():
        yield from members(inner, (*way, name))
    for item in value if isinstance(value, list) else ():
        yield from members(item, (*way, "*"))


def altered(value: Any, way: Way, odd: object) -> Any:
    """Give the value with something odd at that place."""
    if not way:
        return odd
    if isinstance(value, list):
        return [altered(item, way[1:], odd) for item in value]
    if isinstance(value, dict) and way[0] in value:
        return value | {way[0]: altered(value[way[0]], way[1:], odd)}
    return value


def kind_of(exchange: Exchange) -> tuple[str, bool]:
    return exchange.operation or "", exchange.succeeded


def nonsense(run: Run, *odds: object) -> Iterator[tuple[str, tuple[Exchange, ...]]]:
    """Put something odd in each place of all answers of a kind, one after the other."""
    told = {each.number: each.value() for each in run.exchanges}
    places = {
        (kind_of(each), way)
        for each in run.exchanges
        if isinstance(told[each.number], dict)
        for way in members(told[each.number])
    }
    for kind, way in sorted(places):
        for odd in odds:
            yield (
                f"{kind[0]} {'.'.join(way)} {odd!r}",
                tuple(
                    replace(
                        each,
                        answer=replace(
                            each.answer, body=json.dumps(altered(told[each.number], way, odd)).encode()
                        ),
                    )
                    if each.answer and kind_of(each) == kind and isinstance(told[each.number], dict)
                    else each
                    for each in run.exchanges
                ),
            )


def test_no_law_breaks_down_over_nonsense(run: Run) -> None:
    broken = []
    for where, exchanges in nonsense(run, LIST, VAST):
        try:
            judge(Trace(exchanges))
        except Exception as error:  # noqa: BLE001 - each is named with its place
            broken.append(f"{where}: {error!r}")
    assert broken == []


def test_no_comparison_breaks_down_over_nonsense(run: Run) -> None:
    broken = []
    for where, exchanges in nonsense(run, LIST):
        try:
            compare([run], [replace(run, exchanges=exchanges)])
        except Exception as error:  # noqa: BLE001 - each is named with its place
            broken.append(f"{where}: {error!r}")
    assert broken == []
