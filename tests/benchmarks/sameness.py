"""The lane `gate`, run after run: the same verdicts for the same reasons?

    python -m tests.benchmarks.sameness [--runs N] [--jobs N] [-- OPTION…]

What stands behind `--` is handed to the suite, for example `--target=mock-cn`.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.runs_of_the_suite import run_suite

Row = tuple[str, str, str]


def main() -> int:
    """Run the suite so many times and print how many different outcomes there were; 1 where more than one."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sameness")
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("option", nargs="*")
    options = parser.parse_args()
    with ThreadPoolExecutor(options.jobs) as pool:
        summaries = list(pool.map(lambda _: summary(options.option), range(options.runs)))
    kinds = Counter(map(rows, summaries))
    usual, times = kinds.most_common(1)[0]
    sent = [one["totals"]["requests"] for one in summaries]
    # Waiting for what takes its time takes more or fewer looks.
    print(
        f"{times} of {options.runs} runs agree in every verdict and reason; {min(sent)} to {max(sent)} requests"
    )
    for other in kinds:
        for row in sorted(set(other) - set(usual)):
            print(f"  otherwise: {row}")
    return 1 if len(kinds) > 1 else 0


def summary(options: Sequence[str]) -> dict[str, Any]:
    """Run the suite once and give its summary."""
    with tempfile.TemporaryDirectory() as folder:
        return run_suite(Path(folder) / "reports", *options).summary


def rows(summary: dict[str, Any]) -> frozenset[Row]:
    """Give the verdicts of a summary with their reasons."""
    return frozenset((row["id"], row["verdict"], row["reason"]) for row in summary["clauses"])


if __name__ == "__main__":
    sys.exit(main())
