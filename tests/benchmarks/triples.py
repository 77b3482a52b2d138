"""Three breaches at a time, drawn from a printed seed: does the lane `explore`, with the suite before it, find them all?

    python -m tests.benchmarks.triples [--seed N] [--trials N] [--seconds N]

A breach is found where the clause that owns it failed; where another of the three keeps that clause from being judged
at all, it is hidden, which the run says by leaving the clause unproven.
"""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path
from random import Random

from conformance.listings import trials_of
from tests.runs_of_the_suite import run_suite

TOGETHER = 3


def main() -> int:
    """Run the trials; 1 where a breach was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.triples")
    parser.add_argument("--seed", type=int, default=secrets.randbits(32))
    parser.add_argument("--trials", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=20)
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    draw = Random(options.seed)  # noqa: S311  a draw that can be repeated
    every = [trial for trial in trials_of([]) if trial.profile == "standard"]
    missed = 0
    for _ in range(options.trials):
        chosen = draw.sample(every, TOGETHER)
        with tempfile.TemporaryDirectory() as folder:
            done = run_suite(
                Path(folder) / "reports",
                *(f"--breach={trial.name}" for trial in chosen),
                *("--lane=explore", f"--seed={draw.getrandbits(32)}", f"--budget-seconds={options.seconds}"),
                "--rate-probe=no",
                timeout=900,
            )
            found, hidden = done.verdicts("fail", "warn"), done.verdicts("unproven")
        for trial in chosen:
            [clause] = trial.clauses
            word = "found" if clause in found else "hidden" if clause in hidden else "MISSED"
            missed += word == "MISSED"
            print(f"{word:7} {trial.name:46} {clause}", flush=True)
        print(flush=True)
    print(f"{missed} missed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
