"""`conformance drift` and `conformance clauses --coverage`: what they read, print and write."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Final

from rich.console import Console

from conformance import stale
from conformance.clauses import registry
from conformance.drift import across, adopted, adopting, comparing, coverage, reading, telling
from conformance.drift.comparing import Drift
from conformance.drift.concern import token
from conformance.drift.coverage import Standing
from conformance.drift.lines import Edition
from conformance.drift.matching import match
from conformance.errors import UsageError
from conformance.verdicts import ExitStatus
from conformance.writing import write

# Below this a page has no more in common with an adopted one than any two pages of this API.
SHARED: Final = 0.25


def run(options: argparse.Namespace) -> int:
    """Do what the options ask for and give the exit status."""
    if options.looked:
        return _looked(options.looked)
    if options.page is None:
        raise UsageError("Which PAGE? See `conformance drift --help`.")
    if options.adopt:
        return _adopt(options)
    drift = found(options.page, options.source, options.previous)
    status = ExitStatus.FAILED if drift.drifted else ExitStatus.PASSED
    if options.json == Path("-"):
        print(json.dumps(telling.as_data(drift, status), ensure_ascii=False, indent=1))
    else:
        Console().print(telling.in_words(drift))
        if options.json:
            text = json.dumps(telling.as_data(drift, status), ensure_ascii=False, indent=1) + "\n"
            write(options.json, text)
    if options.html:
        from conformance.drift import pages

        write(options.html, pages.as_html(drift))
    if drift.stale and not options.no_mark:
        rows = [
            stale.Stale(clause=name, source=drift.source, found=why) for name, why in telling.reasons(drift)
        ]
        if not stale.mark(rows) and options.json != Path("-"):
            print("specs/ cannot be written: reports will not list these clauses as stale.")
    return status


def found(page: Path, source: str, previous: Path | None) -> Drift:
    """Compare a page with the one that it is a newer copy of.

    Raises:
        UsageError: it is not a page we know how to read, or shares too little with any that was adopted.
    """
    new = reading.read(page)
    older = reading.read(previous) if previous else None
    name, old = _counterpart(older or new, source)
    _see_to_it(path=previous or page, shared=_shared(old, older or new), name=name)
    if older is not None:
        _see_to_it(path=page, shared=_shared(older, new), name=str(previous))
        old = replace(older, clauses=_carried(old, older))
    if old.language == new.language:
        return comparing.compare(name, old, new)
    return across.compare(name, old, new)


def _see_to_it(*, path: Path, shared: float, name: str) -> None:
    if shared < SHARED:
        raise UsageError(f"{path} is not a page we know how to read: it has next to nothing of {name}.")


def _counterpart(page: Edition, source: str) -> tuple[str, Edition]:
    if source:
        return source, adopted.edition(source)
    known = adopted.editions()
    if not known:
        raise UsageError("No page was adopted yet: see `conformance drift --adopt`.")
    name = max(known, key=lambda name: _shared(known[name], page))
    return name, known[name]


def _shared(old: Edition, new: Edition) -> float:
    """Say how much of the smaller of two pages is in the other: sentences in one language, else facts."""
    if old.language == new.language:
        olds, news = ({line.key for line in each.lines} for each in (old, new))
        if (likeness := _part(olds, news)) >= SHARED:
            return 1 + likeness
    return _part(_facts(old), _facts(new))


def _part(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, min(len(one), len(other))) if len(one & other) > 5 else 0.0


def _facts(edition: Edition) -> set[str]:
    return {
        "\t".join(token(f)) for line in edition.lines for f in line.facts if f.kind not in {"sense", "name"}
    }


def _carried(old: Edition, older: Edition) -> dict[str, tuple[str, ...]]:
    """Point the clauses at the lines of the user's own copy."""
    pairs = match(old.lines, older.lines).pairs
    carried: dict[str, tuple[str, ...]] = {}
    for pair in pairs:
        if names := old.of(pair.old):
            carried[pair.new.digest] = tuple(dict.fromkeys((*carried.get(pair.new.digest, ()), *names)))
    return carried


def _adopt(options: argparse.Namespace) -> int:
    if not options.source:
        raise UsageError("--adopt takes --source=ID, a source of sources.toml.")
    edition, ties = adopting.adopt(options.page, options.source, options.ties)
    tied = sum(line.digest in ties.clauses for line in edition.lines)
    print(
        f"{options.source}: {len(edition.lines)} lines, {tied} that clauses rest on, {len(ties.excuses)} excused."
    )
    if ties.lost:
        print(f"Not found again: {', '.join(ties.lost)}.")
    return ExitStatus.PASSED


def cover(options: argparse.Namespace) -> int:
    """Say which lines of the adopted pages are judged; 1 where one that states something is neither that nor excused."""
    from conformance.drift import outline

    copy = reading.read(options.page) if options.page else None
    source = options.source or (_counterpart(copy, "")[0] if copy else "")
    chosen = [adopted.edition(source)] if source else [*adopted.editions().values()]
    pages = [coverage.cover(each, copy) for each in chosen]
    if options.json:
        text = json.dumps(outline.as_data(pages), ensure_ascii=False, indent=1)
        if options.json == Path("-"):
            print(text)
        else:
            write(options.json, text + "\n")
    if options.json != Path("-"):
        Console().print(outline.in_words(pages))
    if options.html:
        write(options.html, outline.as_html(pages, registry().sources))
    return ExitStatus.FAILED if any(page.count(Standing.OPEN) for page in pages) else ExitStatus.PASSED


def _looked(names: list[str]) -> int:
    if unknown := [name for name in names if name not in registry().clauses]:
        raise UsageError(f"No clause is called {unknown[0]!r}: see `conformance clauses`.")
    gone = stale.clear(clauses=names)
    print(f"{len(gone)} taken from the list of stale clauses; {len(stale.read())} left.")
    return ExitStatus.PASSED
