"""Breaches of the course of a stream: who speaks, what comes when, and how it ends."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import accumulate, chain, repeat
from typing import Any

from conformance.mock.chat import Conversation
from conformance.mock.completions import Completion
from conformance.mock.documents import Model
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Body, Flow
from conformance.mock.refusals import overloaded

Piece = dict[str, Any]
Course = Callable[[list[Piece]], Iterable[Piece]]
# More events than anyone waits for.
FOREVER = 20_000


@breach("chat.stream")
class StreamNeverComes(Lawful):
    """Answers with one object where a stream was asked for."""

    def stream(self, conversation: Conversation, completion: Completion) -> Any:
        return self.whole(completion)


@breach("chat.stream")
class StreamAlwaysComes(Lawful):
    """Answers with a stream where none was asked for."""

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        return replace(super().conversation(body, models), is_stream=True)


@breach("chat.stream")
class StreamOnlyWithUsage(Lawful):
    """Answers with one object where a stream was asked for without its usage."""

    def stream(self, conversation: Conversation, completion: Completion) -> Any:
        is_meant = conversation.with_usage
        return super().stream(conversation, completion) if is_meant else self.whole(completion)


@breach("chat.stream")
class StreamEndsInAnError(Lawful):
    """Tells of an error in the middle of each stream."""

    def stream(self, conversation: Conversation, completion: Completion) -> Flow:
        events = list(super().stream(conversation, completion).pieces)
        return _flow([*events[: len(events) // 2], self.event({"error": self.error(overloaded())})])


def _with(piece: Piece, **members: object) -> Piece:
    return {**piece, **members}


def _delta(piece: Piece, **members: object) -> Piece:
    [choice] = piece["choices"] or [None]
    if choice is None:
        return piece
    return {**piece, "choices": [{**choice, "delta": {**choice["delta"], **members}}]}


def _reason(piece: Piece, reason: str | None) -> Piece:
    return {**piece, "choices": [{**choice, "finish_reason": reason} for choice in piece["choices"]]}


def _usage(pieces: list[Piece]) -> object:
    return next((piece["usage"] for piece in pieces if piece["usage"]), None)


def _said(pieces: list[Piece]) -> list[Piece]:
    """The chunks that have a choice."""
    return [piece for piece in pieces if piece["choices"]]


def _counted(pieces: list[Piece]) -> list[Piece]:
    """The chunks that have none."""
    return [piece for piece in pieces if not piece["choices"]]


def _text(pieces: list[Piece]) -> str:
    return "".join(piece["choices"][0]["delta"].get("content") or "" for piece in _said(pieces))


def _halved(pieces: list[Piece]) -> list[Piece]:
    """Cut the text into pieces of four bytes, each read on its own."""
    first, one, *_, last = _said(pieces)
    text = _text(pieces).encode()
    cut = (text[place : place + 4].decode(errors="replace") for place in range(0, len(text), 4))
    return [
        _delta(first, content=""),
        *(_delta(one, content=piece) for piece in cut),
        last,
        *_counted(pieces),
    ]


def _cumulative(pieces: list[Piece]) -> list[Piece]:
    texts = accumulate(piece["choices"][0]["delta"].get("content", "") for piece in _said(pieces))
    return [_delta(piece, content=text) for piece, text in zip(_said(pieces), texts, strict=True)] + _counted(
        pieces
    )


def _role_last(pieces: list[Piece]) -> list[Piece]:
    first, *rest = pieces
    *middle, last = _said(rest)
    return [_without_role(first), *middle, _delta(last, role="assistant"), *_counted(rest)]


def _without_role(piece: Piece) -> Piece:
    if not piece["choices"]:
        return piece
    [choice] = piece["choices"]
    delta = {name: value for name, value in choice["delta"].items() if name != "role"}
    return {**piece, "choices": [{**choice, "delta": delta}]}


def _running_usage(pieces: list[Piece]) -> list[Piece]:
    return [_with(piece, usage=_usage(pieces)) for piece in pieces]


def _usage_first(pieces: list[Piece]) -> list[Piece]:
    return [*_counted(pieces), *_said(pieces)]


def _usage_with_reason(pieces: list[Piece]) -> list[Piece]:
    *said, last = _said(pieces)
    return [*said, _with(last, usage=_usage(pieces))]


def _usage_twice(pieces: list[Piece]) -> list[Piece]:
    *said, last = _said(pieces)
    return [*said, _with(last, usage=_usage(pieces)), *_counted(pieces)]


UNASKED = {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12}

COURSES: tuple[tuple[str, str, str, Course], ...] = (
    ("chat.stream-id", "id-of-each-chunk", "gives each chunk an id of its own", lambda pieces: [_with(piece, id=f"{piece['id']}-{number}") for number, piece in enumerate(pieces)]),
    ("chat.stream-id", "id-changes-midway", "changes the id in the middle", lambda pieces: [*pieces[:3], *(_with(piece, id="chatcmpl-2") for piece in pieces[3:])]),
    ("chat.stream-id", "id-of-usage", "gives the last chunk another id", lambda pieces: [*pieces[:-1], _with(pieces[-1], id="chatcmpl-usage")]),
    ("chat.stream-created", "created-of-each-chunk", "gives each chunk a time of its own", lambda pieces: [_with(piece, created=piece["created"] + number) for number, piece in enumerate(pieces)]),
    ("chat.stream-created", "created-of-usage", "gives the last chunk a later time", lambda pieces: [*pieces[:-1], _with(pieces[-1], created=pieces[-1]["created"] + 1)]),
    ("chat.stream-model", "model-changes-midway", "names a version of the model in later chunks", lambda pieces: [pieces[0], *(_with(piece, model=f"{piece['model']}-latest") for piece in pieces[1:])]),
    ("chat.stream-model", "model-of-usage", "names another model in the last chunk", lambda pieces: [*pieces[:-1], _with(pieces[-1], model="qwen-plus")]),
    ("chat.stream-role", "without-role", "never says who speaks", lambda pieces: [_without_role(piece) for piece in pieces]),
    ("chat.stream-role", "role-last", "says at the end who spoke", _role_last),
    ("chat.stream-role", "role-null", "says null for who speaks", lambda pieces: [_delta(pieces[0], role=None), *pieces[1:]]),
    ("chat.stream-text", "cumulative", "repeats in each chunk all that was said before", _cumulative),
    ("chat.stream-text", "all-again", "says at its end all that it has said once more", lambda pieces: [*_said(pieces)[:-1], _delta(_said(pieces)[1], content=_text(pieces)), *_said(pieces)[-1:], *_counted(pieces)]),
    ("chat.stream-text", "halved-letters", "cuts letters of several bytes between two chunks", _halved),
    ("chat.stream-text", "latin-letters", "reads its UTF-8 as Latin-1", lambda pieces: [_delta(piece, content=(piece["choices"][0]["delta"].get("content") or "").encode().decode("latin-1")) for piece in _said(pieces)] + _counted(pieces)),
    ("chat.stream-text", "empty", "says nothing", lambda pieces: [_delta(piece, content="") for piece in pieces]),
    ("chat.stream-text", "text-null", "says null for each piece", lambda pieces: [_delta(piece, content=None) for piece in pieces]),
    ("chat.finish-reason", "ends-for-its-length", "says that it is too long, however short it is", lambda pieces: [_reason(piece, "length") if _said([piece]) and piece["choices"][0]["finish_reason"] else piece for piece in pieces]),
    ("chat.stream-finish", "without-reason", "never says why it ends", lambda pieces: [_reason(piece, None) for piece in pieces]),
    ("chat.stream-finish", "reason-in-each-chunk", "says in each chunk why it ends", lambda pieces: [_reason(piece, "stop") for piece in pieces]),
    ("chat.stream-finish", "two-reasons", "says twice why it ends", lambda pieces: [*_said(pieces), _said(pieces)[-1], *_counted(pieces)]),
    ("chat.stream-finish", "ends-before-the-reason", "leaves out the chunk that says why it ends", lambda pieces: [*_said(pieces)[:-1], *_counted(pieces)]),
    ("chat.stream-tail", "text-behind-the-reason", "says more once it has said why it ends", lambda pieces: [*_said(pieces), _delta(_reason(_said(pieces)[-1], None), content=" Bye."), *_counted(pieces)]),
    ("chat.stream-tail", "reason-first", "says at once why it will end", lambda pieces: [_reason(pieces[0], "stop"), *(_reason(piece, None) for piece in pieces[1:])]),
    ("chat.stream-usage", "without-usage", "leaves the usage out", _said),
    ("chat.stream-usage", "usage-null", "says null for the usage", lambda pieces: [_with(piece, usage=None) for piece in pieces]),
    ("chat.stream-usage", "usage-first", "tells the usage before the text", _usage_first),
    ("chat.stream-usage-place", "running-usage", "tells the usage in each chunk", _running_usage),
    ("chat.stream-usage-place", "usage-with-reason", "tells the usage in the chunk that says why it ends", _usage_with_reason),
    ("chat.stream-usage-place", "usage-twice", "tells the usage twice", _usage_twice),
    ("chat.stream-usage-unasked", "usage-unasked", "tells a usage that nobody asked for", lambda pieces: pieces if _counted(pieces) else [*pieces, _with(pieces[-1], choices=[], usage=UNASKED)]),
    ("chat.stream-usage-unasked", "usage-unasked-with-reason", "tells with the reason to end a usage that nobody asked for", lambda pieces: pieces if _counted(pieces) else [*pieces[:-1], _with(pieces[-1], usage=UNASKED)]),
)  # fmt: skip


def _enter_course(clause: str, name: str, description: str, course: Course) -> None:
    @breach(clause, name=f"stream-{name}", description=f"A stream {description}.")
    class Diverted(Lawful):
        def chunks(self, conversation: Conversation, completion: Completion) -> Iterable[Body]:
            return course(list(super().chunks(conversation, completion)))


Ending = Callable[[list[bytes]], Iterable[bytes]]
DONE = b"data: [DONE]\n\n"


def _as_python(event: bytes) -> bytes:
    return b"data: " + repr(json.loads(event[6:])).encode() + b"\n\n"


def _bare(event: bytes) -> bytes:
    choices = json.loads(event[6:])["choices"]
    said = choices[0]["delta"].get("content", "") if choices else ""
    return b"data: " + (said.strip() or "-").encode() + b"\n\n"


def _counting(events: list[bytes]) -> Iterable[bytes]:
    yield events[0]
    for number in range(FOREVER):
        yield events[1].replace(b'"content":"', f'"content":"{number} '.encode(), 1)


ENDINGS: tuple[tuple[str, str, str, Ending], ...] = (
    ("chat.stream-done", "without-done", "ends without saying so", lambda events: events[:-1]),
    ("chat.chunk", "done-in-small-letters", "says done for its end", lambda events: [*events[:-1], b"data: done\n\n"]),
    ("chat.stream-done", "done-as-event", "names its end in the name of an event", lambda events: [*events[:-1], b"event: done\ndata: {}\n\n"]),
    ("chat.stream-done", "done-unfinished", "breaks off in the word that ends it", lambda events: [*events[:-1], b"data: [DO"]),
    ("chat.stream-behind", "usage-behind-the-end", "tells the usage behind its end", lambda events: [*events[:-2], events[-1], events[-2]]),
    ("chat.stream-behind", "two-ends", "says twice that it ends", lambda events: [*events, DONE]),
    ("chat.stream-behind", "error-behind-the-end", "tells of an error behind its end", lambda events: [*events, b'data: {"error": {"message": "late"}}\n\n']),
    ("chat.chunk", "broken-event", "breaks one event off in its middle", lambda events: [events[0], events[1][:-9] + b"\n\n", *events[2:]]),
    ("chat.chunk", "event-as-python", "writes events with single quotes, None and True", lambda events: [*(_as_python(event) for event in events[:-1]), DONE]),
    ("chat.chunk", "event-in-a-list", "wraps each event in a list", lambda events: [*(b"data: [" + event[6:].strip() + b"]\n\n" for event in events[:-1]), DONE]),
    ("chat.chunk", "bare-text", "sends the bare text of each piece", lambda events: [*(_bare(event) for event in events[:-1]), DONE]),
    ("chat.chunk", "twice-encoded", "sends each event as JSON within a JSON string", lambda events: [*(b"data: " + json.dumps(event[6:].decode().strip()).encode() + b"\n\n" for event in events[:-1]), DONE]),
    ("chat.stream-ends", "repeats-itself-for-ever", "goes on saying the same", lambda events: chain(events[:2], repeat(events[1], FOREVER))),
    ("chat.stream-ends", "empty-for-ever", "goes on saying nothing", lambda events: chain(events[:-1], repeat(events[0], FOREVER))),
    ("chat.stream-ends", "counts-for-ever", "goes on and on", _counting),
)  # fmt: skip


def _enter_ending(clause: str, name: str, description: str, ending: Ending) -> None:
    @breach(clause, name=f"stream-{name}", description=f"A stream {description}.")
    class Ended(Lawful):
        def stream(self, conversation: Conversation, completion: Completion) -> Flow:
            return _flow(ending(list(super().stream(conversation, completion).pieces)))


def _flow(pieces: Iterable[bytes]) -> Flow:
    return Flow(pieces=pieces, size=None, is_open=True, media_type="text/event-stream")


for row in COURSES:
    _enter_course(*row)
for ended in ENDINGS:
    _enter_ending(*ended)
