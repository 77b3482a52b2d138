"""Notice: one thing that a person should know of a target before it is judged, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How much a notice matters; with a problem the target cannot be judged."""

    OK = "ok"
    NOTE = "note"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One sentence, which also says what to do where something is to be done."""

    level: Level
    text: str

    def __str__(self) -> str:
        return f"{self.level:<8} {self.text}"


def ok(text: str) -> Notice:
    """Say that something is as it should be."""
    return Notice(level=Level.OK, text=text)


def note(text: str) -> Notice:
    """Say what a run can live with."""
    return Notice(level=Level.NOTE, text=text)


def problem(text: str) -> Notice:
    """Say what a run cannot live with."""
    return Notice(level=Level.PROBLEM, text=text)
