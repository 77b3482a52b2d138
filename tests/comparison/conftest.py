"""What the tests of the comparison share: runs of the suite against mocks, each forked from one warm process."""

from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path

import pytest

from conformance import runs
from conformance.runs import Run
from tests.forked_runs import foreman

RunSuite = Callable[..., tuple[Run, ...]]
Lawful = Callable[[int], list[Run]]


@pytest.fixture(scope="session")
def run_suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunSuite]:
    """Runs the suite once for each list of options, all at once, and gives what they logged."""
    folder = tmp_path_factory.mktemp("compared")
    numbers = count()
    with foreman(folder, "sk-compared-0123456789") as forking:

        def together(*options: Sequence[str]) -> tuple[Run, ...]:
            logs = [folder / str(next(numbers)) / "run.jsonl" for _ in options]
            begun = [
                forking.start("-q", "--rate-probe=no", f"--report-dir={log.parent}", *each, log=log)
                for log, each in zip(logs, options, strict=True)
            ]
            for pid in begun:
                forking.wait(pid)
            assert all(log.exists() for log in logs), forking.said
            return tuple(runs.read(log) for log in logs)

        yield together


@pytest.fixture(scope="session")
def lawful(run_suite: RunSuite) -> Lawful:
    """Give so many runs against equal mocks; none is run before it is asked for."""
    found: list[Run] = []

    def some(count: int) -> list[Run]:
        while len(found) < count:
            found.extend(run_suite(*[["--target=mock-intl"]] * min(2, count - len(found))))
        return found[:count]

    return some


@pytest.fixture(scope="session")
def beijing(run_suite: RunSuite) -> Run:
    [run] = run_suite(["--target=mock-cn"])
    return run


@pytest.fixture
def log_of(tmp_path: Path) -> Callable[[Run, str], Path]:
    """Write a run where the command can read it."""

    def written(run: Run, name: str) -> Path:
        path = tmp_path / name / "run.jsonl"
        runs.write(run, path)
        return path

    return written
