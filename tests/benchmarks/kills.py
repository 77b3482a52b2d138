"""Planted faults found per request: our lane `gate` against `schemathesis run`, on one machine, in one run.

    python -m tests.benchmarks.kills [--all | --sample N] [--jobs N] [NAME…]

Both get the same mock with the same strangers' files and the same breaches. Ours counts a breach as killed only
where the clause that owns it failed. schemathesis gets our openapi.yaml, all its checks and phases, links included,
no health check that would end it early, and a baseline of what it says of the lawful mock, by its own `--baseline`:
whatever failure is new is a kill. Requests are counted where they arrive.

Each meets the other at its default (profile standard, 100 examples) and at its shortest (profile smoke, 10 examples).
"""

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from pathlib import Path
from statistics import median

from conformance.contract import contract
from conformance.listings import trials_of
from conformance.matrix import Trial, try_out
from conformance.options import STRANGERS, settle

from .counting import Counter
from .figures import Figure

SAMPLE = 60
SMALL_SAMPLE = 12
# What meets what: our profile, its number of examples.
BOUTS = (("standard", 100), ("smoke", 10))
WANTED = 4.0
# A mock's ids and times are all that differs between two runs of schemathesis in its deterministic mode.
SEED = 1
# Baselines are taken until a run adds nothing.
BASELINES = 3
LAWFUL = Trial(names=())
RESULTS = Path("reports/benchmarks/kills.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one contestant made of one breach; `first` is the number of the request that showed the defect."""

    contestant: str
    breach: str
    clause: str
    killed: bool
    requests: int
    first: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """All rows of one contestant."""

    contestant: str
    killed: int
    trials: int
    requests: int
    first: float | None

    @property
    def rate(self) -> float:
        """Kills a thousand requests."""
        return 1000 * self.killed / self.requests


def sample(trials: Sequence[Trial], most: int) -> list[Trial]:
    """Take turns over the chapters, and within a chapter over its clauses, until there are enough."""
    chapters: dict[str, dict[str, list[Trial]]] = defaultdict(lambda: defaultdict(list))
    for trial in sorted(trials, key=lambda each: (each.clauses, each.name)):
        [clause] = trial.clauses
        chapters[clause.partition(".")[0]][clause].append(trial)
    by_chapter = [_turns(clauses.values()) for clauses in chapters.values()]
    return _turns(by_chapter)[:most]


def _turns(groups: Iterable[Sequence[Trial]]) -> list[Trial]:
    return [trial for turn in zip_longest(*groups) for trial in turn if trial]


def ours(trial: Trial, profile: str) -> Row:
    """Run the lane gate against the built-in mock with that breach."""
    counter = Counter()
    with counter.instead():
        # Who plants no fault does not know which chapters could see one.
        outcome = try_out(replace(trial, profile=profile), whole=True)
    if outcome.errors:
        raise RuntimeError(f"our suite broke on {trial.name or 'the lawful mock'}: {outcome.said}")
    killed = bool(outcome.owners) if trial.names else not outcome.innocent
    first = min((outcome.detected[clause] for clause in outcome.owners), default=None)
    return _row(_gate(profile), trial, killed=killed, requests=counter.requests, first=first)


def theirs(trial: Trial, budget: int, baseline: Path, *more: str) -> Row:
    """Run schemathesis against a mock with that breach; `baseline` holds what it says of the lawful one."""
    counter = Counter()
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "openapi.json"
        document.write_text(json.dumps(contract().document), encoding="utf-8")
        options = {"region": trial.region, "seed": SEED, "breaches": trial.names}
        with counter.serve(**options) as mock:
            settle(mock, STRANGERS)
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", mock.url),
                    *("--header", f"Authorization: Bearer {mock.keys[0]}", "--max-examples", str(budget)),
                    *("--checks", "all", "--continue-on-failure", "--suppress-health-check", "all"),
                    *("--generation-deterministic", "--no-color", "--baseline", str(baseline), *more),
                ],
                capture_output=True,
                text=True,
                check=False,
                cwd=folder,
            )
    if done.returncode not in {0, 1}:
        raise RuntimeError(
            f"schemathesis ended with {done.returncode}: {(done.stdout + done.stderr)[-2000:]}"
        )
    return _row(_name(budget), trial, killed=done.returncode == 1, requests=counter.requests)


def _row(contestant: str, trial: Trial, *, killed: bool, requests: int, first: int | None = None) -> Row:
    return Row(
        contestant=contestant,
        breach=trial.name,
        clause=" ".join(trial.clauses),
        killed=killed,
        requests=requests,
        first=first,
    )


def _gate(profile: str) -> str:
    return f"gate, {profile}"


def _name(budget: int) -> str:
    return f"schemathesis -n {budget}"


