"""A filtered list holds all the files that match, and only those."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.laws.ruling import broken, held, law
from conformance.times import LATEST, read
from conformance.trace import PURPOSES, Page, Trace, Traversal, Upload
from conformance.verdicts import Finding

# created_at is in whole seconds, and how it was rounded no page says: a whole second away there is no doubt.
GRAIN = 1
TIMES = ("create_after", "create_before")


@law(
    "filters.purpose-sound",
    "filters.combined",
    "filters.paged",
)
def purpose_is_sound(trace: Trace) -> Iterator[Finding]:
    """A list filtered by purpose holds no file of another."""
    for page in trace.pages:
        wanted = page.query.get("purpose")
        if wanted not in PURPOSES:
            continue
        purposes = {item["id"]: _purpose(trace, item) for item in page.items}
        others = [name for name, purpose in purposes.items() if purpose is not None and purpose != wanted]
        clause = _clause(page, "filters.purpose-sound")
        if others:
            actual = f"{others[0]} for {purposes[others[0]]}"
            yield broken(clause, f"only files for {wanted}", actual, page.exchange)
        elif page.items:
            yield held(clause, page.exchange)


@law(
    "filters.create-after-sound",
    "filters.create-before-sound",
    "filters.combined",
    "filters.paged",
)
def times_are_sound(trace: Trace) -> Iterator[Finding]:
    """A list filtered by time holds no file from the wrong side of it."""
    for page in trace.pages:
        for name in TIMES:
            if name not in page.query or read(page.query[name]) is None:
                continue
            clause = _clause(page, f"filters.{name.replace('_', '-')}-sound")
            wrong = [item for item in page.items if _matches(trace, page, name, item) is False]
            if wrong:
                actual = f"{wrong[0]['id']} created at {wrong[0].get('created_at')}"
                yield broken(clause, f"only files with {name}={page.query[name]}", actual, page.exchange)
            elif page.items:
                yield held(clause, page.exchange)


@law(
    "filters.purpose-complete",
    "filters.create-after-complete",
    "filters.create-before-complete",
    "filters.combined",
    "filters.paged",
)
def filters_are_complete(trace: Trace) -> Iterator[Finding]:
    """A filtered list holds every file of this run that matches, once such a list had shown it or must know it."""
    # What finds files by a filter may lag behind what finds them all.
    shown: dict[str, int] = {}
    for page in trace.pages:
        for name in page.ids if page.selection else ():
            shown.setdefault(name, page.exchange.number)
    for traversal in trace.traversals:
        if traversal.whole and traversal.pages[0].selection:
            yield from _complete(trace, traversal, shown)


def _complete(trace: Trace, traversal: Traversal, shown: Mapping[str, int]) -> Iterator[Finding]:
    first, last = traversal.numbers[0], traversal.numbers[-1]
    page = traversal.pages[0]
    expected = {
        name
        for name, upload in trace.uploads.items()
        if (shown.get(name, first) < first or trace.arrived(name, page.exchange))
        and trace.doomed.get(name, last + 1) > last
        and _selects(trace, page, upload)
    }
    exchanges = [page.exchange for page in traversal.pages]
    missing = sorted(
        name for name in expected - set(traversal.ids) if not trace.went_with_another(name, first)
    )
    clause = _complete_clause(traversal)
    if missing:
        yield broken(clause, f"{missing[0]} among the files", f"{len(missing)} files missing", *exchanges)
    elif expected:
        yield held(clause, *exchanges)


def _complete_clause(traversal: Traversal) -> str:
    page = traversal.pages[0]
    if len(traversal.pages) > 1:
        return "filters.paged"
    name = next(iter(page.selection))[0]
    return _clause(page, f"filters.{name.replace('_', '-')}-complete")


def _clause(page: Page, alone: str) -> str:
    """File a defect under the one filter in play, or under filters.combined where there are several."""
    if "after" in page.query:
        return "filters.paged"
    return "filters.combined" if len(page.selection) > 1 else alone


def _selects(trace: Trace, page: Page, upload: Upload) -> bool:
    """Whether every filter of a page beyond doubt selects a file."""
    query = page.query
    if set(query) - {"limit", "after", "purpose", *TIMES}:
        return False
    if "purpose" in query and query["purpose"] != upload.purpose:
        return False
    return all(_matches(trace, page, name, upload.said) is True for name in TIMES if name in query)


def _purpose(trace: Trace, item: Mapping[str, Any]) -> Any:
    """Give what a file was uploaded for; of a stranger's, what the list says."""
    upload = trace.uploads.get(item["id"])
    if upload is None:
        return item.get("purpose")
    # Where a purpose that nobody listed was accepted, what it became is another clause's business.
    return upload.purpose if upload.purpose in PURPOSES else None


def _matches(trace: Trace, page: Page, name: str, item: Mapping[str, Any]) -> bool | None:
    """Whether a file is on the right side of a filter's time; None where that cannot be known."""
    said = trace.uploads[item["id"]].said if item.get("id") in trace.uploads else item
    written, created = read(page.query[name]), said.get("created_at")
    if written is None or not isinstance(created, int) or not 1 < created <= LATEST:
        return None
    # The zone was found with times; whether a date begins by the same clock, no page says.
    zone = None if written.is_date else trace.zone
    earliest, latest = written.earliest(zone), written.latest(zone)
    if created >= latest + GRAIN:
        return name == "create_after"
    if created <= earliest - GRAIN:
        return name == "create_before"
    return None
