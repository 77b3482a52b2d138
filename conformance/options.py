"""The options of a conformance run, and the session that they ask for."""

import argparse
import contextlib
import os
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance import deviations, ledger, pacing, recorded, shards, sharing, targets, writing
from conformance.budget import Caps
from conformance.check import Replay
from conformance.clauses import Profile
from conformance.client import Timing
from conformance.errors import UsageError
from conformance.explore import address
from conformance.parallel import is_controller, is_worker, shard_of
from conformance.session import Session, Settings, Surroundings

if TYPE_CHECKING:
    from conformance.mock import Mock

# More files than the pages that careless servers give by default.
STRANGERS = 111
# With what the name of a recording begins.
RECORDED = "file:"
# Seconds that the lane explore goes on drawing behind the tests.
EXPLORING = 60


def add(parser: pytest.Parser) -> None:
    """Add the options of a conformance run."""
    group = parser.getgroup("conformance", "conformance of Model Studio's Files API")
    option = group.addoption
    option(
        "--target",
        default="mock",
        help="mock, mock-cn, mock-intl, cn, intl, a URL, or file:RECORDING, which sends nothing (default: mock)",
    )
    option(
        "--region",
        choices=["cn", "intl"],
        default=None,
        help="whose contract a URL or a recording is held to (default: that of its host, else intl)",
    )
    option("--workspace", default="", metavar="ID", help="use the workspace host of the region")
    option(
        "--profile",
        choices=[str(each) for each in Profile],
        default=str(Profile.STANDARD),
        help="how much to send: smoke at most 40 requests, standard at most 300 (default), deep all",
    )
    option(
        "--lane", choices=["gate", "explore"], default="gate", help="gate: the same cases each time (default)"
    )
    option("--seed", type=int, default=None, help="what the lane explore draws from; printed by each run")
    option(
        "--pace",
        default="",
        help="documented, off, or requests a second (default: documented; off for the mock)",
    )
    option(
        "--timeout",
        type=_seconds,
        default=60.0,
        metavar="SECONDS",
        help="how long an answer may take (default: 60); silences and pauses are measured by it",
    )
    option(
        "--pace-store",
        default="",
        metavar="URL",
        help=f"redis://host:port/db: share the pace with other hosts (default: {sharing.VARIABLE}, else with the "
        "runs on this machine)",
    )
    option(
        "--billable",
        choices=["auto", "yes", "no"],
        default="auto",
        help="whether requests that cost money may be sent (default: auto, on the mock and this machine alone)",
    )
    option(
        "--rate-probe",
        choices=["auto", "yes", "no"],
        default="auto",
        help="ask whether the documented rates are kept, by sending more: at most 120 requests, 90 s, and nothing "
        "else may use the account meanwhile (auto, the default: on the mock and on this machine only)",
    )
    for name, what in (
        ("requests", "send at most N requests"),
        ("uploads", "send at most N uploads"),
        ("bytes", "send at most N bytes of request bodies"),
        ("tokens", "let questions of the chat use at most N tokens"),
    ):
        option(f"--budget-{name}", type=_count, default=None, metavar="N", help=what)
    option(
        "--budget-seconds",
        type=_count,
        default=None,
        metavar="N",
        help=f"explore for N seconds behind the tests (default: {EXPLORING}; for --lane=explore)",
    )
    option(
        "--case",
        default="",
        metavar="SOURCE:NUMBER",
        help="run only this case of an exploration, with its --seed",
    )
    option("--clause", action="append", default=[], metavar="ID", help="run only the tests of this clause")
    option(
        "--plan",
        action="store_true",
        help="say what the run would cost, chapter by chapter; nothing is sent to the target, and no key is needed",
    )
    option("--plan-log", default="", help=argparse.SUPPRESS)
    option(
        "--shard",
        default="",
        metavar="I/N",
        help="run only the I-th of N shares of the tests, for `conformance merge` (N at most 3)",
    )
    option("--breach", action="append", default=[], metavar="NAME", help="plant a fault in the built-in mock")
    option("--weather", action="append", default=[], metavar="NAME", help="trouble the built-in mock")
    option("--deviations", type=Path, default=None, metavar="FILE", help="known failures, as dated promises")
    option("--report-dir", type=Path, default=Path("reports"), help="where reports go (default: reports)")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 0 on")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.1 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds between 0.1 and 3600")
    return seconds


