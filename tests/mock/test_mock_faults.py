"""Every breach shows in what it aims at, every weather can be lived in; told by stories of requests, one a chapter."""

import os
import tempfile
from collections.abc import Iterator
from functools import cache

import pytest

from conformance.errors import UsageError
from conformance.mock import BREACHES, WEATHER, VirtualClock, serve
from tests.mock.stories import TOLD
from tests.mock.stories_accounts import tell_errors, tell_limits, tell_rates
from tests.mock.stories_files import tell_deletion, tell_retrieval
from tests.mock.teller import NOON, SMALL, STEP, WIDE, Story, Teller

MEMORY = "/dev/shm"  # noqa: S108 - a folder in memory, in which names are drawn at random


@pytest.fixture(autouse=True, scope="module")
def _bodies_in_memory() -> Iterator[None]:
    """Keep the bodies of a thousand mocks in memory, where there is such a folder: a disk may take twice as long."""
    with pytest.MonkeyPatch.context() as patch:
        if os.access(MEMORY, os.W_OK):
            patch.setattr(tempfile, "tempdir", MEMORY)
        yield


def told(story: Story, *, breaches: tuple[str, ...] = (), weather: tuple[str, ...] = ()) -> list[object]:
    clock = VirtualClock(start=NOON, step=0.01 if story is tell_rates else STEP)
    with serve(
        region="cn",
        seed=7,
        clock=clock,
        rate_limits=story is tell_rates,
        limits=SMALL if story in {tell_limits, tell_deletion} else WIDE,
        breaches=breaches,
        weather=weather,
    ) as mock:
        teller = Teller(mock)
        try:
            story(teller)
        finally:
            teller.close()
        assert mock.crashes == ()
    return teller.heard


@cache
def lawful(story: Story) -> list[object]:
    return told(story)


@pytest.fixture(params=sorted(TOLD))
def story(request: pytest.FixtureRequest) -> Story:
    return TOLD[request.param]


def test_a_story_is_told_the_same_twice(story: Story) -> None:
    assert told(story) == lawful(story)


@pytest.mark.parametrize("name", sorted(BREACHES))
def test_a_breach_shows_in_the_story_of_its_chapter(name: str) -> None:
    clause = BREACHES[name].clause
    story = TOLD.get(clause) or TOLD[clause.partition(".")[0]]
    assert told(story, breaches=(name,)) != lawful(story)


@pytest.mark.parametrize("name", sorted(WEATHER))
def test_weather_can_be_lived_in(name: str) -> None:
    told(tell_errors, weather=(name,))


def test_breaches_and_weather_can_be_had_together() -> None:
    both = told(
        tell_retrieval,
        breaches=("retrieval-bytes-as-text", "retrieval-without-object"),
        weather=("pretty-json", "extra-fields"),
    )
    text = str(both[-2])
    assert '"bytes": "3"' in text
    assert '"tags": []' in text
    assert text.count('"object"') == 0


def test_each_fault_tells_what_it_does_in_a_sentence() -> None:
    told_of = {name: fault.description for name, fault in BREACHES.items()}
    told_of |= {name: fault.description for name, fault in WEATHER.items()}
    for name, description in told_of.items():
        assert description.endswith("."), name
        assert "\n" not in description, name
        assert name == name.lower().strip("-"), name


@pytest.mark.parametrize("faults", [{"breaches": ("no-such",)}, {"weather": ("no-such",)}])
def test_an_unknown_fault_is_refused_by_name(faults: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(UsageError, match="no-such"), serve(**faults):  # type: ignore[arg-type]
        pass
