"""Edits of a page, drawn from a seed: some change what it says, some only how it looks.

Each takes the lines of a page as text and gives the edited lines with the numbers of those that it touched, or
nothing where the page has no place for it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

Rows = list[str]
Edited = tuple[Rows, set[int]] | None
Edit = Callable[[Rows, Random], Edited]
TYPES = ("String", "string", "Integer", "integer", "Boolean", "boolean", "File", "Array", "array")
NAME = re.compile(r"[a-z][a-z_]*")
FIELD = re.compile(r'^(\s*)"(\w+)": (.+?)(,?)$')
PROSE = re.compile(r"[\u3400-\u9fff].*[。.]\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One edit that was drawn: of which page, by which function, and what came of it."""

    name: str
    page: str
    text: str
    touched: frozenset[int]


def draw(pages: dict[str, str], edits: Sequence[Edit], count: int, seed: int) -> Iterator[Drawn]:
    """Draw edits round the table, so that each kind comes as often as any other."""
    random = Random(seed)  # noqa: S311 - which edits are drawn is no secret
    made, turn = 0, 0
    while made < count:
        edit = edits[turn % len(edits)]
        turn += 1
        page = random.choice(sorted(pages))
        rows = pages[page].split("\n")
        if (edited := edit(list(rows), random)) is None or edited[0] == rows:
            continue
        made += 1
        yield Drawn(
            name=f"{made}: {edit.__name__} of {page} at {sorted(edited[1])[:3]}",
            page=page,
            text="\n".join(edited[0]),
            touched=frozenset(edited[1]),
        )


def pick(rows: Rows, random: Random, wanted: Callable[[int], object]) -> int | None:
    places = [place for place in range(len(rows)) if wanted(place)]
    return random.choice(places) if places else None


def put(rows: Rows, place: int, row: str) -> Edited:
    rows[place] = row
    return rows, {place + 1}


def in_prose(row: str) -> bool:
    return re.search(r"[\u3400-\u9fff]", row) is not None and not re.match(r"\s*(#|//|\"|-|\{|\.)", row)


def row_of_table(rows: Rows, place: int) -> bool:
    after = [row.strip() for row in rows[place + 1 : place + 3] if row.strip()]
    return NAME.fullmatch(rows[place]) is not None and after[:1] != [] and after[0] in TYPES
