"""The mock under load and under fire: large bodies, many connections, kill -9, several workers on one folder."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from conformance.mock import Mock, serve
from tests.mock.client import Api
from tests.mock.test_mock_command import child, greeting

MEGABYTE = 1024 * 1024
BOUNDARY = "b"
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()


def head(purpose: str, name: str) -> bytes:
    return (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n'
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    ).encode()


def ask(address: str, key: str, length: int, pieces: Iterator[bytes]) -> tuple[int, dict[str, object]]:
    """Upload what need not fit into our own memory either."""
    at = urlsplit(address)
    connection = http.client.HTTPConnection(at.hostname or "", at.port, timeout=60)
    headers = {
        "authorization": f"Bearer {key}",
        "content-type": f"multipart/form-data; boundary={BOUNDARY}",
        "content-length": str(length),
    }
    connection.request("POST", f"{at.path}/files", pieces, headers)
    answer = connection.getresponse()
    value: dict[str, object] = json.loads(answer.read())
    connection.close()
    return answer.status, value


def peak(process: "subprocess.Popen[str]") -> float:
    """The most memory that a process has had, in megabytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's peak memory")
def test_an_upload_of_500_mb_takes_less_than_80_mb_of_memory() -> None:
    line = json.dumps({"custom_id": "%", "method": "POST", "url": "/v1/x", "body": {"text": "x" * 5_000_000}})
    lines = [line.replace("%", str(number)).encode() + b"\n" for number in range(10)]
    count = 500 * MEGABYTE // len(lines[0])
    before, size = head("batch", "large.jsonl"), count * len(lines[0])

    def pieces() -> Iterator[bytes]:
        yield before
        for number in range(count):
            yield lines[number % 10]
        yield TAIL

    with child("--port", "0") as process:
        said = greeting(process)
        length = len(before) + size + len(TAIL)
        status, file = ask(said["OPENAI_BASE_URL"], said["OPENAI_API_KEY"], length, pieces())
        assert (status, file["bytes"]) == (200, size)
        assert peak(process) < 80


def test_what_is_too_large_is_refused_before_it_is_sent(mock: Mock) -> None:
    with socket.create_connection((mock.host, mock.port)) as connection:
        connection.settimeout(10)
        connection.sendall(
            b"POST /compatible-mode/v1/files HTTP/1.1\r\nhost: x\r\n"
            + f"authorization: Bearer {mock.key}\r\n".encode()
            + b"content-type: multipart/form-data; boundary=b\r\ncontent-length: 900000000\r\n\r\n"
        )
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"Payload Too Large." in answer


def test_two_hundred_connections_at_once_are_all_answered(mock: Mock) -> None:
    wanted = (
        f"GET /compatible-mode/v1/files?limit=1 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {mock.key}\r\n"
    )
    connections = [socket.create_connection((mock.host, mock.port)) for _ in range(200)]
    # All are in the middle of a request before any is finished.
    for connection in connections:
        connection.settimeout(10)
        connection.sendall(wanted.encode())
    for connection in reversed(connections):
        connection.sendall(b"\r\n")
    for connection in connections:
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")
        connection.close()


