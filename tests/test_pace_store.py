"""Hosts share the pace through Redis; its password is nobody's business."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from conformance import sharing
from conformance.errors import UsageError
from conformance.exchange import Request
from conformance.mock import serve
from conformance.pacing import Pace, parse
from conformance.targets import Target

from .arrivals import arrivals, is_kept, is_used
from .loopback import KEY
from .redis_server import PASSWORD, Redis, started
from .runs_of_the_suite import run_command, run_suite

GET = Request(method="GET", path="/files")
TARGET = Target(name="https://pace.example", region="intl", base_url="https://pace.example/v1", key=KEY)


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    with started(tmp_path) as server:
        yield server


def test_processes_share_the_rate_through_redis(redis: Redis) -> None:
    server = arrivals(processes=4, threads=2, count=5, rate="documented", store=redis.url)
    assert len(server.times) == 40
    assert is_kept(server, 10)
    assert is_used(server, 9.5)


def test_a_closed_lane_and_an_account_taken_are_closed_for_all(redis: Redis) -> None:
    one, other = (parse("1000", TARGET, store=redis.url)[1] for _ in range(2))
    one.rest(GET, 0.5)
    started = time.monotonic()
    other.wait(GET)
    assert time.monotonic() - started > 0.3
    with one.alone():
        one.wait(GET)
        [key] = [each for each in keys(redis) if each.endswith(b":others")]
        assert KEY.encode() not in key
    other.wait(GET)
    assert time.monotonic() - started > 1.3
    assert one.shared == f"shared by all runs that use redis://127.0.0.1:{redis.port}/1"


def keys(redis: Redis) -> list[bytes]:
    from redis import Redis as Client

    with Client.from_url(redis.url) as client:
        found = client.keys("conformance:*")
    assert isinstance(found, list)
    return found


def test_a_run_whose_redis_goes_away_goes_on_more_slowly(redis: Redis) -> None:
    _, pace = parse("1000", TARGET, store=redis.url)
    pace.wait(GET)
    redis.stop()
    pace.wait(GET)
    assert "no longer shared" in pace.lost
    assert "ConnectionError" in pace.lost
    assert PASSWORD not in pace.lost
    with pace.alone():
        pace.rest(GET, 0)


def test_a_run_shares_its_pace_where_the_environment_says(redis: Redis, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    with serve(region="intl", keys=(KEY,)) as mock:
        done = run_suite(
            folder,
            f"--target={mock.url}",
            "--clause=listing.limit-one",
            "--pace=1000",
            key=KEY,
            more={sharing.VARIABLE: redis.url},
        )
    assert len(keys(redis)) == 2, done.said
    assert PASSWORD not in done.said
    assert "Traceback" not in done.said


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (f"redis://:{PASSWORD}@127.0.0.1:1/0", r"^--pace-store=redis://127.0.0.1:1/0 cannot be used: .*\.$"),
        (
            f"redis://:{PASSWORD}@no-such-host.invalid",
            r"redis://no-such-host.invalid:6379 cannot be used: .*\.$",
        ),
        (f"http://:{PASSWORD}@127.0.0.1", r"takes redis://host:port/db"),
        (f"redis://:{PASSWORD}@127.0.0.1:many", r"takes redis://host:port/db"),
        (PASSWORD, r"takes redis://host:port/db"),
        (f"redis://:{PASSWORD}@[::1", r"takes redis://host:port/db"),
    ],
)
def test_a_store_that_cannot_be_used_is_refused_in_a_sentence_without_its_password(
    url: str, sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence) as caught:
        parse("documented", TARGET, store=url)
    assert PASSWORD not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_password_is_refused_without_showing_it(redis: Redis) -> None:
    wrong = redis.url.replace(PASSWORD, "another-password")
    with pytest.raises(UsageError, match="cannot be used") as caught:
        parse("documented", TARGET, store=wrong)
    assert "another-password" not in str(caught.value)


def test_off_and_the_mock_need_no_store() -> None:
    mock = Target(name="mock", region="intl", builtin=True)
    assert parse("", mock, store="redis://127.0.0.1:1/0")[1].shared == ""
    assert isinstance(parse("5", mock)[1], Pace)


def test_an_unreachable_store_is_a_usage_error_of_a_run(tmp_path: Path) -> None:
    url = f"redis://:{PASSWORD}@127.0.0.1:1/0"
    done = run_suite(tmp_path, "--target=http://127.0.0.1:1", f"--pace-store={url}", key=KEY)
    assert done.status == 4, done.said
    assert "redis://127.0.0.1:1/0 cannot be used" in done.said
    assert PASSWORD not in done.said.replace(url, "")
    assert "Traceback" not in done.said
    assert run_command("doctor", "--target=nowhere", key=KEY).status == 4
