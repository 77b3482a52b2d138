"""The gate: what a run shows, beside an earlier one and beside what is promised, as one decision.

What did not hold fails the gate unless the earlier run shows that it did not hold before: a clause that is new to the
contract, or that was never judged, has no past to excuse it. What was judged before and is not any more costs the green.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from conformance.cascades import excused
from conformance.deviations import Deviation
from conformance.deviations import apply as apply_deviations
from conformance.errors import UsageError
from conformance.runs import ClauseRow, Run
from conformance.verdicts import BROKEN, JUDGED, NOT_HELD, ExitStatus, Finding, Ruling, Verdict, weigh

# How bad a verdict is where two runs have judged a clause.
BADNESS = {Verdict.PASS: 0, Verdict.KNOWN: 1, Verdict.WARN: 2, Verdict.FAIL: 3}
# The ends of a run that leave nothing to compare.
NO_RUN = {
    ExitStatus.INTERRUPTED: "was interrupted",
    ExitStatus.USAGE: "never began",
    ExitStatus.EMPTY: "exercised nothing",
}
NAMED = 12


class Kind(StrEnum):
    """What the gate says of a clause; the members stand from worst to best."""

    ERROR = "error"
    WORSE = "worse"
    PROMISE = "promise"
    LOST = "lost"
    STANDING = "standing"
    KNOWN = "known"
    BEHIND = "behind"
    BETTER = "better"


STATUSES = {
    Kind.ERROR: ExitStatus.INTERNAL,
    Kind.WORSE: ExitStatus.FAILED,
    Kind.PROMISE: ExitStatus.FAILED,
    Kind.LOST: ExitStatus.UNPROVEN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One clause that the gate has something to say of; `before` is the earlier run's verdict, if it has one."""

    kind: Kind
    row: ClauseRow
    before: Verdict | None = None
    finding: Finding | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether the gate opens, and all that a person should know of it.

    `said` are sentences on what the two runs do not share; `strays` are deviations that fit no clause of the region.
    `judged` and `judged_before` count clauses, out of `clauses` and of the earlier run's.
    """

    status: ExitStatus
    entries: tuple[Entry, ...]
    said: tuple[str, ...]
    strays: tuple[str, ...]
    clauses: int
    judged: int
    judged_before: int | None

    def of(self, *kinds: Kind) -> tuple[Entry, ...]:
        """Give the entries of these kinds."""
        return tuple(entry for entry in self.entries if entry.kind in kinds)


def decide(run: Run, base: Run | None = None) -> Decision:
    """Judge a run beside an earlier one, or by itself where there is none.

    Raises:
        UsageError: one of them was interrupted, or exercised nothing.
    """
    _whole(run, "RUN")
    if base:
        _whole(base, "BASE")
    past = {row.id: row for row in base.clauses} if base else {}
    behind = _behind(run)
    findings = run.findings_by_clause()
    entries = [
        Entry(
            kind=kind,
            row=row,
            before=_verdict_before(past.get(row.id)),
            finding=_telling(row, findings.get(row.id, ())),
        )
        for row in run.clauses
        if (kind := _kind(row, past.get(row.id), compared=base is not None, is_behind=row.id in behind))
    ]
    entries.sort(key=lambda entry: list(Kind).index(entry.kind))
    said = [*_differences(run, base), *_shrunk(run, base)] if base else []
    statuses = [STATUSES[entry.kind] for entry in entries if entry.kind in STATUSES]
    statuses += [ExitStatus.FAILED] * bool(run.footer.strays)
    if run.footer.exit_status == ExitStatus.INTERNAL:
        statuses.append(ExitStatus.INTERNAL)
    if base and not any(_judged(row) and _judged(past.get(row.id)) for row in run.clauses):
        said.append("No clause was judged by both runs: there is nothing to compare.")
        statuses.append(ExitStatus.UNPROVEN)
    said.append(_note(run))
    if _left_something(run):
        statuses.append(ExitStatus.UNPROVEN)
    return Decision(
        status=_worst(statuses),
        entries=tuple(entries),
        said=tuple(filter(None, said)),
        strays=run.footer.strays,
        clauses=len(run.clauses),
        judged=sum(map(_judged, run.clauses)),
        judged_before=sum(map(_judged, base.clauses)) if base else None,
    )


def promised(run: Run, deviations: tuple[Deviation, ...], today: dt.date) -> Run:
    """Give the run as it would have ended with these deviations, and no others, on that day."""
    findings = run.findings_by_clause()
    rows = {row.id: row for row in run.clauses}
    rulings = tuple(_bare(row, findings.get(row.id, ())) for row in run.clauses)
    ruled, strays = apply_deviations(rulings, deviations, names=rows, today=today)
    ruled = excused(ruled, rows)
    clauses = tuple(
        replace(
            rows[ruling.clause],
            verdict=ruling.verdict,
            reason=ruling.reason,
            required=ruling.required,
            strict=ruling.strict,
        )
        for ruling in ruled
    )
    return replace(run, clauses=clauses, footer=replace(run.footer, strays=strays))


def proposed(
    decision: Decision, *, since: dt.date, until: dt.date, owner: str, reason: str, link: str = ""
) -> tuple[Deviation, ...]:
    """Give the rows that would excuse what did not hold: what got worse, and promises that have run out."""
    return tuple(
        Deviation(clause=entry.row.id, since=since, until=until, owner=owner, reason=reason, link=link)
        for entry in decision.of(Kind.WORSE, Kind.PROMISE)
        if (entry.row.strict or entry.row.verdict) in BROKEN
    )


def started(run: Run) -> dt.date:
    """Give the day on which a run began, in UTC.

    Raises:
        UsageError: its header names no moment.
    """
    try:
        return dt.datetime.fromisoformat(run.header.started).date()
    except ValueError:
        raise UsageError(f"The run of {run.header.target} does not say when it began.") from None


def _whole(run: Run, name: str) -> None:
    if (status := run.footer.exit_status) in NO_RUN:
        fault = NO_RUN[ExitStatus(status)]
        raise UsageError(f"{name}, a run of {run.header.target}, {fault}: judge one that is whole.")


def _kind(row: ClauseRow, past: ClauseRow | None, *, compared: bool, is_behind: bool) -> Kind | None:
    before = _verdict_before(past)
    if row.verdict in BROKEN:
        return _broken(row, before)
    if row.verdict is Verdict.UNPROVEN:
        found = _unproven(row, before, compared=compared)
        return Kind.BEHIND if found and is_behind else found
    if row.verdict is Verdict.PASS:
        return Kind.BETTER if before and BADNESS.get(before) else None
    return {Verdict.ERROR: Kind.ERROR, Verdict.KNOWN: Kind.KNOWN}.get(row.verdict)


def _broken(row: ClauseRow, before: Verdict | None) -> Kind:
    if row.verdict is Verdict.FAIL and row.strict:
        return Kind.PROMISE
    # Without a past, a should that does not hold is told, as in every run, and only a must fails.
    allowed = BADNESS[before] if before in BADNESS else BADNESS[Verdict.WARN]
    return Kind.WORSE if BADNESS[row.verdict] > allowed else Kind.STANDING


def _unproven(row: ClauseRow, before: Verdict | None, *, compared: bool) -> Kind | None:
    if before in JUDGED:
        return Kind.LOST
    if not row.required:
        return None
    return Kind.STANDING if compared and before is Verdict.UNPROVEN else Kind.LOST


def _verdict_before(row: ClauseRow | None) -> Verdict | None:
    """Give what an earlier run saw; a promise that was broken then says nothing of the target."""
    if row is None:
        return None
    return row.strict if row.strict and row.verdict is Verdict.FAIL else row.verdict


def _behind(run: Run) -> frozenset[str]:
    """Name what only a known failure keeps from being proven."""
    rulings = [
        Ruling(clause=row.id, level=row.level, verdict=row.verdict, required=True) for row in run.clauses
    ]
    rows = {row.id: row for row in run.clauses}
    return frozenset(ruling.clause for ruling in excused(rulings, rows) if not ruling.required)


def _judged(row: ClauseRow | None) -> bool:
    return row is not None and row.verdict in JUDGED


def _left_something(run: Run) -> bool:
    """Whether a run lost its green for no clause's sake: what it made could not be removed."""
    owing = any(row.verdict is Verdict.UNPROVEN and row.required for row in run.clauses)
    return run.footer.exit_status == ExitStatus.UNPROVEN and not owing


