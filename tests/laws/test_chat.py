"""The laws of the chat against answers written by hand."""

from dataclasses import replace
from typing import Any

import pytest

from conformance.contract import contract
from conformance.exchange import Answer, Exchange, Request
from conformance.replies import CHAT, PATH

from .history import NOW, History
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
        ("qwen-long-latest", "qwen-longer", "chat.model"),
    ],
)
def test_an_answer_of_another_model_is_accused(asked: str, said: str, clause: str) -> None:
    history = History()
    answered(history, completion(model=said), wanted={"model": asked})
    assert history.accused() == {clause}


def test_the_latest_version_of_a_model_may_be_named_by_its_date() -> None:
    history = History()
    answered(history, completion(model="qwen-long-2025-01-25"), wanted={"model": "qwen-long-latest"})
    assert history.accused() == set()


def asked(text: str, **more: Any) -> dict[str, Any]:
    return {**WHOLE, "messages": [{"role": "user", "content": text}], **more}


@pytest.mark.parametrize(("other", "accused"), [("And you?", {"chat.id"}), ("How are you?", set())])
def test_the_id_of_an_answer_may_come_again_with_the_same_question(other: str, accused: set[str]) -> None:
    history = History()
    for text in ("How are you?", other):
        answered(history, completion(), wanted=asked(text))
    assert history.accused() == accused


@pytest.mark.parametrize(("behind", "accused"), [(86_400, True), (-28_800, True), (200, False)])
def test_an_answer_that_is_not_of_its_time_is_accused(behind: int, accused: bool) -> None:  # noqa: FBT001
    history = History()
    answered(history, completion(created=NOW - behind))
    assert (history.accused() == {"chat.created"}) is accused


def test_an_old_answer_among_new_ones_may_come_from_a_cache() -> None:
    history = History()
    answered(history, completion(created=NOW - 86_400))
    answered(history, completion(id="chatcmpl-2"))
    assert history.accused() == set()
    streamed(history, [{**piece, "id": "chatcmpl-3", "created": NOW - 86_400} for piece in chunks()])
    assert history.accused() == {"chat.created"}


def test_an_answer_of_which_nobody_knows_when_it_was_asked_for_is_not_accused() -> None:
    history = History()
    answered(history, completion(created=NOW - 86_400))
    history.exchanges[:] = [replace(each, started=0.0) for each in history.exchanges]
    assert history.accused() == set()


TEXTS = ("Hi.", "Hello to you.", "A" * 90)


@pytest.mark.parametrize(("texts", "accused"), [(TEXTS, True), (TEXTS[:2], False), (("a", "b", "c"), False)])
def test_one_count_for_questions_of_any_length_is_accused(texts: tuple[str, ...], accused: bool) -> None:  # noqa: FBT001
    history = History()
    for number, text in enumerate(texts):
        answered(history, completion(id=f"chatcmpl-{number}"), wanted=asked(text))
    assert (history.accused() == {"chat.prompt-tokens"}) is accused


@pytest.mark.parametrize("content", [[{"type": "text", "text": "A" * 99}], "fileid://file-fe-" + "0" * 99])
def test_what_is_asked_in_other_ways_than_by_its_text_has_no_length(content: object) -> None:
    history = History()
    for number, text in enumerate((*TEXTS[:2], content)):
        wanted = {**WHOLE, "messages": [{"role": "user", "content": text}]}
        answered(history, completion(id=f"chatcmpl-{number}"), wanted=wanted)
    assert history.accused() == set()


def test_one_count_for_answers_of_any_length_is_accused() -> None:
    history = History()
    for number, text in enumerate(TEXTS):
        message = {"role": "assistant", "content": text}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        answered(history, completion(id=f"chatcmpl-{number}", choices=choices), wanted=asked("?" * number))
    assert history.accused() == {"chat.completion-tokens"}


@pytest.mark.parametrize(
    ("most", "details", "accused"),
    [(20, None, True), (None, None, False), (4000, None, False), (20, {"reasoning_tokens": 2990}, False)],
)
def test_more_than_was_admitted_is_not_counted_unless_it_is_there(
    most: int | None,
    details: object,
    accused: bool,  # noqa: FBT001
) -> None:
    history = History()
    usage = {"prompt_tokens": 5, "completion_tokens": 3000, "total_tokens": 3005}
    answered(
        history,
        completion(usage={**usage, "completion_tokens_details": details}),
        wanted=asked("?", max_tokens=most),
    )
    assert (history.accused() == {"chat.completion-tokens"}) is accused


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
    pieces = [*chunks()[:-1], {**chunks()[-1], "usage": usage}]
    streamed(history, [{**piece, "id": "chatcmpl-2"} for piece in pieces])
    assert history.accused() == {clause}


@pytest.mark.parametrize(("most", "accused"), [(320, True), (93, False), (None, False), (32_768, False)])
def test_what_ends_for_its_length_is_as_long_as_it_may_be(most: int | None, accused: bool) -> None:  # noqa: FBT001
    history = History()
    said = completion()
    said["choices"][0]["finish_reason"] = "length"
    answered(history, said, wanted=asked("?", max_tokens=most))
    assert (history.accused() == {"chat.finish-reason"}) is accused


@pytest.mark.parametrize(("good", "bad", "accused"), [(0, 3, True), (0, 2, False), (1, 3, False)])
def test_streams_that_all_end_in_errors_are_accused_where_whole_answers_come(
    good: int,
    bad: int,
    accused: bool,  # noqa: FBT001
) -> None:
    history = History()
    answered(history, completion(id="chatcmpl-whole"))
    for _ in range(good):
        streamed(history, chunks())
    for _ in range(bad):
        streamed(
            history, [*chunks()[:2], {"error": {"message": "Internal", "code": "InternalError"}}], end=""
        )
    assert (history.accused() == {"chat.stream"}) is accused


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
