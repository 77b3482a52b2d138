"""What was deleted stays deleted, and nothing else goes with it."""

from collections.abc import Iterator

from conformance.exchange import Exchange
from conformance.laws.ruling import broken, held, law, measured
from conformance.trace import LASTING, OF_THE_ACCOUNT, Trace, long_after
from conformance.verdicts import Finding


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
        each.request.named: each
        for each in trace.exchanges
        if each.request.method == "DELETE" and (each.status or 0) >= 500
    }
    done = [each for name, each in mine if each.missed and each.attempt > 1 and name in crashes]
    if len(done) >= LASTING and not any(each.succeeded for _, each in mine):
        shown = [crashes[name] for name, each in mine if each in done[:2]]
        yield broken(
            "deletion.deleted", "the word that it was done", "a server error, and then no file", *shown
        )


@law(
    "deletion.deleted",
)
def deletions_say_what_was_done(trace: Trace) -> Iterator[Finding]:
    """The first deletion of a file that was there says true; what a later one says, no page tells."""
    asked: dict[str, int] = {}
    for exchange in trace.exchanges:
        if exchange.request.method == "DELETE":
            asked.setdefault(exchange.request.named, exchange.number)
    for name, exchange in trace.of_file("DELETE"):
        if not exchange.succeeded or asked[name] != exchange.number or name not in trace.uploads:
            continue
        seen = trace.sightings.get(name, (exchange.number,))[0] < exchange.number
        said = exchange.mapping().get("deleted")
        if isinstance(said, bool) and (seen or trace.arrived(name, exchange)):
            yield measured("deletion.deleted", True, said, exchange)


@law(
    "deletion.not-retrieved",
)
def deleted_stays_deleted(trace: Trace) -> Iterator[Finding]:
    """A file deleted long enough ago is not retrieved."""
    for deletion, exchange in retrieved_after_deletion(trace):
        if exchange.refused and exchange.status not in OF_THE_ACCOUNT:
            yield held("deletion.not-retrieved", deletion, exchange)
        elif exchange.succeeded and long_after(deletion, exchange):
            yield broken("deletion.not-retrieved", "a refusal", f"{exchange.status}", deletion, exchange)


@law(
    "deletion.not-listed",
)
def deleted_is_not_listed(trace: Trace) -> Iterator[Finding]:
    """A file deleted long enough ago is on no page of a list, and a whole list is without it."""
    for page in trace.pages:
        for name, deletion in deleted_before(trace, page.exchange):
            if name in page.ids and long_after(deletion, page.exchange):
                expected = f"a list without {name}"
                yield broken("deletion.not-listed", expected, "it is listed", deletion, page.exchange)
                break
    for traversal in trace.traversals:
        if traversal.is_whole_list:
            first = traversal.pages[0].exchange
            missing = [done for name, done in deleted_before(trace, first) if name not in traversal.ids]
            if missing:
                yield held("deletion.not-listed", missing[0], first)


def retrieved_after_deletion(trace: Trace) -> Iterator[tuple[Exchange, Exchange]]:
    """Go through the retrievals of deleted files, each with the deletion."""
    for name, exchange in trace.of_file("GET"):
        deletion = trace.deletions.get(name)
        if deletion and deletion.number < exchange.number and name not in trace.shared:
            yield deletion, exchange


def deleted_before(trace: Trace, exchange: Exchange) -> list[tuple[str, Exchange]]:
    """Give the files, with their deletions, that were deleted before an exchange."""
    return [
        (name, done)
        for name, done in sorted(trace.deletions.items())
        if done.number < exchange.number and name not in trace.shared
    ]


@law(
    "deletion.only-that-file",
    "retrieval.found",
)
def nothing_else_goes(trace: Trace) -> Iterator[Finding]:
    """A file that was retrieved before, or uploaded long enough ago, and not deleted, is retrieved again."""
    seen: dict[str, Exchange] = {}
    for name, exchange in trace.of_file("GET"):
        if trace.doomed.get(name, exchange.number) < exchange.number or name not in trace.uploads:
            continue
        if exchange.succeeded:
            if name in seen and _deleted_between(trace, seen[name], exchange):
                yield held("deletion.only-that-file", exchange)
            seen[name] = exchange
        elif exchange.missed and trace.arrived(name, exchange):
            before = seen.get(name, trace.uploads[name].exchange)
            gone = name in seen and _deleted_between(trace, before, exchange)
            clause = "deletion.only-that-file" if gone else "retrieval.found"
            yield broken(clause, "the file is still there", f"{exchange.status}", before, exchange)


def _deleted_between(trace: Trace, first: Exchange, last: Exchange) -> bool:
    return any(first.number < done.number < last.number for done in trace.deletions.values())
