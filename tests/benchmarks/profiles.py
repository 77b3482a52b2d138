"""What a run takes on the built-in mock: seconds and requests by profile, and of the standard profile by chapter."""

import time
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from conformance import runs
from conformance.plan import costs
from tests.runs_of_the_suite import Done, run_suite

from .figures import TIMES, Figure

# How often each profile is run: the long one streams 1.4 GB.
OFTEN = {"smoke": TIMES, "standard": TIMES, "deep": 1}
REQUESTS = {"smoke": 40, "standard": 300}


def figures(folder: Path) -> Iterator[Figure]:
    """Run each profile, without what waits on purpose: the rate probe and batch tasks."""
    done = None
    for profile, times in OFTEN.items():
        taken = []
        for each in range(times):
            options = (f"--profile={profile}", "--billable=no", "--target=mock-cn")
            junit = folder / f"{profile}.xml"
            began = time.perf_counter()
            run = run_suite(folder / f"{profile}-{each}", *options, f"--junitxml={junit}", timeout=900)
            taken.append(time.perf_counter() - began)
            assert run.status == 0, run.said[-2000:]
            done = run if profile == "standard" else done
        totals = run.summary["totals"]
        yield Figure(chapter="runs", name=profile, value=median(taken), unit="s")
        most = REQUESTS.get(profile)
        yield Figure(
            chapter="runs",
            name=f"{profile}: requests ({totals['uploads']} uploads, {totals['bytes_sent']:,} bytes)",
            value=totals["requests"],
            unit="",
            # The mock has a second account, and so a chapter more than the bound speaks of.
            wanted=f"<= {most}, the chapter isolation apart" if most else "",
        )
    assert done is not None
    yield from by_chapter(done, folder / "standard.xml")


def by_chapter(done: Done, junit: Path) -> Iterator[Figure]:
    """Give the seconds of each chapter's tests, and what they sent."""
    [log] = done.folder.glob("*/run.jsonl")
    sent = {cost.chapter: cost.requests for cost in costs(runs.read(log).exchanges)}
    seconds: dict[str, float] = defaultdict(float)
    for case in ET.parse(junit).iter("testcase"):  # noqa: S314  written by pytest itself
        module = case.attrib["classname"].rsplit("test_", 1)[-1]
        seconds[module.partition(".")[0].partition("_")[0]] += float(case.attrib["time"])
    for chapter in sorted(seconds, key=lambda name: -seconds[name]):
        yield Figure(
            chapter="chapters",
            name=f"{chapter}: {sent.get(chapter, 0)} requests",
            value=seconds[chapter],
            unit="s",
        )
