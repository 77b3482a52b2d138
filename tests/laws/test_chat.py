"""The laws of the chat against answers written by hand."""

from typing import Any

import pytest

from conformance.contract import contract
from conformance.exchange import Answer, Exchange, Request
from conformance.replies import CHAT, PATH

from .history import History
from .talk import STREAM, USAGE, WHOLE, add, answered, chunks, completion, streamed


def test_a_lawful_answer_is_accused_of_nothing() -> None:
    history = History()
    exchange = answered(history, completion())
    assert history.accused() == set()
    assert history.proven() >= {"chat.model", "chat.usage-sum"}
    assert "chat.stream" not in history.proven()
    assert contract().judge(exchange).violations == ()


def test_more_members_are_lawful() -> None:
    usage = {**USAGE, "prompt_tokens_details": {"cached_tokens": 0}}
    history = History()
    exchange = answered(history, completion(usage=usage, system_fingerprint=None, request_id="1"))
    assert history.accused() == set()
    assert contract().judge(exchange).violations == ()


def test_a_stream_that_nobody_asked_for_is_accused() -> None:
    history = History()
    streamed(history, chunks(usage=False), wanted=WHOLE)
    assert history.accused() == {"chat.stream"}


def test_one_object_in_place_of_a_stream_is_accused() -> None:
    history = History()
    answered(history, completion(), wanted=STREAM)
    assert history.accused() == {"chat.stream"}


def test_traffic_whose_requests_were_not_kept_is_not_accused() -> None:
    history = History()
    answer = streamed(history, chunks(usage=False)).answer
    request = Request(method="POST", path=PATH)
    history.exchanges[:] = [Exchange(number=1, request=request, answer=answer, operation=CHAT)]
    assert history.accused() == set()


@pytest.mark.parametrize("kind", ["application/json", "text/plain", ""])
def test_a_stream_under_another_media_type_is_accused(kind: str) -> None:
    history = History()
    streamed(history, chunks(), kind=kind)
    assert history.accused() == {"chat.media-type"}


def test_one_object_under_the_media_type_of_streams_is_accused() -> None:
    history = History()
    answered(history, completion(), kind="text/event-stream")
    assert history.accused() == {"chat.media-type"}


@pytest.mark.parametrize(
    ("asked", "said", "clause"),
    [
        ("qwen-long", "qwen-plus", "chat.model"),
        ("qwen-long-latest", "qwen-long", "chat.model"),
        ("qwen-doc-turbo", "qwen-long", "documents.model"),
    ],
)
def test_an_answer_of_another_model_is_accused(asked: str, said: str, clause: str) -> None:
    history = History()
    answered(history, completion(model=said), wanted={"model": asked})
    assert history.accused() == {clause}


@pytest.mark.parametrize(
    ("usage", "clause"),
    [
        ({**USAGE, "total_tokens": 5487}, "chat.usage-sum"),
        ({**USAGE, "total_tokens": 5488.0}, "chat.usage-sum"),
        ({"prompt_tokens": 5, "completion_tokens": 0, "total_tokens": 5}, "chat.completion-tokens"),
    ],
)
def test_a_usage_that_miscounts_is_accused(usage: dict[str, Any], clause: str) -> None:
    history = History()
    answered(history, completion(usage=usage))
    streamed(history, [*chunks()[:-1], {**chunks()[-1], "usage": usage}])
    assert history.accused() == {clause}


def test_an_answer_that_is_no_answer_breaks_no_law() -> None:
    history = History()
    for body in (b"", b"[]", b"not json", b"{}", b'{"choices": 7}', b'{"choices": [[]], "usage": 3}'):
        answered(history, body)
        streamed(history, [], end=body.decode())
    streamed(history, [{"choices": 7}, {"choices": [7]}, {"choices": [{"delta": 7}]}])
    assert history.accused() <= {
        *("chat.stream", "chat.media-type", "chat.stream-role", "chat.stream-text", "chat.stream-done"),
        *("chat.stream-finish", "chat.stream-usage"),
    }


def test_a_server_error_for_one_question_is_told_from_answers_to_others() -> None:
    history = History()
    answered(history, completion())
    for _ in range(3):
        add(history, {**WHOLE, "messages": []}, Answer(status=500))
    assert history.accused() == {"errors.no-server-error"}
