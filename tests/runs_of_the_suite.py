"""Runs of the suite as a user starts them: in a child process, from the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.canaries import sightings

KEYS = ("DASHSCOPE_API_KEY", "DASHSCOPE_SECOND_API_KEY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a child process ended; `folder` is where its reports went."""

    status: int
    said: str
    folder: Path

    @property
    def summary(self) -> dict[str, Any]:
        """The one summary.json that was written."""
        [path] = self.folder.glob("*/summary.json")
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return value

    def verdicts(self, *words: str) -> set[str]:
        """Name the clauses that got one of these verdicts."""
        return {row["id"] for row in self.summary["clauses"] if row["verdict"] in words}


def environment(key: str | None = None, **more: str) -> dict[str, str]:
    """Give the environment without anybody's real keys."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(KEYS)}
    return clean | ({"DASHSCOPE_API_KEY": key} if key else {}) | more


def keys(environment: Mapping[str, str]) -> list[str]:
    """Give the keys that a child is given, which it must show nowhere."""
    return [value for name, value in environment.items() if name.startswith(KEYS)]


def run_suite(
    folder: Path,
    *arguments: str,
    key: str | None = None,
    timeout: float = 180,
    more: Mapping[str, str] = MappingProxyType({}),
    on: Sequence[str] = (),
) -> Done:
    """Run the suite with those arguments, and with `more` in the environment; reports go below `folder`.

    `on` is a command that runs another, such as one that runs it on another host.

    The rate probe takes its time, and is sent only where it is asked for.
    """
    if not any(each.startswith("--rate-probe") for each in arguments):
        arguments = ("--rate-probe=no", *arguments)
    command = [
        *on,
        sys.executable,
        "-m",
        "pytest",
        "--pyargs",
        "conformance.suite",
        "-p",
        "no:cacheprovider",
        "-q",
    ]
    done = subprocess.run(
        [*command, f"--report-dir={folder}", *arguments],
        env=environment(key, **more),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        cwd=folder.parent,
    )
    assert sightings(keys(environment(key, **more)), done.stdout + done.stderr, folder) == []
    return Done(status=done.returncode, said=done.stdout + done.stderr, folder=folder)


def run_command(*arguments: str, key: str | None = None, timeout: float = 60) -> Done:
    """Run the command `conformance`."""
    done = subprocess.run(
        [sys.executable, "-m", "conformance", *arguments],
        env=environment(key),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert sightings(keys(environment(key)), done.stdout + done.stderr) == []
    return Done(status=done.returncode, said=done.stdout + done.stderr, folder=Path())
