"""The mock's life: rates, what survives a restart, starting and stopping."""

import gc
import socket
import tempfile
import threading
import time
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.mock import VirtualClock, serve
from tests.mock.client import Api


def test_uploads_and_the_rest_have_a_rate_each() -> None:
    clock = VirtualClock(start=1_764_475_200, step=0)
    with serve(rate_limits=True, clock=clock) as mock, Api(mock) as api, Api(mock, mock.keys[1]) as other:
        assert [api.upload().status_code for _ in range(4)] == [200, 200, 200, 429]
        file_id = mock.files()[0]
        works = [("GET", "files"), ("GET", f"files/{file_id}"), ("DELETE", "files/none")] * 4
        statuses = [api.request(method, path).status_code for method, path in works]
        assert statuses == [200, 200, 404] * 3 + [200, 429, 429]
        assert (other.upload().status_code, other.get("files").status_code) == (200, 200)
        clock.advance(0.34)
        assert [api.upload().status_code for _ in range(2)] == [200, 429]
        clock.advance(60)
        assert [api.get("files").status_code for _ in range(11)] == [200] * 10 + [429]


def test_a_throttled_request_is_told_so_as_documented() -> None:
    with serve(rate_limits=True, clock=VirtualClock(step=0)) as mock, Api(mock) as api:
        answer = [api.upload() for _ in range(4)][-1]
        assert answer.json()["error"]["code"] == "limit_requests"
        assert answer.json()["error"]["message"] == "You exceeded your current requests list."
        assert "retry-after" not in answer.headers


def test_rates_can_be_kept_for_a_while() -> None:
    with serve(clock=VirtualClock(step=0)) as mock, Api(mock) as api:
        for _ in range(2):
            assert [api.upload().status_code for _ in range(5)] == [200] * 5
            # Each time begins afresh, whatever was admitted before.
            with mock.limited():
                assert [api.upload().status_code for _ in range(4)] == [200, 200, 200, 429]


def test_rates_that_are_kept_anyway_are_kept_afterwards() -> None:
    with serve(rate_limits=True, clock=VirtualClock(step=0)) as mock, Api(mock) as api:
        with mock.limited():
            assert [api.upload().status_code for _ in range(4)] == [200, 200, 200, 429]
        assert [api.upload().status_code for _ in range(4)] == [200, 200, 200, 429]


def test_a_data_directory_outlives_the_mock(tmp_path: Path) -> None:
    with serve(data_dir=tmp_path, seed=3) as mock, Api(mock) as api:
        kept = [api.upload(f"{number}.txt", b"x" * number).json() for number in range(1, 4)]
        api.delete(f"files/{kept[1]['id']}")
    (tmp_path / "incoming" / "left-by-a-crash").write_bytes(b"half")
    with serve(data_dir=tmp_path, seed=3) as mock, Api(mock) as api:
        assert api.get("files").json()["data"] == [kept[2], kept[0]]
        assert api.get(f"files/{kept[1]['id']}").status_code == 404
        assert mock.half_received() == 0
        assert api.upload().json()["id"] not in {file["id"] for file in kept}
    assert len(list((tmp_path / "bodies").iterdir())) == 3


def test_two_mocks_do_not_share_a_data_directory(tmp_path: Path) -> None:
    with (
        serve(data_dir=tmp_path),
        pytest.raises(UsageError, match="in use by another mock"),
        serve(data_dir=tmp_path),
    ):
        pass


def test_a_data_directory_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(UsageError, match="cannot be written"), serve(data_dir=tmp_path / "file"):
        pass
    (tmp_path / "state.sqlite").write_text("nonsense " * 200)
    with pytest.raises(UsageError, match="does not hold the state of a mock"), serve(data_dir=tmp_path):
        pass


def test_no_key_is_written_to_the_data_directory(tmp_path: Path) -> None:
    with serve(data_dir=tmp_path, keys=("sk-very-secret",)) as mock, Api(mock) as api:
        api.upload()
    assert not [
        path for path in tmp_path.rglob("*") if path.is_file() and b"sk-very-secret" in path.read_bytes()
    ]


def test_nothing_is_left_when_the_mock_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads = threading.active_count()
    with serve() as mock:
        port = mock.port
        assert len(list(tmp_path.iterdir())) == 1
        with Api(mock) as api:
            api.upload()
        idle = socket.create_connection((mock.host, port))
        idle.sendall(b"GET / HTTP/1.1\r\n")
    gc.collect()
    assert idle.recv(1000) == b""
    idle.close()
    assert threading.active_count() == threads
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((mock.host, port))
    with serve(port=port) as again:
        assert again.port == port


def test_a_mock_starts_and_answers_at_once() -> None:
    with serve():
        pass
    begun = time.perf_counter()
    with serve() as mock, Api(mock) as api:
        assert api.get("files").status_code == 200
    assert time.perf_counter() - begun < 0.3


def test_an_answer_does_not_wait_for_an_acknowledgement() -> None:
    """With Nagle's delay on, each of these takes 44 ms."""
    with serve() as mock, Api(mock) as api:
        begun = time.perf_counter()
        for _ in range(20):
            api.get("files")
        assert time.perf_counter() - begun < 0.5


def test_many_mocks_live_side_by_side() -> None:
    with serve() as one, serve(region="cn") as two, Api(one) as first, Api(two) as second:
        first.upload()
        assert (len(first.ids()), len(second.ids())) == (1, 0)


def test_clients_may_come_all_at_once() -> None:
    with serve() as mock:
        failures: list[object] = []

        def work() -> None:
            with Api(mock) as api:
                for _ in range(10):
                    answer = api.upload(body=b"x" * 5000)
                    if answer.status_code != 200:
                        failures.append(answer.text)

        workers = [threading.Thread(target=work) for _ in range(8)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        assert failures == []
        assert len(set(mock.files())) == 80
