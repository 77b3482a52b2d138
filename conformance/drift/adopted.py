"""The pages that were adopted: their fingerprints, the clauses that rest on each line, and the excuses of the others."""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path

from conformance import specs
from conformance.clauses import Registry, fingerprints, registry
from conformance.drift import fingerprints as writing
from conformance.drift.lines import Edition
from conformance.errors import SpecsError, UsageError


def editions(root: Path | None = None) -> dict[str, Edition]:
    """Read every adopted page, by its source, the newest first."""
    root = root or specs.root()
    known = registry()
    names = [name for name in known.sources if fingerprints(root, name).is_file()]
    excused = excuses(root)
    return {
        name: replace(
            writing.read(fingerprints(root, name)),
            name=name,
            clauses=ties(known, name),
            excuses=excused.get(name, {}),
        )
        for name in sorted(names, key=lambda name: known.sources[name].date, reverse=True)
    }


def edition(source: str) -> Edition:
    """Read one adopted page.

    Raises:
        UsageError: none of that name was adopted.
    """
    found = editions()
    if source not in found:
        adopted = ", ".join(found) or "none"
        raise UsageError(f"No page was adopted as {source!r}: these were: {adopted}.")
    return found[source]


def ties(known: Registry, source: str) -> dict[str, tuple[str, ...]]:
    """Collect the clauses that rest on each line of a source."""
    found: dict[str, list[str]] = defaultdict(list)
    for clause in known:
        for citation in clause.citations:
            if citation.source.id == source:
                for line in citation.lines:
                    found[line.removeprefix("sha256:")].append(clause.id)
    return {digest: tuple(names) for digest, names in found.items()}


def excuses(root: Path) -> dict[str, dict[str, str]]:
    """Read why no clause rests on lines that state something, by source and digest.

    Raises:
        SpecsError: a reason is no text.
    """
    path = root / "excuses.toml"
    if not path.is_file():
        return {}
    found: dict[str, dict[str, str]] = {}
    for source, rows in specs.load_toml(path).items():
        if not isinstance(rows, dict) or not all(isinstance(reason, str) for reason in rows.values()):
            raise SpecsError(f"{path}: {source} is no table of lines and reasons.")
        found[source] = {line.removeprefix("sha256:"): reason for line, reason in rows.items()}
    return found
