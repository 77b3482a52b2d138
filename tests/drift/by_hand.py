"""Pages of our own words, in three languages, and clauses that rest on their lines."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import specs
from conformance.drift import reading
from conformance.drift.lines import Edition, Fact

PAGES = Path(__file__).parent / "pages"
SOURCES = ("files-tw-2025-11-15", "files-zh-2024-10", "qwen-long-zh-2025")


def text_of(language: str) -> str:
    """Give our own small page."""
    return (PAGES / f"vases-{language}.txt").read_text(encoding="utf-8")


def read(text: str) -> Edition:
    return reading.edition(text, "a page")


def tied(edition: Edition) -> Edition:
    """Let a clause of its own rest on each line that names a value: line.NUMBER."""
    clauses = {line.digest: (f"line.{line.number}",) for line in edition.lines if line.facts}
    return replace(edition, name="vases", clauses=clauses)


def facts(edition: Edition) -> set[str]:
    return {str(fact) for line in edition.lines for fact in line.facts if fact.kind != "sense"}


def fact(kind: str, value: str, subject: str = "") -> Fact:
    return Fact(kind=kind, value=value, subject=subject)


def docs() -> dict[str, str]:
    """Give the vendor's pages by their source, where they are kept beside the repository."""
    home = specs.root().parent
    folders = [Path(os.environ["CONFORMANCE_DOCS"])] if os.environ.get("CONFORMANCE_DOCS") else []
    folders += [parent / "shared" / "docs" for parent in home.parents]
    folder = next((each for each in folders if each.is_dir()), None)
    if folder is None:
        return {}
    pages = sorted(folder.glob("*.txt"))[: len(SOURCES)]
    return {name: path.read_text(encoding="utf-8") for name, path in zip(SOURCES, pages, strict=True)}


def needs_docs() -> Callable[[object], object]:
    return pytest.mark.skipif(not docs(), reason="the vendor's pages are not kept beside this repository")
