"""`conformance mock` as a child process, as a user runs it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from conformance.mock.fidelity import FIDELITY

ROOT = Path(__file__).parents[2]
PROGRAM = """
import argparse, sys
from conformance.mock.command import configure, run
parser = argparse.ArgumentParser()
configure(parser)
sys.exit(run(parser.parse_args()))
"""


@contextmanager
def child(*flags: str) -> Iterator[subprocess.Popen[str]]:
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    with process:
        try:
            yield process
        finally:
            process.terminate()  # not kill, which would leave the mock's folder behind


def greeting(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    lines = [process.stdout.readline().removeprefix("export ").strip() for _ in range(3)]
    return dict(line.split("=", 1) for line in lines)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_a_signal_comes(number: signal.Signals) -> None:
    with child(
        "--port", "0", "--region", "cn", "--breach", "retrieval-bytes-as-text", "--weather", "extra-fields"
    ) as process:
        said = greeting(process)
        assert said["OPENAI_API_KEY"] == said["DASHSCOPE_API_KEY"] == "sk-mock-cn-first"
        headers = {"authorization": f"Bearer {said['OPENAI_API_KEY']}"}
        answer = httpx.get(said["OPENAI_BASE_URL"] + "/files", headers=headers, trust_env=False)
        assert answer.json()["data"] == []
        process.send_signal(number)
        out, err = process.communicate(timeout=10)
        assert (process.returncode, out, err) == (0, "", "")


def test_the_keys_can_be_chosen_and_rates_are_on() -> None:
    with child("--port", "0", "--api-key", "sk-a", "--api-key", "sk-b") as process:
        url = greeting(process)["OPENAI_BASE_URL"]
        with httpx.Client(headers={"authorization": "Bearer sk-b"}, trust_env=False) as client:
            statuses = [client.get(f"{url}/files").status_code for _ in range(30)]
        assert statuses[:10] == [200] * 10
        assert 429 in statuses


def test_a_port_in_use_is_told_in_a_sentence() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        child("--port", str(taken.getsockname()[1])) as process,
    ):
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (4, "")
    assert err.count("\n") == 1
    assert "is in use already" in err


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (("--breach", "nonsense"), "nonsense"),
        (("--weather", "hail"), "hail"),
        (("--region", "us"), "us"),
        (("--clock", "lunar"), "lunar"),
        (("--port", "99999"), "99999"),
        (("--host", "203.0.113.7"), "203.0.113.7"),
        (("--data-dir", "/dev/null/x"), "/dev/null/x"),
        (("--api-key", "a b\n"), "API key"),
        (("--plant", "/nonsense"), "/nonsense"),
        (("--access-log", "/dev/null/x"), "/dev/null/x"),
    ],
)
def test_a_bad_argument_is_told_in_a_sentence(flags: tuple[str, ...], word: str) -> None:
    with child(*flags) as process:
        out, err = process.communicate(timeout=10)
    assert (process.returncode, out) == (4, "")
    assert err.count("\n") == 1
    assert word in err


def test_requests_are_logged_and_a_folder_is_planted(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text("hello")
    log = tmp_path / "access.log"
    with child("--port", "0", "--plant", str(tmp_path / "files"), "--access-log", str(log)) as process:
        said = greeting(process)
        headers = {"authorization": f"Bearer {said['OPENAI_API_KEY']}"}
        for _ in range(2):
            answer = httpx.get(said["OPENAI_BASE_URL"] + "/files", headers=headers, trust_env=False)
        assert [each["filename"] for each in answer.json()["data"]] == ["a.txt"]
        assert log.read_text().count(" GET /compatible-mode/v1/files 200 ") == 2


def test_fidelity_prints_every_choice_with_its_label() -> None:
    with child("--fidelity") as process:
        out, err = process.communicate(timeout=10)
    assert (process.returncode, err) == (0, "")
    assert len(out.splitlines()) == len(FIDELITY)
    assert {line.split()[0] for line in out.splitlines()} == {"documented", "observed", "inferred"}
    assert len({choice.behaviour for choice in FIDELITY}) == len(FIDELITY)


def test_the_command_is_cheap_to_import() -> None:
    program = "import sys, conformance.mock.command; print([m for m in ('starlette', 'uvicorn', 'h11') if m in sys.modules])"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env
    )
    assert done.stdout.strip() == "[]"
