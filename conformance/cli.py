"""The command `conformance`: everything that is not a run of the suite, which is pytest's."""

import argparse
import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from conformance import arguments
from conformance.errors import ConformanceError, UsageError
from conformance.verdicts import ExitStatus

Command = Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    parser = _parser()
    given = list(sys.argv[1:] if arguments is None else arguments)
    # What stands behind -- is for the runs of the suite that compare starts.
    cut = given.index("--") if given[:1] == ["compare"] and "--" in given else len(given)
    options, rest = parser.parse_known_args(given[:cut])
    rest += given[cut + 1 :]
    if rest and options.command not in {_plan, _compare}:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    options.rest = rest
    command: Command = options.command
    status: int = ExitStatus.INTERRUPTED
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that lacks a sign is no reason to fall silent.
        sys.stdout.reconfigure(errors="replace")
    try:
        status = command(options)
        print(end="", flush=True)
    except UsageError as error:
        print(f"conformance: {error}", file=sys.stderr)
        return ExitStatus.USAGE
    except ConformanceError as error:
        print(f"conformance: {error}", file=sys.stderr)
        return ExitStatus.FAILED
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # Whoever reads the pipe has seen enough, which rich takes for a reason to exit.
        _fall_silent()
    except OSError as error:
        place = f"{error.filename} cannot be used" if error.filename else "The output cannot be written"
        print(f"conformance: {place}: {error.strerror or error}.", file=sys.stderr)
        _fall_silent()
        return ExitStatus.USAGE
    return status


