"""Known failures of a target, as dated promises: which clause, since and until when, whose, and why."""

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from conformance import specs
from conformance.errors import SpecsError, UsageError
from conformance.verdicts import BROKEN, Ruling, Verdict

REQUIRED = {"clause", "since", "until", "owner", "reason"}


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
    rulings: tuple[Ruling, ...], deviations: tuple[Deviation, ...], *, names: Collection[str], today: dt.date
) -> tuple[tuple[Ruling, ...], tuple[str, ...]]:
    """Excuse what is excused; a row that is expired or stale fails its clause, a stray one the run.

    `names` are the clauses of the contract. Gives the rulings, and a sentence for each stray row: one of no clause,
    or of a clause that this region does not offer.
    """
    by_clause = {row.clause: row for row in deviations}
    absent = {ruling.clause for ruling in rulings if ruling.verdict is Verdict.ABSENT}
    strays = [
        f"The deviation of {name} matches no clause: remove it, or see `conformance clauses` for its name."
        for name in by_clause
        if name not in names
    ]
    strays += [
        f"The deviation of {name} excuses what this region does not offer: remove it, or give it to the other region."
        for name in by_clause
        if name in absent
    ]
    return tuple(_judge(ruling, by_clause.get(ruling.clause), today) for ruling in rulings), tuple(strays)


def as_toml(rows: Iterable[Deviation]) -> str:
    """Write rows as a file of deviations has them."""
    return "\n".join(_written(row) for row in rows)


def _judge(ruling: Ruling, row: Deviation | None, today: dt.date) -> Ruling:
    if row is None or ruling.verdict in {Verdict.ERROR, Verdict.ABSENT} or today < row.since:
        return ruling
    if today > row.until:
        return _ruled(ruling, Verdict.FAIL, f"the deviation expired on {row.until}: {row.reason}")
    if ruling.verdict in BROKEN:
        return _ruled(ruling, Verdict.KNOWN, f"known until {row.until} ({row.owner}): {row.reason}")
    if ruling.verdict is Verdict.PASS:
        return _ruled(ruling, Verdict.FAIL, "it holds again: remove its deviation")
    return ruling


def _ruled(ruling: Ruling, verdict: Verdict, reason: str) -> Ruling:
    return replace(ruling, verdict=verdict, reason=reason, strict=ruling.verdict)


def _written(row: Deviation) -> str:
    values = {
        "clause": row.clause,
        "since": row.since,
        "until": row.until,
        "owner": row.owner,
        "reason": row.reason,
    }
    if row.link:
        values["link"] = row.link
    # A string of JSON is one of TOML.
    lines = (
        f"{name:6} = {specs.quoted(value) if isinstance(value, str) else value}\n"
        for name, value in values.items()
    )
    return "[[deviation]]\n" + "".join(lines)


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
    if not isinstance(row.get("link", ""), str):
        raise UsageError(f"--deviations: {path}: link of {name} is no text.")
    return Deviation(**row)