def baselines(folder: Path) -> dict[int, Path]:
    """Record what schemathesis says of the lawful mock, until it says nothing new."""
    found = {budget: folder / f"baseline-{budget}.json" for _, budget in BOUTS}
    for budget, path in found.items():
        path.write_text(json.dumps({"format_version": 1, "entries": []}), encoding="utf-8")
        for _ in range(BASELINES):
            theirs(LAWFUL, budget, path, "--baseline-update")
        if theirs(LAWFUL, budget, path).killed:
            raise RuntimeError(f"schemathesis -n {budget} does not agree with itself on the lawful mock")
    return found


def fight(trial: Trial, known: dict[int, Path]) -> list[Row]:
    """Put every contestant to one breach."""
    mine = [ours(trial, profile) for profile, _ in BOUTS]
    return [*mine, *(theirs(trial, budget, path) for budget, path in known.items())]


def scores(rows: Sequence[Row]) -> Iterator[Score]:
    """Sum up, one contestant after the other."""
    for contestant in dict.fromkeys(row.contestant for row in rows):
        mine = [row for row in rows if row.contestant == contestant]
        firsts = [row.first for row in mine if row.killed and row.first is not None]
        yield Score(
            contestant=contestant,
            killed=sum(row.killed for row in mine),
            trials=len(mine),
            requests=sum(row.requests for row in mine),
            first=median(firsts) if firsts else None,
        )


def fought(trials: Sequence[Trial], jobs: int) -> list[Row]:
    """Put every contestant to every breach, so many at a time, and say how each went."""
    context = multiprocessing.get_context("spawn")
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(jobs, mp_context=context, max_tasks_per_child=1) as pool,
    ):
        known = baselines(Path(folder))
        if any(pool.submit(ours, LAWFUL, profile).result().killed for profile, _ in BOUTS):
            raise RuntimeError("our own suite accuses the lawful mock")
        rows = []
        for done in pool.map(fight, trials, [known] * len(trials)):
            rows += done
            told = ", ".join(
                f"{row.contestant}: {'killed' if row.killed else '-'} {row.requests}" for row in done
            )
            print(f"{done[0].breach:44} {done[0].clause:32} {told}", file=sys.stderr, flush=True)
    return rows


def candidates(names: Sequence[str] = ()) -> list[Trial]:
    """Give the breaches that both can be put to."""
    return [trial for trial in trials_of(names) if trial.profile == "standard"]


def figures(_folder: Path) -> Iterator[Figure]:
    """Measure a small sample; the whole is a command of its own."""
    found = list(scores(fought(sample(candidates(), SMALL_SAMPLE), jobs=2)))
    rates = {score.contestant: score.rate for score in found}
    for score in found:
        beside = next((_name(budget) for profile, budget in BOUTS if _gate(profile) == score.contestant), "")
        ratio = rates[score.contestant] / rates[beside] if beside and rates[beside] else None
        yield Figure(
            chapter="kills",
            name=f"{score.contestant}: {score.killed} of {score.trials} in {score.requests} requests",
            value=score.rate,
            unit="/1000",
            ratio=ratio,
            beside=beside,
            wanted=f">= {WANTED:g} times" if beside else "",
            holds=ratio is None or ratio >= WANTED,
        )


def main() -> int:
    """Measure, print a table, write the rows; 1 where the ratio is not reached."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.kills")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these breaches, chapters or clauses")
    parser.add_argument("--all", action="store_true", help="all breaches of the standard profile")
    parser.add_argument(
        "--sample", type=int, default=SAMPLE, metavar="N", help=f"so many (default: {SAMPLE})"
    )
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="breaches at a time (default: 2)")
    options = parser.parse_args()
    every = candidates(options.names)
    rows = fought(every if options.all or options.names else sample(every, options.sample), options.jobs)
    return _tell(list(scores(rows)), rows, len(every))


def _tell(found: Sequence[Score], rows: Sequence[Row], of: int) -> int:
    print(f"\n{'':20} {'killed':>10} {'requests':>10} {'kills/1000':>11} {'first shown by request':>24}")
    for score in found:
        first = "" if score.first is None else f"{score.first:g} (median)"
        killed = f"{score.killed} of {score.trials}"
        print(f"{score.contestant:20} {killed:>10} {score.requests:>10} {score.rate:>11.2f} {first:>24}")
    rates = {score.contestant: score.rate for score in found}
    ratios = {}
    for profile, budget in BOUTS:
        mine, other = _gate(profile), _name(budget)
        ratios[f"{mine} : {other}"] = rates[mine] / rates[other] if rates[other] else float("inf")
    for bout, ratio in ratios.items():
        print(f"{bout} = {ratio:.1f} times the kills per request (wanted: {WANTED:g})")
    RESULTS.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "breaches": found[0].trials,
        "of": of,
        "ratios": {bout: round(ratio, 2) for bout, ratio in ratios.items()},
        "scores": [{**asdict(score), "kills_per_1000_requests": round(score.rate, 3)} for score in found],
        "rows": [asdict(row) for row in rows],
    }
    RESULTS.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(RESULTS)
    return 0 if min(ratios.values()) >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
