"""What a lag may have made, and may not: the reads that are worth repeating when no lag excuses them any more."""

from collections.abc import Iterator, Mapping

from conformance.exchange import Exchange, Request
from conformance.laws.lasting import absences
from conformance.laws.life import deleted_before, retrieved_after_deletion
from conformance.trace import OF_THE_ACCOUNT, Trace, excused_until, long_after


def doubts(trace: Trace) -> Mapping[Request, float]:
    """Give the reads to repeat, each with the moment, in seconds since 1970, from which on it proves something.

    One reader may lag behind another: so it proves nothing at once that a file was seen gone and is seen again, or
    that it was seen and is seen no more.
    """
    found: dict[Request, float] = {}
    for write, read in (*_back(trace), *_lost(trace)):
        if not long_after(write, read):
            found[read.request] = max(found.get(read.request, 0.0), excused_until(write))
    return found


def _back(trace: Trace) -> Iterator[tuple[Exchange, Exchange]]:
    """Give the deletions and the reads that showed the file once more after it had been gone."""
    gone = _gone(trace)
    for page in trace.pages:
        for name, deletion in deleted_before(trace, page.exchange):
            if name in page.ids and gone.get(name, page.exchange.number) < page.exchange.number:
                yield deletion, page.exchange
    for deletion, exchange in retrieved_after_deletion(trace):
        if exchange.succeeded and gone.get(deletion.request.named, exchange.number) < exchange.number:
            yield deletion, exchange


def _lost(trace: Trace) -> Iterator[tuple[Exchange, Exchange]]:
    """Give the uploads and the reads that miss a file which was seen, nobody deleted, and nobody saw since."""
    for name, missing in absences(trace).items():
        last = max(trace.sightings.get(name, (0,)))
        for exchange in missing:
            if name in trace.uploads and exchange.number > last and name not in trace.deletions:
                yield trace.uploads[name].exchange, exchange


def _gone(trace: Trace) -> Mapping[str, int]:
    """Give the number of the first read that showed each deleted file to be gone."""
    found: dict[str, int] = {}
    for deletion, exchange in retrieved_after_deletion(trace):
        if exchange.refused and exchange.status not in OF_THE_ACCOUNT:
            found.setdefault(deletion.request.named, exchange.number)
    for traversal in trace.traversals:
        if traversal.is_whole_list:
            first = traversal.pages[0].exchange
            for name, _ in deleted_before(trace, first):
                if name not in traversal.ids:
                    found[name] = min(found.get(name, first.number), first.number)
    return found
