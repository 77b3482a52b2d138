"""Explores a target: case after case from all sources in turn, until the time is up; what does not hold twice is told."""

import contextlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from conformance import laws, zones
from conformance.budget import Countdown, OutOfBudget
from conformance.clauses import Level
from conformance.client import FormFile
from conformance.contract import contract
from conformance.corpus import Plan, Sent, name_of
from conformance.documents import batch_input, document
from conformance.errors import TargetError
from conformance.exchange import Exchange
from conformance.expect import Evidence, Unproven, gathering
from conformance.explore import Address, Candidate, Defect, Explored, defect, from_bytes
from conformance.explore_sources import SOURCES, steps_of
from conformance.explore_steps import Scene, Step, simpler, words
from conformance.recorder import Recorder
from conformance.session import Session
from conformance.trace import Trace
from conformance.verdicts import Finding, Verdict

# For how many seconds a case that showed a defect twice is made smaller.
SHRINKING = 5.0
# Where hypothesis keeps its own.
DATABASE = Path(".hypothesis/examples")

Steps = tuple[Step, ...]
Exchanges = tuple[Exchange, ...]
Shown = Mapping[Defect, Finding]


class Explorer:
    """One exploration. `line` writes the command that runs a case again.

    What a case sends is judged by itself and apart from the run; only what shows a candidate joins its traffic.
    """

    def __init__(
        self, session: Session, line: Callable[[Address], str], database: ExampleDatabase | None = None
    ) -> None:
        self.session = session
        self.line = line
        self.database = database or DirectoryBasedExampleDatabase(DATABASE)
        # The built-in mock listens elsewhere each time.
        where = session.target.name if session.target.builtin else session.target.base_url
        self._key = f"conformance explore {where}".encode()
        self._zone = session.zone
        self._numbers = itertools.count(1)
        self._cases: Counter[str] = Counter()
        self._candidates: dict[Defect, Candidate] = {}
        self._unconfirmed = 0

    def explore(self, countdown: Countdown) -> Explored:
        """Try what was found before, then go round the sources until the time or a budget is used up."""
        seed = self.session.settings.seed
        return self._ended(self._all(seed, countdown))

    def replay(self, address: Address) -> Explored:
        """Run one case."""
        return self._ended(iter([address]))

    def _ended(self, addresses: Iterator[Address]) -> Explored:
        ended = "done"
        try:
            if self._zone is None:
                self._zone = self._discover()
            for address in addresses:
                self._try(address)
        except (OutOfBudget, TargetError) as error:
            ended = f"it ended early: {error}"
        return Explored(
            seed=self.session.settings.seed,
            cases=dict(self._cases),
            candidates=tuple(self._candidates.values()),
            unconfirmed=self._unconfirmed,
            ended=ended,
        )

    def _all(self, seed: int, countdown: Countdown) -> Iterator[Address]:
        saved = (from_bytes(value) for value in sorted(self.database.fetch(self._key)))
        yield from (address for address in saved if address)
        drawn = (Address(seed, source, number) for number in itertools.count() for source in SOURCES)
        yield from itertools.takewhile(lambda _: not countdown.over, drawn)

    def _try(self, address: Address) -> None:
        steps = steps_of(address)
        if steps is None:
            self.database.delete(self._key, address.to_bytes())
            return
        self._cases[address.source] += 1
        shown, _ = self._run(steps)
        new = [each for each in shown if each not in self._candidates]
        if not shown:
            self.database.delete(self._key, address.to_bytes())
        for each in new:
            self._confirm(address, steps, each)

    def _confirm(self, address: Address, steps: Steps, wanted: Defect) -> None:
        """Show a defect again, by ever smaller cases; the smallest that shows it is told."""
        again = self._run(steps)
        if wanted not in again[0]:
            self._unconfirmed += 1
            return
        steps, (shown, exchanges) = self._shrink(steps, wanted, again)
        numbers = {each.number: self.session.recorder(each).number for each in exchanges}
        told = tuple(map(words, steps))
        line = self.line(address)
        finding = replace(
            shown[wanted],
            exchanges=tuple(numbers[number] for number in shown[wanted].exchanges),
            reason=f"exploring: {'; '.join(told)}. Again: {line}",
            test=self.session.recorder.test,
        )
        self._candidates[wanted] = Candidate(address=address, finding=finding, steps=told, line=line)
        self.database.save(self._key, address.to_bytes())

    def _shrink(
        self, steps: Steps, wanted: Defect, shown: tuple[Shown, Exchanges]
    ) -> tuple[Steps, tuple[Shown, Exchanges]]:
        countdown = Countdown(SHRINKING)
        for place in reversed(range(len(steps))):
            for fewer in simpler(steps, place):
                if countdown.over:
                    return steps, shown
                attempt = self._run(fewer)
                if wanted in attempt[0]:
                    steps, shown = fewer, attempt
                    break
        return steps, shown

    def _run(self, steps: Sequence[Step]) -> tuple[Shown, Exchanges]:
        """Take the steps, delete what they made, and give what did not hold, with all that was sent."""
        with self._apart() as recorder:
            scene = Scene(self.session.files, self._make, self._zone)
            with contextlib.suppress(Unproven):
                for step in steps:
                    step.take(scene)
            scene.clear()
        exchanges = recorder.exchanges
        judged = [
            *scene.findings,
            *(found for each in exchanges for found in contract().judge(each).violations),
            *laws.judge(Trace(exchanges, self._zone)),
        ]
        by_number = {each.number: each for each in exchanges}
        failed = (finding for finding in judged if finding.verdict is Verdict.FAIL and self._judges(finding))
        return {defect(finding, by_number): finding for finding in failed}, exchanges

    def _judges(self, finding: Finding) -> bool:
        clause = self.session.registry[finding.clause]
        return clause.level is not Level.OBSERVED and self.session.target.region in clause.regions

    @contextlib.contextmanager
    def _apart(self) -> Iterator[Recorder]:
        """Let what is sent meanwhile be kept apart from the run's own traffic."""
        client = self.session.client
        recorder = Recorder(self.session.recorder.redactor)
        client.recorder = recorder
        try:
            with gathering(Evidence()):
                yield recorder
        finally:
            client.recorder = self.session.recorder

    def _make(self, said: str, purpose: str) -> FormFile:
        number = next(self._numbers)
        kind = "jsonl" if purpose == "batch" else "txt"
        content = (
            batch_input(f"explored-{number}") if kind == "jsonl" else document("txt", f"explored {number}")
        )
        name = name_of(self.session.tag, f"{said} {number}x", kind)
        return FormFile(filename=name, content=content, size=len(content))

    def _discover(self) -> float | None:
        """Ask in which zone times are read, with a file of our own."""
        plan = Plan(format="txt", purpose="file-extract")
        with self._apart(), contextlib.suppress(Unproven):
            file = self._make("zone", plan.purpose)
            sent = Sent(
                plan=plan,
                file=file,
                purpose=plan.purpose,
                exchange=self.session.files.upload(file, plan.purpose),
                late=False,
            )
            if not sent.id:
                return None
            self.session.files.wait_listed([sent.id])
            zone = zones.discover(self.session.files, sent).zone
            self.session.files.delete(sent.id)
            return zone
        return None
