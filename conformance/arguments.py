"""What the commands of `conformance` accept that have more than a few options; what they do with it stands elsewhere."""

import argparse
import datetime as dt
from pathlib import Path


def compare(parser: argparse.ArgumentParser) -> None:
    """Declare what `conformance compare` takes of its own."""
    parser.epilog = (
        "With --targets it takes the options of the runs too, such as --profile=smoke, or all of them behind --: "
        "see `pytest --help`. Exit status: 0 nothing differs but what is documented of a region and what takes "
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
    add("--report-dir", type=Path, default=Path("reports"), help="where reports go (default: reports)")


def target(parser: argparse.ArgumentParser) -> None:
    """Declare how a target is named where pytest has no part in it."""
    parser.add_argument("--target", required=True, help="cn, intl, or a URL")
    parser.add_argument("--region", choices=["cn", "intl"], default="intl", help="the region of a URL")
    parser.add_argument("--workspace", default="", metavar="ID", help="use the workspace host of the region")


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
        "--json", type=Path, metavar="OUT", help="with --against: also write the differences as JSON"
    )
    parser.epilog = "With --against it exits 1 where the two documents contradict each other."


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
