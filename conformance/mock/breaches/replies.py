"""Breaches of the form of an answer of the chat, whole and in chunks: tables of what is changed in it."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from conformance.mock.chat import Conversation
from conformance.mock.completions import Completion
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Answer, Body, Call, Flow, Operation

Piece = dict[str, Any]
Change = Callable[[Piece], object]


def _set(*path: str | int, value: object) -> Change:
    def change(piece: Piece) -> None:
        if place := _place(piece, path):
            place[path[-1]] = value

    return change


def _drop(*path: str | int) -> Change:
    def change(piece: Piece) -> None:
        if place := _place(piece, path):
            place.pop(path[-1], None)

    return change


def _place(piece: Piece, path: tuple[str | int, ...]) -> Any:
    """Go to where the last step of a path is taken; nothing where a chunk has no such place."""
    place: Any = piece
    for step in path[:-1]:
        if not place or (isinstance(place, dict) and step not in place):
            return None
        place = place[step]
    return place


def _add(*path: str | int, amount: int) -> Change:
    def change(piece: Piece) -> None:
        if place := _place(piece, path):
            place[path[-1]] += amount

    return change


# Faults of both shapes: of what has the same place in a completion and in a chunk.
HEADS: tuple[tuple[str, str, str, Change], ...] = (
    ("chat.id", "without-id", "leaves the id out", _drop("id")),
    ("chat.id", "id-null", "shows null for the id", _set("id", value=None)),
    ("chat.id", "id-empty", "shows an empty id", _set("id", value="")),
    ("chat.id", "id-of-all", "has the id that all have", _set("id", value="chatcmpl-0")),
    ("chat.object", "without-object", "leaves the object type out", _drop("object")),
    ("chat.object", "object-of-old", "calls itself a text completion", _set("object", value="text_completion")),
    ("chat.created", "without-created", "leaves the time out", _drop("created")),
    ("chat.created", "created-in-milliseconds", "shows milliseconds", lambda piece: piece.update(created=piece["created"] * 1000)),
    ("chat.created", "created-as-text", "shows the time as a string", lambda piece: piece.update(created=str(piece["created"]))),
    ("chat.created", "created-long-ago", "shows one time for ever", _set("created", value=1_700_000_000)),
    ("chat.created", "created-in-another-zone", "shows a time eight hours ahead", _add("created", amount=28_800)),
    ("chat.model", "without-model", "leaves the model out", _drop("model")),
    ("chat.model", "model-null", "shows null for the model", _set("model", value=None)),
    ("chat.model", "another-model", "names another model", _set("model", value="qwen-plus")),
    ("chat.choices", "without-choices", "leaves the choices out", _drop("choices")),
    ("chat.choices", "choice-alone", "shows the choice without a list around it", lambda piece: piece.update(choices=(piece["choices"] or [{}])[0])),
    ("chat.choices", "two-choices", "shows the choice twice", lambda piece: piece.update(choices=piece["choices"] * 2)),
    ("chat.index", "without-index", "leaves the index of the choice out", _drop("choices", 0, "index")),
    ("chat.index", "index-from-one", "counts choices from one", _set("choices", 0, "index", value=1)),
    ("chat.index", "index-as-text", "shows the index as a string", _set("choices", 0, "index", value="0")),
    ("chat.finish-reason", "reason-false", "says false for the reason to end", _set("choices", 0, "finish_reason", value=False)),
    ("chat.finish-reason", "reason-unknown", "gives a reason to end that nobody knows", lambda piece: [choice.update(finish_reason=choice["finish_reason"] and "end_turn") for choice in piece["choices"]]),
    ("chat.finish-reason", "reason-null-as-text", "says null as a string for the reason to end", lambda piece: [choice.update(finish_reason=choice["finish_reason"] or "null") for choice in piece["choices"]] if piece["object"].endswith("chunk") else piece["choices"][0].update(finish_reason="null")),
    ("chat.finish-reason", "reason-empty", "says nothing for the reason to end", _set("choices", 0, "finish_reason", value="")),
)  # fmt: skip

WHOLE: tuple[tuple[str, str, str, Change], ...] = (
    ("chat.object", "object-of-chunks", "calls itself a chunk", _set("object", value="chat.completion.chunk")),
    ("chat.choices", "no-choices", "shows an empty list of choices", _set("choices", value=[])),
    ("chat.message", "without-message", "leaves the message out", _drop("choices", 0, "message")),
    ("chat.message", "message-as-text", "shows the text in place of the message", lambda piece: piece["choices"][0].update(message="text")),
    ("chat.message", "delta-for-message", "calls the message a delta", lambda piece: piece["choices"][0].update(delta=piece["choices"][0].pop("message"))),
    ("chat.message-role", "without-role", "leaves the role out", _drop("choices", 0, "message", "role")),
    ("chat.message-role", "role-of-user", "says that the user spoke", _set("choices", 0, "message", "role", value="user")),
    ("chat.message-role", "role-null", "shows null for the role", _set("choices", 0, "message", "role", value=None)),
    ("chat.content", "content-as-parts", "shows the text as a list of parts", lambda piece: piece["choices"][0]["message"].update(content=[{"type": "text", "text": piece["choices"][0]["message"]["content"]}])),
    ("chat.content", "content-null", "shows null for the text", _set("choices", 0, "message", "content", value=None)),
    ("chat.content", "without-content", "leaves the text out", _drop("choices", 0, "message", "content")),
    ("chat.finish-reason", "without-reason", "leaves the reason to end out", _drop("choices", 0, "finish_reason")),
    ("chat.finish-reason", "reason-null", "shows null for the reason to end", _set("choices", 0, "finish_reason", value=None)),
    ("chat.usage", "without-usage", "leaves the usage out", _drop("usage")),
    ("chat.usage", "usage-null", "shows null for the usage", _set("usage", value=None)),
    ("chat.usage", "usage-as-number", "shows one number for the usage", _set("usage", value=12)),
    ("chat.prompt-tokens", "without-prompt-tokens", "leaves the tokens read out", _drop("usage", "prompt_tokens")),
    ("chat.prompt-tokens", "no-prompt-tokens", "counts no tokens read", lambda piece: piece["usage"].update(prompt_tokens=0, total_tokens=piece["usage"]["completion_tokens"])),
    ("chat.prompt-tokens", "prompt-tokens-as-text", "shows the tokens read as a string", lambda piece: piece["usage"].update(prompt_tokens=str(piece["usage"]["prompt_tokens"]))),
    ("chat.prompt-tokens", "prompt-tokens-of-all", "counts ten tokens read, whatever was asked", lambda piece: piece["usage"].update(prompt_tokens=10, total_tokens=10 + piece["usage"]["completion_tokens"])),
    ("chat.completion-tokens", "completion-tokens-beyond-most", "counts more tokens written than may be", lambda piece: piece["usage"].update(completion_tokens=99_999, total_tokens=99_999 + piece["usage"]["prompt_tokens"])),
    ("chat.completion-tokens", "without-completion-tokens", "leaves the tokens written out", _drop("usage", "completion_tokens")),
    ("chat.completion-tokens", "no-completion-tokens", "counts no tokens written", lambda piece: piece["usage"].update(completion_tokens=0, total_tokens=piece["usage"]["prompt_tokens"])),
    ("chat.completion-tokens", "names-of-native-api", "calls the tokens input and output", lambda piece: piece.update(usage={"input_tokens": piece["usage"]["prompt_tokens"], "output_tokens": piece["usage"]["completion_tokens"]})),
    ("chat.total-tokens", "without-total-tokens", "leaves the sum out", _drop("usage", "total_tokens")),
    ("chat.total-tokens", "total-tokens-with-fraction", "shows the sum with a fraction", lambda piece: piece["usage"].update(total_tokens=piece["usage"]["total_tokens"] + 0.5)),
    ("chat.usage-sum", "total-of-the-read", "counts what was read alone", lambda piece: piece["usage"].update(total_tokens=piece["usage"]["prompt_tokens"])),
    ("chat.usage-sum", "total-off-by-one", "counts one token too many", _add("usage", "total_tokens", amount=1)),
)  # fmt: skip

CHUNK: tuple[tuple[str, str, str, Change], ...] = (
    ("chat.object", "object-whole", "calls itself a whole completion", _set("object", value="chat.completion")),
    ("chat.delta", "without-delta", "leaves the delta out", _drop("choices", 0, "delta")),
    ("chat.delta", "message-for-delta", "calls the delta a message", lambda piece: [choice.update(message=choice.pop("delta")) for choice in piece["choices"]]),
    ("chat.delta", "delta-as-text", "shows the text in place of the delta", lambda piece: [choice.update(delta=choice["delta"].get("content", "")) for choice in piece["choices"]]),
    ("chat.delta", "role-of-a-bot", "says that a bot speaks", lambda piece: [choice["delta"].update(role="bot") for choice in piece["choices"]]),
    ("chat.delta", "content-as-list", "shows each piece in a list", lambda piece: [choice["delta"].update(content=[choice["delta"].get("content")]) for choice in piece["choices"]]),
    ("chat.usage", "usage-false", "says false where there is no usage", lambda piece: piece.update(usage=piece["usage"] or False)),
    ("chat.usage-sum", "total-off-by-two", "counts two tokens too many", _add("usage", "total_tokens", amount=2)),
)  # fmt: skip


def _enter_whole(clause: str, name: str, description: str, change: Change) -> None:
    @breach(clause, name=f"completion-{name}", description=f"A completion {description}.")
    class Distorted(Lawful):
        def whole(self, completion: Completion) -> Body:
            piece = deepcopy(super().whole(completion))
            change(piece)
            return piece


def _enter_chunk(clause: str, name: str, description: str, change: Change) -> None:
    @breach(clause, name=f"chunk-{name}", description=f"Each chunk {description}.")
    class Distorted(Lawful):
        def chunks(self, conversation: Conversation, completion: Completion) -> Iterable[Body]:
            for chunk in super().chunks(conversation, completion):
                piece = deepcopy(chunk)
                change(piece)
                yield piece


for row in (*HEADS, *WHOLE):
    _enter_whole(*row)
for row in (*HEADS, *CHUNK):
    _enter_chunk(*row)


MEDIA_TYPES = (
    ("stream", "text/plain"),
    ("stream", "application/json"),
    ("stream", "application/octet-stream"),
    ("completion", "text/plain"),
    ("completion", "text/event-stream"),
    ("completion", "text/html"),
)


def _enter_media_type(what: str, media_type: str) -> None:
    name = f"{what}-as-{media_type.replace('/', '-')}"

    @breach("chat.media-type", name=name, description=f"A {what} comes as {media_type}.")
    class Mistyped(Lawful):
        def finish(self, answer: Answer, call: Call) -> Answer:
            finished = super().finish(answer, call)
            is_mine = isinstance(answer.body, Flow) is (what == "stream")
            if call.operation is not Operation.CHAT or answer.status != 200 or not is_mine:
                return finished
            return replace(finished, media_type=media_type)


for pair in MEDIA_TYPES:
    _enter_media_type(*pair)
