"""Talk: answers of the chat written by hand, whole and as streams; lawful unless a test says otherwise."""

import json
from collections.abc import Sequence
from typing import Any

from conformance.exchange import Answer, Exchange, Request
from conformance.replies import CHAT, PATH

from .history import NOW, History

ID = "chatcmpl-565151e8-7b41-9a78-ae88-472edbad8c47"
HEAD = {"id": ID, "created": NOW, "model": "qwen-long"}
USAGE = {"prompt_tokens": 5395, "completion_tokens": 93, "total_tokens": 5488}
STREAM = {"model": "qwen-long", "stream": True}
COUNTED = {**STREAM, "stream_options": {"include_usage": True}}
WHOLE = {"model": "qwen-long"}
DONE = "data: [DONE]\n\n"

Piece = dict[str, Any]


def completion(**said: Any) -> Piece:
    """Give a whole answer."""
    message = {"role": "assistant", "content": "A mobile phone."}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {**HEAD, "object": "chat.completion", "choices": [choice], "usage": USAGE, **said}


def chunk(delta: Piece | None = None, *, finish: str | None = None, **said: Any) -> Piece:
    """Give one chunk, without choices where there is no delta."""
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {**HEAD, "object": "chat.completion.chunk", "choices": choices, "usage": None, **said}


def chunks(*texts: str, usage: bool = True) -> list[Piece]:
    """Give the chunks of a stream that says these texts."""
    return [
        chunk({"role": "assistant", "content": ""}),
        *(chunk({"content": text}) for text in texts or ("A mo", "bile ", "phone.")),
        chunk({"content": ""}, finish="stop"),
        *([chunk(usage=USAGE)] if usage else []),
    ]


def body_of(pieces: Sequence[Piece], end: str = DONE) -> bytes:
    """Write chunks as the body of a stream."""
    return ("".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces) + end).encode()


def streamed(
    history: History,
    pieces: Sequence[Piece],
    *,
    wanted: Piece | None = None,
    end: str = DONE,
    kind: str = "text/event-stream;charset=UTF-8",
    delimited: bool = True,
) -> Exchange:
    """Add a stream to a history."""
    headers = (("content-type", kind), *([("transfer-encoding", "chunked")] if delimited else []))
    return add(history, wanted or COUNTED, Answer(status=200, headers=headers, body=body_of(pieces, end)))


def answered(
    history: History, body: Piece | bytes, *, wanted: Piece | None = None, kind: str = "application/json"
) -> Exchange:
    """Add a whole answer to a history."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return add(history, wanted or WHOLE, Answer(status=200, headers=(("content-type", kind),), body=raw))


def add(history: History, wanted: Piece, answer: Answer) -> Exchange:
    """Add an exchange of the chat to a history."""
    request = Request(method="POST", path=PATH, body=json.dumps(wanted))
    return history.add("POST", PATH, b"", request=request, answer=answer, operation=CHAT)
