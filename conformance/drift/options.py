"""The options of `conformance drift` and `conformance clauses --coverage`; nothing is imported that only they need."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
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


def configure_coverage(parser: argparse.ArgumentParser) -> None:
    """Declare the options of `conformance clauses` that are about coverage."""
    add = parser.add_argument
    add(
        "--coverage",
        action="store_true",
        help="list the lines of the adopted pages with their clauses or reasons",
    )
    add("--source", default="", metavar="ID", help="with --coverage: only that page")
    add(
        "--page",
        type=Path,
        metavar="FILE",
        help="with --coverage: your own copy of the page, to show its text",
    )
    add("--json", type=Path, metavar="FILE", help="with --coverage: write it as JSON (- prints it instead)")
    add("--html", type=Path, metavar="FILE", help="with --coverage: also write a page that opens offline")
