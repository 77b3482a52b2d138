"""Every breach shows in what it aims at, every weather can be lived in; told by stories of requests, one a chapter."""

from functools import cache

import pytest

from conformance.errors import UsageError
from conformance.mock import BREACHES, WEATHER, VirtualClock, serve
from tests.mock.stories import (
    NOON,
    SMALL,
    STORIES,
    WIDE,
    Story,
    Teller,
    tell_deletion,
    tell_errors,
    tell_limits,
    tell_rates,
    tell_retrieval,
)


def told(story: Story, *, breaches: tuple[str, ...] = (), weather: tuple[str, ...] = ()) -> list[object]:
    clock = VirtualClock(start=NOON, step=0.01 if story is tell_rates else 0.3)
    with serve(
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


@pytest.fixture(params=sorted(STORIES))
def story(request: pytest.FixtureRequest) -> Story:
    return STORIES[request.param]


def test_a_story_is_told_the_same_twice(story: Story) -> None:
    assert told(story) == lawful(story)


@pytest.mark.parametrize("name", sorted(BREACHES))
def test_a_breach_shows_in_the_story_of_its_chapter(name: str) -> None:
    story = STORIES[BREACHES[name].clause.partition(".")[0]]
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
