"""How the strings of one pattern stand to those of another: inside, around, apart. Only that."""

import re
from enum import StrEnum
from functools import cache, reduce
from operator import and_

from greenery import Fsm, parse  # type: ignore[import-untyped]

# The alternatives of one pattern; a string that matches any of them matches it.
Alternatives = tuple[str, ...]


class Relation(StrEnum):
    """What the strings of the second are to those of the first."""

    EQUAL = "equal"
    INSIDE = "inside"
    AROUND = "around"
    APART = "apart"
    ACROSS = "across"
    UNTOLD = "untold"


def relation(ours: tuple[Alternatives, ...], theirs: tuple[Alternatives, ...]) -> Relation:
    """Say how the strings that match all of theirs stand to those that match all of ours."""
    if set(ours) == set(theirs):
        return Relation.EQUAL
    if not ours or not theirs:
        return Relation.INSIDE if theirs else Relation.AROUND
    try:
        return _relation(_all_of(ours), _all_of(theirs))
    except Exception:  # noqa: BLE001  greenery knows no look-around, and says so with whatever its parser met
        return Relation.UNTOLD


def _relation(ours: Fsm, theirs: Fsm) -> Relation:
    inside, around = theirs <= ours, ours <= theirs
    if inside or around:
        return Relation.EQUAL if inside and around else Relation.INSIDE if inside else Relation.AROUND
    return Relation.APART if ours.isdisjoint(theirs) else Relation.ACROSS


@cache
def _all_of(patterns: tuple[Alternatives, ...]) -> Fsm:
    texts = ("|".join(f"({_unanchored(one)})" for one in alternatives) for alternatives in patterns)
    return reduce(and_, (parse(text).to_fsm() for text in texts))


def _unanchored(pattern: str) -> str:
    """A pattern of JSON Schema matches anywhere in a string, one of greenery's the string from end to end.

    Raises:
        ValueError: an anchor stands within it.
    """
    head, tail = pattern.startswith("^"), re.search(r"(?<!\\)(\\\\)*\$$", pattern) is not None
    inner = pattern[1 if head else 0 : -1 if tail else None]
    if re.search(r"(?<![\\\[])[\^$]", inner) or ((head or tail) and "|" in _outside_groups(inner)):
        raise ValueError("an anchor within the pattern")
    return ("" if head else ".*") + f"({inner})" + ("" if tail else ".*")


def _outside_groups(pattern: str) -> str:
    """Give what stands outside of every group and class, where a bar would divide the anchors too."""
    depth, found, escaped = 0, [], False
    for character in pattern:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif depth == 0:
            found.append(character)
    return "".join(found)
