"""The four ways to write a time, and what a written time can mean."""

import datetime as dt

import pytest

from conformance.times import DAY, FORMATS, Written, read, write

NOON = int(dt.datetime(2025, 11, 12, 10, 10, 10, tzinfo=dt.UTC).timestamp())
MIDNIGHT = int(dt.datetime(2025, 11, 12, tzinfo=dt.UTC).timestamp())


@pytest.mark.parametrize(
    ("text", "form", "wall"),
    [
        ("20251112101010", "compact-datetime", NOON),
        ("2025-11-12 10:10:10", "datetime", NOON),
        ("2025-11-12", "date", MIDNIGHT),
        ("20251112", "compact-date", MIDNIGHT),
        ("20240229", "compact-date", int(dt.datetime(2024, 2, 29, tzinfo=dt.UTC).timestamp())),
        ("1969-12-31", "date", -DAY),
    ],
)
def test_each_format_is_read(text: str, form: str, wall: int) -> None:
    written = read(text)
    assert written == Written(format=form, wall=wall)
    assert written
    assert written.is_date == ("time" not in form)
    assert write(wall, form) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "1762942210",
        "2025-13-01",
        "2025-02-30",
        "20251301",
        "20251112250000",
        "2025-11-12 10:10:60",
        "2025-11-12T10:10:10",
        "2025-11-12 10:10",
        "2025-1-2",
        " 2025-11-12",
        "2025-11-12\n",
        "2025-11-12 10:10:10Z",
        "0000-01-01",
        "٢٠٢٥١١١٢",
        "20251112١",
    ],
)
def test_what_is_in_no_format_is_no_time(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("hours", [-12, -8, 0, 5.5, 8, 14])
def test_what_is_written_in_a_zone_is_read_back_in_it(form: str, hours: float) -> None:
    offset = hours * 3600
    written = read(write(NOON, form, offset))
    assert written
    earliest, latest = written.earliest(offset), written.latest(offset)
    assert earliest <= NOON <= latest
    assert latest - earliest == (DAY if written.is_date else 0)


@pytest.mark.parametrize("form", FORMATS)
def test_in_an_unknown_zone_a_time_may_mean_what_it_means_in_any(form: str) -> None:
    for hours in range(-12, 15):
        written = read(write(NOON, form, hours * 3600))
        assert written
        assert written.earliest(None) <= written.earliest(hours * 3600)
        assert written.latest(hours * 3600) <= written.latest(None)


def test_a_time_of_beijing_is_eight_hours_ahead() -> None:
    assert write(NOON, "datetime", 8 * 3600) == "2025-11-12 18:10:10"
    written = read("2025-11-12 18:10:10")
    assert written
    assert written.earliest(8 * 3600) == written.latest(8 * 3600) == NOON
