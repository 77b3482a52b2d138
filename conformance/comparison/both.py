"""Both targets at once: the suite against each in a process of its own, with the same options, in one window."""

import contextlib
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from conformance import runs
from conformance.comparison.comparing import Comparison, compare
from conformance.comparison.difference import Class
from conformance.comparison.facets import Kind
from conformance.comparison.search import to_repeat
from conformance.errors import TargetError, UsageError
from conformance.runs import Run
from conformance.verdicts import ExitStatus

# With more clauses than this to be asked again, all are.
MANY = 80


# Runs the tests of some clauses against both targets, or all tests where none is named.
Ask = Callable[[Sequence[str]], tuple[Run, Run]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """A run of the suite: against whom, with which options, and below which folder its log goes."""

    target: str
    options: tuple[str, ...]
    folder: Path


def run_both(errands: tuple[Errand, Errand]) -> tuple[Run, Run]:
    """Run the suite against both at the same time, and read what they wrote.

    Raises:
        UsageError: the options ask for something impossible.
        TargetError: a run ended before it had a log.
    """
    with contextlib.ExitStack() as stack:
        started = [(errand, *stack.enter_context(_started(errand))) for errand in errands]
        for _, child, _ in started:
            child.wait()
        one, other = (_read(errand, child.returncode, said) for errand, child, said in started)
    return one, other


def confirm(a: Run, b: Run, ask: Ask, *, whole: bool = False) -> Comparison:
    """Compare two runs, ask both once more for whatever differs, and compare again.

    A broken clause that the few tests asked do not show again is looked for with all of them: the traffic of others may
    be what shows it.
    """
    found = compare([a], [b])
    clauses = to_repeat(found.differences, found.a, found.b)
    if not clauses:
        return found
    narrowed = not whole and len(clauses) <= MANY
    one, other = ask(clauses if narrowed else ())
    found = compare([a, one], [b, other])
    doubtful = {Class.ONCE, Class.UNEXPLAINED}
    unsure = any(each.cls in doubtful and each.facet.kind is Kind.VERDICT for each in found.differences)
    if narrowed and unsure:
        third, fourth = ask(())
        found = compare([a, one, third], [b, other, fourth])
    return found


def again(errands: tuple[Errand, Errand]) -> Ask:
    """Ask the targets of two errands once more, each time into a folder of its own."""
    turns = itertools.count(2)

    def ask(clauses: Sequence[str]) -> tuple[Run, Run]:
        turn = next(turns)
        one, other = (
            replace(
                each,
                options=each.options + tuple(f"--clause={clause}" for clause in clauses),
                folder=each.folder.with_name(f"{each.folder.name}-{turn}"),
            )
            for each in errands
        )
        return run_both((one, other))

    return ask


@contextlib.contextmanager
def _started(errand: Errand) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    for old in errand.folder.glob(f"*/{runs.LOG}"):
        old.unlink()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--pyargs",
        "conformance.suite",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    command += [f"--target={errand.target}", f"--report-dir={errand.folder}", *errand.options]
    with tempfile.TemporaryDirectory() as folder:
        said = Path(folder) / "said.txt"
        with said.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as child:  # noqa: S603  our own suite
            try:
                yield child, said
            except BaseException:
                # Whoever presses Ctrl-C stops both, and each still removes what it made.
                child.wait()
                raise


def _read(errand: Errand, status: int, said: Path) -> Run:
    logs = sorted(errand.folder.glob(f"*/{runs.LOG}"))
    if status == ExitStatus.INTERRUPTED:
        raise KeyboardInterrupt
    if logs and status != ExitStatus.USAGE:
        return runs.read(logs[0])
    last = _last(said.read_text(encoding="utf-8", errors="replace").splitlines())
    if status == ExitStatus.USAGE:
        raise UsageError(f"The run against {errand.target} could not begin: {last}")
    raise TargetError(f"The run against {errand.target} ended with status {status} and left no log: {last}")


def _last(lines: Sequence[str]) -> str:
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")
