"""Counts and groups that all views share, and summary.json, which is nothing but them."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final, TypeVar

from conformance.exchange import Exchange
from conformance.report import words
from conformance.report.legible import one_line
from conformance.runs import ClauseRow, Run
from conformance.verdicts import JUDGED, Finding, Verdict

# The order of columns: what held, what did not, what was not judged.
COLUMNS: Final = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.WARN,
    Verdict.KNOWN,
    Verdict.OBSERVED,
    Verdict.ABSENT,
    Verdict.UNPROVEN,
    Verdict.ERROR,
)
WORST_FIRST: Final = (Verdict.ERROR, Verdict.FAIL, Verdict.WARN, Verdict.KNOWN)
LEVELS: Final = ("must", "should", "observed")

Key = TypeVar("Key")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many clauses of one group got which verdict."""

    name: str
    counts: Mapping[Verdict, int]

    @property
    def held(self) -> int:
        """Exercised, and held."""
        return self.counts[Verdict.PASS]

    @property
    def exercised(self) -> int:
        """Put to the test and judged."""
        return sum(self.counts[verdict] for verdict in JUDGED)

    @property
    def all(self) -> int:
        """Every clause of the group, run or not."""
        return sum(self.counts.values())

    @property
    def score(self) -> str:
        """The two numbers with their denominator."""
        return words.say("score", held=self.held, exercised=self.exercised, all=self.all)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One reason that left clauses unproven, and which they are."""

    reason: str
    rows: tuple[ClauseRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """The requests of one operation; times in seconds, of the answered ones, or None where none was."""

    operation: str
    requests: int
    unanswered: int
    least: float | None
    quarter: float | None
    median: float | None
    three_quarters: float | None
    p95: float | None


def whole(run: Run) -> Tally:
    """Count the verdicts of all clauses."""
    return _tally("", run.clauses)


def by_chapter(run: Run) -> tuple[Tally, ...]:
    """Count the verdicts of each chapter, in the order in which the run names them."""
    return tuple(_tally(name, rows) for name, rows in chapters(run).items())


def by_level(run: Run) -> tuple[Tally, ...]:
    """Count the verdicts of each level, the most binding first."""
    groups = _grouped(run.clauses, lambda row: row.level)
    return tuple(_tally(name, groups[name]) for name in sorted(groups, key=_rank))


def chapters(run: Run) -> Mapping[str, tuple[ClauseRow, ...]]:
    """Group the clauses by chapter, in the order in which the run names them."""
    return _grouped(run.clauses, lambda row: row.chapter)


def not_held(run: Run) -> tuple[ClauseRow, ...]:
    """Give the clauses that did not hold or met an error of ours, the worst first."""
    return tuple(row for verdict in WORST_FIRST for row in run.clauses if row.verdict is verdict)


def owed(run: Run) -> tuple[ClauseRow, ...]:
    """Give the clauses that cost the green because they are unproven."""
    return tuple(row for row in run.clauses if row.verdict is Verdict.UNPROVEN and row.required)


def stale(run: Run) -> tuple[ClauseRow, ...]:
    """Give the clauses of whose page a newer copy says otherwise."""
    return tuple(row for row in run.clauses if row.stale)


def causes(run: Run) -> tuple[Cause, ...]:
    """Group the unproven clauses by reason, the reason that explains most first."""
    unproven = [row for row in run.clauses if row.verdict is Verdict.UNPROVEN]
    groups = _grouped(unproven, lambda row: row.reason or row.untestable)
    found = [Cause(reason=reason, rows=rows) for reason, rows in groups.items()]
    return tuple(sorted(found, key=lambda cause: -len(cause.rows)))


def headline(run: Run) -> str:
    """Say in a few words how the run ended."""
    status, counts, owing = run.footer.exit_status, whole(run).counts, len(owed(run))
    if status in {1, 3} and counts[Verdict.FAIL]:
        return words.plural("failed", counts[Verdict.FAIL])
    if status == 3 and counts[Verdict.ERROR]:
        return words.plural("erred", counts[Verdict.ERROR])
    if status == 6 and owing:
        return words.say("headline.unproven", owed=words.plural("owed", owing))
    known = f"headline.{status}"
    return words.say(known if known in words.WORDS.english else "headline.other", status=str(status))


def ending(run: Run) -> str:
    """Say what the exit status means."""
    status = run.footer.exit_status
    known = f"exit.{status}"
    meaning = words.say(known if known in words.WORDS.english else "exit.other")
    return words.say("exit.sentence", status=str(status), words=meaning)


def trouble(run: Run) -> str:
    """Say how many exchanges met which trouble, or nothing where none did."""
    met = run.footer.infrastructure
    if not met or not met.troubled:
        return ""
    kinds = words.listed(
        words.say("trouble.kind", n=n, kind=words.word("trouble", kind)) for kind, n in met.kinds
    )
    ending = words.plural("repeated", met.repeated) if met.repeated else words.say("trouble.lasting")
    return words.say("trouble.sentence", n=met.troubled, all=met.exchanges, kinds=kinds, ending=ending)


def telling(row: ClauseRow, findings: Iterable[Finding]) -> Finding | None:
    """Give the finding that shows best why a clause has its verdict."""
    judged = Verdict.FAIL if row.verdict in {Verdict.WARN, Verdict.KNOWN} else row.verdict
    matching = [finding for finding in findings if finding.verdict in {judged, row.verdict}]
    return next((finding for finding in matching if finding.expected or finding.actual), None) or next(
        iter(matching), None
    )


def contrast(finding: Finding, *, limit: int) -> str:
    """Say on one line what was expected and what came, or nothing where neither is told."""
    expected, actual = one_line(finding.expected, limit=limit), one_line(finding.actual, limit=limit)
    if expected and actual:
        return words.say("contrast", expected=expected, actual=actual)
    if expected:
        return words.say("contrast.expected", expected=expected)
    return words.say("contrast.actual", actual=actual) if actual else ""


def latencies(run: Run) -> tuple[Latency, ...]:
    """Measure each operation, by name; requests outside the contract come last."""
    groups = _grouped(run.exchanges, lambda exchange: exchange.operation or "")
    return tuple(_latency(name, groups[name]) for name in sorted(groups, key=lambda name: (not name, name)))


def as_json(run: Run) -> str:
    """Write summary.json: one row for every clause of the contract, in the run's order."""
    totals = run.footer.totals
    document: dict[str, object] = {
        "target": run.header.target,
        "region": run.header.region,
        "started": run.header.started,
        "contract": run.header.contract,
        "exit_status": run.footer.exit_status,
        "clauses": [
            {"id": row.id, "level": str(row.level), "verdict": str(row.verdict), "reason": row.reason}
            | ({"stale": row.stale} if row.stale else {})
            for row in run.clauses
        ],
        "totals": {
            "requests": totals.requests,
            "uploads": totals.uploads,
            "bytes_sent": totals.bytes_sent,
            "tokens": totals.tokens,
            "seconds": totals.seconds,
            "rate_probe": {
                "requests": totals.rate_probe.requests,
                "uploads": totals.rate_probe.uploads,
                "seconds": totals.rate_probe.seconds,
            },
            "billable": {"requests": totals.billable.requests, "uploads": totals.billable.uploads},
        },
    }
    if met := run.footer.infrastructure:
        document["infrastructure"] = {
            "exchanges": met.exchanges,
            "troubled": met.troubled,
            "kinds": dict(met.kinds),
            "repeated": met.repeated,
        }
    if run.footer.notices:
        document["notices"] = [{"level": str(each.level), "text": each.text} for each in run.footer.notices]
    if live := {row.id: _attested(row) for row in run.clauses if row.attested}:
        document["attested"] = live
    if compatible := run.footer.compatible:
        # The second layer: what the SDK's users can work with, and of the clauses that did not hold, which hurt them.
        document["compatible"] = {
            "answers": compatible.answers,
            "usable": compatible.usable,
            "clauses": {row.id: row.compatible for row in run.clauses if row.compatible is not None},
        }
    # ASCII only: a lone surrogate that a target sent could not be written otherwise.
    return json.dumps(document, indent=2) + "\n"


