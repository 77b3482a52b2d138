"""What the commands of `conformance` accept that have more than a few options; what they do with it stands elsewhere."""

import argparse
import datetime as dt
from pathlib import Path


def compare(parser: argparse.ArgumentParser) -> None:
    """Declare what `conformance compare` takes of its own."""
    parser.epilog = (
        "With --targets it takes the options of the runs too, such as --profile=smoke, or all of them behind --: "
        "see `pytest --pyargs conformance.suite --help`. Exit status: 0 nothing differs but what is documented of a region and what takes "
        "time, 1 something does, 6 a required clause could not be compared."
    )
    add = parser.add_argument
    add("runs", nargs="*", type=Path, metavar="RUN", help="two run.jsonl, or their folders")
    add("--targets", default="", metavar="A,B", help="run both now, at the same time")
    for side in "ab":
        further, own = f"a further run of {side.upper()}", f"an option of the run of {side.upper()} alone"
        add(f"--also-{side}", action="append", type=Path, default=[], metavar="RUN", help=further)
        add(f"--only-{side}", action="append", default=[], metavar="OPTION", help=own)
    add(
        "--repeat",
        choices=["short", "whole", "no"],
        default="short",
        help="ask once more for what differs (short, the default), for everything, or not at all",
    )
    report_dir(parser)


def target(parser: argparse.ArgumentParser) -> None:
    """Declare how a target is named where pytest has no part in it."""
    parser.add_argument("--target", required=True, help="cn, intl, or a URL")
    parser.add_argument("--region", choices=["cn", "intl"], default="intl", help="the region of a URL")
    parser.add_argument("--workspace", default="", metavar="ID", help="use the workspace host of the region")


def report_dir(parser: argparse.ArgumentParser, what: str = "where reports go") -> None:
    """Declare where reports are."""
    parser.add_argument("--report-dir", type=Path, default=Path("reports"), help=f"{what} (default: reports)")


def sweep(parser: argparse.ArgumentParser) -> None:
    """Declare what `conformance sweep` takes."""
    target(parser)
    parser.add_argument(
        "--tag", action="append", default=[], help="also what bears this tag of a run, wherever it ran"
    )
    parser.add_argument(
        "--older-than",
        type=int,
        default=None,
        metavar="HOURS",
        help="also what bears the tag of any run and is older than that; 24 is safe where no run takes a day",
    )
    parser.add_argument("--dry-run", action="store_true", help="only list it")
    report_dir(parser, "where runs put reports")


def check(parser: argparse.ArgumentParser) -> None:
    """Declare what `conformance check` takes."""
    parser.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        help="a HAR, a run.jsonl or its folder, a cassette of VCR.py, or flows of mitmproxy",
    )
    parser.add_argument(
        "--region", choices=["cn", "intl"], default="", help="whose traffic (default: as the hosts tell)"
    )
    parser.add_argument(
        "--base-url",
        default="",
        metavar="URL",
        help="what lies below it counts (default: /compatible-mode/v1)",
    )
    parser.add_argument("--deviations", type=Path, metavar="FILE", help="known failures, as dated promises")
    report_dir(parser)


