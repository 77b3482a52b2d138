"""The pages of drift and coverage, drawn of our own small page and of changed copies of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from conformance.clauses import registry
from conformance.drift import across, comparing, coverage, outline, pages

from .by_hand import read, text_of, tied

HOSTILE: Final = '</script><img src=x onerror=alert(1)>"vase-still"'
MISFIT: Final = '{\n    "object": "file",\n    "id": 7,\n    "wilted": false\n}\n'


def drift_page() -> str:
    """Draw a drift with a change, a loss, something new, and a sample that does not fit."""
    old = replace(read(text_of("zh")), name="yours.txt")
    text = (
        text_of("zh")
        .replace("800个", "900个")
        .replace('"arranged"', '"cut"')
        .replace("花瓶不支持跨", "花瓶支持跨")
    )
    text = text.replace("用于筛选早于该时间的花束。", "见上文。").replace("GIF", "WEBP")
    new = read(text.replace("限流\n", f"花瓶必须先清洗。{HOSTILE}\n\n{MISFIT}\n限流\n"))
    ties = tied(old).clauses
    excuses = {line.digest: "told elsewhere" for line in old.lines if line.digest not in ties}
    return pages.as_html(comparing.compare("vases", replace(old, clauses=ties, excuses=excuses), new))


def across_page() -> str:
    """Draw a drift between two languages."""
    new = read(text_of("en").replace("800", "900"))
    return pages.as_html(across.compare("vases", tied(read(text_of("zh"))), new))


def still_page() -> str:
    """Draw a drift of nothing."""
    edition = tied(read(text_of("zh")))
    return pages.as_html(comparing.compare("vases", edition, edition))


def coverage_page() -> str:
    """Draw a coverage with lines that are judged, excused and open, with their text and without."""
    edition = replace(tied(read(text_of("zh"))), name="files-zh-2024-10")
    judged = dict(edition.clauses)
    excused = {judged.popitem()[0]: "about another page"}
    judged.popitem()
    edition = replace(edition, clauses=judged, excuses=excused)
    other = replace(edition, name="files-tw-2025-11-15")
    return outline.as_html([coverage.cover(edition, edition), coverage.cover(other)], registry().sources)


PAGES: Final[Mapping[str, Callable[[], str]]] = {
    "drift": drift_page,
    "drift-across": across_page,
    "drift-still": still_page,
    "coverage": coverage_page,
}
