"""What the tests of the comparison share: runs of the suite against mocks, each forked from one warm process."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from conformance import runs
from conformance.runs import Run
from tests.forked_runs import foreman

RunSuite = Callable[..., Run]
Lawful = Callable[[int], list[Run]]


@pytest.fixture(scope="session")
def run_suite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunSuite]:
    folder = tmp_path_factory.mktemp("compared")
    numbers = count()
    with foreman(folder, "sk-compared-0123456789") as forking:

        def one(*options: str) -> Run:
            place = folder / str(next(numbers))
            forking.start("-q", "--rate-probe=no", f"--report-dir={place}", *options)
            forking.wait()
            logs = list(place.glob("*/run.jsonl"))
            assert logs, forking.said
            return runs.read(logs[0])

        yield one


@pytest.fixture(scope="session")
def lawful(run_suite: RunSuite) -> Lawful:
    """Give so many runs against equal mocks; none is run before it is asked for."""
    found: list[Run] = []

    def some(count: int) -> list[Run]:
        while len(found) < count:
            found.append(run_suite("--target=mock-intl"))
        return found[:count]

    return some


@pytest.fixture(scope="session")
def beijing(run_suite: RunSuite) -> Run:
    return run_suite("--target=mock-cn")


@pytest.fixture
def log_of(tmp_path: Path) -> Callable[[Run, str], Path]:
    """Write a run where the command can read it."""

    def written(run: Run, name: str) -> Path:
        path = tmp_path / name / "run.jsonl"
        runs.write(run, path)
        return path

    return written
