"""What a page is made of: blocks as its form gives them, lines as we compare them. No reading, no comparing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a line is in its page."""

    HEADING = "heading"
    PROSE = "prose"
    CELL = "cell"
    CODE = "code"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A piece of a page in the order of reading; `number` is where it stands, `row` that of its table, or 0."""

    kind: Kind
    text: str
    number: int
    row: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fact:
    """A value that a line names: what it is a value of, which kind of value, and itself."""

    kind: str
    value: str
    subject: str = ""

    def __str__(self) -> str:
        what = f"{self.subject} {self.kind}" if self.subject else self.kind
        return f"{what} {self.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A sentence, a cell, a line of code, or a value of a sample.

    `key` is the digest of what it says, the same wherever it is said; `digest` tells repetitions apart. `text`
    is there while a page is in hand and is never kept.
    """

    digest: str
    key: str
    kind: Kind
    sketch: int
    subject: str = ""
    heading: str = ""
    facts: tuple[Fact, ...] = ()
    number: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One page at one time: its lines in order, and its samples where the page is in hand.

    `clauses` are those that rest on a line, by its digest; `excuses` say why no clause rests on one.
    """

    name: str
    language: str
    lines: tuple[Line, ...]
    samples: tuple[str, ...] = ()
    clauses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    excuses: Mapping[str, str] = field(default_factory=dict)

    def of(self, line: Line) -> tuple[str, ...]:
        """Name the clauses that rest on a line."""
        return self.clauses.get(line.digest, ())
