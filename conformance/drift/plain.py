"""Text as blocks: where the form of a page is gone, what a line is must be told by its looks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from conformance.drift import payloads
from conformance.drift.lines import Block, Kind
from conformance.drift.wording import CJK

STATEMENT: Final = re.compile(
    r"^\s*(?:import\s|from\s+[\w.]+\s+import|public\s|private\s|try:|except\b|finally|for\s.+:$|if\s.+:$|else:|"
    r"print\(|curl\s|-[A-Z]\s|--\w|\.\w+\(|#|//|/\*|\*/|@\w|return\b|def\s|class\s|async\s|await\s|with\s.+:$|"
    r"(?:GET|POST|PUT|PATCH|DELETE)\s+(?:https?:|/)|[}\])]+[;,)]*\s*$|[\"']\w+[\"']\s*:)"
)
SIGNS: Final = re.compile(r"[=;{}\\]|\w\(.*\)|\":\s|^\s{4,}\S+:$")
STRING: Final = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|(?:#|//).*$")
WORD: Final = re.compile(r"(?<![\w.])[A-Za-z]+(?=[\s,:.?!])")
# Narrower than that nobody wraps a page.
WRAPPED: Final = 40
ENDS: Final = re.compile(r"(?:[。.!?！？:：;；\"'”`\\}]|://\S*)\s*$")
ENDS_SENTENCE: Final = re.compile(r"[。.!?！？:：;；,，)）]\s*$")


def from_text(text: str) -> tuple[Block, ...]:
    """Read text, a line a block; a sample is one block however many lines it takes."""
    return tuple(_unwrapped(_blocks(text.splitlines())))


def _unwrapped(blocks: Iterable[Block]) -> Iterator[Block]:
    """Join the lines of a paragraph that was wrapped at some width: long ones that end in the middle of a sentence."""
    held, last = None, 0
    for block in blocks:
        goes_on = (
            held is not None and block.number == last + 1 and _ends_within(held.text) and _continues(block)
        )
        last = block.number
        if held is not None and goes_on:
            both = held.text.rstrip(), block.text.strip()
            gap = " " if both[0][-1:].isascii() and both[1][:1].isascii() else ""
            held = replace(held, text=gap.join(both), kind=Kind.PROSE)
            continue
        if held is not None:
            yield held
        held = block
    if held is not None:
        yield held


def _ends_within(text: str) -> bool:
    last_row = text.rstrip()
    columns = sum(2 if ord(char) > 0x2E80 else 1 for char in last_row)
    return columns >= WRAPPED and not ENDS.search(last_row) and not is_code(last_row)


def _continues(block: Block) -> bool:
    return block.kind in {Kind.PROSE, Kind.HEADING} and not re.match(
        r"\s*(?:[•·*\-–]\s|\d+[.)、])", block.text
    )


def _blocks(rows: list[str]) -> Iterator[Block]:
    place = 0
    while place < len(rows):
        row, number = rows[place], place + 1
        place += 1
        if not row.strip():
            continue
        if payloads.starts(row):
            end = _end_of_sample(rows, place - 1)
            if end:
                yield Block(kind=Kind.SAMPLE, text="\n".join(rows[place - 1 : end]), number=number)
                place = end
                continue
        if is_code(row):
            yield Block(kind=Kind.CODE, text=row, number=number)
        elif _is_heading(row):
            yield Block(kind=Kind.HEADING, text=row, number=number)
        else:
            yield Block(kind=Kind.PROSE, text=row, number=number)


def _end_of_sample(rows: list[str], start: int) -> int:
    """Give where a sample ends: where all is closed, else before the next blank line; 0 where none begins."""
    depth = 0
    for place in range(start, min(len(rows), start + 400)):
        depth += payloads.depth(rows[place])
        if depth <= 0:
            return place + 1 if any(True for _ in payloads.leaves("\n".join(rows[start : place + 1]))) else 0
    blank = next((place for place in range(start, len(rows)) if not rows[place].strip()), len(rows))
    return blank if blank - start > 2 else 0


def is_code(row: str) -> bool:
    """Whether a line is code: a statement, or signs of one and no Chinese outside its strings."""
    if STATEMENT.match(row):
        return True
    bare = STRING.sub("", row)
    return SIGNS.search(bare) is not None and CJK.search(bare) is None and not _is_english(bare)


def _is_english(bare: str) -> bool:
    """Whether a line is an English sentence with a few signs of code in it."""
    return bare.lstrip(" \t•*-")[:1].isupper() and len(WORD.findall(bare)) >= 5


def _is_heading(row: str) -> bool:
    """Whether a line looks like a heading: short, alone, and no sentence."""
    said = row.strip()
    return (
        len(said) <= 40
        and not row[:1].isspace()
        and not ENDS_SENTENCE.search(said)
        and not re.match(r"[\"'•\-\\\d`]", said)
        and (CJK.search(said) is not None or " " in said)
    )
