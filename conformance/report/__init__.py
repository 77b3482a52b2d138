"""The views of a run: each is a function of the `Run` alone, so the same log gives the same bytes.

words       what the views say themselves, in both languages at once
english     the table of its words
chinese     the same in simplified Chinese
legible     what a target said, made fit to be read
summary     counts and groups; summary.json
terminal    the table at the end of a run
markdown    summary.md
curl        an exchange as a command
evidence    what the card of a clause shows
traffic     all exchanges as data for the page
charts      the geometry of the page's drawings
speeds      the geometry of the rate probe's drawing
html        report.html, from templates/
gates       what the gate decided, and the badge
annotations the same for GitHub, beside the lines that it speaks of
trends      runs of one target one after another
trend_views the same for a terminal and as a page
har         exchanges.har
sarif       findings.sarif
junit       junit.xml
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from conformance import writing
from conformance.report.har import as_har
from conformance.report.html import as_html
from conformance.report.junit import as_junit
from conformance.report.markdown import as_markdown
from conformance.report.sarif import as_sarif
from conformance.report.summary import as_json
from conformance.report.terminal import table
from conformance.runs import Run

FORMATS: Final[Mapping[str, Callable[[Run], str]]] = {
    "summary.json": as_json,
    "summary.md": as_markdown,
    "report.html": as_html,
    "junit.xml": as_junit,
    "findings.sarif": as_sarif,
    "exchanges.har": as_har,
}

__all__ = ["FORMATS", "table", "write_all"]


def write_all(run: Run, folder: Path) -> None:
    """Write every view into a folder."""
    for name, view in FORMATS.items():
        writing.put(folder / name, [view(run)])
