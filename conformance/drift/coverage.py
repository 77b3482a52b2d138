"""Which lines of an adopted page are judged by clauses, which are excused, and which are open. Text is shown of the user's own copy alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from conformance.drift.lines import Edition, Kind, Line
from conformance.drift.matching import match


class Standing(StrEnum):
    """What is known of a line."""

    JUDGED = "judged"
    EXCUSED = "excused"
    OPEN = "open"
    SILENT = "silent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """One line of a page: where it stands, what rests on it or why nothing does, and its text where it may be shown."""

    line: Line
    standing: Standing
    clauses: tuple[str, ...] = ()
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """A page line by line."""

    source: str
    rows: tuple[Covered, ...]

    def count(self, standing: Standing) -> int:
        """Say how many lines stand so."""
        return sum(row.standing is standing for row in self.rows)


def states(line: Line) -> bool:
    """Whether a line says something of the API: it names a value, or a sentence of it binds."""
    return any(fact.kind != "sense" or line.kind in {Kind.PROSE, Kind.CELL} for fact in line.facts)


def cover(edition: Edition, copy: Edition | None = None) -> Coverage:
    """Go through an adopted page; `copy` is the user's own, whose text may be shown."""
    texts: Mapping[str, str] = {}
    if copy is not None:
        texts = {pair.old.digest: pair.new.text for pair in match(edition.lines, copy.lines).pairs}
    return Coverage(source=edition.name, rows=tuple(_row(edition, line, texts) for line in edition.lines))


def _row(edition: Edition, line: Line, texts: Mapping[str, str]) -> Covered:
    clauses, reason = edition.of(line), edition.excuses.get(line.digest, "")
    if clauses:
        standing = Standing.JUDGED
    elif reason:
        standing = Standing.EXCUSED
    else:
        standing = Standing.OPEN if states(line) else Standing.SILENT
    return Covered(
        line=line, standing=standing, clauses=clauses, reason=reason, text=texts.get(line.digest, "")
    )
