"""The suite against every planted fault: one run a fault, each in a process of its own."""

import contextlib
import gc
import importlib
import io
import multiprocessing
import pkgutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext

import pytest

from conformance import sdk
from conformance.hooks import RUN, VIEWS
from conformance.runs import Run
from conformance.verdicts import BROKEN, ExitStatus, Verdict

# What a run among hundreds does not need: it is no one's report, and its process ends with it.
NEEDLESS = ("cacheprovider", "xdist", "html", "junitxml", "unraisableexception", "threadexception")


# Chapters whose faults no other chapter comes across.
APART = (("rates",), ("batches", "content"), ("chat", "documents"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Faults to be planted together, most often one: their names, and the clauses that they aim at (none for weather)."""

    names: tuple[str, ...]
    clauses: tuple[str, ...] = ()
    option: str = "--breach"
    region: str = "intl"
    profile: str = "standard"
    at_speed: bool = False
    billable: bool = True

    @property
    def name(self) -> str:
        """The faults in one word."""
        return "+".join(self.names) + (" at speed" if self.at_speed else "")

    @property
    def rate_probe(self) -> bool:
        """Whether it takes the rate probe, which takes its time."""
        return self.at_speed or any(clause.startswith("rates.") for clause in self.clauses)

    @property
    def chapters(self) -> str:
        """The chapters that alone can see it, as an expression of marks; nothing where any might."""
        mine = {clause.partition(".")[0] for clause in self.clauses}
        return next((" or ".join(group) for group in APART if mine and mine <= set(group)), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run against one trial ruled: the clauses that did not hold, and those left unproven.

    `detected` gives for each clause that did not hold how many requests had been sent when it first showed.
    """

    trial: Trial
    exit_status: int
    detected: Mapping[str, int] = field(default_factory=dict)
    unproven: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    requests: int = 0
    said: str = ""

    @property
    def owners(self) -> tuple[str, ...]:
        """The clauses aimed at that did not hold."""
        return tuple(clause for clause in self.trial.clauses if clause in self.detected)

    @property
    def killed(self) -> bool:
        """Whether every clause aimed at did not hold, or could not be judged because of another one's fault."""
        return bool(self.owners) and set(self.trial.clauses) <= {*self.detected, *self.unproven}

    @property
    def innocent(self) -> bool:
        """Whether no clause was accused and nothing of ours broke."""
        return (
            not self.detected
            and not self.errors
            and self.exit_status in {ExitStatus.PASSED, ExitStatus.UNPROVEN}
        )


def run(trials: Sequence[Trial], *, jobs: int) -> Iterator[Outcome]:
    """Run every trial, some at a time, and give the outcomes in the order of the trials."""
    _warm()
    with ProcessPoolExecutor(max_workers=max(1, jobs), mp_context=_context()) as pool:
        yield from pool.map(_isolated, trials)


def _context() -> ForkContext | SpawnContext:
    """A forked child starts with everything imported; where there is no fork, each imports it again."""
    if "fork" in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("spawn")


def _warm() -> None:
    import hypothesis.configuration
    import schemathesis  # noqa: F401
    import uvicorn  # noqa: F401

    import conformance.generated
    import conformance.mock
    import conformance.report
    import conformance.suite

    # schemathesis imports the larger half of itself when it is first asked for a case; these are always the same.
    for operation in conformance.generated.OPERATIONS:
        conformance.generated.covered(operation)
        conformance.generated.cases(operation, "negative")
    # What hypothesis was asked for before its plugin came is meant here, and no slow plugin.
    hypothesis.configuration.notice_initialization_restarted(warn=False)
    if sdk.installed():
        importlib.import_module("openai")
    # A module that is there already is not rewritten once more in every child.
    for module in pkgutil.iter_modules(conformance.suite.__path__, "conformance.suite."):
        importlib.import_module(module.name)
    # What is shared with the children is nothing that they could collect.
    gc.collect()
    gc.freeze()


def _isolated(trial: Trial) -> Outcome:
    """Run one trial in a child of its own, so that no run inherits another's modules or threads."""
    context = _context()
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_send, args=(sender, trial))
    child.start()
    sender.close()
    with receiver:
        try:
            outcome: Outcome = receiver.recv()
        except EOFError:
            outcome = Outcome(trial=trial, exit_status=ExitStatus.INTERNAL, errors=("the run died",))
    child.join()
    return outcome


def _send(sender: "Connection[Outcome, None]", trial: Trial) -> None:
    sender.send(try_out(trial))
    sender.close()


class _Catch:
    """Takes the run from pytest as a value, before anything of it is written."""

    def __init__(self) -> None:
        self.run: Run | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[VIEWS] = False

    def pytest_unconfigure(self, config: pytest.Config) -> None:
        self.run = config.stash.get(RUN, None)


def try_out(trial: Trial, *, whole: bool = False) -> Outcome:
    """Run the suite against the mock with these faults, in this process; the whole, or the chapters that can see them."""
    catch = _Catch()
    said = io.StringIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
    ):
        status = pytest.main(
            [
                *("--pyargs", "conformance.suite", "-q", "--assert=plain"),
                *(word for name in NEEDLESS for word in ("-p", f"no:{name}")),
                *(f"--target=mock-{trial.region}", f"--profile={trial.profile}"),
                *(f"{trial.option}={name}" for name in trial.names),
                # A deep run sends for minutes: only the clauses that are aimed at make it do so.
                *(f"--clause={clause}" for clause in trial.clauses if trial.profile == "deep"),
                f"--rate-probe={'yes' if trial.rate_probe else 'no'}",
                f"--billable={'yes' if trial.billable else 'no'}",
                *(("-m", trial.chapters) if trial.chapters and not whole else ()),
                f"--report-dir={folder}",
            ],
            plugins=[catch],
        )
    words = said.getvalue()[-2000:]
    if catch.run is None:
        return Outcome(trial=trial, exit_status=int(status), errors=("no run",), said=words)
    return _outcome(trial, int(status), catch.run, words)


def _outcome(trial: Trial, status: int, run: Run, words: str) -> Outcome:
    broken = [row.id for row in run.clauses if row.verdict in BROKEN]
    shown = defaultdict(list)
    requests = run.footer.totals.exchanges
    for finding in run.findings:
        if finding.verdict is Verdict.FAIL:
            shown[finding.clause].append(max(finding.exchanges, default=requests))
    return Outcome(
        trial=trial,
        exit_status=status,
        detected={clause: min(shown[clause]) for clause in broken if shown[clause]},
        unproven=tuple(
            row.id
            for row in run.clauses
            if row.verdict is Verdict.UNPROVEN and (row.required or row.id in trial.clauses)
        ),
        errors=tuple(row.id for row in run.clauses if row.verdict is Verdict.ERROR),
        requests=requests,
        said=words,
    )
