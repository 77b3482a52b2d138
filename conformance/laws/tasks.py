"""The list of batch tasks: pages and traversals, and the filters that narrow it."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from conformance.batch_trace import BatchPage, BatchTrace
from conformance.exchange import Exchange
from conformance.laws.ruling import broken, held, law, measured
from conformance.times import read
from conformance.trace import Trace, Traversal, long_after
from conformance.verdicts import Finding

# created_at is in whole seconds, and how it was rounded no page says.
GRAIN = 1
FILTERS = {
    "ds_name": "batches.filter-name",
    "input_file_ids": "batches.filter-input",
    "status": "batches.filter-status",
    "create_after": "batches.filter-created",
    "create_before": "batches.filter-created",
}


@law(
    "batches.limit-caps",
    "batches.limit-default",
    "batches.limit-fills",
)
def pages_keep_their_limit(trace: Trace) -> Iterator[Finding]:
    """A page holds at most as many tasks as were asked for, and fewer only at the end."""
    batches = BatchTrace(trace.finals)
    for page in batches.pages:
        limit, asked = page.limit, "limit" in page.query
        clause = "batches.limit-caps" if asked else "batches.limit-default"
        if limit is not None and page.length > limit:
            yield broken(clause, f"at most {limit} tasks", f"{page.length} tasks", page.exchange)
        elif limit is not None and page.length:
            yield held(clause, page.exchange)
    for page, following in _pairs(batches):
        limit = page.limit
        # A task that changes its state between two pages may go from one filter to another.
        if limit is None or "status" in page.query or "limit" not in page.query or not following.length:
            continue
        if page.length >= limit:
            yield held("batches.limit-fills", page.exchange, following.exchange)
        elif page.length and page.has_more is True:
            yield broken(
                "batches.limit-fills", f"{limit} tasks", f"{page.length}, and more behind them", page.exchange
            )


@law(
    "batches.first-id",
    "batches.last-id",
    "batches.newest-first",
)
def pages_name_their_ends(trace: Trace) -> Iterator[Finding]:
    """A page names its first and its last task, and goes from the newest to the oldest."""
    for page in BatchTrace(trace.finals).pages:
        if page.length == len(page.items):
            ends = (page.ids[0], page.ids[-1]) if page.ids else (None, None)
            for name, end in zip(("first_id", "last_id"), ends, strict=True):
                yield measured(f"batches.{name.replace('_', '-')}", end, page.said.get(name), page.exchange)
        times = [item.get("created_at") for item in page.items]
        moments = [moment for moment in times if isinstance(moment, int)]
        if len(moments) < 2:
            continue
        older = next((pair for pair in pairwise(moments) if pair[0] < pair[1]), None)
        if older:
            yield broken("batches.newest-first", f"nothing later behind {older[0]}", older[1], page.exchange)
        else:
            yield held("batches.newest-first", page.exchange)


@law(
    "batches.after",
    "batches.no-duplicate",
)
def pages_follow_one_another(trace: Trace) -> Iterator[Finding]:
    """Behind a cursor stands neither its task nor any before it."""
    batches = BatchTrace(trace.finals)
    for traversal in batches.traversals:
        exchanges = [page.exchange for page in traversal.pages]
        for page in traversal.pages:
            cursor = page.query.get("after")
            if cursor is not None and cursor in page.ids:
                yield broken("batches.after", f"tasks behind {cursor}", f"{cursor} again", page.exchange)
            elif cursor is not None and page.length:
                yield held("batches.after", page.exchange)
        twice = [name for name, count in Counter(traversal.ids).items() if count > 1]
        twice = [name for name in twice if all(name != page.query.get("after") for page in traversal.pages)]
        if twice:
            yield broken("batches.no-duplicate", "each task once", f"{twice[0]} twice", *exchanges)
        elif len(traversal.ids) > 1:
            yield held("batches.no-duplicate", *exchanges)


@law(
    "batches.has-more",
)
def has_more_tells_the_truth(trace: Trace) -> Iterator[Finding]:
    """has_more is true before another page and false before none."""
    batches = BatchTrace(trace.finals)
    for page in batches.pages:
        if not page.length and page.has_more is True and page.limit is not None:
            yield broken("batches.has-more", "false on an empty page", True, page.exchange)
    for page, following in _pairs(batches):
        both = page.exchange, following.exchange
        left = [
            name for name in following.ids if name not in page.ids and _known(batches, name, page.exchange)
        ]
        if page.has_more is False and left:
            yield broken("batches.has-more", f"true: {left[0]} follows", False, *both)
        elif page.has_more is True and not following.length and "status" not in page.query:
            yield broken("batches.has-more", "false: nothing follows", True, *both)
        elif page.has_more is bool(following.length):
            yield held("batches.has-more", *both)


@law(
    "batches.listed",
    "batches.no-gap",
)
def traversals_are_whole(trace: Trace) -> Iterator[Finding]:
    """A whole traversal holds every task that the list had shown before, or must know."""
    batches = BatchTrace(trace.finals)
    for traversal in batches.traversals:
        head = traversal.pages[0]
        if not traversal.whole or head.selection:
            continue
        clause = "batches.no-gap" if len(traversal.pages) > 1 else "batches.listed"
        expected = {name for name in batches.creations if _known(batches, name, head.exchange)}
        if not trace.sole:
            # Whoever keeps the account may have removed what is listed no more.
            expected &= _listed_behind(batches, traversal)
        missing = sorted(expected - set(traversal.ids))
        exchanges = [page.exchange for page in traversal.pages]
        if missing and not _flickers(batches, missing, traversal):
            yield broken(clause, f"{missing[0]} among the tasks", f"{len(missing)} tasks missing", *exchanges)
        elif expected and not missing:
            yield held(clause, *exchanges)


def _known(batches: BatchTrace, name: str, exchange: Exchange) -> bool:
    """Whether the list had shown a task of ours before an exchange, or no lag excuses it."""
    creation = batches.creations.get(name)
    shown = batches.shown.get(name, exchange.number) < exchange.number
    return creation is not None and (shown or long_after(creation.exchange, exchange))


def _flickers(batches: BatchTrace, missing: list[str], traversal: Traversal) -> bool:
    """Whether one reader of young tasks lags behind another, for a later list shows them again."""
    last = traversal.pages[-1].exchange
    young = not any(long_after(batches.creations[name].exchange, last) for name in missing)
    return young and set(missing) <= _listed_behind(batches, traversal)


def _listed_behind(batches: BatchTrace, traversal: Traversal) -> set[str]:
    """Name the tasks that a later list shows."""
    last = traversal.numbers[-1]
    return {name for page in batches.pages if page.exchange.number > last for name in page.ids}


@law(*dict.fromkeys((*FILTERS.values(), "batches.filter-together")))
def filters_are_sound(trace: Trace) -> Iterator[Finding]:
    """A filtered list holds no task that the filter does not select."""
    batches = BatchTrace(trace.finals)
    for page in batches.pages:
        used = [name for name in FILTERS if name in page.query]
        for name in used:
            clause = FILTERS[name] if len(used) == 1 else "batches.filter-together"
            wrong = [
                item for item in page.items if SELECTS[name](page.query[name], _truth(batches, item)) is False
            ]
            if wrong:
                told = {
                    key: wrong[0].get(key)
                    for key in ("id", "status", "input_file_id", "created_at", "metadata")
                }
                yield broken(clause, f"only tasks with {name}={page.query[name]}", told, page.exchange)
            elif page.items:
                yield held(clause, page.exchange)


def _truth(batches: BatchTrace, item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Describe a task as it was created, where it is ours; of a stranger's there is only what the list says."""
    creation = batches.creations.get(item["id"])
    if creation is None:
        return item
    # A recording may lack what was sent.
    asked = {name: creation.asked[name] for name in ("input_file_id", "metadata") if name in creation.asked}
    return {**item, **asked, "created_at": creation.said.get("created_at")}


