"""One run in progress: wires target, client and recorder together, gathers findings, rules at the end."""

import contextlib
import datetime as dt
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from conformance import judging, laws, troubles
from conformance.batches import Batches
from conformance.budget import Budget, Caps
from conformance.clauses import Clause, Profile, registry
from conformance.cleaning import Cleaner, leak_of
from conformance.client import Client, Timing
from conformance.deviations import Deviation
from conformance.errors import TargetError
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.judging import Scope, gathered, measure, row
from conformance.laws.ruling import Law
from conformance.ledger import Book, Journal, heading
from conformance.notices import Level, Notice
from conformance.pacing import Pace
from conformance.recorder import Recorder, Redactor
from conformance.resources import Resources, new_tag, segment
from conformance.runs import BillableTotals, Footer, Header, ProbeTotals, Run, Totals
from conformance.sdk import Compatibility, installed
from conformance.targets import Target
from conformance.trace import Trace
from conformance.unfinished import Unfinished
from conformance.verdicts import ExitStatus, Finding, exit_status

# Seconds after which the list shows what an upload may have done whose answer never came.
SETTLING = 2.0
# Seconds that tasks may take to be cancelled.
CANCELLING = 30.0
CLEANING = "clean-up"
PREFLIGHT = "preflight"
# The operations of the files' own chapters; a request to no operation of the contract is among them.
FILES = {None, "uploadFile", "listFiles", "retrieveFile", "deleteFile"}
RATES = "rates"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the command line asked for."""

    profile: Profile = Profile.STANDARD
    lane: str = "gate"
    seed: int = 0
    pace: str = "documented"
    caps: Caps = field(default_factory=Caps)
    deviations: tuple[Deviation, ...] = ()
    lag: float = 10.0
    exploring: float = 0.0
    shard: str = ""
    billable: bool = False
    rate_probe: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a run can ask of the built-in mock; a live account has other clients and limits of its own.

    `crowd` brings that many files of strangers; within `limited` the documented rates are kept.
    """

    crowd: Callable[[int], None] | None = None
    limited: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext


