"""What `conformance compare` does and prints."""

import os
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from conformance import runs
from conformance.comparison.both import Errand, again, confirm, run_both
from conformance.comparison.comparing import Comparison, compare
from conformance.comparison.views import as_terminal, write_all
from conformance.errors import UsageError
from conformance.regions import regions
from conformance.targets import MOCKS, Target, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What was asked for: two sides as run logs, or two targets to be run now."""

    logs: tuple[Path, ...] = ()
    also_a: tuple[Path, ...] = ()
    also_b: tuple[Path, ...] = ()
    targets: str = ""
    options: tuple[str, ...] = ()
    only_a: tuple[str, ...] = ()
    only_b: tuple[str, ...] = ()
    repeat: str = "short"
    report_dir: Path = Path("reports")


def run(wish: Wish) -> int:
    """Compare, write the views, print what came of it, and give the exit status.

    Raises:
        UsageError: neither two logs nor two targets were named.
        RunLogError: a log cannot be read.
        TargetError: a run left no log.
    """
    comparison, folder = _of_targets(wish) if wish.targets else _of_logs(wish)
    write_all(comparison, folder)
    console = Console(highlight=False, soft_wrap=False)
    console.print(as_terminal(comparison))
    console.print(str(folder / "comparison.html"), soft_wrap=True)
    return comparison.exit_status


def _of_logs(wish: Wish) -> tuple[Comparison, Path]:
    if len(wish.logs) != 2:
        raise UsageError("compare takes two runs, A and B, or --targets=A,B.")
    if wish.options or wish.only_a or wish.only_b:
        raise UsageError("Options of a run are for --targets: logs are compared as they are.")
    a = [runs.read(path) for path in (wish.logs[0], *wish.also_a)]
    b = [runs.read(path) for path in (wish.logs[1], *wish.also_b)]
    for side in (a, b):
        if len({each.header.target for each in side}) > 1:
            raise UsageError("--also-a and --also-b take further runs of the same target as A and B.")
    return compare(a, b), _folder(wish, a[0].header.target, b[0].header.target)


def _of_targets(wish: Wish) -> tuple[Comparison, Path]:
    names = [name.strip() for name in wish.targets.split(",")]
    if len(names) != 2 or not all(names):
        raise UsageError("--targets takes two targets with a comma between them, such as --targets=cn,intl.")
    if wish.logs or wish.also_a or wish.also_b:
        raise UsageError(
            "--targets runs both targets now and takes no logs; options of the runs with a word of their own go behind --."
        )
    for name in names:
        if name not in MOCKS and name not in regions() and "://" not in name:
            known = ", ".join([*MOCKS, *regions(), "a URL"])
            raise UsageError(f"--targets={wish.targets} names nothing known: choose two of {known}.")
        if name in regions():
            # A key that is missing is told before the other target is run in vain.
            parse(name, region_name=name, workspace="", environ=os.environ)
    folder = _folder(wish, *names)
    errands = (
        Errand(target=names[0], options=(*wish.options, *wish.only_a), folder=folder / "a"),
        Errand(target=names[1], options=(*wish.options, *wish.only_b), folder=folder / "b"),
    )
    print(f"Running the suite against {names[0]} and {names[1]} at the same time …", flush=True)
    a, b = run_both(errands)
    if wish.repeat == "no":
        return compare([a], [b]), folder
    return confirm(a, b, again(errands), whole=wish.repeat == "whole"), folder


def _folder(wish: Wish, a: str, b: str) -> Path:
    one, other = (Target(name=name, region="").folder for name in (a, b))
    return wish.report_dir / f"{one}-and-{other}"
