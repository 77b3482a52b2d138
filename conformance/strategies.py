"""Hypothesis: lawful queries of the list over a known set of files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.corpus import Corpus
from conformance.files import LARGEST_LIMIT
from conformance.times import DAY, FORMATS, write

T = TypeVar("T")
PURPOSES = (None, "file-extract", "batch")
# More pages than this cost more than they show.
MOST_PAGES = 6


@dataclass(frozen=True, slots=True)
class Choice:
    """One lawful query of the list."""

    query: Mapping[str, Any]


def instants(corpus: Corpus, zone: float | None) -> tuple[tuple[str, ...], ...]:
    """Give times on either side of the corpus, each in all formats that can say it beyond doubt."""
    known = [sent.created for sent in corpus.files if sent.created is not None] or [0]
    first, last = min(known), max(known)
    days = tuple(form for form in FORMATS if "date" in form and "time" not in form)
    far = tuple(
        tuple(write(moment, form) for form in FORMATS) for moment in (first - 3 * DAY, last + 3 * DAY)
    )
    if zone is None:
        return far
    exact = tuple(form for form in FORMATS if form not in days)
    # No time that could fall between two files of one group: the same run must draw the same pages.
    near = (first - 2, *([between] if (between := corpus.middle) else []), last + 2)
    return (*far, *(tuple(write(moment, form, zone) for form in exact) for moment in near))


def choices(moments: Sequence[Sequence[str]]) -> st.SearchStrategy[Choice]:
    """Draw a query: each filter or none, a limit, and times in any of the formats."""
    moment = st.none() | st.sampled_from(moments).flatmap(st.sampled_from)
    drawn = st.fixed_dictionaries(
        {
            "purpose": st.sampled_from(PURPOSES),
            "create_after": moment,
            "create_before": moment,
            "limit": st.sampled_from((None, 5, 9, 20, 2000)),
        }
    )
    return drawn.map(lambda query: Choice({k: v for k, v in query.items() if v is not None}))


def drawn(strategy: st.SearchStrategy[T], *, most: int) -> tuple[T, ...]:
    """Draw values first, so that what is sent for one never makes hypothesis send for another again."""
    if not most:
        return ()
    values: list[T] = []

    # On a busy machine drawing is slow, which says nothing of what is drawn.
    @settings(max_examples=most, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def draw(value: T) -> None:
        values.append(value)

    draw()
    return tuple(values)


def exact_limits(count: int) -> tuple[int, ...]:
    """Give limits that cut a list of that length into full pages: into one, and into a few."""
    even = [count // pages for pages in range(1, MOST_PAGES + 1) if count % pages == 0]
    lawful = [limit for limit in even if 1 <= limit <= LARGEST_LIMIT]
    return tuple(lawful[:2])
