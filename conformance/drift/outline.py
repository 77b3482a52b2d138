"""The coverage of pages in words, as data, and as a page that opens offline."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.clauses import Source
from conformance.drift import telling
from conformance.drift.coverage import Coverage, Covered, Standing
from conformance.drift.lines import Kind
from conformance.drift.pages import written
from conformance.drift.words import say, word

STYLES: Final[Mapping[Standing, str]] = {
    Standing.JUDGED: "green",
    Standing.EXCUSED: "dim",
    Standing.OPEN: "bold red",
    Standing.SILENT: "dim",
}


def counts(page: Coverage) -> str:
    """Say how much of a page is judged."""
    judged, excused, left = (page.count(each) for each in (Standing.JUDGED, Standing.EXCUSED, Standing.OPEN))
    return say(
        "coverage.counts",
        stating=str(judged + excused + left),
        judged=str(judged),
        excused=str(excused),
        left=str(left),
    )


def why(row: Covered) -> str:
    """Give the clauses of a line, or the reason why it has none."""
    return ", ".join(row.clauses) or row.reason


def what(row: Covered) -> str:
    """Give the text of a line where it may be shown, else what it names."""
    return (
        row.text
        or telling.facts(fact for fact in row.line.facts if fact.kind != "sense")
        or word("line", row.line.kind)
    )


def shown(page: Coverage) -> Iterator[Covered]:
    """Give the lines that state something, under their headings."""
    waiting: list[Covered] = []
    for row in page.rows:
        if row.line.kind is Kind.HEADING and row.standing is Standing.SILENT:
            waiting = [row]
        elif row.standing is not Standing.SILENT:
            yield from waiting
            waiting = []
            yield row


def in_words(pages: Iterable[Coverage]) -> RenderableType:
    """Draw coverage for `rich.console.Console.print`."""
    parts: list[RenderableType] = []
    for page in pages:
        grid = Table.grid(padding=(0, 2, 0, 0))
        for number, fold in enumerate((False, False, True, True)):
            grid.add_column(no_wrap=not fold, overflow="fold", ratio=(None, None, 1, 1)[number])
        for row in shown(page):
            style = STYLES[row.standing]
            name = str(row.line.kind) if row.standing is Standing.SILENT else str(row.standing)
            grid.add_row(
                Text(str(row.line.number), style="dim"),
                Text(name, style=style),
                Text(what(row)),
                Text(why(row)),
            )
        parts += [
            Text(page.source, style="bold"),
            grid,
            Text(f"{page.source}: {counts(page)}.", style="bold"),
            Text(),
        ]
    return Group(*parts)


def as_data(pages: Iterable[Coverage]) -> list[dict[str, Any]]:
    """Give coverage as data."""
    return [
        {
            "source": page.source,
            "counts": {standing: page.count(standing) for standing in Standing},
            "lines": [_row(row) for row in page.rows],
        }
        for page in pages
    ]


def _row(row: Covered) -> dict[str, Any]:
    line = row.line
    told = {
        "line": f"sha256:{line.digest}",
        "number": line.number,
        "kind": line.kind,
        "heading": f"sha256:{line.heading}" if line.heading else None,
        "standing": row.standing,
        "clauses": list(row.clauses),
        "reason": row.reason,
        "facts": [str(fact) for fact in line.facts if fact.kind != "sense"],
    }
    return told | ({"text": row.text} if row.text else {})


def as_html(pages: Sequence[Coverage], sources: Mapping[str, Source]) -> str:
    """Write the page of coverage: the outline of each document, coloured by what is judged."""
    return written(
        "coverage.html",
        pages=pages,
        sources=sources,
        counts=counts,
        shown=shown,
        what=what,
        Standing=Standing,
    )
