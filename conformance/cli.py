"""The command `conformance`: everything that is not a run of the suite, which is pytest's."""

import argparse
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
    try:
        return command(options)
    except UsageError as error:
        print(f"conformance: {error}", file=sys.stderr)
        return ExitStatus.USAGE
    except ConformanceError as error:
        print(f"conformance: {error}", file=sys.stderr)
        return ExitStatus.FAILED
    except KeyboardInterrupt:
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        # The reader of a pipe has seen enough; what Python would still flush goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitStatus.PASSED


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
    sweep = add("sweep", _sweep, "remove what runs have left that were killed, and nothing else")
    arguments.target(sweep)
    sweep.add_argument(
        "--tag", action="append", default=[], help="also what bears this tag of a run, wherever it ran"
    )
    sweep.add_argument(
        "--older-than",
        type=int,
        default=None,
        metavar="HOURS",
        help="also what bears the tag of any run and is older than that; 24 is safe where no run takes a day",
    )
    sweep.add_argument("--dry-run", action="store_true", help="only list it")
    sweep.add_argument(
        "--report-dir", type=Path, default=Path("reports"), help="where runs put reports (default: reports)"
    )
    merge = add("merge", _merge, "join the shards of a run to the run that one machine would have given")
    merge.add_argument("run", nargs="+", type=Path, metavar="RUN", help="a run.jsonl, or its folder")
    merge.add_argument(
        "--report-dir", type=Path, default=Path("reports"), help="where the whole run goes (default: reports)"
    )
    report = add("report", _report, "make the views of a run again from its run.jsonl")
    report.add_argument("run", type=Path, metavar="RUN", help="a run.jsonl, or the folder that holds it")
    arguments.compare(add("compare", _compare, "say what two runs, or two targets, do otherwise"))
    arguments.gate(add("gate", _gate, "say whether a run is worse than an earlier one"))
    arguments.attest(add("attest", _attest, "record which clauses a live run showed to hold"))
    trend = add("trend", _trend, "plot verdicts and latencies over runs")
    trend.add_argument(
        "runs", type=Path, nargs="+", metavar="RUN", help="a run.jsonl, or the folder that holds it"
    )
    trend.add_argument("--html", type=Path, metavar="FILE", help="also write a page that opens offline")
    trend.add_argument("--json", type=Path, metavar="FILE", help="also write everything as JSON")
    check = add("check", _check, "judge recorded traffic by contract and laws; nothing is sent")
    check.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="a HAR, a run.jsonl or its folder, a cassette of VCR.py, or flows of mitmproxy",
    )
    check.add_argument(
        "--region", choices=["cn", "intl"], default="", help="whose traffic (default: as the hosts tell)"
    )
    check.add_argument(
        "--base-url",
        default="",
        metavar="URL",
        help="what lies below it counts (default: /compatible-mode/v1)",
    )
    check.add_argument(
        "--deviations", type=Path, default=None, metavar="FILE", help="known failures, as dated promises"
    )
    check.add_argument(
        "--report-dir", type=Path, default=Path("reports"), help="where reports go (default: reports)"
    )
    arguments.drift(add("drift", _drift, "say what a newer copy of a page of the documentation changes"))
    arguments.clauses(add("clauses", _clauses, "list the clauses with their levels and sources"))
    breaches = add(
        "breaches", _breaches, "run the suite against every planted fault, and print what caught it"
    )
    breaches.add_argument("names", nargs="*", metavar="NAME", help="only these, by name, chapter or clause")
    breaches.add_argument("--list", action="store_true", help="only list them")
    breaches.add_argument(
        "--weather", action="store_true", help="run the weathers, which no clause may fail in"
    )
    breaches.add_argument(
        "--one-a-clause", action="store_true", help="plant the first breach of each clause alone"
    )
    breaches.add_argument("--pairs", type=int, default=0, metavar="N", help="plant N pairs of them instead")
    breaches.add_argument("--seed", type=int, default=0, metavar="N", help="which pairs (default: 0)")
    breaches.add_argument("--jobs", type=int, default=4, metavar="N", help="runs at a time (default: 4)")
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

    paths = [path / "run.jsonl" if path.is_dir() else path for path in options.run]
    run = merged([runs.read(path) for path in paths])
    folder: Path = options.report_dir / targets.folder_of(run.header.target)
    if (folder / "run.jsonl").resolve() in {path.resolve() for path in paths}:
        raise UsageError(f"{folder} holds one of the shards: give another --report-dir.")
    runs.write(run, folder / "run.jsonl")
    write_all(run, folder)
    print(folder / "report.html")
    return run.footer.exit_status


def _report(options: argparse.Namespace) -> int:
    from conformance import runs
    from conformance.report import write_all

    path: Path = options.run / "run.jsonl" if options.run.is_dir() else options.run
    run = runs.read(path)
    write_all(run, path.parent)
    print(path.parent / "report.html")
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
    try:
        runs.write(run, folder / "run.jsonl")
    except OSError as error:
        raise UsageError(f"--report-dir={options.report_dir} cannot be written: {error.strerror}.") from None
    write_all(runs.read(folder / "run.jsonl"), folder)
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


if __name__ == "__main__":
    sys.exit(main())
