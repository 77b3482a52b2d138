"""How many exchanges a second one process sends and judges, beside `schemathesis run` on the same server."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from conformance import laws, runs
from conformance.contract import contract
from conformance.judging import measure
from conformance.options import STRANGERS, settle
from conformance.sdk import Compatibility
from conformance.trace import Trace
from tests.runs_of_the_suite import environment, run_suite

from .counting import Counter
from .figures import TIMES, Figure, timed

SECONDS = 10
EXAMPLES = 30


def ours(folder: Path) -> tuple[float, Path]:
    """Explore for some seconds, and give the requests in one second of the whole command, and the run log."""
    counter = Counter()
    with counter.serve(region="intl") as mock:
        settle(mock, STRANGERS)
        options = ("--lane=explore", "--seed=7", f"--budget-seconds={SECONDS}", "--pace=off", "--billable=no")
        began = time.perf_counter()
        done = run_suite(folder, f"--target={mock.url}", *options, key=mock.keys[0], timeout=600)
        taken = time.perf_counter() - began
    [log] = done.folder.glob("*/run.jsonl")
    return counter.requests / taken, log


def theirs(folder: Path) -> float:
    """Run schemathesis with our document and all its checks, and give its requests a second."""
    document = folder / "openapi.json"
    document.write_text(json.dumps(contract().document), encoding="utf-8")
    counter = Counter()
    with counter.serve(region="intl") as mock:
        settle(mock, STRANGERS)
        command = [sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", mock.url]
        options = ["--checks", "all", "--continue-on-failure", "--suppress-health-check", "all", "--no-color"]
        key = ["--header", f"Authorization: Bearer {mock.keys[0]}"]
        began = time.perf_counter()
        subprocess.run(
            [*command, *options, *key, "--max-examples", str(EXAMPLES), "--generation-deterministic"],
            env=environment(),
            cwd=folder,
            capture_output=True,
            check=False,
        )
        return counter.requests / (time.perf_counter() - began)


def figures(folder: Path) -> Iterator[Figure]:
    """Measure both in turn, and how fast the judging alone is."""
    pairs = [(ours(folder / f"explore-{each}"), theirs(folder)) for each in range(TIMES)]
    mine, other = median(speed for (speed, _), _ in pairs), median(speed for _, speed in pairs)
    yield Figure(
        chapter="judging",
        name="exchanges a second, sent and judged (explore)",
        value=mine,
        unit="/s",
        ratio=mine / other,
        beside=f"schemathesis run ({other:.0f}/s)",
    )
    exchanges = runs.read(pairs[-1][0][1]).exchanges

    def judge() -> None:
        list(measure(exchanges, Compatibility()))
        list(laws.judge(Trace(exchanges)))

    yield Figure(
        chapter="judging",
        name=f"exchanges a second, judged alone (openapi.yaml, SDK, laws; {len(exchanges)})",
        value=len(exchanges) / timed(judge, 3),
        unit="/s",
    )
