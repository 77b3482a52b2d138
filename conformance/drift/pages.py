"""A drift as a page that opens offline, with the look and behind the walls of the report's page."""

from pathlib import Path
from typing import Final

from conformance.drift import telling
from conformance.drift.comparing import Drift, Fate
from conformance.report.html import render

TEMPLATES: Final = Path(__file__).parent / "templates"


def as_html(drift: Drift) -> str:
    """Write the page of a drift."""
    return render(
        "drift.html",
        ("report.css", "sections.css", "drift.css"),
        ("theme.js",),
        TEMPLATES,
        drift=drift,
        headline=telling.headline(drift),
        reasons=tuple(telling.reasons(drift)),
        tell=telling,
        Fate=Fate,
        shown=drift.old.name != drift.source,
    )
