"""The views of a comparison but the page: terminal, comparison.json, comparison.md; each a function of it alone."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from rich import box
from rich.console import Group as Stack
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from conformance import writing
from conformance.comparison import telling
from conformance.comparison.comparing import Comparison
from conformance.comparison.difference import Class, Difference, Told
from conformance.comparison.page import as_html
from conformance.comparison.sides import Side
from conformance.comparison.speed import Race
from conformance.comparison.words import say, word
from conformance.report.legible import one_line
from conformance.report.markdown import code, escape
from conformance.report.terminal import STYLES
from conformance.report.words import duration, listed, number
from conformance.verdicts import CITED, Verdict

# So many differences of a class, and behaviours of a clause, are shown where there is little room.
ROWS, BESIDE = 24, 4
# Classes that are only counted there: the other views list them.
BRIEF: Final = frozenset({Class.DOCUMENTED, Class.INFRASTRUCTURE})


def as_terminal(comparison: Comparison) -> RenderableType:
    """Draw a comparison for `rich.console.Console.print`."""
    parts: list[RenderableType] = [_matrix(comparison)]
    for cls, count in telling.counts(comparison):
        style = STYLES[Verdict(telling.COLOURS[cls])]
        found = len(telling.groups(comparison, cls))
        told = say("class.joined", groups=found, n=count) if cls is Class.CONTRACT else number(count)
        parts += [Text(f"\n{word('class.title', cls)}: {told}", style=style)]
        parts += [_rows(comparison, cls)]
    parts += [Text(one_line(remark), style="dim") for remark in comparison.remarks]
    ending = Text(
        f"\n{telling.headline(comparison)}. ", style="bold red" if comparison.counted else "bold green"
    )
    return Stack(*parts, ending.append(telling.closing(comparison), style="not bold default"))


def _matrix(comparison: Comparison) -> Table:
    drawn = Table(box=box.SIMPLE_HEAD, show_footer=True, pad_edge=False, footer_style="bold")
    whole = comparison.whole
    drawn.add_column(say("chapter"), Text(say("chapters.all")), no_wrap=True)
    for key, footer in (
        ("clauses-alike", f"{whole.clauses_alike} / {whole.clauses}"),
        ("behaviours-alike", f"{whole.behaviours_alike} / {whole.behaviours}"),
        ("share", f"{whole.share:.1%}"),
    ):
        drawn.add_column(say(f"chapters.{key}"), Text(footer), justify="right", no_wrap=True)
    for each in comparison.chapters:
        style = "" if each.alike == each.compared else "yellow"
        drawn.add_row(
            Text(one_line(each.name, limit=24)),
            Text(f"{each.clauses_alike} / {each.clauses}"),
            Text(f"{each.behaviours_alike} / {each.behaviours}"),
            Text(f"{each.share:.1%}" if each.compared else "·", style=style),
        )
    return drawn


def _rows(comparison: Comparison, cls: Class) -> RenderableType:
    found = telling.groups(comparison, cls)
    if cls in BRIEF:
        lines = (f"  {one_line(each.name, limit=120)}: {number(each.size)}" for each in found[:ROWS])
        return Stack(*map(Text, lines))
    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    drawn.add_column("", ratio=5, overflow="fold")
    for name in telling.names(comparison):
        drawn.add_column(one_line(name, limit=40), ratio=4, overflow="fold")
    for group in found[:ROWS]:
        if not group.head:
            drawn.add_row(Text(one_line(group.name, limit=80), style="bold"))
        for each in ([group.head] if group.head else []) + list(group.rest[:BESIDE]):
            cells = (Text(telling.shown(side, limit=100)) for side in (each.a, each.b))
            drawn.add_row(_what(each, group), *cells)
        if len(group.rest) > BESIDE:
            drawn.add_row(Text(f"  {say('differences.more-with', n=len(group.rest) - BESIDE)}", style="dim"))
    if len(found) > ROWS:
        drawn.add_row(Text(say("differences.more-page", n=len(found) - ROWS), style="dim"))
    return drawn


def _what(each: Difference, group: telling.Group) -> Text:
    if each is group.head:
        line = Text(one_line(group.name, limit=80), style="bold")
        return line.append(f" {one_line(group.text, limit=120)}", style="not bold")
    return Text(f"  {word('kind', each.facet.kind)} {one_line(each.facet.words, limit=120)}", style="dim")


def as_markdown(comparison: Comparison) -> str:
    """Write comparison.md."""
    a, b = telling.names(comparison)
    sections = [
        f"# {say('names', a=escape(a), b=escape(b))}: {telling.headline(comparison)}",
        telling.closing(comparison),
        "\n".join(f"- {escape(remark)}" for remark in comparison.remarks),
        _chapters_table(comparison),
    ]
    for cls, count in telling.counts(comparison):
        sections += [f"## {word('class.title', cls)} ({number(count)})", word("class.means", cls)]
        lines = []
        for group in telling.groups(comparison, cls)[:100]:
            lines.append(f"- **{escape(group.name)}** {escape(group.text)}".rstrip())
            rows = ([group.head] if group.head else []) + list(group.rest[:20])
            lines += [f"  - {_line(each, a, b)}" for each in rows]
            if len(group.rest) > 20:
                lines.append(f"  - {say('differences.more', n=len(group.rest) - 20)}")
        sections.append("\n".join(lines))
    if comparison.behaviours:
        told = listed(
            say("mock.of", label=escape(word("label", label)), alike=alike, all=all_)
            for label, all_, alike in telling.labels(comparison)
        )
        sections += [
            f"## {say('mock.short')}",
            f"{say('mock.told', told=told)} {telling.unconfirmed(comparison)}",
        ]
    if comparison.races:
        sections += [f"## {say('times.title')}", _races_table(comparison)]
    return "\n\n".join(section for section in sections if section) + "\n"


def _line(each: Difference, a: str, b: str) -> str:
    values = f"{escape(a)}: {escape(telling.shown(each.a))}; {escape(b)}: {escape(telling.shown(each.b))}"
    return f"{word('kind', each.facet.kind)} {code(each.facet.words)} — {values}"


def _chapters_table(comparison: Comparison) -> str:
    titles = [
        say("chapter"),
        *(say(f"chapters.{key}") for key in ("clauses-alike", "behaviours-alike", "share")),
    ]
    lines = [f"| {' | '.join(titles)} |", "| --- | ---: | ---: | ---: |"]
    for each in (*comparison.chapters, comparison.whole):
        clauses, behaviours = (
            f"{each.clauses_alike} / {each.clauses}",
            f"{each.behaviours_alike} / {each.behaviours}",
        )
        lines.append(
            f"| {escape(each.name or say('chapters.all'))} | {clauses} | {behaviours} | {each.share:.1%} |"
        )
    return "\n".join(lines)


def _races_table(comparison: Comparison) -> str:
    sides = [say("times.column", name=escape(each)) for each in telling.names(comparison)]
    lines = [
        f"| {' | '.join([say('cost.operation'), *sides, say('times.chance')])} |",
        "| --- | ---: | ---: | ---: |",
    ]
    for each in comparison.races:
        cells = [f"{duration(side.median)}, {duration(side.p90)}" for side in (each.a, each.b)]
        lines.append(f"| {escape(each.name)} | {' | '.join(cells)} | {each.chance:.2g} |")
    return "\n".join(lines)


def as_json(comparison: Comparison) -> str:
    """Write comparison.json."""
    document: dict[str, Any] = {
        "a": _side(comparison.a),
        "b": _side(comparison.b),
        "exit_status": int(comparison.exit_status),
        "headline": telling.headline(comparison),
        "clauses_that_differ": list(comparison.named),
        "remarks": list(comparison.remarks),
        "classes": {str(cls): count for cls, count in telling.counts(comparison)},
        "chapters": [
            {
                "chapter": each.name,
                "clauses": each.clauses,
                "clauses_alike": each.clauses_alike,
                "behaviours": each.behaviours,
                "behaviours_alike": each.behaviours_alike,
                "share": round(each.share, 4),
            }
            for each in comparison.chapters
        ],
        "differences": [_difference(each) for each in comparison.differences],
        "times": [_race(each) for each in comparison.races],
    }
    if comparison.behaviours:
        document["mock"] = [
            {
                "clause": each.clause,
                "label": each.label,
                "alike": each.alike,
                "verified": each.verified,
                "live": each.live,
            }
            for each in comparison.behaviours
        ]
    return json.dumps(document, indent=2) + "\n"


def _side(side: Side) -> dict[str, Any]:
    header = side.first.header
    return {
        "target": header.target,
        "region": header.region,
        "base_url": header.base_url,
        "contract": header.contract,
        "runs": [run.header.started for run in side.runs],
    }


def _difference(each: Difference) -> dict[str, Any]:
    return {
        "class": str(each.cls),
        "kind": str(each.facet.kind),
        "subject": each.facet.subject,
        "state": each.facet.state,
        "part": each.facet.part,
        "clause": each.clause,
        "chapter": each.chapter,
        "why": each.why,
        "a": [_told(told) for told in each.a],
        "b": [_told(told) for told in each.b],
    }


def _told(told: Told) -> dict[str, Any]:
    return {"value": told.value, "times": told.times, "exchanges": list(told.exchanges[:CITED])}


def _race(each: Race) -> dict[str, Any]:
    sides = {
        name: {"count": side.count, "median": side.median, "p90": side.p90}
        for name, side in (("a", each.a), ("b", each.b))
    }
    return {"operation": each.name, **sides, "chance": each.chance, "differs": each.differs}


FORMATS: Final[Mapping[str, Callable[[Comparison], str]]] = {
    "comparison.json": as_json,
    "comparison.md": as_markdown,
    "comparison.html": as_html,
}


def write_all(comparison: Comparison, folder: Path) -> None:
    """Write every view into a folder."""
    for name, view in FORMATS.items():
        writing.put(folder / name, [view(comparison)])
