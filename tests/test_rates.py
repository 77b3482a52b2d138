"""What samples say of a limit, for limiters made by hand."""

from collections.abc import Callable, Iterable

import pytest

from conformance.exchange import Answer, Exchange, Request
from conformance.rates import (
    Estimate,
    Sample,
    Survey,
    disguises,
    estimate,
    most,
    said,
    tally,
)
from tests.limiters import Limiter, bucket, fixed, sliding, spaced, unlimited


def through(limiter: Limiter, moments: Iterable[float]) -> Estimate:
    """Estimate a limiter from what it does at those moments."""
    return estimate([Sample(time=at, admitted=limiter(at) is not None) for at in moments])


def stream(rate: float, seconds: float) -> list[float]:
    return [100 + number / rate for number in range(round(rate * seconds))]


@pytest.mark.parametrize("rate", [1.5, 3.0, 10.0, 15.0])
@pytest.mark.parametrize("size", [2, 3, 10])
def test_the_rate_of_a_bucket_lies_within_the_uncertainty(rate: float, size: int) -> None:
    found = through(bucket(rate, size), stream(22, 6))
    assert found.rate is not None
    assert abs(found.rate - rate) <= found.error
    assert found.error <= (0.5 if size <= 2 * rate else 2.0)
    assert found.burst is not None
    assert abs(found.burst - size) <= 1


def test_lumps_tell_the_rate_of_a_bucket_too() -> None:
    moments = [100 + lump * 0.37 + place * 0.001 for lump in range(4) for place in range(9)]
    found = through(bucket(10, 10), moments)
    assert found.rate is not None
    assert abs(found.rate - 10) <= found.error <= 2


@pytest.mark.parametrize("make", [sliding, fixed])
def test_windows_are_told_with_more_doubt(make: Callable[[int], Limiter]) -> None:
    found = through(make(10), stream(25, 2.3))
    assert found.rate is not None
    assert abs(found.rate - 10) <= found.error


def test_the_rate_of_requests_held_apart_is_found() -> None:
    found = through(spaced(3), stream(20, 3))
    assert found.rate is not None
    assert abs(found.rate - 3) <= found.error + 0.2
    assert found.burst == 1


def test_where_nothing_is_refused_no_rate_is_told() -> None:
    found = through(unlimited, stream(20, 2))
    assert found.rate is None
    assert found.words == "no limit met: 40 admitted in 2.0 s"


def test_a_single_refusal_tells_no_rate() -> None:
    moments = [Sample(time=float(n), admitted=n != 3) for n in range(9)]
    assert estimate(moments).rate is None
    assert "too few refusals" in estimate(moments).words


def test_no_samples_are_no_error() -> None:
    assert estimate(()).words == "no answers"


def test_one_who_is_shut_out_gets_nothing_a_second() -> None:
    found = estimate([Sample(time=n / 4, admitted=n < 3) for n in range(12)])
    assert found.rate is not None
    assert found.rate - found.error <= 0 <= found.rate
    assert found.burst in {2, 3}


@pytest.mark.parametrize(("seconds", "count"), [(0.2, 6), (0.99, 6), (1.0, 9), (2.4, 12)])
def test_windows_may_be_met_at_both_of_their_ends(seconds: float, count: int) -> None:
    assert most(3, seconds) == count


def exchange(
    number: int, status: int | None, *, phase: str = "others-flood", body: bytes = b'{"id":"x"}'
) -> Exchange:
    return Exchange(
        number=number,
        request=Request(method="GET", path="/files/x"),
        answer=None if status is None else Answer(status=status, body=body),
        started=100 + number / 10,
        phase=phase,
    )


def test_an_answer_is_admitted_refused_or_neither() -> None:
    words = [said(exchange(n, status)) for n, status in enumerate((200, 404, 429, 503, None))]
    assert words == ["admitted", "admitted", "429", "503", ""]
    assert said(exchange(1, 200, body=b'{"error":{"message":"slow down"}}')).startswith(
        "a success that tells"
    )


def test_what_a_flood_gets_again_and_again_stands_for_429() -> None:
    calm = [exchange(n, 200, phase="others-paced") for n in range(5)]
    flood = [exchange(n, 503 if n % 3 == 0 else 200) for n in range(12)]
    assert disguises([*calm, *flood], "others") == {"503"}
    assert Survey(exchanges=(*calm, *flood)).tally("others-flood", "others").refused == 4


def test_a_stray_server_error_or_one_that_comes_at_any_pace_stands_for_nothing() -> None:
    stray = [exchange(n, 503 if n == 4 else 200) for n in range(40)]
    assert disguises(stray, "others") == frozenset()
    always = [exchange(n, 503, phase=phase) for phase in ("others-paced", "others-flood") for n in range(9)]
    assert disguises(always, "others") == frozenset()


def test_a_tally_counts_what_was_said_and_how_fast_it_was_sent() -> None:
    found = tally([exchange(n, status) for n, status in enumerate((200, 200, 429, None, 503))])
    assert (found.sent, found.admitted, found.refused, found.answered) == (5, 2, 1, 3)
    assert found.share == pytest.approx(1 / 3)
    assert not found.heard
    assert found.per_second == pytest.approx(10)
