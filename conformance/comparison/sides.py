"""Side: all runs of one target that are compared with those of another, read and put together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from conformance import rates
from conformance.comparison.facets import Facet, Seen, Sights
from conformance.comparison.members import ABSENT, PRESENT
from conformance.comparison.observing import observe
from conformance.exchange import Exchange
from conformance.runs import ClauseRow, Run
from conformance.trace import Trace
from conformance.verdicts import Finding, Verdict


@dataclass(frozen=True, slots=True)
class Sight:
    """What one side showed of one facet, run by run; nothing where a run showed nothing of it."""

    runs: tuple[Seen, ...]

    @property
    def values(self) -> frozenset[str]:
        """All that was seen, in whichever run."""
        return frozenset(value for seen in self.runs for value in seen)

    @property
    def steady(self) -> bool:
        """Whether no run showed something altogether different from another; a shorter one may show less."""
        shown = [set(seen) for seen in self.runs if seen]
        return all(one & shown[0] for one in shown)

    def witnesses(self, value: str) -> tuple[int, ...]:
        """Give the exchanges of the first run that showed a value."""
        return self.runs[0].get(value, ())

    def times(self, value: str) -> int:
        """Count the exchanges of all runs that showed a value."""
        return sum(len(seen.get(value, ())) for seen in self.runs)

    @property
    def all(self) -> int:
        """Count the exchanges that showed anything."""
        return sum(len(numbers) for seen in self.runs for numbers in seen.values())


@dataclass(frozen=True)
class Side:
    """The runs of one target, the first of which is the one whose exchanges are shown."""

    runs: tuple[Run, ...]

    @property
    def first(self) -> Run:
        """The run that is shown."""
        return self.runs[0]

    @property
    def name(self) -> str:
        """What the target is called."""
        return self.first.header.target

    @cached_property
    def sights(self) -> Mapping[Facet, Sight]:
        """What was seen of each facet."""
        read: list[Sights] = [observe(run) for run in self.runs]
        facets = {facet: None for sights in read for facet in sights}
        return {facet: Sight(tuple(each.get(facet, {}) for each in read)) for facet in facets}

    def sight(self, facet: Facet) -> Sight | None:
        """Give what was seen of a facet: that it is missing, where only the place was seen; or None where nothing was."""
        if known := self.sights.get(facet):
            return known
        place = self.sights.get(facet.ground) if facet.ground else None
        if place is None:
            return None
        return Sight(tuple({ABSENT: seen[PRESENT]} if seen else {} for seen in place.runs))

    @cached_property
    def clauses(self) -> Mapping[str, tuple[ClauseRow, ...]]:
        """The rows of each clause, those of later runs only where they exercised it."""
        found: dict[str, tuple[ClauseRow, ...]] = {}
        for place, run in enumerate(self.runs):
            for row in run.clauses:
                if not place or row.verdict is not Verdict.UNPROVEN:
                    found[row.id] = (*found.get(row.id, ()), row)
        return found

    def findings(self, clause: str) -> tuple[Finding, ...]:
        """Give what broke a clause, in the run that is shown."""
        return tuple(each for each in self.first.findings_on(clause) if each.verdict is Verdict.FAIL)

    @cached_property
    def latencies(self) -> Mapping[str, tuple[float, ...]]:
        """The seconds of the answers that were successes, by operation."""
        found: dict[str, list[float]] = {}
        for exchange in self._all():
            if exchange.succeeded and exchange.operation and not exchange.phase and exchange.attempt == 1:
                found.setdefault(exchange.operation, []).append(exchange.seconds)
        return {name: tuple(sorted(found[name])) for name in sorted(found)}

    @cached_property
    def delays(self) -> tuple[float, ...]:
        """The seconds from each upload to the first sight of its file as processed; 0 where the upload said so."""
        return tuple(sorted(delay for run in self.runs for delay in _delays(run.exchanges)))

    @cached_property
    def estimates(self) -> Mapping[str, tuple[rates.Estimate, ...]]:
        """The limits of each lane as the rate probes measured them."""
        found: dict[str, tuple[rates.Estimate, ...]] = {}
        for lane in rates.DOCUMENTED:
            measured = (rates.measure([e for e in run.exchanges if e.phase], lane) for run in self.runs)
            found[lane] = tuple(each for each in measured if each.answers)
        return found

    def _all(self) -> Iterable[Exchange]:
        return (exchange for run in self.runs for exchange in run.exchanges)


def _delays(exchanges: Sequence[Exchange]) -> Iterable[float]:
    waiting = {
        name: upload.exchange.started + upload.exchange.seconds
        for name, upload in Trace(tuple(e for e in exchanges if not e.phase)).uploads.items()
    }
    for exchange in exchanges:
        said = exchange.mapping() if exchange.succeeded else {}
        data = said.get("data")
        for item in data if isinstance(data, list) else [said]:
            if (
                isinstance(item, dict)
                and item.get("status") == "processed"
                and str(item.get("id")) in waiting
            ):
                at = waiting.pop(str(item["id"]))
                yield 0.0 if exchange.request.is_upload else max(0.0, exchange.started - at)
