"""Clause, Source, Conflict and their Registry: the sentences of specs/, read once and checked on the way in."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from conformance import specs, stale
from conformance.errors import SpecsError

ID = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*")
LINE = re.compile(r"sha256:[0-9a-f]{16}")
IDENTIFIES = re.compile(r"""\s*id\s*=\s*["']([^"']+)["']""")
CLAUSE_FIELDS = {
    "id",
    "level",
    "text",
    "applies",
    "regions",
    "sources",
    "needs",
    "profile",
    "key",
    "billable",
    "untestable",
}


class Level(StrEnum):
    """How binding a clause is."""

    MUST = "must"
    SHOULD = "should"
    OBSERVED = "observed"


class Profile(StrEnum):
    """How much a run may send; each profile exercises all that the ones before it do."""

    SMOKE = "smoke"
    STANDARD = "standard"
    DEEP = "deep"

    def includes(self, other: "Profile") -> bool:
        """Whether a run of this profile exercises what `other` asks for."""
        order = list(Profile)
        return order.index(other) <= order.index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One edition of one page of the documentation; `date` is the page's own, `about` where it was deduced."""

    id: str
    title: str
    url: str
    language: str
    date: str
    about: bool = False
    regions: tuple[str, ...] = ()
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """Where in a source a clause is said; `lines` are fingerprints of its sentences, never the sentences."""

    source: Source
    section: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One binding sentence.

    `needs` names clauses that must hold before this one can be judged. `profile` is the smallest that
    exercises it. `key` names a second secret that it takes (`second`, `other-region`). `billable` says
    that it takes requests which cost money. `untestable` is the reason why no test exists. `stale` is
    what a newer copy of its page says otherwise, until someone looks. `line` is where it stands in the
    file of its chapter.
    """

    id: str
    level: Level
    text: str
    applies: tuple[str, ...]
    regions: tuple[str, ...]
    citations: tuple[Citation, ...]
    needs: tuple[str, ...] = ()
    profile: Profile = Profile.STANDARD
    key: str = ""
    billable: bool = False
    untestable: str = ""
    stale: str = ""
    line: int = 0

    @property
    def chapter(self) -> str:
        """The word before the dot."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Two sources that contradict each other: both readings, the one adopted, and why."""

    id: str
    fact: str
    readings: tuple[str, ...]
    adopted: str
    why: str
    clauses: tuple[str, ...]
    probe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """All clauses by id, with the sources they cite, the conflicts they settle and the contract's digest."""

    clauses: Mapping[str, Clause]
    sources: Mapping[str, Source]
    conflicts: tuple[Conflict, ...]
    digest: str

    def __iter__(self) -> Iterator[Clause]:
        return iter(self.clauses.values())

    def __getitem__(self, clause_id: str) -> Clause:
        try:
            return self.clauses[clause_id]
        except KeyError:
            raise SpecsError(f"No clause is called {clause_id!r}: see `conformance clauses`.") from None

    def chapters(self) -> tuple[str, ...]:
        """Name the chapters in alphabetical order."""
        return tuple(sorted({clause.chapter for clause in self}))


@cache
def registry() -> Registry:
    """Read specs/ once.

    Raises:
        SpecsError: a field is missing or unknown, an id is used twice, a source or clause is not known.
    """
    return load(specs.root())


def load(root: Path) -> Registry:
    """Read the clauses, sources and conflicts below a folder; see `registry`."""
    regions = tuple(specs.load_toml(root / "regions.toml"))
    sources = {name: _source(name, row) for name, row in specs.load_toml(root / "sources.toml").items()}
    outdated = {row.clause: row.found for row in stale.read(root)}
    clauses: dict[str, Clause] = {}
    for path in sorted((root / "clauses").glob("*.toml")):
        lines = _lines(path)
        for row in specs.load_toml(path).get("clause", []):
            clause = _clause(row, path.stem, regions, sources)
            clause = replace(clause, line=lines.get(clause.id, 0), stale=outdated.get(clause.id, ""))
            if clause.id in clauses:
                raise SpecsError(f"{path}: the clause id {clause.id} is used twice.")
            clauses[clause.id] = clause
    if unknown := sorted(set(outdated) - set(clauses)):
        raise SpecsError(f"stale.toml: {unknown[0]} is no clause.")
    for clause in clauses.values():
        if unknown := [need for need in clause.needs if need not in clauses]:
            raise SpecsError(f"{clause.id} needs {unknown[0]}, which is no clause.")
    _check_lines(root, clauses.values())
    conflicts = tuple(
        _conflict(row, clauses) for row in specs.load_toml(root / "conflicts.toml").get("conflict", [])
    )
    return Registry(clauses=clauses, sources=sources, conflicts=conflicts, digest=_digest(root))


