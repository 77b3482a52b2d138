"""What a run would cost: counted without a word to the target, and right within a tenth."""

from pathlib import Path

import pytest

from conformance.exchange import Answer, Exchange, Request
from conformance.mock import serve
from conformance.options import STRANGERS, settle
from conformance.plan import Cost, chapter_of, costs, together
from tests.loopback import Loopback, answer
from tests.runs_of_the_suite import run_command, run_suite

KEY = "sk-canary-0123456789abcdef"


def exchange(
    test: str, method: str = "GET", path: str = "/files", body: bytes = b"{}", size: int = 0
) -> Exchange:
    return Exchange(
        number=0,
        request=Request(method=method, path=path, body_bytes=size),
        answer=Answer(status=200, headers=(("content-type", "application/json"),), body=body),
        operation="createChatCompletion" if path.startswith("/chat") else None,
        test=test,
    )


def test_requests_are_counted_by_the_chapter_that_they_were_sent_for() -> None:
    rows = costs(
        [
            exchange("corpus", "POST", size=5),
            exchange("suite/test_listing.py::test_a[b::c]"),
            exchange("corpus", "POST", size=7),
        ]
    )
    assert rows == (
        Cost(chapter="corpus", requests=2, uploads=2, bytes_sent=12),
        Cost(chapter="listing", requests=1),
    )


def test_the_tokens_of_a_chat_and_of_a_result_are_counted_once() -> None:
    said = b'{"object": "chat.completion", "choices": [], "usage": {"total_tokens": 7}}'
    line = b'{"custom_id": "1", "response": {"body": {"usage": {"total_tokens": 5}}}}\n'
    broken = b'{"custom_id": "2", "response": {"body": {"usage": {"total_tokens": true}}}}\n[]\n'
    chat = exchange("test_chat.py::a", "POST", "/chat/completions", said)
    results = exchange("test_batches.py::a", path="/files/file-batch_output-1/content", body=line + broken)
    assert together(costs([chat, results, results])).tokens == 12


@pytest.mark.parametrize(
    ("test", "chapter"),
    [
        ("preflight", "preflight"),
        ("clean-up", "clean-up"),
        ("limits.other-formats", "limits"),
        ("conformance/suite/test_batches_list.py::test_a", "batches"),
        ("test_chat.py::test_a[x.y]", "chat"),
    ],
)
def test_the_chapter_is_that_of_the_test(test: str, chapter: str) -> None:
    assert chapter_of(test) == chapter


@pytest.mark.parametrize(("pace", "minutes"), [("documented", 10 / 60), ("1", 1.0), ("off", None)])
def test_uploads_and_others_go_side_by_side_at_the_pace(pace: str, minutes: float | None) -> None:
    cost = Cost(chapter="a", requests=90, uploads=30)
    found = cost.minutes(pace)
    assert found == (None if minutes is None else pytest.approx(minutes, rel=0.1))


def test_a_plan_sends_the_target_nothing_writes_nothing_and_needs_no_key(tmp_path: Path) -> None:
    with Loopback(answer()) as server:
        done = run_suite(tmp_path / "reports", f"--target={server.url}", "--plan", "--profile=smoke")
        assert server.received == []
    assert done.status == 0, done.said
    assert "Nothing was sent to" in done.said
    assert "passed" not in done.said
    assert not (tmp_path / "reports").exists()


def test_the_command_takes_the_options_of_a_run() -> None:
    done = run_command("plan", "--target=cn", "--profile=smoke", "--budget-requests=20")
    assert done.status == 0, done.said
    assert 10 <= planned(done.said)[0] <= 20


def test_a_flag_that_is_none_is_told_in_one_sentence() -> None:
    done = run_command("plan", "--target=nowhere")
    assert done.status == 4
    assert "names nothing known" in done.said
    assert "Traceback" not in done.said


@pytest.mark.parametrize("option", ["--billable=no", "--billable=yes"])
def test_a_plan_is_right_within_a_tenth(tmp_path: Path, option: str) -> None:
    with serve(region="intl", keys=(KEY, "sk-second-0123456789")) as mock:
        settle(mock, STRANGERS)
        options = (f"--target={mock.url}", "--pace=off", option)
        plan = planned(run_suite(tmp_path / "plan", *options, "--plan", key=KEY).said)
        totals = run_suite(tmp_path / "reports", *options, key=KEY).summary["totals"]
    billable = totals["billable"]
    sent = (
        totals["requests"] + billable["requests"],
        totals["uploads"] + billable["uploads"],
    )
    assert plan[:2] == pytest.approx(sent, rel=0.1)
    assert plan[3] == pytest.approx(totals["tokens"], rel=0.1) or option == "--billable=yes"


def planned(said: str, row: str = "All") -> list[int]:
    """Read a row of a plan: requests, uploads, bytes, tokens."""
    [line] = [line for line in said.splitlines() if line.split()[:1] == [row]]
    return [int(word.replace(",", "")) for word in line.split()[1:5]]
