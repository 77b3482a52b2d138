"""What a target said, made fit to be read: nothing invisible, nothing that moves its neighbours, no end of it.

A control character would reach the terminal, a direction override would turn the line around, a lone
surrogate could not be written at all. Each is shown by its name instead. Escaping for HTML, Markdown
or the shell is the business of the view.
"""

import re

from conformance.report import words

MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{3})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
WIDE_SPACE = "\u3000"


def legible(text: str, *, limit: int | None = None) -> str:
    """Show text with its line breaks; what cannot be seen is named, what is too long is cut with a note."""
    whole = len(text)
    if limit is not None and whole > limit:
        return legible(text[:limit]) + words.CUT.format(all=words.number(whole))
    return "\n".join(_line(line) for line in text.split("\n"))


def one_line(text: str, *, limit: int | None = None) -> str:
    """Show text on one line, its white space folded."""
    bound = len(text) if limit is None else limit * 8
    folded = " ".join(text[:bound].split())
    if limit is not None and (len(folded) > limit or len(text) > bound):
        folded = folded[: max(limit - 1, 0)].rstrip() + "…"
    return _line(folded)


def _line(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    if not text.isprintable():
        text = "".join(letter if _harmless(letter) else _name(letter) for letter in text)
    return MARKS.sub(r"\1…", text)


def _harmless(letter: str) -> bool:
    return letter.isprintable() or letter in {"\t", WIDE_SPACE}


def _name(letter: str) -> str:
    # The pictures that Unicode has for control characters are missing from many fonts.
    return f"[U+{ord(letter):04X}]"
