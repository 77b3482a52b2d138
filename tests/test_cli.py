"""The command `conformance`, as a child process."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.clauses import registry
from conformance.mock import serve
from tests.runs_of_the_suite import Done, environment, run_command, run_suite

KEY = "sk-canary-0123456789abcdef"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Done:
    return run_suite(tmp_path_factory.mktemp("run"), "--profile=smoke")


def folder(done: Done) -> Path:
    [path] = done.folder.iterdir()
    return path


def test_help_names_every_exit_status() -> None:
    said = run_command("--help")
    assert said.status == 0
    for word in ("0 passed", "1 failed", "4 usage", "6 unproven"):
        assert word in said.said


def test_clauses_lists_every_clause() -> None:
    said = run_command("clauses")
    assert said.status == 0
    assert [line.split()[0] for line in said.said.splitlines() if "." in line.split()[0]] == list(
        registry().clauses
    )


def test_one_clause_is_shown_with_its_sources() -> None:
    said = run_command("clauses", "listing.limit-default")
    assert "2025-11-15" in said.said
    assert "https://" in said.said


def test_breaches_can_be_listed() -> None:
    said = run_command("breaches", "--list", "ids")
    assert said.status == 0
    assert "ids.unique" in said.said


def test_an_unknown_breach_is_a_usage_error() -> None:
    said = run_command("breaches", "no-such-breach")
    assert (said.status, "Traceback" in said.said) == (4, False)


def test_a_breach_is_run_and_its_catch_printed() -> None:
    said = run_command("breaches", "retrieval-bytes-as-text")
    assert said.status == 0, said.said
    assert "killed   retrieval-bytes-as-text" in said.said
    assert "1 of 1 breaches killed" in said.said


def test_a_report_is_made_again_byte_for_byte(done: Done, tmp_path: Path) -> None:
    copy = tmp_path / "run.jsonl"
    copy.write_bytes((folder(done) / "run.jsonl").read_bytes())
    said = run_command("report", str(copy))
    assert said.status == 0, said.said
    for name in ("report.html", "summary.json", "summary.md"):
        assert (tmp_path / name).read_bytes() == (folder(done) / name).read_bytes()


def test_doctor_says_that_a_target_can_be_judged() -> None:
    with serve(region="cn", keys=(KEY,)) as mock:
        said = run_command("doctor", f"--target={mock.url}", "--region=cn", key=KEY)
        assert said.status == 0, said.said
        wrong = run_command("doctor", f"--target={mock.url}", "--region=cn", key="sk-of-somebody-else")
        assert wrong.status == 1
        assert "refuses the key (401)" in wrong.said
        assert "Traceback" not in wrong.said


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_leaves_nothing_behind(tmp_path: Path, stop: signal.Signals) -> None:
    with serve(region="intl", keys=(KEY,)) as mock:
        child = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "pytest",
                "--pyargs",
                "conformance.suite",
                "-q",
                f"--target={mock.url}",
                f"--report-dir={tmp_path}",
                "-p",
                "no:cacheprovider",
            ],
            env=environment(KEY),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=tmp_path,
        )
        wait_for(lambda: len(mock.files(KEY)) >= 3)
        child.send_signal(stop)
        said, _ = child.communicate(timeout=60)
        assert child.returncode == 2, said
        assert mock.files(KEY) == []
    [path] = tmp_path.glob("*/summary.json")
    assert json.loads(path.read_text(encoding="utf-8"))["exit_status"] == 2


def wait_for(condition: object, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def test_the_mock_prints_where_it_is_and_stops_cleanly() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    child = subprocess.Popen(
        [sys.executable, "-m", "conformance", "mock", "--port", str(port)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert child.stdout
    lines = [child.stdout.readline() for _ in range(3)]
    assert any(f"127.0.0.1:{port}/compatible-mode/v1" in line for line in lines), lines
    child.send_signal(signal.SIGTERM)
    assert child.wait(timeout=20) == 0
    child.stdout.close()
