"""The state of a file goes forward, and retrieval and list agree on it."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from conformance.exchange import Exchange
from conformance.laws.ruling import broken, held, law
from conformance.trace import Trace, long_after
from conformance.verdicts import Finding

# Words that no page knows stand in no order: whatever they follow, they are left alone.
ORDER: Mapping[str, int] = MappingProxyType({"uploaded": 0, "processing": 1, "processed": 2})
FINAL = "processed"

# A file, who said its state (retrieval or list), and the word.
Look = tuple[str, str, str, Exchange]


@law(
    "lifecycle.status-forward",
    "lifecycle.status-agrees",
)
def states_go_forward(trace: Trace) -> Iterator[Finding]:
    """No state that was told long ago is behind the one that is told now."""
    # How far each file had come by each teller, and when that was first said.
    reached: dict[tuple[str, str], tuple[str, Exchange]] = {}
    for name, teller, state, exchange in looks(trace):
        mine = reached.get((name, teller))
        other = reached.get((name, "list" if teller == "retrieval" else "retrieval"))
        if mine and _is_behind(state, exchange, *mine):
            yield broken("lifecycle.status-forward", f"{mine[0]} to stay", state, mine[1], exchange)
        elif other and _is_behind(state, exchange, *other):
            yield broken("lifecycle.status-agrees", f"{other[0]} in both", state, other[1], exchange)
        else:
            if mine and ORDER[state] >= ORDER[mine[0]]:
                yield held("lifecycle.status-forward", mine[1], exchange)
            if other and state == other[0] == FINAL:
                yield held("lifecycle.status-agrees", other[1], exchange)
        if mine is None or ORDER[state] > ORDER[mine[0]]:
            reached[name, teller] = (state, exchange)


def looks(trace: Trace) -> Iterator[Look]:
    """Go through what was told of the states of this run's files, but of those that somebody wanted deleted."""
    pages = {page.exchange.number: page for page in trace.pages}
    retrievals = {exchange.number: name for name, exchange in trace.of_file("GET")}
    for exchange in trace.finals:
        if not exchange.succeeded:
            continue
        told: list[tuple[str, str, object]] = []
        if page := pages.get(exchange.number):
            told = [("list", item["id"], item.get("status")) for item in page.items]
        elif name := retrievals.get(exchange.number):
            told = [("retrieval", name, exchange.mapping().get("status"))]
        for teller, name, state in told:
            mine = name in trace.uploads and name not in trace.shared
            living = trace.doomed.get(name, exchange.number) >= exchange.number
            if mine and living and isinstance(state, str) and state in ORDER:
                yield name, teller, state, exchange


def _is_behind(state: str, exchange: Exchange, reached: str, then: Exchange) -> bool:
    # One reader may lag behind another, and behind the parser.
    return ORDER[state] < ORDER[reached] and long_after(then, exchange)