@pytest.mark.parametrize("workers", ["1", "3"])
def test_whatever_was_acknowledged_outlives_a_kill(tmp_path: Path, workers: str) -> None:
    flags = ("--port", "0", "--data-dir", str(tmp_path), "--rate-limits", "off", "--workers", workers)
    acknowledged: dict[str, bytes] = {}
    enough = threading.Event()

    def upload_for_ever(url: str, key: str, number: int) -> None:
        with httpx.Client(trust_env=False, headers={"authorization": f"Bearer {key}"}) as client:
            for turn in range(10_000):
                # Some are held until they are kept, some are spilled while they arrive.
                body = f"{number}-{turn} ".encode() * (30_000 if turn % 3 else 1)
                try:
                    answer = client.post(
                        f"{url}/files", data={"purpose": "file-extract"}, files={"file": ("a.txt", body)}
                    )
                except httpx.TransportError:
                    return
                acknowledged[answer.json()["id"]] = body
                if len(acknowledged) >= 40:
                    enough.set()

    with child(*flags) as process:
        said = greeting(process)
        url, key = said["OPENAI_BASE_URL"], said["OPENAI_API_KEY"]
        with ThreadPoolExecutor(8) as pool:
            for number in range(8):
                pool.submit(upload_for_ever, url, key, number)
            assert enough.wait(60)
            process.send_signal(signal.SIGKILL)
        process.wait(10)
    # The workers see that the one who started them is gone; until then the folder is theirs.
    deadline = time.monotonic() + 20
    while not is_free(url):
        assert time.monotonic() < deadline
    with serve(data_dir=tmp_path) as mock, Api(mock) as api:
        assert acknowledged.keys() <= set(mock.files())
        for file_id, body in acknowledged.items():
            assert api.get(f"files/{file_id}").json()["bytes"] == len(body)
            assert (tmp_path / "bodies" / file_id).read_bytes() == body
        assert {path.name for path in (tmp_path / "bodies").iterdir()} == set(mock.files())
        assert list((tmp_path / "incoming").iterdir()) == []


def is_free(url: str) -> bool:
    at = urlsplit(url)
    try:
        socket.create_connection((at.hostname or "", at.port or 0)).close()
    except OSError:
        return True
    return False


def test_workers_see_the_same_files_and_keep_one_rate(tmp_path: Path) -> None:
    flags = ("--port", "0", "--data-dir", str(tmp_path), "--workers", "3")
    with child(*flags) as process:
        said = greeting(process)
        headers = {"authorization": f"Bearer {said['OPENAI_API_KEY']}", "connection": "close"}
        url = said["OPENAI_BASE_URL"] + "/files"
        statuses = []
        form = {"data": {"purpose": "file-extract"}, "files": {"file": ("a.txt", b"x")}}
        for _ in range(12):
            answer = httpx.post(url, headers=headers, trust_env=False, **form)  # type: ignore[arg-type]
            statuses.append(answer.status_code)
        made = statuses.count(200)
        assert statuses[:3] == [200] * 3
        assert 429 in statuses
        for _ in range(6):
            assert len(httpx.get(url, headers=headers, trust_env=False).json()["data"]) == made
        process.terminate()
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells a process's children")
def test_another_takes_the_place_of_a_worker_that_is_killed(tmp_path: Path) -> None:
    with child("--port", "0", "--data-dir", str(tmp_path), "--workers", "2") as process:
        said = greeting(process)
        before = workers_of(process.pid)
        os.kill(min(before), signal.SIGKILL)
        deadline = time.monotonic() + 30
        while len(workers_of(process.pid)) < 2 or workers_of(process.pid) == before:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        os.kill(max(before), signal.SIGKILL)
        while workers_of(process.pid) & before:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        headers = {"authorization": f"Bearer {said['OPENAI_API_KEY']}"}
        url = said["OPENAI_BASE_URL"] + "/files"
        assert httpx.get(url, headers=headers, trust_env=False, timeout=30).status_code == 200
        process.terminate()
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    assert f"worker {min(before)} died, and another took its place\n" in err


def workers_of(pid: int) -> set[int]:
    """Name the processes that serve; the one that cleans up after spawned processes is not among them."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    found = set()
    for each in children:
        with contextlib.suppress(OSError):
            if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes():
                found.add(int(each))
    return found


@pytest.mark.parametrize("flags", [(), ("--data-dir", "{}", "--seed", "1"), ("--data-dir", "{}", "--weather", "latency"), ("--data-dir", "{}", "--clock", "virtual")])  # fmt: skip
def test_workers_are_not_asked_to_agree_on_chance(tmp_path: Path, flags: tuple[str, ...]) -> None:
    with child("--workers", "2", *(flag.format(tmp_path) for flag in flags)) as process:
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err.count("\n")) == (4, "", 1)
    assert "several workers share a --data-dir" in err
