"""Several parts of one run, judged by different processes or machines, as the run that one would have given."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from conformance.cascades import excused, without_cascades
from conformance.errors import UsageError
from conformance.exchange import Exchange
from conformance.runs import (
    BillableTotals,
    ClauseRow,
    Compatible,
    Footer,
    ProbeTotals,
    Run,
    Totals,
)
from conformance.targets import MOCKS
from conformance.troubles import Infrastructure
from conformance.verdicts import BROKEN, ExitStatus, Finding, Ruling, Verdict, exit_status, weigh

# What the parts of one run have in common.
COMMON = ("contract", "target", "region", "base_url", "profile", "lane", "version", "format")
# The worst first, where parts end for reasons of their own.
STATUSES = (
    ExitStatus.INTERRUPTED,
    ExitStatus.INTERNAL,
    ExitStatus.FAILED,
    ExitStatus.UNPROVEN,
    ExitStatus.PASSED,
)


def merged(parts: Sequence[Run], *, complete: bool = True) -> Run:
    """Join the parts of a run; exchanges stand in the order in which they were sent.

    Each part has judged its own traffic by the laws: the files of the others are strangers' files to it. All parts
    must be there, unless what ran them has told that one is not (`complete`).

    Raises:
        UsageError: there is none, or they are not parts of one run.
    """
    if not parts:
        raise UsageError("There is nothing to merge: name the folders of at least one run.")
    _check(parts)
    if complete:
        _check_whole([part.header.shard for part in parts])
    parts = sorted(parts, key=lambda part: part.header.started)
    exchanges, numbers = _in_order(parts)
    findings = _findings(parts, numbers)
    on: dict[str, list[Finding]] = {}
    for finding in findings:
        on.setdefault(finding.clause, []).append(finding)
    rows = {name: tuple(rows) for name, rows in _by_clause(parts).items()}
    rulings = [_rule(name, rows[name], on.get(name, [])) for name in rows]
    needs = {name: found[0] for name, found in rows.items()}
    rulings = list(excused(without_cascades(rulings, needs), needs))
    joined = tuple(_join(rows[ruling.clause], ruling, numbers, parts) for ruling in rulings)
    return Run(
        header=dataclasses.replace(parts[0].header, shard=""),
        exchanges=exchanges,
        findings=tuple(sorted(findings, key=lambda finding: finding.clause)),
        clauses=joined,
        conflicts=parts[0].conflicts,
        footer=_footer(parts, exit_status(rulings)),
    )


def _check(parts: Sequence[Run]) -> None:
    first = parts[0].header
    # Each part starts a built-in mock of its own.
    differs = {"base_url"} if first.target in MOCKS else set()
    for part in parts[1:]:
        for name in (each for each in COMMON if each not in differs):
            ours, theirs = getattr(first, name), getattr(part.header, name)
            if ours != theirs:
                raise UsageError(
                    f"These are not parts of one run: {name} is {ours} in the first and {theirs} in another."
                )


def _check_whole(shards: Sequence[str]) -> None:
    """Refuse what lacks a part: what it would have judged would be missing without a word."""
    if twice := [shard for shard, times in Counter(shards).items() if times > 1]:
        what = f"the shard {twice[0]}" if twice[0] else "a run that is no shard"
        raise UsageError(f"These are not the parts of one run: {what} is among them more than once.")
    counts = {shard.partition("/")[2] for shard in shards}
    if len(counts) > 1:
        raise UsageError(f"These are not the parts of one run: they are the shards {', '.join(shards)}.")
    [count] = counts
    if missing := [f"{at}/{count}" for at in range(1, int(count or 0) + 1) if f"{at}/{count}" not in shards]:
        raise UsageError(f"The shard {missing[0]} is missing: give the folders of all {count}.")


def _in_order(parts: Sequence[Run]) -> tuple[tuple[Exchange, ...], Mapping[tuple[int, int], int]]:
    """Give all exchanges, numbered anew, and the new number of each part's old ones."""
    sent = [(each.started, at, each.number, each) for at, part in enumerate(parts) for each in part.exchanges]
    sent.sort(key=lambda row: row[:3])
    numbers = {(at, old): new for new, (_, at, old, _) in enumerate(sent, 1)}
    exchanges = tuple(dataclasses.replace(row[3], number=new) for new, row in enumerate(sent, 1))
    return exchanges, numbers


def _findings(parts: Sequence[Run], numbers: Mapping[tuple[int, int], int]) -> tuple[Finding, ...]:
    return tuple(
        dataclasses.replace(finding, exchanges=tuple(numbers[at, old] for old in finding.exchanges))
        for at, part in enumerate(parts)
        for finding in part.findings
    )


def _by_clause(parts: Sequence[Run]) -> Mapping[str, list[ClauseRow]]:
    found: dict[str, list[ClauseRow]] = {}
    for part in parts:
        for row in part.clauses:
            found.setdefault(row.id, []).append(row)
    return found