def _fall_silent() -> None:
    """Let what Python would still flush go nowhere."""
    with contextlib.suppress(OSError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints have the exit status of all usage errors."""

    def error(self, message: str) -> None:  # type: ignore[override]
        print(f"{self.prog}: {message}. See {self.prog} --help.", file=sys.stderr)
        raise SystemExit(ExitStatus.USAGE)


def _parser() -> argparse.ArgumentParser:
    statuses = ", ".join(f"{status.value} {status.name.lower()}" for status in ExitStatus)
    parser = _Parser(
        prog="conformance",
        description="Conformance of Alibaba Cloud Model Studio's OpenAI-compatible Files API. "
        "The suite itself is run by pytest: see `pytest --pyargs conformance.suite --help`, group conformance.",
        epilog=f"Exit status: {statuses}.",
    )
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)

    def add(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(command=run)
        return command

    from conformance.mock import command as mock

    mock.configure(add("mock", _mock, "serve the mock of the API until it is stopped"))
    plan = add("plan", _plan, "say what a run would cost, chapter by chapter, before anything is sent")
    plan.epilog = "It takes the options of the run, such as --target=intl --billable=yes: see `pytest --pyargs conformance.suite --help`."
    doctor = add("doctor", _doctor, "say whether a target can be judged: is it there, and does it let us in")
    arguments.target(doctor)
    doctor.add_argument(
        "--ask-other-region",
        action="store_true",
        help="where the key is refused, show it to the other region's host to see whether it belongs there",
    )
    arguments.sweep(add("sweep", _sweep, "remove what runs have left that were killed, and nothing else"))
    merge = add("merge", _merge, "join the shards of a run to the run that one machine would have given")
    merge.add_argument("run", nargs="+", type=Path, metavar="RUN", help="a run.jsonl, or its folder")
    arguments.report_dir(merge, "where the whole run goes")
    report = add("report", _report, "make the views of a run again from its run.jsonl")
    report.add_argument("run", type=Path, metavar="RUN", help="a run.jsonl, or the folder that holds it")
    arguments.compare(add("compare", _compare, "say what two runs, or two targets, do otherwise"))
    arguments.gate(add("gate", _gate, "say whether a run is worse than an earlier one"))
    arguments.attest(add("attest", _attest, "record which clauses a live run showed to hold"))
    trend = add("trend", _trend, "draw verdicts and latencies over runs")
    trend.add_argument(
        "runs", type=Path, nargs="+", metavar="RUN", help="a run.jsonl, or the folder that holds it"
    )
    trend.add_argument("--html", type=Path, metavar="FILE", help="also write a page that opens offline")
    trend.add_argument("--json", type=Path, metavar="FILE", help="also write everything as JSON")
    arguments.check(add("check", _check, "judge recorded traffic by contract and laws; nothing is sent"))
    arguments.drift(add("drift", _drift, "say what a newer copy of a page of the documentation changes"))
    arguments.clauses(add("clauses", _clauses, "list the clauses with their levels and sources"))
    text = "run the suite against every planted fault, and print what caught it"
    arguments.breaches(add("breaches", _breaches, text))
    return parser


def _mock(options: argparse.Namespace) -> int:
    from conformance.mock import command

    status = command.run(options)
    if options.fidelity:
        from conformance.listings import unconfirmed

        # The mock knows no clauses: what live runs have shown of them is joined to its table here.
        print(unconfirmed(options.region))
    return status


def _plan(options: argparse.Namespace) -> int:
    # A process of its own: pytest wants to see our modules before anybody has imported them.
    command = [sys.executable, "-m", "pytest", "--pyargs", "conformance.suite", "-p", "no:cacheprovider"]
    return subprocess.call([*command, "--plan", *options.rest])  # noqa: S603  its own options, and no shell


def _doctor(options: argparse.Namespace) -> int:
    from conformance import doctor, pacing, sharing, targets
    from conformance.session import Session, Settings

    target = targets.parse(
        options.target, region_name=options.region, workspace=options.workspace, environ=os.environ
    )
    if target.builtin:
        raise UsageError("doctor is for cn, intl or a URL: the built-in mock is always well.")
    if options.ask_other_region and "://" in options.target:
        raise UsageError("--ask-other-region is for cn and intl: a URL has no other region.")
    name, pace = pacing.parse("", target, store=os.environ.get(sharing.VARIABLE, ""))
    session = Session(target, Settings(pace=name), pace)
    try:
        found = doctor.examine(session.client, ask_other_region=options.ask_other_region)
    finally:
        session.close()
    print(*found, sep="\n")
    if not doctor.is_well(found):
        print(f"{target.base_url} cannot be judged as it is.")
        return ExitStatus.FAILED
    print(f"{target.base_url} speaks this API: `pytest --target={options.target}` can judge it.")
    return ExitStatus.PASSED


def _sweep(options: argparse.Namespace) -> int:
    from conformance import ledger, pacing, sharing, targets
    from conformance.sweep_command import sweep

    target = targets.parse(
        options.target, region_name=options.region, workspace=options.workspace, environ=os.environ
    )
    _, pace = pacing.parse("documented", target, store=os.environ.get(sharing.VARIABLE, ""))
    return sweep(
        target,
        ledger.places(os.environ, options.report_dir),
        pace,
        tags=options.tag,
        hours=options.older_than,
        dry_run=options.dry_run,
    )


def _merge(options: argparse.Namespace) -> int:
    from conformance import runs, targets
    from conformance.merging import merged
    from conformance.report import write_all

    paths = [runs.log_of(path) for path in options.run]
    run = merged([runs.read(path) for path in paths])
    folder: Path = options.report_dir / targets.folder_of(run.header.target)
    if (folder / runs.LOG).resolve() in {path.resolve() for path in paths}:
        raise UsageError(f"{folder} holds one of the shards: give another --report-dir.")
    runs.write(run, folder / runs.LOG)
    write_all(run, folder)
    print(folder / "report.html")
    return run.footer.exit_status


def _report(options: argparse.Namespace) -> int:
    from conformance import runs
    from conformance.report import write_all

    folder = runs.log_of(options.run).parent
    write_all(runs.read(options.run), folder)
    print(folder / "report.html")
    return ExitStatus.PASSED


def _gate(options: argparse.Namespace) -> int:
    from conformance.gate_command import run

    return run(options)


def _attest(options: argparse.Namespace) -> int:
    from conformance.attest_command import run

    return run(options.run, folder=options.specs, output=options.output, dry_run=options.dry_run)


def _trend(options: argparse.Namespace) -> int:
    from conformance.trend_command import run

    return run(options.runs, page=options.html, data=options.json)


def _check(options: argparse.Namespace) -> int:
    from rich.console import Console

    from conformance import check, deviations, recorded, runs
    from conformance.report import terminal, write_all
    from conformance.targets import folder_of

    recording = recorded.read(options.file, region=options.region, base_url=options.base_url)
    promises = deviations.read(options.deviations) if options.deviations else ()
    run = check.run(recording, promises)
    folder: Path = options.report_dir / folder_of(run.header.target)
    runs.write(run, folder / runs.LOG)
    write_all(runs.read(folder), folder)
    Console().print(terminal.table(run))
    print(*(each.text for each in run.footer.notices), sep="\n")
    print(*filter(None, [run.footer.note, f"report: {folder / 'report.html'}"]), sep="\n")
    return run.footer.exit_status


def _compare(options: argparse.Namespace) -> int:
    from conformance.comparison import command

    return command.run(
        command.Wish(
            logs=tuple(options.runs),
            also_a=tuple(options.also_a),
            also_b=tuple(options.also_b),
            targets=options.targets,
            options=tuple(options.rest),
            only_a=tuple(options.only_a),
            only_b=tuple(options.only_b),
            repeat=options.repeat,
            report_dir=options.report_dir,
        )
    )


def _drift(options: argparse.Namespace) -> int:
    from conformance.drift import command

    return command.run(options)


def _clauses(options: argparse.Namespace) -> int:
    from conformance.listings import clauses

    if options.coverage:
        from conformance.drift import command as drift

        return drift.cover(options)
    if options.source or options.page or options.html:
        raise UsageError("--source, --page and --html are for --coverage.")
    if options.against:
        from conformance.against import command

        if options.chapter:
            raise UsageError("--against compares whole documents: name no chapter beside it.")
        return command.run(options.against, data=options.json)
    if options.json:
        raise UsageError("--json is for --against and --coverage.")
    return clauses(options.chapter)


def _breaches(options: argparse.Namespace) -> int:
    from conformance.listings import breaches

    if (options.pairs or options.one_a_clause) and options.weather:
        raise UsageError("--pairs and --one-a-clause are for breaches: weathers are not aimed at clauses.")
    return breaches(
        options.names,
        only_list=options.list,
        weather=options.weather,
        one_a_clause=options.one_a_clause,
        pairs=options.pairs,
        seed=options.seed,
        jobs=options.jobs,
    )