def _note(run: Run) -> str:
    """Give what else the run would have a person know; its strays are told apart."""
    note = run.footer.note
    for stray in run.footer.strays:
        note = note.replace(stray, "")
    return " ".join(note.split())


def _worst(statuses: Iterable[ExitStatus]) -> ExitStatus:
    found = set(statuses)
    order = (ExitStatus.INTERNAL, ExitStatus.FAILED, ExitStatus.UNPROVEN)
    return next((status for status in order if status in found), ExitStatus.PASSED)


def _differences(run: Run, base: Run) -> Iterator[str]:
    """Say what the two runs do not share."""
    ours, theirs = run.header, base.header
    if ours.contract != theirs.contract:
        yield from _contracts(run, base)
    for name in ("target", "region", "profile", "lane", "version"):
        mine, other = getattr(ours, name), getattr(theirs, name)
        if mine != other:
            yield f"The {name} of RUN is {mine}, that of BASE was {other}."
    if ours.started < theirs.started:
        yield f"BASE is the younger of the two: it began at {theirs.started}, RUN at {ours.started}."


def _contracts(run: Run, base: Run) -> Iterator[str]:
    new, old = ({row.id: row.level for row in each.clauses} for each in (run, base))
    shared = new.keys() & old.keys()
    yield (
        f"RUN was judged by contract {run.header.contract} and BASE by {base.header.contract}: "
        f"they are compared on the {len(shared)} clauses that both have."
    )
    if gone := [name for name in old if name not in new]:
        yield f"Gone from the contract: {_names(gone)}."
    if come := [name for name in new if name not in old]:
        yield f"New in the contract: {_names(come)}."
    if moved := [
        f"{name} ({old[name]} → {new[name]})" for name in new if name in shared and new[name] != old[name]
    ]:
        yield f"Of another level now: {_names(moved)}."


def _shrunk(run: Run, base: Run) -> Iterator[str]:
    count, before = (sum(map(_judged, each.clauses)) for each in (run, base))
    if count < before:
        yield f"RUN judged fewer clauses than BASE: {count}, not {before}."
    past = {row.id: row for row in base.clauses}
    if dropped := [
        row.id for row in run.clauses if row.verdict is Verdict.ABSENT and _judged(past.get(row.id))
    ]:
        yield f"Judged in BASE, and not offered in the region of RUN: {_names(dropped)}."


def _names(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _bare(row: ClauseRow, findings: Iterable[Finding]) -> Ruling:
    """Rule as if there were no deviation."""
    reason = weigh(row.level, findings)[1] if row.strict else row.reason
    return Ruling(
        clause=row.id,
        level=row.level,
        verdict=row.strict or row.verdict,
        reason=reason,
        required=row.required,
    )


def _telling(row: ClauseRow, findings: Iterable[Finding]) -> Finding | None:
    """Give the finding that shows best that a clause did not hold."""
    failed = [finding for finding in findings if finding.verdict is Verdict.FAIL]
    if row.verdict not in NOT_HELD or not failed:
        return None
    return next((finding for finding in failed if finding.expected or finding.actual), failed[0])