def fingerprints(root: Path, source: str) -> Path:
    """Say where the fingerprints of a source's page are, one row a line of the page."""
    return root / "fingerprints" / f"{source}.txt"


def _check_lines(root: Path, clauses: Iterable[Clause]) -> None:
    """See that each line that a clause points at is a line of the page that was adopted."""
    known: dict[str, set[str]] = {}
    for clause in clauses:
        for citation in clause.citations:
            if not citation.lines:
                continue
            source = citation.source.id
            if source not in known:
                known[source] = _digests(fingerprints(root, source))
            for line in citation.lines:
                if not LINE.fullmatch(str(line)):
                    raise SpecsError(f"{clause.id}: {line!r} is no line of the form sha256:<16 hex digits>.")
                if line.removeprefix("sha256:") not in known[source]:
                    raise SpecsError(f"{clause.id}: {line} is no line of {source} that was adopted.")


def _digests(path: Path) -> set[str]:
    try:
        rows = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SpecsError(f"Cannot read {path}: {error}.") from error
    return {row.partition("\t")[0] for row in rows}


def _lines(path: Path) -> dict[str, int]:
    """Say on which line each id stands; TOML's reader does not tell."""
    text = path.read_text(encoding="utf-8", errors="replace")
    found = ((number, IDENTIFIES.match(line)) for number, line in enumerate(text.split("\n"), 1))
    return {match[1]: number for number, match in found if match}


def _source(name: str, row: dict[str, Any]) -> Source:
    try:
        return Source(**{**row, "id": name, "date": str(row["date"]), "regions": tuple(row["regions"])})
    except (TypeError, KeyError) as error:
        raise SpecsError(f"sources.toml: {name}: {error}.") from error


def _clause(
    row: dict[str, Any], chapter: str, regions: tuple[str, ...], sources: Mapping[str, Source]
) -> Clause:
    name = row.get("id", "?")
    if unknown := set(row) - CLAUSE_FIELDS:
        raise SpecsError(f"{chapter}.toml: {name}: unknown field {min(unknown)!r}.")
    if not isinstance(name, str) or not ID.fullmatch(name) or not name.startswith(f"{chapter}."):
        raise SpecsError(f"{chapter}.toml: {name!r} is not an id of the form {chapter}.subject.")
    if not row.get("sources"):
        raise SpecsError(f"{name} cites no source: every clause must.")
    try:
        offered = regions if row.get("regions", "all") == "all" else tuple(row["regions"])
        if unknown := set(offered) - set(regions):
            raise SpecsError(f"{name}: {min(unknown)!r} is no region of regions.toml.")
        return Clause(
            id=name,
            level=Level(row["level"]),
            text=row["text"],
            applies=tuple(row["applies"]),
            regions=offered,
            citations=tuple(
                Citation(source=sources[c["document"]], section=c["section"], lines=tuple(c.get("lines", ())))
                for c in row["sources"]
            ),
            needs=tuple(row.get("needs", ())),
            profile=Profile(row.get("profile", "standard")),
            key=row.get("key", ""),
            billable=row.get("billable", False),
            untestable=row.get("untestable", ""),
        )
    except KeyError as error:
        raise SpecsError(f"{name}: {error.args[0]!r} is missing or names nothing known.") from error
    except (ValueError, TypeError) as error:
        raise SpecsError(f"{name}: {error}.") from error


def _conflict(row: dict[str, Any], clauses: Mapping[str, Clause]) -> Conflict:
    if unknown := [clause for clause in row.get("clauses", []) if clause not in clauses]:
        raise SpecsError(f"conflicts.toml: {row.get('id')}: {unknown[0]} is no clause.")
    try:
        return Conflict(**{**row, "readings": tuple(row["readings"]), "clauses": tuple(row["clauses"])})
    except (TypeError, KeyError) as error:
        raise SpecsError(f"conflicts.toml: {row.get('id')}: {error}.") from error


def _digest(root: Path) -> str:
    """Fingerprint what a run is judged by, so that runs of different contracts are never mixed up."""
    total = hashlib.sha256()
    for path in [root / "openapi.yaml", root / "regions.toml", *sorted((root / "clauses").glob("*.toml"))]:
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"sha256:{total.hexdigest()[:16]}"
