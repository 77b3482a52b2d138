"""A drift in words: one line each for what changed, for the terminal and the page; the same as data."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from conformance.drift.comparing import Change, Drift, Fate, Judged
from conformance.drift.lines import Fact, Line
from conformance.drift.matching import Pair
from conformance.drift.words import say, word
from conformance.report.words import Phrase, listed

STYLES: Final[Mapping[Fate, str]] = {
    Fate.KEPT: "green",
    Fate.MOVED: "dim",
    Fate.REWORDED: "cyan",
    Fate.CHANGED: "bold red",
    Fate.LOST: "bold red",
    Fate.NEW: "yellow",
}
FEW: Final = 6
LONGEST: Final = 300


def headline(drift: Drift) -> str:
    """Say in a sentence what became of the page."""
    key = "drift.found" if drift.drifted else "drift.none"
    return say(key, source=drift.source, counts=counts(drift))


def counts(drift: Drift) -> str:
    """Count what changed."""
    found = {"change": drift.changes, "stale": drift.stale, "sample": drift.samples}
    return listed(_count(name, len(each)) for name, each in found.items() if each)


def facts(found: Iterable[Fact]) -> str:
    """Name several facts, those of one name together."""
    grouped: dict[str, list[str]] = {}
    for fact in found:
        grouped.setdefault(_name(fact), []).append(_value(fact))
    return _several(say("fact", name=name, values=listed(values)) for name, values in grouped.items())


def _name(fact: Fact) -> str:
    kind, subject = word("kind", fact.kind), fact.subject.lstrip()
    return say("fact.of", subject=subject, kind=kind) if subject else kind


def _value(fact: Fact) -> str:
    return word(f"value.{fact.kind}", fact.value)


def _several(sentences: Iterable[str]) -> Phrase:
    return listed(sentences, english="; ", chinese="；")


def told(change: Change) -> str:
    """Say what changed, by the values alone."""
    old, new = facts(change.old), facts(change.new)
    if change.fate is Fate.CHANGED and old and new:
        same = {(f.kind, f.subject) for f in change.old} == {(f.kind, f.subject) for f in change.new}
        if same and len(change.old) == len(change.new) == 1:
            before, now = change.old[0], change.new[0]
            return say("told.value", name=_name(before), old=_value(before), new=_value(now))
        return say("told.values", old=old, new=new)
    if change.fate is Fate.CHANGED:
        return say("told.no-longer", facts=old) if old else say("told.newly", facts=new)
    if change.fate is Fate.LOST:
        return say("told.gone", facts=old) if old else say("told.gone.sentence")
    return say("told.new", facts=new) if new else say("told.new.sentence")


def gathered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Put together what changed in the same way in several places."""
    groups: dict[tuple[Fate, str], list[Change]] = {}
    for change in changes:
        key = (change.fate, told(change) if change.old or change.new else str(id(change)))
        groups.setdefault(key, []).append(change)
    return tuple(_together(group) for group in groups.values())


def _together(group: list[Change]) -> Change:
    sure = [change for change in group if not change.near] or group
    return replace(
        group[0],
        old_lines=tuple(dict.fromkeys(line for change in group for line in change.old_lines)),
        new_lines=tuple(dict.fromkeys(line for change in group for line in change.new_lines)),
        clauses=tuple(dict.fromkeys(name for change in sure for name in change.clauses)),
        near=sure[0].near,
    )


def where(lines: Iterable[Line]) -> str:
    """Say where lines stand in their file."""
    numbers = sorted({line.number for line in lines})
    together = listed(map(str, numbers), chinese="、")
    return say(f"where.{_form(len(numbers))}", numbers=together) if numbers else ""


def concerned(change: Change) -> str:
    """Name the clauses of a change, and say where they only stand near it."""
    names = listed(change.clauses[:FEW]) if change.clauses else say("clauses.none")
    if change.clauses[FEW:]:
        names = say("clauses.more", names=names, n=str(len(change.clauses) - FEW))
    if change.near and change.clauses:
        names = say("clauses.near", names=names)
    return say("clauses.excused", names=names, reason=change.excuse) if change.excuse else names


