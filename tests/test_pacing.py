"""The rate limits are kept in every window, by however many threads and processes; uploads have their own."""

import email.utils
import sqlite3
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from conformance import sharing
from conformance.errors import UsageError
from conformance.exchange import Answer, Request
from conformance.pacing import FRESH, LONGEST_REST, NoPace, Pace, asked, parse
from conformance.sharing import Keeper
from conformance.targets import Target

from .arrivals import arrivals, is_kept, is_used
from .loopback import KEY, Loopback, answer, client_of

GET = Request(method="GET", path="/files")
UPLOAD = Request(method="POST", path="/files")


def target(*, builtin: bool = False, key: str = KEY, url: str = "https://pace.example/v1") -> Target:
    return Target(name=url, region="intl", base_url=url, key=key, builtin=builtin)


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
    found, pace = parse(text, target(builtin=builtin))
    assert found == name
    assert isinstance(pace, NoPace) is (name == "off")


@pytest.mark.parametrize("text", ["0", "-1", "0.001", "10001", "inf", "nan", "fast", "1/s", "on"])
def test_a_pace_that_is_none_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageError, match=r"--pace=.* is not understood: .*\."):
        parse(text, target())


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper("shared by this test", f"{tmp_path}/pace.sqlite")


def pair(keeper: Keeper, rate: float = 20) -> tuple[Pace, Pace]:
    """Give the paces of two runs that speak for one account."""
    one, other = (Pace(uploads=rate, others=rate, keeper=keeper, account="a") for _ in range(2))
    return one, other


def seconds_of(pace: Pace, request: Request = GET) -> float:
    """Measure how long a request is held back."""
    started = time.monotonic()
    pace.wait(request)
    return time.monotonic() - started


@pytest.mark.parametrize(
    ("processes", "threads", "count"),
    [pytest.param(1, 8, 5, id="8 threads"), pytest.param(4, 2, 5, id="4 processes")],
)
def test_the_documented_rate_is_used_and_never_passed(processes: int, threads: int, count: int) -> None:
    server = arrivals(processes=processes, threads=threads, count=count, rate="documented")
    assert len(server.times) == processes * threads * count
    assert is_kept(server, 10)
    assert is_used(server, 9.5)


def test_runs_for_one_account_share_its_lanes(keeper: Keeper) -> None:
    one, other = pair(keeper, 1)
    one.wait(GET)
    assert seconds_of(other, UPLOAD) < 0.5
    assert seconds_of(other) > 0.2


def test_accounts_do_not_wait_for_each_other() -> None:
    first, second = (
        parse("0.1", target(key=key))[1] for key in (f"{KEY}{time.time()}", f"{KEY}{time.time()}-b")
    )
    first.wait(GET)
    assert seconds_of(second) < 5


def test_a_lane_that_is_closed_is_closed_for_all(keeper: Keeper) -> None:
    one, other = pair(keeper)
    one.rest(GET, 1.5)
    # A shorter rest ends no longer one.
    other.rest(GET, 0.1)
    assert seconds_of(other, UPLOAD) < 0.5
    assert 0.2 < seconds_of(other) < 5


def test_a_run_may_have_the_account_for_itself(keeper: Keeper) -> None:
    one, other = pair(keeper, 1000)
    left: list[float] = []
    waiting = threading.Thread(target=lambda: left.extend(leave(other, [GET])))
    with one.alone():
        waiting.start()
        leave(one, [GET, UPLOAD] * 50)
        ended = time.monotonic()
        assert left == []
    waiting.join(10)
    assert left[0] >= ended + FRESH - 0.1
    one.wait(UPLOAD)


def test_a_rest_outlives_the_lease_within_which_it_began(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.pacing.LEASE", 0.05)
    monkeypatch.setattr("conformance.pacing.FRESH", 0.0)
    one, other = pair(keeper)
    with one.alone():
        other.rest(GET, 1.0)
    assert seconds_of(other) > 0.3


def test_a_lane_that_was_closed_before_the_machine_was_started_anew_is_open(keeper: Keeper) -> None:
    one, other = pair(keeper)
    one.rest(GET, sharing.LONGEST + 100)
    assert seconds_of(other) < 5


def test_a_run_whose_keeper_is_lost_goes_on_more_slowly_and_says_so(keeper: Keeper, tmp_path: Path) -> None:
    pace, _ = pair(keeper)
    pace.wait(GET)
    with sqlite3.connect(f"{tmp_path}/pace.sqlite") as connection:
        connection.execute("DROP TABLE lanes")
    times = leave(pace, [GET] * 7)
    assert kept(times, 5)
    assert (
        pace.lost
        == "The pace is no longer shared by this test (no such table: lanes): the run went on at 25% of the rates."
    )
    pace.rest(GET, 0.0)


def test_a_file_that_is_no_store_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = Path(sharing.on_this_machine()._path).parent
    (folder / "pace.sqlite").write_bytes(b"no database" * 1000)
    assert sharing.on_this_machine().name == "shared by all runs on this machine"


@pytest.mark.parametrize("forbids", ["a file", "others may write there"])
def test_where_the_temporary_folder_forbids_it_nothing_is_shared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forbids: str
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = Path(sharing.on_this_machine()._path).parent
    if forbids == "a file":
        (folder / "pace.sqlite").unlink()
        folder.rmdir()
        folder.touch()
    else:
        folder.chmod(0o777)
    assert sharing.on_this_machine().name == "not shared"


def test_the_store_does_not_hold_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    _, pace = parse("documented", target())
    pace.wait(GET)
    [path] = tmp_path.glob("*/pace.sqlite")
    assert KEY.encode() not in path.read_bytes()


NOW = 1_800_000_000.0


def date(seconds: float) -> str:
    return email.utils.formatdate(NOW + seconds, usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 0 "}, 0),
        ({"Retry-After": date(5)}, 5),
        ({"Retry-After": date(5), "Date": date(-3)}, 8),
        ({"Retry-After": date(-5)}, 0),
        ({"Retry-After": "1000000000"}, LONGEST_REST),
        ({"Retry-After": "9" * 5000}, LONGEST_REST),
        ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, LONGEST_REST),
        *(
            ({"Retry-After": text}, 0)
            for text in ("", "soon", "-5", "1.5", "٣", "1e3", "Fri, 99 Dec 9999 99:99:99 GMT", "0x10")
        ),
        ({"Retry-After": "7", "Date": "yesterday"}, 7),
    ],
)
def test_what_a_target_asks_for_is_waited_within_a_bound(headers: dict[str, str], seconds: float) -> None:
    rest = asked(Answer(status=429, headers=tuple(headers.items())), NOW)
    assert rest.seconds == seconds
    assert bool(rest.note) is (seconds == LONGEST_REST)


def test_a_client_that_is_refused_closes_the_lane_and_says_what_it_does_not_wait(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.pacing.LONGEST_REST", 2.0)
    one, other = pair(keeper, 1000)
    with Loopback(answer(b"{}", 429, "Retry-After: 1000000000"), answer()) as server:
        client = client_of(server, pace=one)
        asking = threading.Thread(target=lambda: client.send("GET", "/files"))
        asking.start()
        while not server.received:
            time.sleep(0.001)
        time.sleep(0.1)
        assert seconds_of(other) > 0.1
        asking.join(10)
        client.close()
    first, second = client.recorder.exchanges
    assert first.notes == ("Retry-After asks for 1000000000 s; a run waits 2 s at most",)
    assert second.started - first.started > 1.9
    assert isinstance(client.alone(), AbstractContextManager)
