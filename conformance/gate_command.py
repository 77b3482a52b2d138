"""What `conformance gate` does and prints."""

import argparse
import datetime as dt
import os
import sys
from pathlib import Path

from conformance import deviations, gate, runs
from conformance.deviations import Deviation
from conformance.errors import UsageError
from conformance.gate import Decision
from conformance.report import annotations, gates
from conformance.report.legible import one_line
from conformance.verdicts import ExitStatus
from conformance.writing import write

PROMISE = ("until", "owner", "reason")


def run(options: argparse.Namespace) -> int:
    """Decide, and tell everybody who asked.

    Raises:
        UsageError: an option or a run makes no sense.
        RunLogError: a log cannot be read.
    """
    _check(options)
    judged = runs.read(options.run)
    base = runs.read(options.against) if options.against else None
    today = options.on or gate.started(judged)
    if options.deviations:
        judged = gate.promised(judged, deviations.read(options.deviations), today)
    decision = gate.decide(judged, base)
    if options.accept:
        return _accept(options, decision, today)
    print(*gates.as_lines(decision), sep="\n")
    if os.environ.get("GITHUB_ACTIONS"):
        workspace = Path(os.environ.get("GITHUB_WORKSPACE") or ".")
        print(
            *annotations.annotations(decision, workspace=workspace, deviations=options.deviations), sep="\n"
        )
    if options.summary:
        write(options.summary, gates.as_markdown(decision, judged), append=True)
    if options.badge:
        write(options.badge, gates.as_badge(decision, judged))
    return decision.status


def _check(options: argparse.Namespace) -> None:
    given = [name for name in (*PROMISE, "link", "output") if getattr(options, name)]
    if given and not options.accept:
        raise UsageError(f"--{given[0]} is for --accept.")
    for name in PROMISE if options.accept else ():
        if not (getattr(options, name) or ""):
            raise UsageError(f"--accept needs --{name}: a promise says until when, whose it is, and why.")
    if options.on and not options.deviations:
        raise UsageError(
            "--on is for --deviations: without them, the promises were judged when RUN was made."
        )
    if options.accept and (options.summary or options.badge):
        raise UsageError("--accept only prints deviations: ask for --summary or --badge without it.")


def _accept(options: argparse.Namespace, decision: Decision, today: dt.date) -> int:
    if options.until < today:
        raise UsageError(
            f"--until={options.until} is before {today}, the day of RUN: it would excuse nothing."
        )
    rows = gate.proposed(
        decision,
        since=today,
        until=options.until,
        owner=one_line(options.owner),
        reason=one_line(options.reason),
        link=one_line(options.link),
    )
    if not rows:
        print("There is nothing to accept.", file=sys.stderr)
        return ExitStatus.PASSED
    text = _proposal(rows, decision)
    if not options.output:
        print(text, end="")
        return ExitStatus.PASSED
    held = deviations.read(options.output) if options.output.exists() else ()
    rowed = {row.clause for row in held}
    if twice := [row.clause for row in rows if row.clause in rowed]:
        raise UsageError(f"{options.output} has a row of {twice[0]}: change that row by hand.")
    before = "\n" if options.output.exists() and options.output.stat().st_size else ""
    write(options.output, before + text, append=True)
    print(
        f"{len(rows)} accepted until {options.until} in {options.output}: read and commit it.",
        file=sys.stderr,
    )
    return ExitStatus.PASSED


def _proposal(rows: tuple[Deviation, ...], decision: Decision) -> str:
    """Write the rows, each below what was found."""
    found = {entry.row.id: entry for entry in decision.entries}
    parts = []
    for row in rows:
        entry = found[row.clause]
        comments = [one_line(entry.row.text), f"{gates.change(entry)}; {gates.told(entry)}"]
        if entry.row.strict:
            comments.append("In the place of the row that has expired.")
        parts.append("".join(f"# {comment}\n" for comment in comments) + deviations.as_toml([row]))
    return "\n".join(parts)
