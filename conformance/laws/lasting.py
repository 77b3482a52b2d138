"""What nobody deleted stays, also when others try, and when what is gone is deleted again."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from conformance.exchange import Exchange
from conformance.laws.ruling import broken, held, law
from conformance.trace import Trace
from conformance.verdicts import Finding


@law(
    "lifecycle.upload-survives",
    "lifecycle.second-deletion-harmless",
    "isolation.delete",
)
def files_stay(trace: Trace) -> Iterator[Finding]:
    """A file that was seen is seen to the end, unless its account deletes it."""
    numbered = {exchange.number: exchange for exchange in trace.exchanges}
    absent = absences(trace)
    for name, seen in trace.sightings.items():
        if name not in trace.uploads or name in trace.shared:
            continue
        first, last = numbered[seen[0]], numbered[seen[-1]]
        missing = [each for each in absent.get(name, ()) if each.number > last.number]
        # One reader of a young file may lag behind another.
        if any(trace.arrived(name, each) for each in missing):
            # Somebody else may have deleted what is seen no more.
            yield from _lost(trace, name, last, missing[0]) if trace.sole else ()
        elif last is not first:
            yield held("lifecycle.upload-survives", first, last)
            yield from _spared(trace, name, first, last)


def _lost(trace: Trace, name: str, last: Exchange, missing: Exchange) -> Iterator[Finding]:
    """File a loss under the clause that explains it; what other deletions explain, other laws tell."""
    before = [each for each in _deletions(trace) if each.number < missing.number]
    mine = [each for each in before if each.request.named == name]
    between = [each for each in before if each.number > last.number]
    if any(each.account != "second" for each in mine):
        return
    if tried := [each for each in between if each in mine]:
        clause, why = "isolation.delete", tried[-1:]
    elif not between:
        clause, why = "lifecycle.upload-survives", []
    elif all(_is_repeated(trace, each) for each in between):
        clause, why = "lifecycle.second-deletion-harmless", between[-1:]
    else:
        return
    yield broken(clause, f"{name} still there", "it is gone", last, *why, missing)


def _spared(trace: Trace, name: str, first: Exchange, last: Exchange) -> Iterator[Finding]:
    for each in _deletions(trace):
        if first.number < each.number < last.number:
            if _is_repeated(trace, each):
                yield held("lifecycle.second-deletion-harmless", each, last)
            elif each.account == "second" and each.request.named == name:
                yield held("isolation.delete", each, last)


def _deletions(trace: Trace) -> Iterator[Exchange]:
    return (exchange for exchange in trace.exchanges if exchange.request.method == "DELETE")


def _is_repeated(trace: Trace, exchange: Exchange) -> bool:
    """Whether a deletion names what was deleted before it."""
    done = trace.deletions.get(exchange.request.named)
    return done is not None and done.number < exchange.number


def absences(trace: Trace) -> Mapping[str, list[Exchange]]:
    """Give the exchanges, in order, that looked for each file in vain where the same look had found it before."""
    found: dict[str, list[Exchange]] = defaultdict(list)
    retrieved: set[str] = set()
    for name, exchange in trace.of_file("GET"):
        if exchange.succeeded:
            retrieved.add(name)
        elif exchange.missed and name in retrieved:
            found[name].append(exchange)
    listed: set[str] = set()
    for walk in trace.traversals:
        if walk.is_whole_list:
            for name in listed - set(walk.ids):
                found[name].append(walk.pages[0].exchange)
            listed |= set(walk.ids)
    return {name: sorted(each, key=lambda exchange: exchange.number) for name, each in found.items()}
