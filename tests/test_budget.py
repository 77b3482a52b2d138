"""Caps that are never passed, but by cleaning up."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance import runs
from conformance.budget import LONGEST_ANSWER, Budget, Caps, OutOfBudget
from conformance.exchange import Answer, Exchange, Request
from conformance.mock import serve
from conformance.replies import CHAT, PATH
from tests.runs_of_the_suite import run_suite

GET = Request(method="GET", path="/files")
UPLOAD = Request(method="POST", path="/files", body_bytes=10)
USED = b'{"usage": {"total_tokens": 7}}'
STREAM = b'data: {"usage": {"total_tokens": 3}}\n\ndata: {"usage": {"total_tokens": 7}}\n\ndata: [DONE]\n\n'


def counts(budget: Budget) -> tuple[int, int, int]:
    return budget.requests, budget.uploads, budget.bytes


def test_everything_is_counted() -> None:
    budget = Budget(Caps())
    for request in (GET, UPLOAD, UPLOAD):
        budget.spend(request)
    assert counts(budget) == (3, 2, 20)


@pytest.mark.parametrize(
    ("caps", "before", "last", "said"),
    [
        (Caps(requests=3), [GET, UPLOAD, GET], GET, "--budget-requests=3 is used up"),
        (Caps(requests=1), [], UPLOAD, "--budget-requests=1 is used up"),
        (Caps(uploads=1), [UPLOAD, GET, GET], UPLOAD, "--budget-uploads=1 is used up"),
        (Caps(bytes=20), [UPLOAD, UPLOAD, GET], UPLOAD, "--budget-bytes=20 is used up"),
        (Caps(bytes=9), [GET], UPLOAD, "--budget-bytes=9 is used up"),
        (Caps(requests=0), [], GET, "--budget-requests=0 is used up"),
    ],
)
def test_a_cap_is_reached_and_never_passed(
    caps: Caps, before: list[Request], last: Request, said: str
) -> None:
    budget = Budget(caps)
    for request in before:
        budget.spend(request)
    spent = counts(budget)
    for _ in range(2):
        with pytest.raises(OutOfBudget, match=said):
            budget.spend(last)
    assert counts(budget) == spent


def test_a_file_that_is_there_keeps_a_request_free_for_its_deletion() -> None:
    budget = Budget(Caps(requests=3))
    said = Answer(status=200, headers=(("content-type", "application/json"),), body=b'{"id": "file-fe-1"}')
    budget.settle(Exchange(number=1, request=UPLOAD, answer=said), budget.spend(UPLOAD))
    budget.spend(GET)
    with pytest.raises(OutOfBudget):
        budget.spend(GET)
    deletion = Request(method="DELETE", path="/files/file-fe-1")
    refused = Exchange(number=2, request=deletion, answer=Answer(status=401))
    budget.settle(refused, 0)
    with pytest.raises(OutOfBudget):
        budget.spend(GET)
    budget.spend(deletion)
    assert counts(budget)[0] == 3


def test_cleaning_up_is_counted_and_never_refused() -> None:
    budget = Budget(Caps(requests=1, uploads=0, bytes=0))
    for _ in range(3):
        budget.spend(GET, cleaning=True)
    assert counts(budget) == (3, 0, 0)


def chat(content: str = "?", **others: Any) -> Request:
    body = json.dumps({"messages": [{"role": "user", "content": content}], **others})
    return Request(method="POST", path=PATH, body=body, body_bytes=len(body.encode()))


def answered(request: Request, body: bytes = b"{}", status: int = 200) -> Exchange:
    operation = CHAT if request.path == PATH else "uploadFile"
    return Exchange(number=1, request=request, operation=operation, answer=Answer(status=status, body=body))


def asked(budget: Budget, request: Request, body: bytes = b"{}", status: int = 200) -> None:
    budget.settle(answered(request, body, status), budget.spend(request))


def fits(caps: Caps, request: Request, *before: tuple[Request, bytes, int]) -> bool:
    budget = Budget(caps)
    for each in before:
        asked(budget, *each)
    try:
        budget.spend(request)
    except OutOfBudget:
        return False
    return True


@pytest.mark.parametrize(
    ("request_", "most"),
    [
        (chat(max_tokens=20), chat(max_tokens=20).body_bytes + 20),
        (chat("家" * 50, max_tokens=20), chat("家" * 50, max_tokens=20).body_bytes + 20),
        (chat(), chat().body_bytes + LONGEST_ANSWER),
        (chat(max_tokens=0), chat(max_tokens=0).body_bytes + LONGEST_ANSWER),
        (chat(max_tokens=True), chat(max_tokens=True).body_bytes + LONGEST_ANSWER),
        (Request(method="POST", path=PATH, body="{", body_bytes=1), 1 + LONGEST_ANSWER),
    ],
)
def test_a_question_is_sent_only_where_the_most_that_it_can_use_fits(request_: Request, most: int) -> None:
    assert fits(Caps(tokens=most), request_)
    assert not fits(Caps(tokens=most - 1), request_)


def test_a_file_that_a_question_names_counts_with_all_its_bytes() -> None:
    uploaded = (UPLOAD, b'{"id": "file-fe-1"}', 200)
    named = chat("fileid://file-fe-1,fileid://file-fe-2", max_tokens=1)
    most = named.body_bytes + UPLOAD.body_bytes + 1
    assert fits(Caps(tokens=most), named, uploaded)
    assert not fits(Caps(tokens=most - 1), named, uploaded)
    assert fits(Caps(tokens=most - 1), named, (UPLOAD, b'{"id": "file-fe-1"}', 400))


@pytest.mark.parametrize("body", [USED, STREAM])
def test_what_an_answer_says_takes_the_place_of_the_most(body: bytes) -> None:
    question = chat(max_tokens=100)
    most = question.body_bytes + 100
    budget = Budget(Caps(tokens=most + 14))
    asked(budget, question, body)
    asked(budget, question, body)
    assert budget.tokens == 14
    asked(budget, question, b"{}", 400)
    assert budget.tokens == 14
    budget.spend(question)
    with pytest.raises(OutOfBudget):
        budget.spend(question)
    budget.spend(GET)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b'{"usage": null}',
        b'{"usage": {"total_tokens": "7"}}',
        b'{"usage": {"total_tokens": -7}}',
        b'data: {"choices": []}\n\ndata: [DONE]\n\n',
    ],
)
@pytest.mark.parametrize("status", [200, 500])
def test_where_no_answer_tells_it_the_most_stays_set_aside(body: bytes, status: int) -> None:
    question = chat(max_tokens=100)
    most = question.body_bytes + 100
    assert not fits(Caps(tokens=2 * most - 1), question, (question, body, status))
    assert fits(Caps(tokens=2 * most), question, (question, body, status))


def test_what_was_never_answered_stays_set_aside() -> None:
    question = chat(max_tokens=100)
    budget = Budget(Caps(tokens=question.body_bytes + 100))
    budget.settle(
        Exchange(number=1, request=question, operation=CHAT, trouble="silence"), budget.spend(question)
    )
    with pytest.raises(OutOfBudget, match=f"--budget-tokens={budget.caps.tokens} is used up"):
        budget.spend(question)
    assert budget.tokens == 0


def test_a_run_without_tokens_asks_no_question_and_says_so(tmp_path: Path) -> None:
    key = "sk-canary-0123456789abcdef"
    with serve(region="cn", keys=(key, "sk-second-0123456789")) as mock:
        target = f"--target={mock.url.removesuffix('/compatible-mode/v1')}"
        done = run_suite(
            tmp_path, target, "--region=cn", "--pace=off", "--budget-tokens=1", "-m", "chat", key=key
        )
    assert done.status == 6, done.said
    reasons = {row["reason"] for row in done.summary["clauses"] if row["id"].startswith("chat.")}
    assert "--budget-tokens=1 is used up" in reasons
    assert not {name for name in done.verdicts("pass", "fail") if name.startswith("chat.")}
    [path] = tmp_path.glob("*/run.jsonl")
    run = runs.read(path)
    assert not [exchange for exchange in run.exchanges if exchange.operation == CHAT]
    assert run.footer.totals.tokens == done.summary["totals"]["tokens"] == 0


def test_a_run_that_was_told_to_stop_sends_nothing_but_its_cleaning() -> None:
    budget = Budget(Caps())
    budget.stopped = True
    request = Request(method="GET", path="/files")
    with pytest.raises(KeyboardInterrupt):
        budget.spend(request)
    assert budget.requests == 0
    budget.spend(request, cleaning=True)
    assert budget.requests == 1
