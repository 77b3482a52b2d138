"""Plays a run through on the built-in mock, in a process of its own, to know what each of its tests sends."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from conformance.exchange import Exchange
from conformance.plan import Cost, costs
from conformance.priorities import Candidate

# What is sent whatever is run.
ALWAYS = ("preflight",)
# What is sent once for all tests that need it.
SHARED = ("corpus",)


def write(exchanges: Iterable[Exchange], path: Path) -> None:
    """Write down what was sent under each name."""
    rows = {
        cost.chapter: [cost.requests, cost.uploads, cost.bytes_sent, cost.tokens]
        for cost in costs(exchanges, by=str)
    }
    path.write_text(json.dumps(rows), encoding="utf-8")


def rehearsed(config: pytest.Config) -> Mapping[str, Cost]:
    """Give what each name of a run would cost without any cap, or nothing where the rehearsal failed."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "costs.json"
        arguments = [os.fspath(argument) for argument in config.invocation_params.args]
        subprocess.run(  # noqa: S603  our own command line once more
            [sys.executable, "-m", "pytest", *arguments, f"--plan-log={log}"],
            cwd=config.invocation_params.dir,
            capture_output=True,
            check=False,
        )
        rows = json.loads(log.read_text(encoding="utf-8")) if log.is_file() else {}
    return {
        name: Cost(chapter=name, requests=row[0], uploads=row[1], bytes_sent=row[2], tokens=row[3])
        for name, row in rows.items()
    }


def candidate(item: pytest.Item, clauses: Iterable[tuple[str, str]]) -> Candidate:
    """Give a test of some clauses, named with their levels, as what may be left out."""
    clauses = tuple(clauses)
    needs = getattr(item, "fixturenames", ())
    shared = [name for name in SHARED if name in needs]
    attempts = [name for name, _ in clauses] if "attempted" in needs else []
    return Candidate(
        name=item.nodeid,
        levels=tuple(level for _, level in clauses),
        costs=(*shared, *attempts, item.nodeid),
    )
