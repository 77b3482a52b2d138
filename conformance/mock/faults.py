"""What a fault is: a breach aims at one clause, weather at none. Each is a trait mixed into the lawful behaviour.

The traits themselves are in `breaches/` and `weather`; a fault's name is its class's, and its description the docstring.
Traits do not share a base below `Lawful`: of two that did, only the first would act when they are combined.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from inspect import getdoc
from typing import TypeVar

from conformance.mock.lawful import Trait

T = TypeVar("T", bound=Trait)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A named way of not keeping one clause."""

    name: str
    clause: str
    description: str
    trait: Trait


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """A named trouble, or a lawful variation, that breaks no clause."""

    name: str
    description: str
    trait: Trait


breaches: dict[str, Breach] = {}
weathers: dict[str, Weather] = {}


def breach(clause: str, *, name: str = "", description: str = "") -> Callable[[T], T]:
    """Enter a trait as a breach of a clause; a row of a table brings its own name and description."""

    def enter(trait: T) -> T:
        called, told = name or _name(trait), description or getdoc(trait) or ""
        if called in breaches:
            raise ValueError(f"two breaches are called {called}")
        breaches[called] = Breach(name=called, clause=clause, description=told, trait=trait)
        return trait

    return enter


def weather(trait: T) -> T:
    """Enter a trait as weather."""
    name = _name(trait)
    weathers[name] = Weather(name=name, description=getdoc(trait) or "", trait=trait)
    return trait


def _name(trait: Trait) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", trait.__name__).lower()
