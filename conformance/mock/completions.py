"""A completion as a value, and its two shapes: one object, or chunks one after the other."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson

from conformance.mock.records import Body

# What no model, file or id is called.
PLACE = "\0place\0"
# What a token is to the mock: up to four letters with the space before them. Joined, they are the text again.
TOKEN = re.compile(r"\s*\S{1,4}|\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """What a model says, token by token."""

    id: str
    created_at: int
    model: str
    prompt_tokens: int
    tokens: tuple[str, ...]
    finish_reason: str

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.tokens)

    @property
    def usage(self) -> Body:
        """What was read and written, in tokens."""
        written = len(self.tokens)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": written,
            "total_tokens": self.prompt_tokens + written,
        }


def spoken(text: str, most: int | None) -> tuple[tuple[str, ...], str]:
    """Take a text apart, at most so many tokens of it, and say why it ends."""
    tokens = tuple(TOKEN.findall(text))
    if most is None or len(tokens) <= most:
        return tokens, "stop"
    return tokens[:most], "length"


def whole(completion: Completion) -> Body:
    """Show a completion as one object."""
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": completion.text},
        "finish_reason": completion.finish_reason,
        "logprobs": None,
    }
    return {
        "id": completion.id,
        "object": "chat.completion",
        "created": completion.created_at,
        "model": completion.model,
        "choices": [choice],
        "usage": completion.usage,
        "service_tier": None,
        "system_fingerprint": None,
    }


def chunks(completion: Completion, *, with_usage: bool) -> Iterator[Body]:
    """Show a completion as chunks: who speaks, each token, why it ends, and the usage if that was asked for."""
    head = _head(completion)
    yield _opening(head)
    for token in completion.tokens:
        yield _chunk(head, {"content": token})
    yield from _ending(head, completion, with_usage=with_usage)


def events(completion: Completion, write: Callable[[Body], bytes], *, with_usage: bool) -> list[bytes]:
    """Write every chunk, and a long answer in a third of the time: two tokens' chunks differ by the token alone."""
    head = _head(completion)
    before, after = write(_chunk(head, {"content": PLACE})).split(orjson.dumps(PLACE))
    words = [before + orjson.dumps(token) + after for token in completion.tokens]
    ending = [write(chunk) for chunk in _ending(head, completion, with_usage=with_usage)]
    return [write(_opening(head)), *words, *ending]


def _opening(head: Body) -> Body:
    return _chunk(head, {"content": "", "role": "assistant"})


def _ending(head: Body, completion: Completion, *, with_usage: bool) -> Iterator[Body]:
    yield _chunk(head, {"content": ""}, finish_reason=completion.finish_reason)
    if with_usage:
        yield {**head, "choices": [], "usage": completion.usage}


def _chunk(head: Body, delta: Body, finish_reason: str | None = None) -> Body:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
    return {**head, "choices": [choice], "usage": None}


def _head(completion: Completion) -> Body:
    return {
        "id": completion.id,
        "object": "chat.completion.chunk",
        "created": completion.created_at,
        "model": completion.model,
        "service_tier": None,
        "system_fingerprint": None,
    }
