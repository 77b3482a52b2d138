"""From what was seen to the verdicts on all clauses: pure functions over exchanges and findings."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from conformance.attestations import attested
from conformance.cascades import excused, without_cascades
from conformance.clauses import Clause, Registry
from conformance.contract import contract
from conformance.deviations import Deviation
from conformance.deviations import apply as apply_deviations
from conformance.exchange import Exchange
from conformance.regions import region
from conformance.runs import ClauseRow, clause_row
from conformance.sdk import Compatibility
from conformance.verdicts import CITED, NOT_HELD, Finding, Ruling, Verdict, weigh

SERVER_ERROR = "errors.no-server-error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a run was to exercise.

    `left_out` gives the reason for each clause that the run does not exercise at all; `selected` are the clauses that
    were asked for, None for all; `obstacle` says why nothing could be judged.
    """

    region: str
    left_out: Mapping[str, str] = field(default_factory=dict)
    selected: Collection[str] | None = None
    obstacle: str = ""


def measure(exchanges: Iterable[Exchange], compatibility: Compatibility) -> Iterator[Finding]:
    """Judge each exchange by openapi.yaml, and say whether the SDK's users can work with it."""
    for exchange in exchanges:
        judgement = contract().judge(exchange)
        yield from judgement.violations
        broken = {finding.clause for finding in judgement.violations}
        for clause in sorted(judgement.measured - broken):
            yield Finding(clause=clause, verdict=Verdict.PASS, exchanges=(exchange.number,))
        yield from compatibility.judge(exchange)


def gathered(
    told: Iterable[Finding], judged: Iterable[Finding], suspects: Iterable[tuple[str, int]] = ()
) -> Mapping[str, list[Finding]]:
    """Give the findings by clause: what the tests told, and beside it what the traffic broke.

    `suspects` are clauses that a test left unproven for a server error, each with its exchange.
    """
    told = tuple(told)
    traffic = [finding for finding in judged if finding.verdict is Verdict.FAIL]
    traffic += _lasting(traffic, suspects)
    known = {_gist(finding) for finding in told}
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in (*told, *(each for each in traffic if _gist(each) not in known)):
        found[finding.clause].append(finding)
    return found


def _lasting(traffic: Iterable[Finding], suspects: Iterable[tuple[str, int]]) -> list[Finding]:
    """Give the clauses that were left unproven by a server error which the laws found to be lasting."""
    lasting = {n for finding in traffic if finding.clause == SERVER_ERROR for n in finding.exchanges}
    return [
        Finding(
            clause=clause,
            verdict=Verdict.FAIL,
            reason="a server error each time, while other requests are answered",
            exchanges=(number,),
        )
        for clause, number in suspects
        if number in lasting
    ]


def _gist(finding: Finding) -> tuple[object, ...]:
    """What a finding says, whoever said it."""
    return finding.clause, finding.verdict, finding.expected, finding.actual, finding.exchanges


def ruled(
    registry: Registry,
    found: Mapping[str, list[Finding]],
    scope: Scope,
    deviations: tuple[Deviation, ...] = (),
    today: dt.date = dt.date.min,
) -> tuple[tuple[Ruling, ...], tuple[str, ...]]:
    """Rule on every clause; give the rulings, and a sentence for each deviation that fits none of the region."""
    rulings = [_rule(registry, clause, found.get(clause.id, []), scope) for clause in registry]
    rulings = without_cascades(rulings, registry.clauses)
    done, strays = apply_deviations(tuple(rulings), deviations, names=registry.clauses, today=today)
    return excused(done, registry.clauses), strays


def _rule(registry: Registry, clause: Clause, found: list[Finding], scope: Scope) -> Ruling:
    reason = scope.left_out.get(clause.id, "")
    wanted = scope.selected is None or clause.id in scope.selected
    required = clause.level == "must" and not reason and (wanted or bool(scope.obstacle))
    if scope.region not in clause.regions:
        verdict, reason = Verdict.ABSENT, lack(registry, clause, scope.region)
    elif scope.obstacle and not found:
        verdict, reason = Verdict.UNPROVEN, scope.obstacle
    elif not found:
        verdict = Verdict.UNPROVEN
        reason = reason or ("no test of it came to run" if wanted else "it was not selected")
    else:
        verdict, reason = weigh(clause.level, found)
    return Ruling(
        clause=clause.id,
        level=clause.level,
        verdict=verdict,
        reason=reason,
        required=required,
        findings=tuple(found),
    )


def lack(registry: Registry, clause: Clause, region_name: str) -> str:
    """Say that a region does not offer what a clause speaks of, and who says so."""
    where = region(region_name)
    words = f"{where.name} does not offer it"
    for each in where.lacks:
        if each.chapter == clause.chapter:
            source = registry.sources[each.document]
            words += f": {source.title} ({source.date}), {each.section}"
    return words


def row(
    clause: Clause,
    ruling: Ruling,
    tests: Iterable[str],
    exchanges: Iterable[Exchange],
    compatibility: Compatibility,
) -> ClauseRow:
    """Join a clause with its ruling, and with whether the SDK can use the answers that break it."""
    numbers: dict[int, None] = {}
    for finding in sorted(ruling.findings, key=lambda each: each.verdict is not Verdict.FAIL):
        numbers.update(dict.fromkeys(finding.exchanges))
    broken = {n for each in ruling.findings if each.verdict is Verdict.FAIL for n in each.exchanges}
    compatible = None
    if ruling.verdict in NOT_HELD and broken:
        compatible = compatibility.of(each for each in exchanges if each.number in broken)
    return clause_row(
        clause,
        ruling,
        tests,
        list(numbers)[:CITED],
        compatible=compatible,
        attested=attested().get(clause.id, ()),
    )
