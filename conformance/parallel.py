"""A run in several processes (`-n`): each judges its share, and one log and one report come of them all."""

import os
from pathlib import Path
from typing import Any

import pytest

from conformance import runs
from conformance.errors import UsageError
from conformance.merging import merged
from conformance.shards import SHARES, Shard

OUTPUT = "conformance"
BUDGETS = ("requests", "uploads", "bytes", "tokens")


class Controller:
    """The process that sends nothing itself: it divides the tests, and joins what the others have seen."""

    def __init__(self) -> None:
        self.parts: list[runs.Run] = []
        self.lost = 0

    def pytest_sessionstart(self, session: pytest.Session) -> None:
        """Show no percentage: each process knows only its own share of the tests."""
        if reporter := session.config.pluginmanager.get_plugin("terminalreporter"):
            reporter._show_progress_info = False  # noqa: SLF001  there is no option for it beside the ini file's

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take what a process has seen; one that died has told nothing."""
        output = getattr(node, "workeroutput", None)
        if output is None:
            self.lost += 1
        elif text := output.get(OUTPUT):
            self.parts.append(runs.parse(text))

    def run(self) -> runs.Run | None:
        """Give the whole run, or None where no process had anything to say."""
        return merged(self.parts, complete=False) if self.parts else None


def is_worker(config: pytest.Config) -> bool:
    """Whether this process is one of several that another has started."""
    return hasattr(config, "workerinput")


def is_controller(config: pytest.Config) -> bool:
    """Whether this process starts others that send what is to be sent."""
    return bool(getattr(config.option, "numprocesses", None)) and not is_worker(config)


def divide(config: pytest.Config) -> Controller:
    """Prepare the processes: no more than there are shares, each of which takes its own tests.

    Raises:
        UsageError: an option goes with one process alone.
    """
    option = config.option
    capped = [f"--budget-{name}" for name in BUDGETS if getattr(option, f"budget_{name}") is not None]
    for name in (*capped, *(["--plan"] if option.plan else []), *(["--shard"] if option.shard else [])):
        raise UsageError(f"-n does not go with {name}, which counts within one process.")
    option.tx = option.tx[:SHARES]
    option.dist = "each"
    option.maxworkerrestart = "0"
    for name, value in vars(option).items():
        # What is sent to other processes must be plain.
        if isinstance(value, Path):
            setattr(option, name, str(value))
    return Controller()


def shard_of(config: pytest.Config) -> Shard | None:
    """Give the shard of a process among several."""
    if not is_worker(config):
        return None
    return Shard(
        1 + int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")),
        int(os.environ["PYTEST_XDIST_WORKER_COUNT"]),
    )


def tell(config: pytest.Config, run: runs.Run) -> None:
    """Let the process that started this one know what was seen."""
    output: dict[str, Any] = config.workeroutput  # type: ignore[attr-defined]
    output[OUTPUT] = "".join(line + "\n" for line in runs.dump(run))
