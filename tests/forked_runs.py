"""Runs of the suite, each in a process of its own that is forked from one which has imported everything already.

A run takes three seconds to import what it needs, and one to send its traffic; who kills twenty of them is glad of that.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from tests.runs_of_the_suite import environment

FOREMAN = """
import json, os, sys
import pytest
import conformance.plugin, conformance.hooks, conformance.suite.conftest, conformance.generated, conformance.sweep
import conformance.mock.serving, conformance.report.html, conformance.explorer, conformance.sdk, openai
# What filters are judged by is of no matter to who kills a run.
conformance.corpus.PAUSE = 0.0
for line in sys.stdin:
    said, *arguments = json.loads(line)
    pid = os.fork()
    if not pid:
        out = os.open(said, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        os.dup2(out, 1), os.dup2(out, 2)
        os._exit(pytest.main(arguments))
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Foreman:
    """Starts one run after the other."""

    def __init__(self, orders: IO[str], answers: IO[str], folder: Path) -> None:
        self._orders, self._answers = orders, answers
        self._said = folder / "said.txt"

    def start(self, *arguments: str) -> int:
        """Start a run of the suite, and give the id of its process."""
        order = [str(self._said), "--pyargs", "conformance.suite", "-p", "no:cacheprovider", *arguments]
        self._orders.write(json.dumps(order) + "\n")
        self._orders.flush()
        return int(self._answers.readline())

    def wait(self) -> int:
        """Wait for its end, and give its exit status, negative where a signal ended it."""
        return int(self._answers.readline())

    @property
    def said(self) -> str:
        """What the last run said."""
        return self._said.read_text(encoding="utf-8")


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
