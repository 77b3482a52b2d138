"""Runs of one target one after another: how verdicts and latencies went, and what changed between two of them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from conformance.report import summary, words
from conformance.report.summary import Latency
from conformance.runs import Run
from conformance.verdicts import JUDGED, Verdict

# What the runs of a series are drawn by: what was judged comes first, what was not judged behind it.
VERDICTS: Final = (
    Verdict.PASS,
    Verdict.FAIL,
    Verdict.WARN,
    Verdict.KNOWN,
    Verdict.UNPROVEN,
    Verdict.ERROR,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What a series keeps of one run; latencies by operation, times in seconds."""

    target: str
    region: str
    started: str
    contract: str
    version: str
    profile: str
    exit_status: int
    requests: int
    verdicts: Mapping[str, Verdict]
    latencies: Mapping[str, Latency]

    def count(self, verdict: Verdict) -> int:
        """Count the clauses with that verdict."""
        return sum(each == verdict for each in self.verdicts.values())

    @property
    def judged(self) -> int:
        """Count the clauses that were put to the test and judged."""
        return sum(each in JUDGED for each in self.verdicts.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A clause whose verdict is not the one of the run before; `started` is when the later run began."""

    started: str
    clause: str
    before: Verdict
    after: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure over all runs of a series, None where a run does not have it; `unit` is `clauses` or `seconds`."""

    name: str
    unit: str
    values: tuple[float | None, ...]
    # A second figure that is never below the first, drawn beside it.
    upper: tuple[float | None, ...] = ()

    @property
    def last(self) -> float | None:
        """The figure of the youngest run."""
        return self.values[-1]

    @property
    def span(self) -> tuple[float, float]:
        """The least and the most."""
        known = [value for value in self.values if value is not None]
        return min(known), max(known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """The runs of one target in one region, the oldest first."""

    target: str
    region: str
    points: tuple[Point, ...]

    @property
    def moves(self) -> tuple[Move, ...]:
        """What changed, the youngest change first; of two contracts, only what both have."""
        found = [
            Move(started=new.started, clause=name, before=old.verdicts[name], after=verdict)
            for old, new in pairwise(self.points)
            for name, verdict in new.verdicts.items()
            if name in old.verdicts and old.verdicts[name] is not verdict
        ]
        return tuple(sorted(found, key=lambda move: move.started, reverse=True))

    @property
    def breaks(self) -> tuple[int, ...]:
        """The places of the runs that were judged by another contract than the run before."""
        return tuple(
            at for at, (old, new) in enumerate(pairwise(self.points), 1) if old.contract != new.contract
        )

    @property
    def said(self) -> tuple[str, ...]:
        """A sentence on each change of the contract."""
        return tuple(_said(self.points[at - 1], self.points[at]) for at in self.breaks)

    @property
    def verdicts(self) -> tuple[Line, ...]:
        """How many clauses had each verdict that any run gave."""
        lines = (
            Line(
                name=verdict,
                unit="clauses",
                values=tuple(float(point.count(verdict)) for point in self.points),
            )
            for verdict in VERDICTS
        )
        return tuple(line for line in lines if line.span[1])

    @property
    def latencies(self) -> tuple[Line, ...]:
        """Median and 95th percentile of each operation."""
        names = sorted({name for point in self.points for name in point.latencies})
        lines = (
            Line(
                name=name,
                unit="seconds",
                values=tuple(_of(point, name, lambda latency: latency.median) for point in self.points),
                upper=tuple(_of(point, name, lambda latency: latency.p95) for point in self.points),
            )
            for name in names
        )
        return tuple(line for line in lines if any(value is not None for value in line.values))


def point(run: Run) -> Point:
    """Keep of a run what a series needs."""
    header = run.header
    return Point(
        target=header.target,
        region=header.region,
        started=header.started,
        contract=header.contract,
        version=header.version,
        profile=header.profile,
        exit_status=run.footer.exit_status,
        requests=len(run.exchanges),
        verdicts={row.id: row.verdict for row in run.clauses},
        latencies={latency.operation: latency for latency in summary.latencies(run)},
    )


def series(points: Iterable[Point]) -> tuple[Series, ...]:
    """Put runs in a row, each target and region apart."""
    groups: dict[tuple[str, str], list[Point]] = {}
    for each in sorted(points, key=lambda each: each.started):
        groups.setdefault((each.target, each.region), []).append(each)
    return tuple(
        Series(target=target, region=region, points=tuple(groups[target, region]))
        for target, region in sorted(groups)
    )


def as_json(found: Iterable[Series]) -> str:
    """Write everything for a program to read."""
    document = [
        {
            "target": each.target,
            "region": each.region,
            "said": each.said,
            "runs": [_document(point) for point in each.points],
            "changes": [
                {"started": move.started, "clause": move.clause, "before": move.before, "after": move.after}
                for move in each.moves
            ],
        }
        for each in found
    ]
    return json.dumps({"series": document}, indent=2) + "\n"


def _document(point: Point) -> dict[str, object]:
    return {
        "started": point.started,
        "contract": point.contract,
        "version": point.version,
        "profile": point.profile,
        "exit_status": point.exit_status,
        "requests": point.requests,
        "clauses": len(point.verdicts),
        "judged": point.judged,
        "verdicts": {str(verdict): point.count(verdict) for verdict in Verdict},
        "latencies": {
            name: {"requests": each.requests, "median": each.median, "p95": each.p95}
            for name, each in point.latencies.items()
        },
    }


def _of(point: Point, name: str, figure: Callable[[Latency], float | None]) -> float | None:
    latency = point.latencies.get(name)
    return figure(latency) if latency else None


def _said(old: Point, new: Point) -> str:
    shared = len(old.verdicts.keys() & new.verdicts.keys())
    return words.say(
        "trend.contract",
        at=words.moment(new.started),
        contract=new.contract,
        shared=shared,
        gone=len(old.verdicts) - shared,
        come=len(new.verdicts) - shared,
    )