def breaches(parser: argparse.ArgumentParser) -> None:
    """Declare what `conformance breaches` takes."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, by name, chapter or clause")
    parser.add_argument("--list", action="store_true", help="only list them")
    parser.add_argument(
        "--weather", action="store_true", help="run the weathers, which no clause may fail in"
    )
    parser.add_argument(
        "--one-a-clause", action="store_true", help="plant the first breach of each clause alone"
    )
    parser.add_argument("--pairs", type=_count, default=0, metavar="N", help="plant N pairs of them instead")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="which pairs (default: 0)")
    parser.add_argument("--jobs", type=_count, default=4, metavar="N", help="runs at a time (default: 4)")


def attest(parser: argparse.ArgumentParser) -> None:
    """Declare what `conformance attest` takes."""
    parser.epilog = (
        "Only runs against cn and intl can attest: no mock, no recording, no run that was cut short."
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="a run.jsonl, or the folder that holds it")
    parser.add_argument("--dry-run", action="store_true", help="print the file instead of writing it")
    parser.add_argument(
        "--specs", type=Path, metavar="DIR", help="the specs to write to (default: those of this checkout)"
    )
    parser.add_argument("--output", type=Path, metavar="FILE", help="write to this file instead")


def gate(parser: argparse.ArgumentParser) -> None:
    """Declare what `conformance gate` takes."""
    parser.epilog = (
        "It fails (1) on what did not hold and, as far as BASE shows, held before, and on deviations that have "
        "expired, are stale or fit no clause; what BASE judged and RUN did not leaves it unproven (6)."
    )
    parser.add_argument("run", type=Path, metavar="RUN", help="a run.jsonl, or the folder that holds it")
    parser.add_argument(
        "--against", type=Path, metavar="BASE", help="an earlier run, to fail only on what got worse"
    )
    parser.add_argument(
        "--deviations",
        type=Path,
        metavar="FILE",
        help="judge RUN by these promises instead of those that it was run with",
    )
    parser.add_argument(
        "--on",
        type=_day,
        metavar="DATE",
        help="the day on which promises are judged (default: the day of RUN)",
    )
    parser.add_argument(
        "--summary", type=Path, metavar="FILE", help="append the decision as Markdown to FILE"
    )
    parser.add_argument(
        "--badge", type=Path, metavar="FILE", help="write the JSON of a badge of shields.io to FILE"
    )
    parser.add_argument(
        "--accept",
        action="store_true",
        help="print deviations for what fails, to be read and committed by a person; nothing else is judged",
    )
    parser.add_argument("--until", type=_day, metavar="DATE", help="the last day of what is accepted")
    parser.add_argument("--owner", metavar="NAME", help="who looks after it")
    parser.add_argument("--reason", metavar="TEXT", help="what is known of it")
    parser.add_argument("--link", default="", metavar="URL", help="where it is tracked")
    parser.add_argument("--output", type=Path, metavar="FILE", help="append what is accepted to FILE instead")


def clauses(parser: argparse.ArgumentParser) -> None:
    """Declare what `conformance clauses` takes."""
    parser.add_argument(
        "chapter", nargs="?", default="", help="only that chapter, or that clause with all it cites"
    )
    parser.add_argument(
        "--against",
        type=Path,
        metavar="FILE",
        help="compare another document of OpenAPI 3.0 or 3.1, JSON or YAML, with ours, constraint by constraint",
    )
    parser.add_argument(
        "--coverage",
        action="store_true",
        help="list the lines of the adopted pages, with the clauses that rest on each or the reason why none does",
    )
    parser.add_argument("--source", default="", metavar="ID", help="with --coverage: only that page")
    parser.add_argument(
        "--page",
        type=Path,
        metavar="FILE",
        help="with --coverage: your own copy of the page, to show its text",
    )
    parser.add_argument(
        "--json", type=Path, metavar="OUT", help="with --against or --coverage: also write it as JSON"
    )
    parser.add_argument(
        "--html", type=Path, metavar="OUT", help="with --coverage: also write a page that opens offline"
    )
    parser.epilog = (
        "With --against it exits 1 where the two documents contradict each other; with --coverage, where a line that "
        "states something is neither judged nor excused."
    )


def drift(parser: argparse.ArgumentParser) -> None:
    """Declare what `conformance drift` takes."""
    parser.epilog = (
        "A page is text, Markdown or HTML, in Chinese or English. Exit status: 0 no drift in substance, 1 drift, "
        "4 not a page we know how to read."
    )
    add = parser.add_argument
    add("page", nargs="?", type=Path, metavar="PAGE", help="a newer copy of a page of the documentation")
    add(
        "--source",
        default="",
        metavar="ID",
        help="which adopted page it is a copy of (default: the most alike)",
    )
    add(
        "--previous",
        type=Path,
        metavar="OLD",
        help="compare with your own older copy, so that its text can be shown",
    )
    add("--json", type=Path, metavar="FILE", help="also write everything as JSON (- prints it instead)")
    add("--html", type=Path, metavar="FILE", help="also write a page that opens offline")
    add("--no-mark", action="store_true", help="do not list stale clauses in specs/stale.toml")
    add("--adopt", action="store_true", help="take PAGE as the text of --source, which the clauses point at")
    add(
        "--ties",
        type=Path,
        metavar="FILE",
        help="with --adopt: clauses or reasons by the line numbers of PAGE",
    )
    add(
        "--looked",
        nargs="+",
        default=[],
        metavar="CLAUSE",
        help="someone looked: these are not stale any more",
    )


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no date: write it as 2026-01-31") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text)):
        raise argparse.ArgumentTypeError(f"{text} is no whole number from 1 on")
    return int(text)
