"""A run in several processes, or on several machines, against the run that one process gives."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from conformance import runs
from conformance.mock import Mock, serve
from conformance.options import STRANGERS, settle
from tests.runs_of_the_suite import Done, run_command, run_suite

KEY = "sk-canary-0123456789abcdef"
SECOND = "sk-second-0123456789"
# Both wait for nothing that takes its time, and know both accounts.
OPTIONS = ("--pace=off", "--region=cn", "--billable=yes")
ACCOUNTS = {"DASHSCOPE_SECOND_API_KEY": SECOND}


@contextmanager
def account() -> Iterator[Mock]:
    """Give an account that no run has used, on a server that does one thing wrong."""
    with serve(region="cn", keys=(KEY, SECOND), breaches=["deleted-files-are-listed-by-purpose"]) as mock:
        settle(mock, STRANGERS)
        yield mock


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Done:
    with account() as mock:
        return run(mock, tmp_path_factory.mktemp("alone"))


def run(mock: Mock, folder: Path, *options: str) -> Done:
    return run_suite(
        folder / "reports", f"--target={mock.url}", *OPTIONS, *options, key=KEY, more=ACCOUNTS, timeout=300
    )


def verdicts(done: Done | dict[str, Any]) -> set[tuple[str, str]]:
    summary = done.summary if isinstance(done, Done) else done
    return {(row["id"], row["verdict"]) for row in summary["clauses"]}


@pytest.mark.parametrize("count", ["2", "auto"])
def test_several_processes_come_to_the_same_verdicts(alone: Done, tmp_path: Path, count: str) -> None:
    with account() as mock:
        before = mock.files()
        done = run(mock, tmp_path, "-n", count)
        assert mock.files() == before
    assert verdicts(done) == verdicts(alone), done.said
    assert done.status == alone.status == 1
    assert done.summary["totals"]["requests"] < 2 * alone.summary["totals"]["requests"]
    assert "deletion.not-listed" in done.said


def test_one_log_and_one_report_come_of_them(tmp_path: Path) -> None:
    with account() as mock:
        done = run(mock, tmp_path, "-n", "3", "-m", "chat or content or ids")
    [folder] = done.folder.iterdir()
    one = runs.read(folder / "run.jsonl")
    assert [exchange.number for exchange in one.exchanges] == list(range(1, len(one.exchanges) + 1))
    moments = [exchange.started for exchange in one.exchanges]
    assert moments == sorted(moments)
    assert {row.chapter for row in one.clauses if row.verdict == "pass"} >= {"chat", "content", "ids"}
    assert done.said.strip().splitlines()[-1].startswith("report: ")
    assert "%" not in done.said


def test_shards_join_to_the_run_of_one_machine(alone: Done, tmp_path: Path) -> None:
    parts = []
    with account() as mock:
        for at in (1, 2, 3):
            (tmp_path / f"host-{at}").mkdir()
            parts.append(run(mock, tmp_path / f"host-{at}", f"--shard={at}/3"))
    folders = [next(part.folder.iterdir()) for part in parts]
    joined = run_command("merge", *map(str, folders), f"--report-dir={tmp_path / 'reports'}")
    assert joined.status == 1, joined.said
    whole = Done(status=1, said="", folder=tmp_path / "reports")
    assert verdicts(whole) == verdicts(alone)


@pytest.mark.parametrize("shard", ["0/2", "3/2", "1/4", "half", "1/0"])
def test_a_shard_that_is_none_is_told_in_one_sentence(tmp_path: Path, shard: str) -> None:
    done = run_suite(tmp_path / "reports", f"--shard={shard}")
    assert done.status == 4
    assert f"--shard={shard}" in done.said
    assert "Traceback" not in done.said


@pytest.mark.parametrize("option", ["--plan", "--budget-requests=9", "--shard=1/2"])
def test_what_counts_within_one_process_goes_with_no_other(tmp_path: Path, option: str) -> None:
    done = run_suite(tmp_path / "reports", "-n", "2", option)
    assert done.status == 4
    assert f"-n does not go with {option.partition('=')[0]}" in done.said
    assert "Traceback" not in done.said


def test_an_unreachable_target_is_told_once_by_several_processes(tmp_path: Path) -> None:
    done = run_suite(tmp_path / "reports", "--target=http://127.0.0.1:9", "-n", "2", key=KEY)
    assert done.status == 6, done.said
    assert "cannot be used" in done.said
    assert done.said.count("cannot be used") <= 2 + done.said.count("unproven")
