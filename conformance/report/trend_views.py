"""Runs over time for the eye: bars of characters for a terminal, and one page that opens offline."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.report import html, words
from conformance.report.legible import one_line
from conformance.report.terminal import STYLES
from conformance.report.trends import Line, Move, Series
from conformance.verdicts import Verdict

BARS: Final = "▁▂▃▄▅▆▇█"
MIDDLE: Final = "▄"
# So many runs fit on a line, and so many changes on a screen.
SHOWN: Final = 60
MOVES: Final = 20
PAGE_MOVES: Final = 500
WIDTH: Final = 1000.0
HEIGHT: Final = 64.0
WIDEST: Final = 36.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One run in a drawing: a bar from `y` down, or a point of a line at `y`; `words` tell its figures."""

    x: float
    y: float
    width: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """The drawing of one line, from nothing at the bottom to `top`; `breaks` are where the contract changed."""

    line: Line
    top: str
    last: str
    marks: tuple[Mark, ...]
    paths: tuple[tuple[str, str], ...]
    breaks: tuple[float, ...]


def sparkline(values: Sequence[float | None]) -> str:
    """Draw figures as one character each, between the least and the most of them."""
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    return "".join(" " if value is None else _bar(value, low, high) for value in values)


def as_text(found: Iterable[Series], *, apart: Sequence[str] = ()) -> RenderableType:
    """Draw series for `rich.console.Console.print`; `apart` are sentences on what was left out."""
    parts: list[RenderableType] = []
    for each in found:
        parts += [Text(_title(each), style="bold"), _table(each)]
        parts += [Text(sentence, style="dim") for sentence in each.said]
        parts += [_move(move) for move in each.moves[:MOVES]] or [Text(words.say("trend.still"), style="dim")]
        if len(each.moves) > MOVES:
            parts.append(Text(words.say("trend.more", n=len(each.moves) - MOVES), style="dim"))
        parts.append(Text())
    parts += [Text(one_line(sentence), style="yellow") for sentence in apart]
    return Group(*parts)


def as_html(found: Sequence[Series], *, apart: Sequence[str] = ()) -> str:
    """Write the page."""
    return html.render(
        "trend.html",
        ("report.css", "sections.css", "trend.css"),
        ("theme.js", "language.js"),
        series=found,
        apart=apart,
        panels=[tuple(_panels(each)) for each in found],
        width=WIDTH,
        height=HEIGHT,
        moves=PAGE_MOVES,
        figure=_figure,
    )


def _title(each: Series) -> str:
    return words.say(
        "trend.title",
        target=one_line(each.target, limit=80),
        region=each.region,
        runs=words.plural("trend.runs", len(each.points)),
        first=words.moment(each.points[0].started),
        last=words.moment(each.points[-1].started),
    )


def _table(each: Series) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for justify in ("left", "right", "left", "left"):
        grid.add_column(justify=justify, no_wrap=True)
    for line in (*each.verdicts, *each.latencies):
        style = STYLES.get(Verdict(line.name), "") if line.unit == "clauses" else ""
        low, high = line.span
        grid.add_row(
            Text(one_line(line.name, limit=40), style=style),
            Text(_figure(line, line.last)),
            Text(sparkline(line.values[-SHOWN:]), style=style),
            Text(words.say("trend.span", low=_figure(line, low), high=_figure(line, high)), style="dim"),
        )
    return grid


def _move(move: Move) -> Text:
    text = Text(f"{words.moment(move.started)}  {move.clause}  ")
    text.append(str(move.before), style=STYLES[move.before]).append(" → ")
    return text.append(str(move.after), style=STYLES[move.after])


def _bar(value: float, low: float, high: float) -> str:
    if high <= low:
        return MIDDLE if high else BARS[0]
    return BARS[round((value - low) / (high - low) * (len(BARS) - 1))]


def _figure(line: Line, value: float | None) -> str:
    if value is None:
        return "—"
    return words.duration(value) if line.unit == "seconds" else words.number(round(value))


def _panels(each: Series) -> Iterator[Panel]:
    step = WIDTH / len(each.points)
    for line in (*each.verdicts, *each.latencies):
        top = max((value for value in (*line.values, *line.upper) if value is not None), default=0.0) or 1.0
        yield Panel(
            line=line,
            top=_figure(line, top),
            last=_figure(line, line.last),
            marks=tuple(_marks(each, line, step, top)),
            paths=tuple(_paths(line, step, top)),
            breaks=tuple(round(at * step, 1) for at in each.breaks),
        )


def _marks(each: Series, line: Line, step: float, top: float) -> Iterator[Mark]:
    for at, (value, point) in enumerate(zip(line.values, each.points, strict=True)):
        if value is not None:
            told = [_figure(line, value), *(_figure(line, line.upper[at]) for _ in line.upper[:1])]
            yield Mark(
                x=round((at + 0.5) * step, 1),
                y=_height(value, top),
                width=round(min(step * 0.8, WIDEST), 1),
                words=f"{words.moment(point.started)}: {' / '.join(told)}",
            )


def _paths(line: Line, step: float, top: float) -> Iterator[tuple[str, str]]:
    """Give the lines of a drawing of latencies, broken where a run has no figure."""
    if not line.upper:
        return
    for name, values in (("upper", line.upper), ("median", line.values)):
        pieces, pen = [], "M"
        for at, value in enumerate(values):
            if value is None:
                pen = "M"
                continue
            # A run between two without a figure is a dot.
            dot = "h0" if pen == "M" else ""
            pieces.append(f"{pen}{(at + 0.5) * step:.1f} {_height(value, top)}{dot}")
            pen = "L"
        yield name, "".join(pieces)


def _height(value: float, top: float) -> float:
    return round(HEIGHT - max(value / top * HEIGHT, 2.0 * bool(value)), 1)
