"""What the terminal shows at the end of a run: the table, then what did not hold, then one sentence.

All that a target said goes in as rich `Text`, never as markup, and holds no control character.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.plan import Cost, together
from conformance.report import summary, words
from conformance.report.legible import one_line
from conformance.report.summary import Tally
from conformance.runs import ClauseRow, Run
from conformance.verdicts import Finding, Verdict

STYLES: Final[Mapping[Verdict, str]] = {
    Verdict.PASS: "green",
    Verdict.FAIL: "bold red",
    Verdict.WARN: "yellow",
    Verdict.KNOWN: "magenta",
    Verdict.OBSERVED: "cyan",
    Verdict.ABSENT: "dim",
    Verdict.UNPROVEN: "bold blue",
    Verdict.ERROR: "bold white on red",
}
SHORT: Final = 160
LINES: Final = 40


def table(run: Run) -> RenderableType:
    """Draw a run for `rich.console.Console.print`."""
    shown = [row for row in summary.not_held(run) if row.verdict is not Verdict.KNOWN]
    rows = (*shown, *summary.owed(run))
    parts: list[RenderableType] = [_matrix(run)]
    if rows:
        parts += [Text(), _lines(rows[:LINES], run.findings_by_clause())]
    if len(rows) > LINES:
        parts.append(Text(words.say("terminal.more", n=len(rows) - LINES), style="dim"))
    if old := summary.stale(run):
        names = ", ".join(row.id for row in old[:LINES])
        told = words.say("stale.sentence", counted=words.plural("stale", len(old)), names=names)
        parts += [Text(), Text(told, style="yellow")]
    parts += [Text(), _closing(run)]
    return Group(*parts)


def planned(rows: Iterable[Cost], *, pace: str, target: str) -> RenderableType:
    """Draw what a run of a target would cost."""
    rows = tuple(rows)
    total = together(rows)
    drawn = Table(box=box.SIMPLE_HEAD, show_footer=True, pad_edge=False, footer_style="bold")
    drawn.add_column(words.say("chapter"), Text(words.say("plan.all")), no_wrap=True)
    for name, cell in zip(
        ("requests", "uploads", "bytes", "tokens", "minutes"), _cost(total, pace), strict=True
    ):
        drawn.add_column(words.say(f"plan.{name}"), Text(cell), justify="right", no_wrap=True)
    for row in rows:
        drawn.add_row(Text(row.chapter), *map(Text, _cost(row, pace)))
    return Group(drawn, Text(words.say("plan.closing", target=one_line(target, limit=SHORT))))


def _cost(row: Cost, pace: str) -> tuple[str, ...]:
    minutes = row.minutes(pace)
    counts = (row.requests, row.uploads, row.bytes_sent, row.tokens)
    return (*map(words.number, counts), "·" if minutes is None else f"{minutes:.1f}")


def _matrix(run: Run) -> Table:
    total = summary.whole(run)
    # What held is already in the score; a column of nothing but zeros tells nothing.
    columns = [verdict for verdict in summary.COLUMNS[1:] if total.counts[verdict]]
    drawn = Table(box=box.SIMPLE_HEAD, show_footer=True, pad_edge=False, footer_style="bold")
    drawn.add_column(words.say("chapter"), Text(words.say("matrix.all")), no_wrap=True)
    drawn.add_column(words.say("matrix.score"), Text(_score(total, total)), justify="right", no_wrap=True)
    for verdict in columns:
        footer = Text(words.number(total.counts[verdict]), style=STYLES[verdict])
        drawn.add_column(str(verdict), footer, justify="right", no_wrap=True)
    for tally in summary.by_chapter(run):
        cells = [_count(verdict, tally.counts[verdict]) for verdict in columns]
        drawn.add_row(Text(one_line(tally.name, limit=24)), Text(_score(tally, total)), *cells)
    return drawn


def _score(tally: Tally, widest: Tally) -> str:
    """Align the three numbers of all rows under one another."""
    numbers = ((tally.held, widest.held), (tally.exercised, widest.exercised), (tally.all, widest.all))
    return " / ".join(words.number(n).rjust(len(words.number(most))) for n, most in numbers)


def _count(verdict: Verdict, count: int) -> Text:
    return Text(words.number(count), style=STYLES[verdict]) if count else Text("·", style="dim")


def _lines(rows: Iterable[ClauseRow], findings: Mapping[str, tuple[Finding, ...]]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for row in rows:
        line = Text(one_line(row.id, limit=80), style="bold")
        line.append("  " + one_line(row.text, limit=SHORT), style="not bold")
        if told := _told(row, findings.get(row.id, ())):
            line.append(f"  {told}", style="not bold italic")
        grid.add_row(Text(str(row.verdict), style=STYLES[row.verdict]), line)
    return grid


def _told(row: ClauseRow, findings: Iterable[Finding]) -> str:
    finding = summary.telling(row, findings)
    told = summary.contrast(finding, limit=SHORT) if finding else ""
    return told or one_line(row.reason, limit=SHORT)


def _closing(run: Run) -> Text:
    total, status = summary.whole(run), run.footer.exit_status
    score: str = words.say("score.sentence", held=total.held, exercised=total.exercised, all=total.all)
    closing = Text(summary.ending(run), style="bold green" if status == 0 else "bold red")
    if compatible := run.footer.compatible:
        usable = words.say("sdk.sentence", usable=compatible.usable, answers=compatible.answers)
        score = f"{score} {usable}"
    if trouble := summary.trouble(run):
        score = f"{score} {trouble}"
    return closing.append(f" {score}", style="not bold default")
