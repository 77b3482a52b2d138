import time
from collections.abc import Mapping
from typing import Any

import pytest

from conformance.client import FormFile
from conformance.corpus import Plan, Sent
from conformance.files import Files
from conformance.times import HOUR
from conformance.zones import Zones, discover
from tests.odd_servers.faults.filters import AfterIgnored, TimesIgnored, TimesSwapped, ZoneOfOneParameter
from tests.odd_servers.faults.shapes import CreatedAsFloat
from tests.odd_servers.manners import Manners
from tests.odd_servers.running import speaking
from tests.odd_servers.server import KEYS, Odd, RefusalError

PLAN = Plan(format="txt", purpose="file-extract")
FILE = FormFile(filename="conformance-zone.txt", content=b"when", size=4)


def sent(files: Files) -> Sent:
    return Sent(
        plan=PLAN, file=FILE, purpose=PLAN.purpose, exchange=files.upload(FILE, PLAN.purpose), late=False
    )


def found(odd: Odd) -> tuple[Zones, int]:
    """Discover a server's zones, and count the requests that it took."""
    with speaking(odd, KEYS[0]) as files:
        zones = discover(files, sent(files))
        return zones, files.client.budget.requests - 1


@pytest.mark.parametrize(
    ("hours", "requests"),
    [(8, 4), (0, 6), (5.5, 17), (5.75, 17), (-7, 17), (-3.5, 17), (14, 18), (-12, 18)],
)
def test_the_zone_of_a_server_is_found_wherever_it_is(hours: float, requests: int) -> None:
    zones, asked = found(Odd(Manners(zone=hours)))
    assert (zones.after, zones.before, zones.zone) == (hours * HOUR,) * 3
    assert asked <= requests


@pytest.mark.parametrize("rounding", ["down", "up", "nearest"])
@pytest.mark.parametrize("precise", [True, False])
def test_how_a_server_rounds_does_not_move_its_zone(rounding: str, precise: bool) -> None:  # noqa: FBT001
    zones, _ = found(Odd(Manners(zone=5.5, rounding=rounding, precise=precise, order="newest")))
    assert zones == Zones(5.5 * HOUR, 5.5 * HOUR)


def test_one_parameter_in_another_zone_is_told_apart() -> None:
    zones, _ = found(ZoneOfOneParameter(Manners()))
    assert (zones.after, zones.before, zones.zone) == (0, 8 * HOUR, None)


@pytest.mark.parametrize("server", [TimesIgnored, TimesSwapped])
def test_times_that_select_nothing_that_they_should_are_in_no_zone(server: type[Odd]) -> None:
    zones, asked = found(server(Manners()))
    assert (zones, zones.zone) == (Zones(None, None), None)
    assert asked <= 12


def test_where_one_parameter_is_ignored_the_other_tells_the_zone() -> None:
    zones, _ = found(AfterIgnored(Manners(zone=-7)))
    assert (zones.after, zones.before, zones.zone) == (None, -7 * HOUR, -7 * HOUR)


class Reluctant(Odd):
    """Refuses every time."""

    def instant(self, text: str, name: str) -> float:
        raise RefusalError(400, f"{name}={text} is not understood")


class ByTheHour(Odd):
    """Forgets the minutes of a time."""

    def instant(self, text: str, name: str) -> float:
        return super().instant(text, name) // HOUR * HOUR


def test_times_that_tell_early_from_late_and_not_by_the_second_are_blurred() -> None:
    zones, _ = found(ByTheHour(Manners(clock=(1000 - time.time() % HOUR) % HOUR, zone=8)))
    assert zones == Zones(None, None, ("create_after", "create_before"))


def test_a_server_that_refuses_the_times_has_no_zone() -> None:
    zones, _ = found(Reluctant(Manners()))
    assert zones == Zones(None, None)


class Describing(Odd):
    """Says something else of the file that is uploaded."""

    other: Mapping[str, Any]

    def described(self, record: dict[str, Any], where: str) -> dict[str, Any]:
        return {**super().described(record, where), **self.other}


@pytest.mark.parametrize("created", ["1764499365", 1764499365.5, 1764499365000, None, 0, -1])
def test_a_time_of_creation_that_is_no_second_asks_for_nothing(created: object) -> None:
    odd = Describing(Manners())
    odd.other = {"created_at": created}
    assert found(odd) == (Zones(None, None), 0)


def test_a_fraction_of_a_second_is_no_time_of_creation() -> None:
    assert found(CreatedAsFloat(Manners())) == (Zones(None, None), 0)


def test_zones_that_differ_by_less_than_a_quarter_of_an_hour_are_one() -> None:
    assert Zones(8 * HOUR, 8 * HOUR + 899).zone == 8 * HOUR
    assert Zones(8 * HOUR, 8 * HOUR + 900).zone is None
    assert Zones(None, 3.0).zone == Zones(3.0, None).zone == 3.0
