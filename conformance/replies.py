"""What the chat answered: a whole completion, or the pieces of a stream, read as what was said."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance.events import MEDIA_TYPE, Event, Events
from conformance.exchange import REMEMBERED, Answer, Exchange, NotJson, weight
from conformance.recall import recalled

CHAT = "createChatCompletion"
PATH = "/chat/completions"
LONG = "qwen-long"
DOC = "qwen-doc-turbo"
# With what a line of a stream begins; no JSON text does.
STREAMED = (b"data:", b"event:", b"id:", b"retry:", b":")
DELIMITERS = ("transfer-encoding", "content-length")
# A stream says a token a piece or more; so many times that, and so many pieces beside, are beyond any doubt.
SPARE_TIMES = 4
SPARE_PIECES = 64

Piece = Mapping[str, Any]


@dataclass(slots=True)
class Hearing:
    """Hears a stream while it comes, up to its end or to what no stream may hold.

    `most` is the number of pieces beyond which a stream is endless; None where there is no such number.
    """

    most: int | None = None
    pieces: list[Piece] = field(default_factory=list)
    done: bool = False
    behind: int = 0
    sound: bool = True
    _events: Events = field(default_factory=Events)

    def __call__(self, piece: bytes) -> bool:
        """Take some bytes, and say whether no more need be heard."""
        try:
            for event in self._events.feed(piece):
                self._hear(event)
        except NotJson:
            self.sound = False
        return self.done or not self.sound or self.endless

    @property
    def endless(self) -> bool:
        """Whether more came than the request admits."""
        return self.most is not None and len(self.pieces) > self.most

    def _hear(self, event: Event) -> None:
        if self.done:
            self.behind += 1
        elif event.done:
            self.done = True
        elif self.sound:
            value = event.value()
            if isinstance(value, dict):
                self.pieces.append(value)
            else:
                self.sound = False


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One success of the chat; `pieces` are the chunks of a stream in order, or the one completion."""

    exchange: Exchange
    streamed: bool
    pieces: tuple[Piece, ...]
    done: bool = False
    behind: int = 0
    sound: bool = True
    endless: bool = False

    @cached_property
    def wanted(self) -> Mapping[str, Any]:
        """What was sent."""
        return self.exchange.request.json()

    @property
    def stream_wanted(self) -> bool:
        """Whether a stream was asked for."""
        return self.wanted.get("stream") is True

    @property
    def usage_wanted(self) -> bool:
        """Whether a stream was asked for its usage."""
        options = self.wanted.get("stream_options")
        return self.stream_wanted and isinstance(options, dict) and options.get("include_usage") is True

    @cached_property
    def usages(self) -> tuple[Mapping[str, Any], ...]:
        """Each usage that it tells."""
        return tuple(piece["usage"] for piece in self.pieces if isinstance(piece.get("usage"), dict))

    @cached_property
    def error(self) -> Any:
        """The error that came in place of an answer, or None."""
        return next((piece["error"] for piece in self.pieces if piece.get("error")), None)

    @property
    def ended(self) -> bool:
        """Whether it was heard to its end, and all of it could be read."""
        return self.sound and not self.endless and self.error is None and (self.done or self.delimited)

    @property
    def delimited(self) -> bool:
        """Whether HTTP tells where the body ends: where it does not, a broken connection looks like the end."""
        answer = self.exchange.answer
        return answer is not None and any(answer.header(name) for name in DELIMITERS)

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """What each piece says, where it says anything."""
        said = (choice(piece).get("delta" if self.streamed else "message") for piece in self.pieces)
        contents = (each.get("content") for each in said if isinstance(each, dict))
        return tuple(text for text in contents if isinstance(text, str) and text)

    @cached_property
    def text(self) -> str:
        """The text of the answer."""
        return "".join(self.texts)


def choice(piece: Piece) -> Mapping[str, Any]:
    """Give the first choice of a piece, or an empty mapping."""
    choices = piece.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else {}
    return first if isinstance(first, dict) else {}


def most_pieces(wanted: Mapping[str, Any]) -> int | None:
    """Say how many pieces the answer to a request may have, or None where nothing bounds it."""
    tokens = wanted.get("max_tokens")
    if isinstance(tokens, int) and not isinstance(tokens, bool) and tokens > 0:
        return SPARE_TIMES * tokens + SPARE_PIECES
    return None


def read(exchange: Exchange) -> Reply | None:
    """Read the answer of the chat; None where it is none, or came in part only."""
    answer = exchange.answer
    if exchange.operation != CHAT or answer is None or not answer.ok or answer.cut:
        return None
    if not is_stream(answer):
        return Reply(exchange=exchange, streamed=False, pieces=(exchange.mapping(),))
    hearing = _hearing(answer.body, most_pieces(exchange.request.json()))
    return Reply(
        exchange=exchange,
        streamed=True,
        pieces=tuple(hearing.pieces),
        done=hearing.done,
        behind=hearing.behind,
        sound=hearing.sound,
        endless=hearing.endless,
    )


def tokens_told(exchange: Exchange) -> int | None:
    """Give the tokens that an answer of the chat says it used, in all; None where it does not say."""
    reply = read(exchange)
    total = reply.usages[-1].get("total_tokens") if reply and reply.usages else None
    return total if isinstance(total, int) and not isinstance(total, bool) and total >= 0 else None


def is_stream(answer: Answer) -> bool:
    """Whether a body is a stream of events, whatever its media type says."""
    body = answer.body.removeprefix(b"\xef\xbb\xbf").lstrip()
    return body.startswith(STREAMED) or (answer.media_type == MEDIA_TYPE and not body.startswith(b"{"))


@recalled(REMEMBERED, lambda body, most: weight(body))  # noqa: ARG005 - of one body there are few ways to hear it
def _hearing(body: bytes, most: int | None) -> Hearing:
    hearing = Hearing(most)
    hearing(body)
    return hearing
