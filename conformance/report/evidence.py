"""What a reader of one clause needs: findings that say the same are one, and the exchanges that show it best."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.exchange import Exchange
from conformance.report import summary, words
from conformance.runs import Cited, ClauseRow, Run
from conformance.verdicts import Finding, Verdict

FINDINGS: Final = 12
EXCHANGES: Final = 25
TESTS: Final = 30
NUMBERS: Final = 8
WEB: Final = re.compile(r"https?://[!-~]+", re.IGNORECASE)
# What a reader came for stands first: a violation explains more than the passes around it.
ORDER: Final = (Verdict.ERROR, Verdict.FAIL, Verdict.UNPROVEN, Verdict.OBSERVED, Verdict.PASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One or more findings that say the same thing."""

    verdict: Verdict
    reason: str
    expected: str
    actual: str
    times: int
    exchanges: tuple[int, ...]

    @property
    def numbers(self) -> str:
        """The first few numbers of its exchanges, as a list to read."""
        shown = ", ".join(str(number) for number in self.exchanges[:NUMBERS])
        return shown + (" …" if len(self.exchanges) > NUMBERS else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One clause with all that its card shows."""

    row: ClauseRow
    brief: str
    said: tuple[Said, ...]
    unsaid: int
    exchanges: tuple[Exchange, ...]
    unshown: int

    @property
    def tests(self) -> tuple[str, ...]:
        """The first of its tests."""
        return self.row.tests[:TESTS]

    @property
    def attested(self) -> tuple[str, ...]:
        """When live runs last saw it hold, region by region, and when they have seen since that it did not."""
        told: list[str] = []
        for each in self.row.attested:
            if each.held:
                told.append(words.say("attested.held", date=each.held[:10], region=each.region))
            if each.contradicted:
                date = each.contradicted[:10]
                told.append(words.say("attested.contradicted", date=date, region=each.region))
        ever = any(each.held for each in self.row.attested)
        return tuple(told) if ever else (words.say("attested.never"), *told)

    @property
    def unnamed(self) -> int:
        """How many tests are left out."""
        return len(self.row.tests) - len(self.tests)


def gather(run: Run) -> Mapping[str, Evidence]:
    """Gather the evidence on every clause of a run, by its id."""
    findings = run.findings_by_clause()
    exchanges = {exchange.number: exchange for exchange in run.exchanges}
    return {row.id: _evidence(row, findings.get(row.id, ()), exchanges) for row in run.clauses}


def web(source: Cited) -> str:
    """Give a source's address if a browser may be sent there, else nothing."""
    return source.url if WEB.fullmatch(source.url) else ""


def shown_numbers(gathered: Mapping[str, Evidence]) -> frozenset[int]:
    """Number the exchanges that a verdict other than pass rests on."""
    telling = (item for item in gathered.values() if item.row.verdict is not Verdict.PASS)
    return frozenset(exchange.number for item in telling for exchange in item.exchanges)


def _evidence(row: ClauseRow, findings: Iterable[Finding], exchanges: Mapping[int, Exchange]) -> Evidence:
    found = list(findings)
    said = _said(found)
    best = (number for finding in said for number in finding.exchanges)
    cited = [number for number in dict.fromkeys((*best, *row.exchanges)) if number in exchanges]
    return Evidence(
        row=row,
        brief=_brief(row, found),
        said=tuple(said[:FINDINGS]),
        unsaid=max(len(said) - FINDINGS, 0),
        exchanges=tuple(exchanges[number] for number in cited[:EXCHANGES]),
        unshown=max(len(cited) - EXCHANGES, 0),
    )


def _brief(row: ClauseRow, findings: Iterable[Finding]) -> str:
    if row.verdict is Verdict.PASS:
        return ""
    finding = summary.telling(row, findings)
    told = summary.contrast(finding, limit=160) if finding else ""
    return row.reason or told


def _said(findings: Iterable[Finding]) -> list[Said]:
    groups: dict[tuple[Verdict, str, str, str], list[Finding]] = {}
    for finding in findings:
        key = (finding.verdict, finding.reason, finding.expected, finding.actual)
        groups.setdefault(key, []).append(finding)
    said = [
        Said(
            verdict=verdict,
            reason=reason,
            expected=expected,
            actual=actual,
            times=len(group),
            exchanges=tuple(dict.fromkeys(number for finding in group for number in finding.exchanges)),
        )
        for (verdict, reason, expected, actual), group in groups.items()
    ]
    return sorted(said, key=_order)


def _order(said: Said) -> tuple[int, bool]:
    rank = ORDER.index(said.verdict) if said.verdict in ORDER else 0
    return rank, not (said.reason or said.expected or said.actual)


def untested(row: ClauseRow) -> str:
    """Say why a clause has no test, where it has none and the verdict's reason does not say it already."""
    if not row.untestable or row.untestable in row.reason:
        return ""
    return row.untestable
