"""What was deleted stays deleted, and nothing else goes with it."""

from collections.abc import Iterator
from urllib.parse import unquote

from conformance.exchange import Exchange
from conformance.laws.ruling import broken, held, law, measured
from conformance.trace import OF_THE_ACCOUNT, Trace, Traversal, long_after
from conformance.verdicts import Finding

# Fewer deletions than this that were done and answered with a server error are weather.
LASTING = 3


@law(
    "deletion.id",
)
def deletions_name_their_file(trace: Trace) -> Iterator[Finding]:
    """A deletion that was done names the id that was asked for."""
    for name, exchange in trace.of_file("DELETE"):
        if exchange.succeeded and exchange.mapping():
            yield measured("deletion.id", name, exchange.mapping().get("id"), exchange)


@law(
    "deletion.deleted",
)
def deletions_are_answered(trace: Trace) -> Iterator[Finding]:
    """A deletion that was done is not answered with a server error each time."""
    mine = [(name, each) for name, each in trace.of_file("DELETE") if name in trace.uploads]
    crashes = {
        unquote(each.request.path.rpartition("/")[2]): each
        for each in trace.exchanges
        if each.request.method == "DELETE" and (each.status or 0) >= 500
    }
    done = [each for name, each in mine if each.status in {404, 410} and each.attempt > 1 and name in crashes]
    if len(done) >= LASTING and not any(each.succeeded for _, each in mine):
        shown = [crashes[name] for name, each in mine if each in done[:2]]
        yield broken(
            "deletion.deleted", "the word that it was done", "a server error, and then no file", *shown
        )


@law(
    "deletion.not-retrieved",
)
def deleted_stays_deleted(trace: Trace) -> Iterator[Finding]:
    """A file once seen gone, or deleted long enough ago, is not retrieved again."""
    gone: dict[str, Exchange] = {}
    last = {name: exchange for name, exchange in trace.of_file("GET") if exchange.answer}
    for name, exchange in trace.of_file("GET"):
        deletion = trace.deletions.get(name)
        if deletion is None or exchange.number < deletion.number or name in trace.shared:
            continue
        if exchange.answer and exchange.answer.refused and exchange.status not in OF_THE_ACCOUNT:
            gone.setdefault(name, exchange)
            yield held("deletion.not-retrieved", deletion, exchange)
        # One reader may lag behind another, as long as the file comes to be gone for good.
        elif exchange.succeeded and (
            (name in gone and last[name].succeeded) or long_after(deletion, exchange)
        ):
            yield broken("deletion.not-retrieved", "a refusal", f"{exchange.status}", deletion, exchange)


@law(
    "deletion.not-listed",
)
def deleted_is_not_listed(trace: Trace) -> Iterator[Finding]:
    """A file once missing from a whole list, or deleted long enough ago, is not listed again."""
    gone: set[str] = set()
    walks = sorted(trace.traversals, key=lambda each: each.numbers[-1])
    last = next((walk for walk in reversed(walks) if _is_whole_list(walk)), None)
    for traversal in walks:
        first = traversal.pages[0].exchange
        before = {
            name
            for name, done in trace.deletions.items()
            if done.number < first.number and name not in trace.shared
        }
        back = sorted(
            name
            for name in before & set(traversal.ids)
            if long_after(trace.deletions[name], first)
            # One reader may lag behind another, as long as the file comes to be missing for good, and what
            # answers filtered lists behind what answers the others.
            or (
                name in gone
                and not traversal.pages[0].selection
                and not (_is_whole_list(traversal) and last and name not in last.ids)
            )
        )
        if back:
            yield broken(
                "deletion.not-listed",
                f"a list without {back[0]}",
                "it is listed",
                trace.deletions[back[0]],
                first,
            )
        if _is_whole_list(traversal):
            missing = before - set(traversal.ids)
            gone |= missing
            if missing:
                yield held("deletion.not-listed", trace.deletions[min(missing)], first)


def _is_whole_list(traversal: Traversal) -> bool:
    return traversal.whole and len(traversal.pages) == 1 and not traversal.pages[0].selection


@law(
    "deletion.only-that-file",
    "retrieval.found",
)
def nothing_else_goes(trace: Trace) -> Iterator[Finding]:
    """A file that was retrieved before, or uploaded long enough ago, and not deleted, is retrieved again."""
    seen: dict[str, Exchange] = {}
    last = {name: exchange for name, exchange in trace.of_file("GET") if exchange.succeeded}
    for name, exchange in trace.of_file("GET"):
        if trace.doomed.get(name, exchange.number) < exchange.number or name not in trace.uploads:
            continue
        if exchange.succeeded:
            if name in seen and _deleted_between(trace, seen[name], exchange):
                yield held("deletion.only-that-file", exchange)
            seen[name] = exchange
        elif exchange.status in {404, 410}:
            arrived = trace.arrived(name, exchange)
            # One reader of a young file may lag behind another, as long as the file comes to be seen again.
            if arrived or (name in seen and last[name].number < exchange.number):
                before = seen.get(name, trace.uploads[name].exchange)
                gone = name in seen and _deleted_between(trace, before, exchange)
                clause = "deletion.only-that-file" if gone else "retrieval.found"
                yield broken(clause, "the file is still there", f"{exchange.status}", before, exchange)


def _deleted_between(trace: Trace, first: Exchange, last: Exchange) -> bool:
    return any(first.number < done.number < last.number for done in trace.deletions.values())
