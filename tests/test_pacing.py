"""The rate limits are kept in every window, and uploads have their own."""

import threading
import time

import pytest

from conformance.errors import UsageError
from conformance.exchange import Request
from conformance.pacing import NoPace, Pace, parse

GET = Request(method="GET", path="/files")
UPLOAD = Request(method="POST", path="/files")


def leave(pace: Pace, requests: list[Request]) -> list[float]:
    """Let requests leave as soon as they may, and give the times at which they did."""
    times: list[float] = []
    for request in requests:
        pace.wait(request)
        times.append(time.monotonic())
    return times


def kept(times: list[float], rate: float) -> bool:
    """Whether no window is denser than the rate; the pace's own margin pays for our clock's hesitation."""
    spans = (
        (times[last] - times[first], last - first)
        for first in range(len(times))
        for last in range(first + 5, len(times))
    )
    return all(seconds >= count / rate for seconds, count in spans) and len(times) > 5


def test_no_window_holds_more_than_the_rate_allows() -> None:
    assert kept(leave(Pace(uploads=10, others=20), [GET] * 11), 20)


def test_uploads_and_the_rest_do_not_wait_for_each_other() -> None:
    pace = Pace(uploads=0.1, others=0.1)
    started = time.monotonic()
    leave(pace, [UPLOAD, GET])
    assert time.monotonic() - started < 5


def test_uploads_keep_their_own_rate() -> None:
    assert kept(leave(Pace(uploads=10, others=1000), [UPLOAD, GET] * 6)[::2], 10)


def test_an_idle_time_is_not_saved_up() -> None:
    pace = Pace(uploads=20, others=20)
    leave(pace, [GET])
    threading.Event().wait(0.25)
    assert kept(leave(pace, [GET] * 6), 20)


def test_off_sends_at_once() -> None:
    started = time.monotonic()
    leave(NoPace(), [GET, UPLOAD] * 1000)
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    ("text", "builtin", "name"),
    [
        ("", True, "off"),
        ("", False, "documented"),
        ("off", False, "off"),
        ("documented", True, "documented"),
        ("2", False, "2"),
        ("0.5", False, "0.5"),
        ("10000", True, "10000"),
    ],
)
def test_a_pace_is_read(text: str, name: str, builtin: bool) -> None:  # noqa: FBT001
    found, pace = parse(text, builtin=builtin)
    assert found == name
    assert isinstance(pace, NoPace) is (name == "off")


@pytest.mark.parametrize("text", ["0", "-1", "0.001", "10001", "inf", "nan", "fast", "1/s", "on"])
def test_a_pace_that_is_none_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"--pace=.* is not understood: .*\."):
        parse(text, builtin=False)
