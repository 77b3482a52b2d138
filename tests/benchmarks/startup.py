"""How long a person waits before anything happens."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.runs_of_the_suite import environment

from .figures import Figure, timed

MOST = 0.5
# Any run needs these, whatever of ours is there.
LIBRARIES = "import pytest, hypothesis, schemathesis, openai"


def started(*arguments: str) -> float:
    """Give the seconds that a command of Python's takes, its bytecode kept as an installed package's is."""
    kept = environment()
    kept.pop("PYTHONDONTWRITEBYTECODE", None)

    def run() -> None:
        subprocess.run([sys.executable, *arguments], env=kept, capture_output=True, check=True)

    run()
    return timed(run)


def figures(_folder: Path) -> Iterator[Figure]:
    """Measure the help, and the collection of the suite beside the libraries that it loads."""
    told = started("-m", "conformance", "--help")
    yield Figure(
        chapter="start",
        name="conformance --help",
        value=told,
        unit="s",
        wanted=f"< {MOST} s",
        holds=told < MOST,
    )
    least = started("-c", LIBRARIES)
    collected = started("-m", "pytest", "--pyargs", "conformance.suite", "--collect-only", "-q")
    yield Figure(
        chapter="start",
        name="pytest --collect-only",
        value=collected,
        unit="s",
        ratio=collected / least,
        beside="importing pytest, hypothesis, schemathesis, openai",
    )