def _by_name(wanted: str, task: Mapping[str, Any]) -> bool:
    """Whether a name has at least a word of what is looked for: how like it must be, no page says."""
    metadata = task.get("metadata")
    name = metadata.get("ds_name") if isinstance(metadata, dict) else None
    words = re.findall(r"\w+", wanted.casefold())
    return isinstance(name, str) and any(word in name.casefold() for word in words)


def _by_time(text: str, task: Mapping[str, Any], *, later: bool) -> bool | None:
    written, created = read(text), task.get("created_at")
    if written is None or not isinstance(created, int):
        return None
    # In which zone the list reads times is not known here: only what none explains is wrong.
    if created > written.latest(None) + GRAIN:
        return later
    if created < written.earliest(None) - GRAIN:
        return not later
    return None


SELECTS: Mapping[str, Callable[[str, Mapping[str, Any]], bool | None]] = {
    "ds_name": _by_name,
    "input_file_ids": lambda text, task: task.get("input_file_id") in text.split(","),
    "status": lambda text, task: task.get("status") in text.split(","),
    "create_after": lambda text, task: _by_time(text, task, later=True),
    "create_before": lambda text, task: _by_time(text, task, later=False),
}


def _pairs(batches: BatchTrace) -> Iterator[tuple[BatchPage, BatchPage]]:
    for traversal in batches.traversals:
        for page, following in pairwise(traversal.pages):
            if isinstance(page, BatchPage) and isinstance(following, BatchPage):
                yield page, following
