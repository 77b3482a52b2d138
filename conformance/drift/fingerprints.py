"""Editions to and from specs/fingerprints: a line of digests and values for each line of a page, and no text of it."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from conformance.drift.lines import Edition, Fact, Kind, Line
from conformance.errors import SpecsError

FORM: Final = "conformance fingerprints 1"


def write(edition: Edition) -> str:
    """Write an edition down.

    A row has digest, digest of what repeats (or -), kind, heading, number, sketch, subject, facts.
    """
    rows = [f"# {FORM}", f"# source: {edition.name}", f"# language: {edition.language}"]
    rows += [_row(line) for line in edition.lines]
    return "\n".join(rows) + "\n"


def _row(line: Line) -> str:
    cells = [
        line.digest,
        line.key if line.key != line.digest else "-",
        line.kind,
        line.heading or "-",
        str(line.number),
        f"{line.sketch:064x}",
        line.subject or "-",
        *map(_fact, line.facts),
    ]
    return "\t".join(cells)


def _fact(fact: Fact) -> str:
    value = re.sub(r"[\t\r\n]+", " ", fact.value)
    return f"{fact.subject}.{fact.kind}={value}" if fact.subject else f"{fact.kind}={value}"


def read(path: Path) -> Edition:
    """Read what was written down.

    Raises:
        SpecsError: the file is missing or is not of this form.
    """
    try:
        rows = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SpecsError(f"Cannot read {path}: {error}.") from error
    if rows[:1] != [f"# {FORM}"]:
        raise SpecsError(f"{path} does not begin with `# {FORM}`.")
    header = dict(row[2:].split(": ", 1) for row in rows[1:] if row.startswith("# ") and ": " in row)
    try:
        lines = tuple(map(_line, (row for row in rows if not row.startswith("#"))))
    except (ValueError, IndexError) as error:
        raise SpecsError(f"{path} has a row that is no fingerprint: {error}.") from error
    return Edition(name=header.get("source", path.stem), language=header.get("language", "zh"), lines=lines)


def _line(row: str) -> Line:
    digest, key, kind, heading, number, sketch, subject, *facts = row.split("\t")
    return Line(
        digest=digest,
        key=digest if key == "-" else key,
        kind=Kind(kind),
        heading="" if heading == "-" else heading,
        number=int(number),
        sketch=int(sketch, 16),
        subject="" if subject == "-" else subject,
        facts=tuple(_told(facts)),
    )


def _told(cells: Iterable[str]) -> Iterable[Fact]:
    for cell in cells:
        head, _, value = cell.partition("=")
        subject, _, kind = head.rpartition(".")
        yield Fact(kind=kind, value=value, subject=subject)
