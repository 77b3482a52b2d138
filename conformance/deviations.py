"""Known failures of a target, as dated promises: which clause, since and until when, whose, and why."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance import specs
from conformance.clauses import Registry
from conformance.errors import SpecsError, UsageError
from conformance.verdicts import Ruling, Verdict

REQUIRED = {"clause", "since", "until", "owner", "reason"}
BAD = {Verdict.FAIL, Verdict.WARN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One known failure; it excuses its clause through the day `until`."""

    clause: str
    since: dt.date
    until: dt.date
    owner: str
    reason: str
    link: str = ""


def read(path: Path) -> tuple[Deviation, ...]:
    """Read a file of deviations.

    Raises:
        UsageError: it cannot be read, or a row lacks a field or has one of a wrong type.
    """
    try:
        document = specs.load_toml(path)
    except SpecsError as error:
        raise UsageError(f"--deviations: {error}") from error
    if unknown := set(document) - {"deviation"}:
        raise UsageError(f"--deviations: {path}: {min(unknown)!r} is unknown: rows are [[deviation]].")
    rows = document.get("deviation", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UsageError(f"--deviations: {path}: write each row as [[deviation]].")
    found = tuple(_row(path, row) for row in rows)
    counts = Counter(row.clause for row in found)
    if twice := [name for name, count in counts.items() if count > 1]:
        raise UsageError(f"--deviations: {path}: {twice[0]} has two rows: keep one.")
    return found


def apply(
    rulings: tuple[Ruling, ...], deviations: tuple[Deviation, ...], *, registry: Registry, today: dt.date
) -> tuple[tuple[Ruling, ...], tuple[str, ...]]:
    """Excuse what is excused; a row that is expired or stale fails its clause, an unknown one the run.

    Gives the rulings, and a sentence for each row that matches no clause.
    """
    by_clause = {row.clause: row for row in deviations}
    strays = tuple(
        f"The deviation of {name} matches no clause: remove it, or see `conformance clauses` for its name."
        for name in by_clause
        if name not in registry.clauses
    )
    return tuple(_judge(ruling, by_clause.get(ruling.clause), today) for ruling in rulings), strays


def _judge(ruling: Ruling, row: Deviation | None, today: dt.date) -> Ruling:
    if row is None or ruling.verdict in {Verdict.ERROR, Verdict.ABSENT} or today < row.since:
        return ruling
    if today > row.until:
        return _replace(ruling, Verdict.FAIL, f"the deviation expired on {row.until}: {row.reason}")
    if ruling.verdict in BAD:
        return _replace(ruling, Verdict.KNOWN, f"known until {row.until} ({row.owner}): {row.reason}")
    if ruling.verdict is Verdict.PASS:
        return _replace(ruling, Verdict.FAIL, "it holds again: remove its deviation")
    return ruling


def _replace(ruling: Ruling, verdict: Verdict, reason: str) -> Ruling:
    return Ruling(
        clause=ruling.clause,
        level=ruling.level,
        verdict=verdict,
        reason=reason,
        required=ruling.required,
        findings=ruling.findings,
    )


def _row(path: Path, row: dict[str, Any]) -> Deviation:
    name = row.get("clause", "?")
    if missing := REQUIRED - set(row):
        raise UsageError(f"--deviations: {path}: the row of {name} has no {min(missing)}.")
    for field in ("since", "until"):
        if not isinstance(row[field], dt.date) or isinstance(row[field], dt.datetime):
            raise UsageError(f"--deviations: {path}: {field} of {name} is no date: write it as 2026-01-31.")
    for field in ("clause", "owner", "reason"):
        if not isinstance(row[field], str) or not row[field].strip():
            raise UsageError(f"--deviations: {path}: {field} of {name} is no text.")
    if row["until"] < row["since"]:
        raise UsageError(f"--deviations: {path}: {name} ends before it begins.")
    if unknown := set(row) - REQUIRED - {"link"}:
        raise UsageError(f"--deviations: {path}: {name} has the unknown field {min(unknown)!r}.")
    return Deviation(**row)
