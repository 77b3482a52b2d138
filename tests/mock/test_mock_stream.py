"""The lawful stream of a chat, and what weather makes of it."""

import json
import time
from typing import Any

import httpx
import orjson
import pytest

from conformance.mock import Mock, completions, serve
from tests.mock.client import Api
from tests.mock.conversing import chat, files, said, system, user

QUESTION = user("这篇文章讲了什么？")


def chunks(answer: httpx.Response) -> list[dict[str, Any]]:
    events = answer.text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    assert all(event.startswith("data: ") and "\n" not in event for event in events[:-1])
    return [json.loads(event.removeprefix("data: ")) for event in events[:-2]]


@pytest.mark.parametrize("with_usage", [True, False])
def test_the_short_way_to_write_chunks_writes_the_same(*, with_usage: bool) -> None:
    completion = completions.Completion(
        id="chatcmpl-1",
        created_at=1,
        model="qwen-long",
        prompt_tokens=3,
        tokens=completions.spoken('What "百炼" \\ is\n, \0 and {}', None)[0],
        finish_reason="stop",
    )
    one_by_one = [
        json.dumps(chunk, ensure_ascii=False, separators=(",", ":")).encode()
        for chunk in completions.chunks(completion, with_usage=with_usage)
    ]
    assert completions.events(completion, orjson.dumps, with_usage=with_usage) == one_by_one


@pytest.mark.parametrize("with_usage", [True, False])
def test_the_chunks_are_as_observed(beijing: Mock, beijing_api: Api, *, with_usage: bool) -> None:
    named = files(beijing.plant(body="斑马".encode()))
    options = {"include_usage": True} if with_usage else None
    answer = chat(beijing_api, named, QUESTION, stream=True, stream_options=options)
    assert answer.headers["content-type"] == "text/event-stream"
    assert "content-length" not in answer.headers
    received = chunks(answer)
    whole = chat(beijing_api, named, QUESTION)
    if with_usage:
        last = received.pop()
        assert (last["choices"], last["usage"]) == ([], whole.json()["usage"])
    first, *middle, end = [chunk["choices"][0] for chunk in received]
    assert (first["delta"], first["finish_reason"]) == ({"content": "", "role": "assistant"}, None)
    assert (end["delta"], end["finish_reason"]) == ({"content": ""}, "stop")
    assert {choice["finish_reason"] for choice in middle} == {None}
    assert "".join(choice["delta"]["content"] for choice in middle) == said(whole)
    for chunk in received:
        head = {"object": "chat.completion.chunk", "model": "qwen-long", "service_tier": None, "system_fingerprint": None, "usage": None}  # fmt: skip
        assert chunk | head == chunk
        assert (chunk["id"], chunk["created"]) == (received[0]["id"], received[0]["created"])


def test_a_stream_that_cannot_begin_is_refused_like_any_chat(beijing_api: Api) -> None:
    answer = chat(beijing_api, files("file-fe-none"), QUESTION, stream=True)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/json")


def drain(answer: httpx.Response, received: bytearray) -> None:
    for piece in answer.iter_raw():
        received += piece


def test_a_cut_stream_ends_in_its_middle() -> None:
    with serve(region="cn", weather=["cut-streams"]) as mock, Api(mock) as api:
        whole = chat(api, QUESTION, stream=True).content
        received = bytearray()
        body = {"model": "qwen-long", "messages": [QUESTION], "stream": True}
        with api.stream("POST", "chat/completions", json=body) as answer:
            assert answer.status_code == 200
            with pytest.raises(httpx.RemoteProtocolError):
                drain(answer, received)
        assert b"data: " in received
        assert b"[DONE]" not in received
        assert abs(len(received) - len(whole) // 2) <= 1
        assert chat(api, QUESTION).status_code == 200


def test_a_slow_stream_comes_drop_by_drop() -> None:
    with serve(region="cn", weather=["slow-streams"]) as mock, Api(mock) as api:
        arrivals: list[float] = []
        body = {"model": "qwen-long", "messages": [QUESTION], "stream": True, "max_tokens": 5}
        with api.stream("POST", "chat/completions", json=body) as answer:
            arrivals += [time.perf_counter() for event in answer.iter_lines() if event]
        assert len(arrivals) == 8
        assert arrivals[-1] - arrivals[0] > 0.1
        assert arrivals[3] < arrivals[-1] - 0.04


@pytest.mark.parametrize("weather", ["compression", "pretty-json", "shuffled-key-order", "extra-fields", "newer-chunks", "gateway-headers", "connection-close"])  # fmt: skip
def test_other_weather_leaves_a_stream_readable(weather: str) -> None:
    with serve(region="cn", seed=1, weather=[weather]) as mock, Api(mock) as api:
        told = {"include_usage": True}
        received = chunks(chat(api, system("role"), QUESTION, stream=True, stream_options=told))
        text = "".join(chunk["choices"][0]["delta"]["content"] for chunk in received[:-1])
        assert text == said(chat(api, system("role"), QUESTION))
        assert received[-1]["usage"]["total_tokens"] > 0


def test_a_client_may_leave_in_the_middle_of_a_stream() -> None:
    with serve(region="cn", weather=["slow-streams"]) as mock, Api(mock) as api:
        body = {"model": "qwen-long", "messages": [QUESTION], "stream": True}
        with api.stream("POST", "chat/completions", json=body) as answer:
            assert next(answer.iter_raw())
        assert api.get("files").status_code == 200
        assert mock.crashes == ()