def _attested(row: ClauseRow) -> dict[str, dict[str, str]]:
    return {
        each.region: {
            name: moment
            for name, moment in (("held", each.held), ("contradicted", each.contradicted))
            if moment
        }
        for each in row.attested
    }


def _tally(name: str, rows: Iterable[ClauseRow]) -> Tally:
    counted = Counter(row.verdict for row in rows)
    return Tally(name=name, counts={verdict: counted[verdict] for verdict in COLUMNS})


def _grouped(items: Iterable[Item], key: Callable[[Item], Key]) -> dict[Key, tuple[Item, ...]]:
    groups: dict[Key, list[Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return {name: tuple(members) for name, members in groups.items()}


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def _latency(name: str, exchanges: Iterable[Exchange]) -> Latency:
    sent = list(exchanges)
    times = sorted(exchange.seconds for exchange in sent if exchange.answer)
    return Latency(
        operation=name or words.say("cost.unnamed"),
        requests=len(sent),
        unanswered=len(sent) - len(times),
        least=times[0] if times else None,
        quarter=_quantile(times, 0.25),
        median=median(times) if times else None,
        three_quarters=_quantile(times, 0.75),
        p95=_quantile(times, 0.95),
    )


def _quantile(times: Sequence[float], share: float) -> float | None:
    return times[math.ceil(share * len(times)) - 1] if times else None
