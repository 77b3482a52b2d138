"""The lawful chat: what it answers, what it counts, what it refuses."""

import pytest

from conformance.mock import Limits, Mock, VirtualClock, serve
from tests.mock.client import Api
from tests.mock.conversing import chat, files, refusal, said, system, user

QUESTION = user("What is it about?")


def test_an_answer_has_the_observed_shape(beijing_api: Api) -> None:
    answer = chat(beijing_api, system("You are a helpful assistant."), QUESTION)
    body = answer.json()
    usage = body["usage"]
    assert answer.headers["content-type"] == "application/json"
    assert body["id"].startswith("chatcmpl-")
    assert body == {
        "id": body["id"],
        "object": "chat.completion",
        "created": body["created"],
        "model": "qwen-long",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": said(answer)},
                "finish_reason": "stop",
                "logprobs": None,
            }
        ],
        "usage": usage,
        "service_tier": None,
        "system_fingerprint": None,
    }
    assert usage["prompt_tokens"] + usage["completion_tokens"] == usage["total_tokens"]


@pytest.mark.parametrize("model", ["qwen-long", "qwen-long-latest", "qwen-doc-turbo"])
def test_the_same_conversation_gets_the_same_answer(beijing: Mock, beijing_api: Api, model: str) -> None:
    named = files(beijing.plant("a.txt", b"zebra"))
    answers = [chat(beijing_api, named, QUESTION, model=model) for _ in range(2)]
    assert said(answers[0]) == said(answers[1])
    assert answers[0].json()["usage"] == answers[1].json()["usage"]
    assert answers[0].json()["id"] != answers[1].json()["id"]
    assert said(answers[0]) != said(chat(beijing_api, named, user("And what else?"), model=model))


def test_what_is_read_is_counted(beijing: Mock, beijing_api: Api) -> None:
    def read(*messages: object) -> int:
        count: int = chat(beijing_api, *messages).json()["usage"]["prompt_tokens"]
        return count

    small, large = files(beijing.plant(body=b"x" * 40)), files(beijing.plant(body=b"x" * 4000))
    assert read(large, QUESTION) - read(small, QUESTION) == 990
    assert read(small, system("r" * 400), QUESTION) - read(small, QUESTION) == 104


def test_an_answer_ends_where_it_was_told_to(beijing_api: Api) -> None:
    body = chat(beijing_api, QUESTION, max_tokens=3).json()
    assert body["choices"][0]["finish_reason"] == "length"
    assert body["usage"]["completion_tokens"] == 3
    assert body["choices"][0]["message"]["content"] == "Documents"


def test_no_other_region_has_these_models(api: Api) -> None:
    for model in ("qwen-long", "qwen-doc-turbo"):
        answer = chat(api, QUESTION, model=model)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "model_not_found")


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"model": None}, 400, "you must provide a model parameter"),
        ({"model": 7}, 400, "you must provide a model parameter"),
        ({"model": "gpt-4o"}, 404, "gpt-4o"),
        ({"messages": None}, 400, "messages"),
        ({"messages": "hello"}, 400, "messages"),
        ({"messages": []}, 400, "[] is too short"),
        ({"messages": [system("alone")]}, 400, "user"),
        ({"messages": [{"role": "robot", "content": "x"}]}, 400, "role"),
        ({"messages": ["hello"]}, 400, "role"),
        ({"stream": "yes"}, 400, "stream"),
        ({"stream_options": {"include_usage": True}}, 400, "stream_options"),
        ({"stream": True, "stream_options": 1}, 400, "stream_options"),
        ({"max_tokens": 0}, 400, "max_tokens"),
        ({"max_tokens": True}, 400, "max_tokens"),
    ],
)
def test_a_bad_conversation_is_refused(
    beijing_api: Api, changes: dict[str, object], status: int, words: str
) -> None:
    body = {"model": "qwen-long", "messages": [QUESTION], **changes}
    answer = beijing_api.post(
        "chat/completions", json={key: value for key, value in body.items() if value is not None}
    )
    assert refusal(answer)[0] == status
    assert words in refusal(answer)[1]


def test_content_that_is_no_string_is_refused_as_observed(beijing_api: Api) -> None:
    parts = [{"type": "text", "text": "hello"}]
    answer = chat(beijing_api, system("role"), {"role": "user", "content": parts})
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "message": "Input error. Input should be a valid string: input.messages.1.content",
        "type": "invalid_request_error",
        "param": None,
        "code": "invalid_parameter_error",
    }


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b'{"model": NaN}', b"\xff", b"[" * 100_000, b'{"model": "\\ud800"}']
)
def test_a_body_that_is_no_object_is_refused(beijing_api: Api, body: bytes) -> None:
    answer = beijing_api.post("chat/completions", content=body)
    assert refusal(answer) == (400, "Required body invalid, please check the request body format.")


def test_a_body_that_is_too_long_is_refused() -> None:
    with serve(region="cn", limits=Limits(chat_bytes=2000)) as mock, Api(mock) as api:
        assert chat(api, user("x" * 1000)).status_code == 200
        assert refusal(chat(api, user("x" * 2000))) == (400, "Payload Too Large.")


def test_beside_a_file_a_message_is_bounded(beijing: Mock, beijing_api: Api) -> None:
    named, long, longer = files(beijing.plant()), "x" * 36_000, "x" * 36_001
    assert chat(beijing_api, named, user(long)).status_code == 200
    assert refusal(chat(beijing_api, named, user(longer))) == (
        400,
        "Range of input length should be [1, 9000]",
    )
    assert chat(beijing_api, system(longer), named, QUESTION).status_code == 400
    assert chat(beijing_api, system(longer), user(longer)).status_code == 200
    assert chat(beijing_api, user(longer), model="qwen-doc-turbo").status_code == 400


def test_all_that_is_read_is_bounded() -> None:
    with serve(region="cn", limits=Limits(input_tokens=1000)) as mock, Api(mock) as api:
        half = mock.plant(body=b"x" * 1900)
        assert chat(api, files(half), QUESTION).status_code == 200
        assert refusal(chat(api, files(half, half), files(half), QUESTION)) == (
            400,
            "Total message token length exceed model limit (1000 tokens).",
        )


def test_a_chat_needs_a_key_and_a_right_method(beijing: Mock, beijing_api: Api) -> None:
    with Api(beijing, beijing.other_region_key) as stranger:
        assert chat(stranger, QUESTION).status_code == 401
    assert beijing_api.get("chat/completions").status_code == 405
    assert beijing_api.post("chat").status_code == 404


def test_chats_have_an_allowance_of_their_own() -> None:
    clock = VirtualClock(step=0)
    with serve(region="cn", rate_limits=True, clock=clock) as mock, Api(mock) as api:
        assert [chat(api, QUESTION).status_code for _ in range(21)] == [200] * 20 + [429]
        assert [api.get("files").status_code for _ in range(11)] == [200] * 10 + [429]
        clock.advance(0.06)
        assert chat(api, QUESTION).status_code == 200
