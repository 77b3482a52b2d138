"""Facet: one thing that can be seen of a target, whatever its value; and what was seen of it, with the witnesses."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Kind(StrEnum):
    """Which sort of thing is compared."""

    VERDICT = "verdict"
    RECORD = "record"
    ANSWER = "answer"
    MEMBER = "field"
    ID = "id"
    HEADER = "header"
    ORDER = "order"
    PAGE = "page"
    SPEED = "speed"
    TROUBLE = "trouble"
    # That there was an object, or an answer, in which a field or a header could have been.
    GROUND = "ground"


@dataclass(frozen=True, slots=True, order=True)
class Facet:
    """What is compared: of `subject` (a clause, an operation, a purpose), where `state` holds, the `part`."""

    kind: Kind
    subject: str
    state: str = ""
    part: str = ""

    @property
    def words(self) -> str:
        """The facet as a line would name it."""
        return " · ".join(word for word in (self.subject, self.state, self.part) if word)

    @property
    def ground(self) -> "Facet | None":
        """Where this could have been seen, if it is a field or a header."""
        if self.kind is Kind.MEMBER:
            return ground(self.subject, self.state, self.part.rpartition(".")[0])
        return ground(self.subject, self.state, "headers") if self.kind is Kind.HEADER else None


def ground(subject: str, state: str, place: str) -> Facet:
    """Name the object at a path of an answer, or its headers."""
    return Facet(Kind.GROUND, subject, state, place)


# What was seen, and the numbers of the exchanges that showed it.
Seen: TypeAlias = Mapping[str, tuple[int, ...]]
# Of the facets, what was seen.
Sights: TypeAlias = Mapping[Facet, Seen]


class Notebook:
    """Writes down what exchanges show, while a run is read."""

    def __init__(self) -> None:
        self._sights: dict[Facet, dict[str, list[int]]] = {}

    def note(self, facet: Facet, value: str, number: int) -> None:
        """Write one sight down; one exchange is one witness, however often it shows the same."""
        numbers = self._sights.setdefault(facet, {}).setdefault(value, [])
        if not numbers or numbers[-1] != number:
            numbers.append(number)

    @property
    def sights(self) -> Sights:
        """All that was written down."""
        return {
            facet: {value: tuple(numbers) for value, numbers in seen.items()}
            for facet, seen in self._sights.items()
        }