def session(config: pytest.Config, closing: contextlib.ExitStack) -> Session:
    """Make the session that the command line and the environment ask for; `closing` gives everything back.

    Raises:
        UsageError: they ask for something impossible.
    """
    option = config.option
    exploring = _exploring(option)
    option.plan = option.plan or bool(option.plan_log)
    if option.target.startswith(RECORDED):
        return _replay(config)
    target = targets.parse(
        option.target,
        region_name=option.region or "intl",
        workspace=option.workspace,
        environ=_environ(option.plan),
    )
    store = option.pace_store or os.environ.get(sharing.VARIABLE, "")
    name, pace = pacing.parse(option.pace, target, store=store)
    settings = Settings(
        profile=Profile(option.profile),
        lane=option.lane,
        seed=_seed(option.lane, option.seed),
        pace=name,
        caps=Caps()
        if option.plan_log
        else Caps(
            requests=option.budget_requests,
            uploads=option.budget_uploads,
            bytes=option.budget_bytes,
            tokens=option.budget_tokens,
        ),
        exploring=exploring,
        shard=str(shards.parse(option.shard) if option.shard else shard_of(config) or ""),
        deviations=_deviations(option),
        rate_probe=option.rate_probe == "yes"
        or (option.rate_probe == "auto" and (target.builtin or target.loopback)),
        billable=option.billable == "yes"
        or (option.billable == "auto" and (target.builtin or target.loopback)),
    )
    if (option.breach or option.weather) and not target.builtin:
        raise UsageError("--breach and --weather are for the built-in mock: start others with them yourself.")
    surroundings = Surroundings()
    if target.builtin and not option.collectonly and not is_controller(config):
        target, surroundings = closing.enter_context(_mock(target, option.breach, option.weather))
    elif option.plan:
        target, surroundings = closing.enter_context(_stand_in(target))
        pace = pacing.NoPace()
    timing = Timing.within(option.timeout)
    places: tuple[Path, ...] = ()
    if not option.plan:
        writing.make(Path(option.report_dir) / target.folder)
        places = ledger.places(os.environ, Path(option.report_dir))
    started = Session(target, settings, pace, timing=timing, surroundings=surroundings, places=places)
    closing.callback(started.close)
    return started


def _replay(config: pytest.Config) -> Session:
    """Make the session of a recording: it needs no key, and no host is asked for anything."""
    option = config.option
    unfit = {
        "--plan": option.plan,
        "--lane=explore": option.lane == "explore",
        "--breach": bool(option.breach),
        "--weather": bool(option.weather),
        "--workspace": bool(option.workspace),
        "--shard": bool(option.shard),
        "-n": is_controller(config) or is_worker(config),
    }
    for name in (name for name, given in unfit.items() if given):
        raise UsageError(f"{name} is for what can be asked: a recording is only read.")
    recording = recorded.read(Path(option.target.removeprefix(RECORDED)), region=option.region or "")
    replay = Replay(recording, Settings(deviations=_deviations(option)))
    writing.make(Path(option.report_dir) / replay.target.folder)
    return replay


def _deviations(option: argparse.Namespace) -> tuple[deviations.Deviation, ...]:
    return deviations.read(Path(option.deviations)) if option.deviations else ()


def _environ(plan: bool) -> dict[str, str]:  # noqa: FBT001  one flag of the command line
    """Give the environment; a plan needs no key, for nobody is shown one."""
    given = {name: value for name, value in os.environ.items() if value}
    return {"DASHSCOPE_API_KEY": "sk-planned", **given} if plan else given


def _exploring(option: argparse.Namespace) -> int:
    """Give the seconds of exploring; see whether what is said of it makes sense."""
    given = {"--budget-seconds": option.budget_seconds is not None, "--case": bool(option.case)}
    for name, is_given in given.items():
        if is_given and option.lane != "explore":
            raise UsageError(f"{name} is for --lane=explore: the lane gate sends the same cases each time.")
    if option.case:
        if option.seed is None:
            raise UsageError("--case needs the --seed of the exploration that found it.")
        from conformance.explore_sources import steps_of

        case = address(option.case, option.seed)
        if case is None or steps_of(case) is None:
            raise UsageError(f"--case={option.case} is no case of an exploration.")
    return EXPLORING if option.budget_seconds is None else int(option.budget_seconds)


def _seed(lane: str, seed: int | None) -> int:
    if lane == "gate":
        if seed is not None:
            raise UsageError("--seed is for --lane=explore: the lane gate sends the same cases each time.")
        return 0
    return int.from_bytes(os.urandom(4)) if seed is None else seed


@contextlib.contextmanager
def _mock(
    target: targets.Target, breaches: list[str], weather: list[str]
) -> Iterator[tuple[targets.Target, Surroundings]]:
    """Start the mock, with strangers' files in the account as a live one has them."""
    from conformance.mock import serve

    with serve(region=target.region, breaches=breaches, weather=weather) as mock:
        settle(mock, STRANGERS)
        own = targets.Target(
            name=target.name,
            region=target.region,
            base_url=mock.url,
            key=mock.keys[0],
            second_key=mock.keys[1],
            other_region_key=mock.other_region_key,
            builtin=True,
        )
        yield own, Surroundings(crowd=partial(settle, mock), limited=mock.limited)


@contextlib.contextmanager
def _stand_in(target: targets.Target) -> Iterator[tuple[targets.Target, Surroundings]]:
    """Start the mock in the place of a target that is to be sent nothing; all else stays as the target has it."""
    from conformance.mock import serve

    with serve(region=target.region) as mock:
        settle(mock, STRANGERS)
        second = mock.keys[1] if target.second_key else ""
        own = replace(target, base_url=mock.url, key=mock.keys[0], second_key=second)
        yield own, Surroundings(limited=mock.limited)


def settle(mock: "Mock", count: int) -> None:
    """Put that many files of other clients there, one every forty minutes up to now."""
    now = time.time()
    for number in range(count):
        purpose, kind = ("batch", "jsonl") if number % 3 == 0 else ("file-extract", "txt")
        name = f"stranger-{number}.{kind}"
        mock.plant(
            filename=name, body=b"not yours", purpose=purpose, created_at=now - 2400 * (count - number)
        )