def in_words(drift: Drift) -> RenderableType:
    """Draw a drift for `rich.console.Console.print`."""
    parts: list[RenderableType] = []
    if drift.changes:
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for change in gathered(drift.changes):
            line = Text(told(change))
            places = [f"was {where(change.old_lines)}" if change.old_lines else "", where(change.new_lines)]
            line.append(f"  {'; '.join(filter(None, places))}", style="dim")
            line.append(f"\n{concerned(change)}", style="bold")
            for side, lines in (("− ", change.old_lines), ("+ ", change.new_lines)):
                for each in lines[:FEW]:
                    if each.text and (side == "+ " or drift.old.name != drift.source):
                        line.append(f"\n{side}{each.text.strip()[:200]}", style="italic")
            grid.add_row(Text(str(change.fate), style=STYLES[change.fate]), line)
        parts.append(grid)
    parts += [Text(f"sample   {_sample(judged)}", style="red") for judged in drift.samples]
    tally = "; ".join(f"{len(rows)} {fate}" for fate, rows in drift.lines.items() if rows)
    if drift.across:
        tally = f"{len(drift.agreed)} numbers and names agree across the languages"
    parts.append(Text(f"{tally or 'every line is the same'}.", style="dim"))
    if drift.stale:
        parts.append(Text(f"stale: {', '.join(drift.stale)}", style="bold"))
    parts.append(Text(headline(drift), style="bold red" if drift.drifted else "bold green"))
    return Group(*parts)


def _sample(judged: Judged) -> str:
    return "; ".join(f"{each.place}: {each.said}" for each in judged.problems)


def _count(name: str, n: int) -> Phrase:
    return say(f"count.{name}.{_form(n)}", n=str(n))


def _form(n: int) -> str:
    return "one" if n == 1 else "many"


def as_data(drift: Drift, status: int) -> dict[str, Any]:
    """Give a drift as data; text of the new page is in it, text of an adopted one never."""
    return {
        "source": drift.source,
        "page": drift.new.name,
        "previous": drift.old.name if drift.old.name != drift.source else None,
        "language": drift.new.language,
        "across_languages": drift.across,
        "exit_status": status,
        "headline": headline(drift),
        "stale": list(drift.stale),
        "clauses": [{"id": name, "fate": fate} for name, fate in drift.fates.items()],
        "changes": [_change(change) for change in drift.changes],
        "samples": [
            {"problems": [{"place": p.place, "said": p.said} for p in each.problems], "sample": each.sample}
            for each in drift.samples
        ],
        "lines": {fate: list(map(_row, rows)) for fate, rows in drift.lines.items()},
        "agreed": [_fact(fact) for fact in drift.agreed],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "fate": change.fate,
        "told": told(change),
        "clauses": list(change.clauses),
        "near": change.near,
        "excuse": change.excuse,
        "old": [_fact(fact) for fact in change.old],
        "new": [_fact(fact) for fact in change.new],
        "old_lines": [_line(line) for line in change.old_lines],
        "new_lines": [_line(line) for line in change.new_lines],
    }


def _row(row: Pair | Line) -> dict[str, Any]:
    if isinstance(row, Pair):
        return {"old": _line(row.old), "new": _line(row.new)}
    return _line(row)


def _fact(fact: Fact) -> dict[str, str]:
    return {"kind": fact.kind, "subject": fact.subject, "value": fact.value}


def _line(line: Line) -> dict[str, Any]:
    told = {
        "line": f"sha256:{line.digest}",
        "number": line.number,
        "kind": line.kind,
        "subject": line.subject,
    }
    return told | ({"text": line.text} if line.text else {})


def reasons(drift: Drift) -> Iterator[tuple[str, str]]:
    """Say of each stale clause what was found."""
    for name in drift.stale:
        found = [told(change) for change in drift.changes if name in change.clauses and not change.near]
        said = _several(dict.fromkeys(found))
        yield name, Phrase(said[:LONGEST], said.chinese[:LONGEST])
