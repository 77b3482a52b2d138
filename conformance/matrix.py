"""The suite against every planted fault: one run a fault, each in a process of its own."""

import contextlib
import importlib
import io
import multiprocessing
import pkgutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import ForkContext, SpawnContext
from pathlib import Path

from conformance.verdicts import ExitStatus, Verdict

CAUGHT = {Verdict.FAIL, Verdict.WARN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A fault to be planted: its name, the clause that it aims at (none for weather), and the option that plants it."""

    name: str
    clause: str
    option: str = "--breach"
    region: str = "intl"
    profile: str = "standard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run against one fault ruled: the clauses that did not hold, and those left unproven."""

    trial: Trial
    exit_status: int
    caught_by: tuple[str, ...] = ()
    unproven: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    requests: int = 0
    said: str = ""

    @property
    def killed(self) -> bool:
        """Whether the clause that the fault aims at did not hold."""
        return self.trial.clause in self.caught_by

    @property
    def innocent(self) -> bool:
        """Whether no clause was accused and nothing of ours broke."""
        return (
            not self.caught_by
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
    import schemathesis  # noqa: F401
    import uvicorn  # noqa: F401

    import conformance.generated
    import conformance.mock
    import conformance.report
    import conformance.suite

    # schemathesis imports the larger half of itself when it is first asked for a case.
    conformance.generated.cases("listFiles", "negative")
    # A module that is there already is not rewritten once more in every child.
    for module in pkgutil.iter_modules(conformance.suite.__path__, "conformance.suite."):
        importlib.import_module(module.name)


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


def try_out(trial: Trial) -> Outcome:
    """Run the suite against the mock with one fault, in this process."""
    import pytest

    from conformance import runs

    with tempfile.TemporaryDirectory() as folder:
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            status = pytest.main(
                [
                    *("--pyargs", "conformance.suite", "-q", "--assert=plain"),
                    *("-p", "no:cacheprovider", "-p", "no:xdist"),
                    *(f"--target=mock-{trial.region}", f"--profile={trial.profile}"),
                    *(f"{trial.option}={trial.name}" for _ in [0] if trial.name),
                    # A deep run sends for minutes: only the clause that is aimed at makes it do so.
                    *(f"--clause={trial.clause}" for _ in [0] if trial.profile == "deep"),
                    f"--report-dir={folder}",
                ]
            )
        logs = list(Path(folder).glob("*/run.jsonl"))
        if not logs:
            return Outcome(
                trial=trial, exit_status=int(status), errors=("no run log",), said=said.getvalue()[-2000:]
            )
        ruled = runs.read(logs[0])

    def those(verdicts: Iterable[Verdict]) -> tuple[str, ...]:
        return tuple(row.id for row in ruled.clauses if row.verdict in verdicts)

    return Outcome(
        trial=trial,
        exit_status=int(status),
        caught_by=those(CAUGHT),
        unproven=tuple(row.id for row in ruled.clauses if row.verdict is Verdict.UNPROVEN and row.required),
        errors=those({Verdict.ERROR}),
        requests=ruled.footer.totals.requests,
        said=said.getvalue()[-2000:],
    )