class Session:
    """A run from its first request to its ruling."""

    # Whether the traffic was there before: then nothing is sent.
    recorded = False

    def __init__(
        self,
        target: Target,
        settings: Settings,
        pace: Pace,
        *,
        timing: Timing | None = None,
        surroundings: Surroundings | None = None,
        places: tuple[Path, ...] = (),
    ) -> None:
        self.target = target
        self.tag = new_tag()
        self.pace = pace
        # Where runs write ahead what they make: what the built-in mock holds is gone with it.
        self.places = () if target.builtin else places
        self.surroundings = surroundings or Surroundings()
        self.settings = settings
        self.registry = registry()
        self.recorder = Recorder(Redactor(target.secrets))
        self.budget = Budget(settings.caps)
        self.client = Client(target, recorder=self.recorder, pace=pace, budget=self.budget, timing=timing)
        self.journal = Journal(self.places, heading(target, self.tag), target.folder) if self.places else None
        self.book = Book(self.journal)
        self.resources = Resources(self.book)
        self.client.announced.append(self.resources.expect)
        self.client.listeners.append(self.resources)
        self.files = Files(self.client, lag=settings.lag, tag=self.tag)
        self.unfinished = Unfinished(self.book)
        self.client.announced.append(self.unfinished.expect)
        self.client.listeners.append(self.unfinished)
        self.batches = Batches(self.client, self.files)
        self.zone: float | None = None
        self.compatibility = Compatibility()
        # The operations that the target does not have at all, each with the sentence that says so.
        self.lacking: Mapping[str, str] = {}
        # What must end before the run cleans up.
        self.ending: list[Callable[[], None]] = []
        self.obstacle = ""
        self.notices: tuple[Notice, ...] = ()
        # What was swept behind earlier runs before this one began.
        self.swept: list[str] = []
        self.suspects: list[tuple[str, int]] = []
        self.findings: list[Finding] = []
        self.tests: dict[str, list[str]] = defaultdict(list)
        self._started = dt.datetime.now(dt.UTC)
        self._clock = time.monotonic()
        self._measured: list[Finding] = []
        self._lawful: tuple[Finding, ...] = ()
        self._stand: tuple[int, float | None] = (0, None)

    def in_scope(self, clause: Clause) -> str:
        """Give the reason why this run does not exercise a clause, or nothing where it does."""
        return next(self._obstacles(clause), "")

    def _obstacles(self, clause: Clause) -> Iterator[str]:
        if clause.untestable:
            yield f"untestable: {clause.untestable}"
        if not self.settings.profile.includes(clause.profile):
            yield f"profile: only --profile={clause.profile} exercises it"
        if clause.key == "second" and "second" not in self.target.keys and not self.target.builtin:
            variable = f"DASHSCOPE_SECOND_API_KEY_{self.target.region.upper()}"
            fault = "holds the first key again" if self.target.second_key else "is not set"
            yield f"no second account: {variable}, or DASHSCOPE_SECOND_API_KEY, {fault}"
        if clause.key == "other-region" and not (self.target.other_region_key or self.target.builtin):
            yield "no key: a key of the other region is shown to a live host only by its owner"
        if clause.chapter == "sdk" and not installed():
            yield "the official SDK is not installed: install model-studio-conformance[test]"
        if clause.billable and (reason := self.lacking.get(_asks(clause))):
            yield reason
        if clause.billable and not self.settings.billable:
            yield "not billable: --billable=yes lets a run on a live target spend tokens"
        if clause.chapter == RATES and not self.settings.rate_probe:
            yield "rate probe: only --rate-probe=yes asks this target for more than the documented rates"
        if clause.chapter == RATES and self.settings.pace not in {"documented", "off"}:
            yield f"rate probe: --pace={self.settings.pace} forbids it"

    def judged(self) -> tuple[Finding, ...]:
        """Judge all traffic so far by openapi.yaml, the laws and the SDK; the same traffic is judged once."""
        exchanges = self.recorder.exchanges
        judged, zone = self._stand
        if judged != len(exchanges) or zone != self.zone:
            own = [each for each in exchanges[judged:] if self.is_own(each)]
            self._measured += measure(own, self.compatibility)
            self._lawful = laws.judge(self.trace)
            self._stand = (len(exchanges), self.zone)
        return (*self._measured, *self._lawful)

    def is_own(self, exchange: Exchange) -> bool:
        """Whether an answer is the target's own: the page of an address that leads nowhere is nobody's."""
        return exchange.test != PREFLIGHT or not self.lacking or exchange.operation in FILES

    def lawful(self, law: Law) -> tuple[Finding, ...]:
        """Judge all traffic so far by one law alone."""
        return tuple(law.apply(self.trace))

    @property
    def sharing(self) -> str:
        """With whom this run shares its pace, as a clause of a sentence."""
        return f", {self.pace.shared}" if self.pace.shared else ""

    @property
    def trace(self) -> Trace:
        """What all traffic so far shows of files."""
        return Trace(self.recorder.exchanges, self.zone)

    def clean(self) -> None:
        """Remove what the run made, newest first; what could not be deleted is named in `resources.leaked`.

        What is left stays in the journal, if there is one, for the next run; so it does after a second interrupt.
        """
        self.recorder.test = CLEANING
        cleaner = Cleaner(
            self.files,
            self.batches,
            self.resources,
            self.unfinished,
            self.book,
            looks=(SETTLING,),
            lag=self.settings.lag,
            patience=SETTLING if self.target.builtin else CANCELLING,
        )
        with contextlib.suppress(TargetError, KeyboardInterrupt):
            for end in self.ending:
                end()
            self.budget.stopped = False
            self.client.try_again()
            # No cap of the run stands between it and what it may have left.
            self.budget.caps = Caps()
            cleaner.clean()
        self.resources.leaked = tuple(name for name, _ in (*self.resources.left, *self.unfinished.files))
        if self.journal and self.book.empty:
            self.journal.remove()

    def close(self) -> None:
        """Give the connections back."""
        self.client.close()
        if self.journal:
            self.journal.close()

    def run(self, *, interrupted: bool = False, selected: frozenset[str] | None = None) -> Run:
        """Rule on every clause and give the whole run; `selected` are the clauses that were asked for."""
        # What cannot be judged at all is told in one sentence, not accused clause by clause.
        judged = () if self.obstacle else self.judged()
        found = gathered(self.findings, judged, self.suspects)
        scope = Scope(
            region=self.target.region,
            left_out={clause.id: reason for clause in self.registry if (reason := self.in_scope(clause))},
            selected=selected,
            obstacle=self.obstacle,
        )
        ruled, strays = judging.ruled(
            self.registry, found, scope, self.settings.deviations, self._started.date()
        )
        status = exit_status(ruled)
        if strays and status in {ExitStatus.PASSED, ExitStatus.UNPROVEN}:
            status = ExitStatus.FAILED
        leak = leak_of(self.resources, self.unfinished, self.journal)
        if leak.is_finding and status is ExitStatus.PASSED:
            status = ExitStatus.UNPROVEN
        return Run(
            header=self._header(),
            exchanges=self.recorder.log(),
            findings=tuple(finding for name in sorted(found) for finding in found[name]),
            clauses=tuple(
                row(
                    self.registry[ruling.clause],
                    ruling,
                    self.tests[ruling.clause],
                    self.recorder.exchanges,
                    self.compatibility,
                )
                for ruling in ruled
            ),
            conflicts=self.registry.conflicts,
            footer=Footer(
                exit_status=int(ExitStatus.INTERRUPTED if interrupted else status),
                totals=self._totals(),
                note=" ".join(filter(None, [self.obstacle, *self.swept, *strays, leak.told, self.pace.lost])),
                strays=strays,
                compatible=self.compatibility.count(filter(self.is_own, self.recorder.exchanges)),
                infrastructure=troubles.count(self.recorder.exchanges),
                notices=tuple(each for each in self.notices if each.level is not Level.OK),
            ),
        )

    def _header(self) -> Header:
        return Header(
            target=self.target.name,
            region=self.target.region,
            base_url=self.target.base_url,
            started=self._started.isoformat(timespec="seconds"),
            contract=self.registry.digest,
            version=release(),
            profile=self.settings.profile,
            lane=self.settings.lane,
            seed=self.settings.seed,
            pace=self.settings.pace,
            shard=self.settings.shard,
        )

    def _totals(self) -> Totals:
        probe = [exchange for exchange in self.recorder.exchanges if exchange.phase]
        billable = [exchange for exchange in self._billable() if not exchange.phase]
        uploads = _uploads(probe)
        begin = min((exchange.started for exchange in probe), default=0.0)
        end = max((exchange.started + exchange.seconds for exchange in probe), default=0.0)
        return Totals(
            requests=self.budget.requests - len(probe) - len(billable),
            uploads=self.budget.uploads - uploads - _uploads(billable),
            bytes_sent=self.budget.bytes - sum(each.request.body_bytes for each in (*probe, *billable)),
            tokens=self.budget.tokens,
            seconds=round(time.monotonic() - self._clock, 2),
            rate_probe=ProbeTotals(requests=len(probe), uploads=uploads, seconds=round(end - begin, 2)),
            billable=BillableTotals(requests=len(billable), uploads=_uploads(billable)),
        )

    def _billable(self) -> Iterator[Exchange]:
        """Go through what the chapters that cost money sent, and what cleans up behind them."""
        tests = {test for clause in self.registry if clause.billable for test in self.tests[clause.id]}
        others: set[str] = set()
        for exchange in self.recorder.exchanges:
            named = exchange.request.path.removeprefix("/files/")
            if exchange.operation not in FILES or exchange.test in tests:
                yield exchange
            elif exchange.request.is_upload:
                others.add(segment(str(exchange.mapping().get("id"))))
            elif exchange.test == CLEANING and named not in others:
                yield exchange


def _uploads(exchanges: Iterable[Exchange]) -> int:
    return sum(exchange.request.is_upload for exchange in exchanges)


def _asks(clause: Clause) -> str:
    """Give the operation without which a clause on what costs money has nothing to judge."""
    return "createChatCompletion" if "createChatCompletion" in clause.applies else "createBatch"


def release() -> str:
    """Give the version of this suite."""
    try:
        return version("model-studio-conformance")
    except PackageNotFoundError:
        return "0+source"
