"""A drift as a page that opens offline, with the look and behind the walls of the report's page."""

from pathlib import Path
from typing import Any, Final

from conformance.drift import telling
from conformance.drift.comparing import Drift, Fate
from conformance.drift.words import say, word
from conformance.report.html import render

TEMPLATES: Final = Path(__file__).parent / "templates"


def as_html(drift: Drift) -> str:
    """Write the page of a drift."""
    return written(
        "drift.html",
        drift=drift,
        headline=telling.headline(drift),
        counts=telling.counts(drift),
        reasons=tuple(telling.reasons(drift)),
        tell=telling,
        Fate=Fate,
        shown=drift.old.name != drift.source,
    )


def written(template: str, **values: Any) -> str:
    """Write a page of this package, in both languages."""
    return render(
        template,
        ("report.css", "sections.css", "drift.css"),
        ("theme.js", "language.js"),
        TEMPLATES,
        say=say,
        word=word,
        **values,
    )
