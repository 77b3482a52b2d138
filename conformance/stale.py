"""Clauses that lost their sentence, or whose sentence says something else now: listed until someone looks."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from conformance import specs
from conformance.errors import SpecsError

HEAD: Final = """# Clauses whose sentence is gone from a newer copy of their page, or says something else there. `conformance drift`
# adds them; they go when the newer page is adopted, or by `conformance drift --looked CLAUSE` once someone looked.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """One clause, the source whose newer copy does not bear it out, and what was found."""

    clause: str
    source: str
    found: str


def read(root: Path | None = None) -> tuple[Stale, ...]:
    """Read the list.

    Raises:
        SpecsError: a row lacks a field or has another.
    """
    path = (root or specs.root()) / "stale.toml"
    if not path.is_file():
        return ()
    try:
        return tuple(Stale(**row) for row in specs.load_toml(path).get("stale", []))
    except TypeError as error:
        raise SpecsError(f"{path}: {error}.") from error


def mark(rows: Iterable[Stale]) -> bool:
    """Add clauses to the list, and say whether that could be written down."""
    found = {(row.clause, row.source): row for row in (*read(), *rows)}
    return _write(found.values())


def clear(*, source: str = "", clauses: Iterable[str] = ()) -> tuple[Stale, ...]:
    """Take those of a source, or of some clauses, from the list, and give what was taken."""
    names = set(clauses)
    gone = tuple(row for row in read() if row.source == source or row.clause in names)
    if gone:
        _write(row for row in read() if row not in gone)
    return gone


def _write(rows: Iterable[Stale]) -> bool:
    rows = sorted(rows, key=lambda row: (row.clause, row.source))
    path = specs.root() / "stale.toml"
    text = HEAD
    for row in rows:
        found = row.found.replace("\n", " ")
        text += f"\n[[stale]]\nclause = {specs.quoted(row.clause)}\n"
        text += f"source = {specs.quoted(row.source)}\nfound = {specs.quoted(found)}\n"
    try:
        if rows:
            path.write_text(text, encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
    except OSError:
        return False
    return True