def _rule(name: str, rows: Sequence[ClauseRow], findings: list[Finding]) -> Ruling:
    required = any(row.required for row in rows)
    verdict, reason = weigh(rows[0].level, findings)
    strict = None
    if verdict in BROKEN and (known := _first(rows, Verdict.KNOWN)):
        verdict, reason, strict = Verdict.KNOWN, known.reason, verdict
    elif verdict is not Verdict.ERROR and (
        failed := _first((row for row in rows if row.strict), Verdict.FAIL)
    ):
        # A promise of a deviation that is no longer kept.
        verdict, reason, strict = Verdict.FAIL, failed.reason, verdict
    elif all(finding.verdict is Verdict.UNPROVEN for finding in findings):
        asked = next((row for row in rows if row.required or row.verdict is Verdict.ABSENT), None)
        told = asked or next((row for row in rows if row.tests), rows[0])
        verdict, reason = told.verdict, told.reason
    return Ruling(
        clause=name,
        level=rows[0].level,
        verdict=verdict,
        reason=reason,
        required=required,
        findings=tuple(findings),
        strict=strict,
    )


def _first(rows: Iterable[ClauseRow], verdict: Verdict) -> ClauseRow | None:
    return next((row for row in rows if row.verdict is verdict), None)


def _join(
    rows: Sequence[ClauseRow], ruling: Ruling, numbers: Mapping[tuple[int, int], int], parts: Sequence[Run]
) -> ClauseRow:
    """Join the rows of one clause; those whose part showed the verdict come first."""
    places = {id(row): at for at, part in enumerate(parts) for row in part.clauses}
    telling = sorted(rows, key=lambda row: row.verdict is not ruling.verdict)
    usable = [row.compatible for row in rows if row.compatible is not None]
    return dataclasses.replace(
        rows[0],
        verdict=ruling.verdict,
        reason=ruling.reason,
        required=ruling.required,
        tests=tuple(dict.fromkeys(test for row in rows for test in row.tests)),
        exchanges=tuple(numbers[places[id(row)], old] for row in telling for old in row.exchanges),
        compatible=all(usable) if usable else None,
        strict=ruling.strict,
    )


def _footer(parts: Sequence[Run], ruled: ExitStatus) -> Footer:
    found = {ruled, *(_beyond(part) for part in parts)}
    notes = dict.fromkeys(part.footer.note for part in parts if part.footer.note)
    notices = dict.fromkeys(notice for part in parts for notice in part.footer.notices)
    return Footer(
        exit_status=int(next(status for status in STATUSES if status in found)),
        totals=_totals([part.footer.totals for part in parts]),
        note=" ".join(notes),
        strays=tuple(dict.fromkeys(stray for part in parts for stray in part.footer.strays)),
        compatible=_compatible([part.footer.compatible for part in parts]),
        infrastructure=_trouble([part.footer.infrastructure for part in parts]),
        notices=tuple(notices),
    )


def _beyond(part: Run) -> ExitStatus:
    """Give a part's own exit status where no clause of it explains it, such as a leak or an interrupt."""
    own = exit_status(
        Ruling(clause=row.id, level=row.level, verdict=row.verdict, required=row.required)
        for row in part.clauses
    )
    status = ExitStatus(part.footer.exit_status)
    return ExitStatus.PASSED if status is own else status


def _totals(totals: Sequence[Totals]) -> Totals:
    return Totals(
        requests=sum(each.requests for each in totals),
        uploads=sum(each.uploads for each in totals),
        bytes_sent=sum(each.bytes_sent for each in totals),
        tokens=sum(each.tokens for each in totals),
        seconds=max(each.seconds for each in totals),
        rate_probe=ProbeTotals(
            requests=sum(each.rate_probe.requests for each in totals),
            uploads=sum(each.rate_probe.uploads for each in totals),
            seconds=max(each.rate_probe.seconds for each in totals),
        ),
        billable=BillableTotals(
            requests=sum(each.billable.requests for each in totals),
            uploads=sum(each.billable.uploads for each in totals),
        ),
    )


def _compatible(counts: Iterable[Compatible | None]) -> Compatible | None:
    found = [each for each in counts if each]
    if not found:
        return None
    return Compatible(answers=sum(each.answers for each in found), usable=sum(each.usable for each in found))


def _trouble(counts: Iterable[Infrastructure | None]) -> Infrastructure | None:
    found = [each for each in counts if each]
    kinds: Counter[str] = Counter()
    for each in found:
        kinds.update(dict(each.kinds))
    return (
        Infrastructure(
            exchanges=sum(each.exchanges for each in found),
            troubled=sum(each.troubled for each in found),
            kinds=tuple(sorted(kinds.items(), key=lambda row: (-row[1], row[0]))),
            repeated=sum(each.repeated for each in found),
        )
        if found
        else None
    )
