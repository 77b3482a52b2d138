"""Runs of the suite, each in a process of its own that is forked from one which has imported everything already.

A run takes three seconds to import what it needs, and one to send its traffic; who makes a hundred of them is glad of that.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from conformance.matrix import NEEDLESS
from tests.runs_of_the_suite import environment

FOREMAN = """
import json, os, sys
import pytest
import conformance.matrix, conformance.plugin, conformance.sweep, conformance.mock.serving, conformance.report.html
import conformance.runs
conformance.matrix._warm()
# What filters are judged by is of no matter here, and what the mock does not do at once it never does.
conformance.corpus.PAUSE = 0.0
conformance.suite.conftest.BUILTIN_BOUND = 4.0
conformance.session.Settings.__init__.__kwdefaults__["lag"] = 3.0
conformance.suite.test_retrieval.PARSING = conformance.suite.test_sdk.PATIENCE = 4.0


class LogOnly:
    # Pages that nobody looks at take a third of a run's time.
    def __init__(self, path):
        self.path = path

    def pytest_configure(self, config):
        config.stash[conformance.plugin.VIEWS] = False

    def pytest_unconfigure(self, config):
        run = config.stash.get(conformance.plugin.RUN, None)
        if run is not None:
            conformance.runs.write(run, self.path)


for line in sys.stdin:
    order = json.loads(line)
    if "wait" in order:
        print(os.waitstatus_to_exitcode(os.waitpid(order["wait"], 0)[1]), flush=True)
        continue
    pid = os.fork()
    if not pid:
        out = os.open(order["said"], os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(out, 1), os.dup2(out, 2)
        plugins = [LogOnly(conformance.runs.Path(order["log"]))] if order["log"] else []
        os._exit(pytest.main(order["arguments"], plugins=plugins))
    print(pid, flush=True)
"""


class Foreman:
    """Starts runs, one after the other or several at once."""

    def __init__(self, orders: IO[str], answers: IO[str], folder: Path) -> None:
        self._orders, self._answers = orders, answers
        self._folder = folder
        self._started: list[int] = []

    def start(self, *arguments: str, log: Path | None = None) -> int:
        """Start a run of the suite, and give the id of its process; with `log`, all that it writes is its log there."""
        order = ["--pyargs", "conformance.suite", "--assert=plain", "-p", "no:cacheprovider", *arguments]
        if log:
            order += [word for name in NEEDLESS for word in ("-p", f"no:{name}")]
        said = self._folder / f"said-{len(self._started)}.txt"
        pid = self._order({"said": str(said), "log": str(log or ""), "arguments": order})
        self._started.append(pid)
        return pid

    def wait(self, pid: int | None = None) -> int:
        """Wait for the end of a run, the last one if none is named; give its exit status, negative after a signal."""
        return self._order({"wait": self._started[-1] if pid is None else pid})

    @property
    def said(self) -> str:
        """What the last run said."""
        return (self._folder / f"said-{len(self._started) - 1}.txt").read_text(encoding="utf-8")

    def _order(self, order: dict[str, object]) -> int:
        self._orders.write(json.dumps(order) + "\n")
        self._orders.flush()
        return int(self._answers.readline())


@contextmanager
def foreman(folder: Path, key: str) -> Iterator[Foreman]:
    """Give a foreman; runs write below the folder, and speak for the key."""
    at_work = subprocess.Popen(
        [sys.executable, "-c", FOREMAN],
        env=environment(key, PYTHONPATH=os.pathsep.join(filter(None, sys.path))),
        cwd=folder,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert at_work.stdin
    assert at_work.stdout
    with at_work:
        yield Foreman(at_work.stdin, at_work.stdout, folder)
        at_work.stdin.close()
