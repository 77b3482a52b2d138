"""A page becomes the one that the clauses point at: its fingerprints are written, and the ties to its lines."""

import hashlib
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from conformance import specs, stale
from conformance.clauses import fingerprints, registry
from conformance.drift import adopted, lining, matching, reading
from conformance.drift import fingerprints as writing
from conformance.drift.lines import Edition, Kind, Line
from conformance.errors import UsageError

EXCUSES: Final = """# Why no clause rests on lines of the adopted pages that state something, by source and fingerprint. No text
# of a page is here: `conformance clauses --coverage --page FILE` shows the lines of your own copy beside this.
"""
BLOCK: Final = re.compile(r"^\[\[clause\]\]$", re.MULTILINE)
SOURCES: Final = re.compile(r"^sources = \[", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ties:
    """Which clauses rest on which lines of a page, and why none rests on others."""

    clauses: Mapping[str, tuple[str, ...]]
    excuses: Mapping[str, str]
    lost: tuple[str, ...] = ()


def adopt(path: Path, source: str, ties: Path | None) -> tuple[Edition, Ties]:
    """Take a page as the text of a source, and point the clauses at its lines.

    Without a file of ties those of the page adopted before are carried over, as far as its lines are found again.

    Raises:
        UsageError: the source is not in sources.toml, the page or the ties cannot be read.
    """
    root, known = specs.root(), registry()
    if source not in known.sources:
        raise UsageError(f"sources.toml has no source {source!r}: describe it there first.")
    edition = replace(reading.read(path), name=source)
    before = adopted.editions().get(source)
    if ties is not None:
        tied = _from_file(ties, edition)
    elif before is not None:
        tied = _carried(before, edition)
    else:
        tied = Ties(clauses={}, excuses={})
    if unknown := {name for names in tied.clauses.values() for name in names} - set(known.clauses):
        raise UsageError(f"{ties}: {min(unknown)} is no clause.")
    place = fingerprints(root, source)
    place.parent.mkdir(exist_ok=True)
    place.write_text(writing.write(edition), encoding="utf-8")
    for file in sorted((root / "clauses").glob("*.toml")):
        text = file.read_text(encoding="utf-8")
        if (tied_text := _tied(text, source, tied, edition)) != text:
            file.write_text(tied_text, encoding="utf-8")
    _excuse(root, source, tied.excuses)
    _note_digest(root / "sources.toml", source, path.read_bytes())
    stale.clear(source=source)
    registry.cache_clear()
    return edition, tied


def _from_file(path: Path, edition: Edition) -> Ties:
    """Read ties by the number of a line in the page's file: clauses, or a reason."""
    rows = specs.load_toml(path)
    clauses: dict[str, tuple[str, ...]] = {}
    excuses: dict[str, str] = {}
    lost = []
    by_number: dict[int, list[Line]] = defaultdict(list)
    for line in edition.lines:
        by_number[line.number].append(line)
    for number, told in rows.items():
        lines = by_number.get(int(number), []) if number.isdigit() else []
        if not lines:
            lost.append(f"line {number}")
        for line in lines:
            if isinstance(told, str):
                excuses[line.digest] = told
            else:
                own = tuple(name for name in told if line in _sentences(name, lines))
                clauses[line.digest] = own or tuple(told)
    return Ties(clauses=clauses, excuses=excuses, lost=tuple(lost))


def _sentences(name: str, lines: list[Line]) -> list[Line]:
    """Give those of a paragraph's sentences that share most values with the words of a clause."""
    clause = registry().clauses.get(name)
    if clause is None or any(line.kind not in {Kind.PROSE, Kind.CELL} for line in lines):
        return lines
    said = {(fact.kind, fact.value) for fact in lining.facts(clause.text)}
    shared = [len(said & {(fact.kind, fact.value) for fact in line.facts}) for line in lines]
    return [line for line, count in zip(lines, shared, strict=True) if count == max(shared)]


def _carried(before: Edition, edition: Edition) -> Ties:
    found = matching.match(before.lines, edition.lines)
    clauses: dict[str, tuple[str, ...]] = {}
    excuses: dict[str, str] = {}
    for pair in found.pairs:
        if names := before.of(pair.old):
            clauses[pair.new.digest] = tuple(dict.fromkeys((*clauses.get(pair.new.digest, ()), *names)))
        elif pair.old.digest in before.excuses:
            excuses.setdefault(pair.new.digest, before.excuses[pair.old.digest])
    lost = {name for line in found.gone for name in before.of(line)}
    lost -= {name for names in clauses.values() for name in names}
    return Ties(
        clauses=clauses,
        excuses={digest: reason for digest, reason in excuses.items() if digest not in clauses},
        lost=tuple(sorted(lost)),
    )


def _tied(text: str, source: str, ties: Ties, edition: Edition) -> str:
    """Write the lines of a source into the clauses of one file; all else stays as it is."""
    starts = [found.start() for found in BLOCK.finditer(text)] + [len(text)]
    pieces = [text[: starts[0]]]
    for start, end in pairwise(starts):
        block = text[start:end]
        row: dict[str, Any] = tomllib.loads(block)["clause"][0]
        lines = [line for line in edition.lines if row["id"] in ties.clauses.get(line.digest, ())]
        pieces.append(_with_lines(block, row["sources"], source, lines, edition))
    return "".join(pieces)


def _with_lines(
    block: str, cited: list[dict[str, Any]], source: str, lines: list[Line], edition: Edition
) -> str:
    mine = [row for row in cited if row["document"] == source]
    if not lines and not any("lines" in row for row in mine):
        return block
    digests = [f"sha256:{line.digest}" for line in lines]
    if mine:
        for row in mine:
            row.pop("lines", None)
        if digests:
            mine[0]["lines"] = digests
    else:
        cited = [*cited, {"document": source, "section": _section(edition, lines[0]), "lines": digests}]
    start = SOURCES.search(block)
    assert start is not None, "every clause has sources"
    end = _end(block, start.end() - 1)
    return f"{block[: start.start()]}sources = [\n{''.join(map(_citation, cited))}]{block[end:]}"


def _section(edition: Edition, line: Line) -> str:
    """Name the heading that a line stands under, as the other citations do."""
    heading = next((each for each in edition.lines if each.digest == line.heading), None)
    return heading.text if heading else "-"


def _citation(row: dict[str, Any]) -> str:
    said = ", ".join(f"{key} = {specs.quoted(value)}" for key, value in row.items() if key != "lines")
    if not (lines := row.get("lines")):
        return f"    {{ {said} }},\n"
    rows = [", ".join(map(specs.quoted, lines[place : place + 4])) for place in range(0, len(lines), 4)]
    if len(rows) == 1:
        return f"    {{ {said}, lines = [{rows[0]}] }},\n"
    inner = "".join(f"        {each},\n" for each in rows)
    return f"    {{ {said}, lines = [\n{inner}    ] }},\n"


def _end(text: str, start: int) -> int:
    """Give the place after the bracket that closes the one at `start`."""
    depth, quoted = 0, False
    for place in range(start, len(text)):
        char = text[place]
        if char == '"' and text[place - 1] != "\\":
            quoted = not quoted
        elif not quoted:
            depth += (char == "[") - (char == "]")
            if depth == 0:
                return place + 1
    return len(text)


def _note_digest(path: Path, source: str, body: bytes) -> None:
    """Write the digest of the page's file into the row of its source, where that has one."""
    row = re.compile(rf'(^\[{re.escape(source)}\]\n(?:(?!\[).*\n)*?digest = ")[^"]*"', re.MULTILINE)
    text = path.read_text(encoding="utf-8")
    path.write_text(row.sub(rf'\g<1>sha256:{hashlib.sha256(body).hexdigest()}"', text), encoding="utf-8")


def _excuse(root: Path, source: str, reasons: Mapping[str, str]) -> None:
    found = adopted.excuses(root) | {source: dict(reasons)}
    (root / "excuses.toml").write_text(EXCUSES + "".join(_table(found)), encoding="utf-8")


def _table(found: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for source, reasons in found.items():
        if reasons:
            yield f"\n[{source}]\n"
            yield from (f'"sha256:{digest}" = {specs.quoted(reason)}\n' for digest, reason in reasons.items())
