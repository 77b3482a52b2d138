"""A stream of the chat is one answer in pieces: from who speaks to why it ends, and then its end."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from conformance.laws.chat import replies
from conformance.laws.ruling import broken, held, law
from conformance.replies import Reply, choice
from conformance.trace import Trace
from conformance.verdicts import Finding

# As many pieces show that each repeats all before it.
REPEATS = 3
# As many letters are not said twice by chance.
LONG = 12
UNREADABLE = "\ufffd"
# As many streams without their end show that no stream has one.
ENDLESS = 3


def streams(trace: Trace) -> Iterator[Reply]:
    """Go through the streams in which anything came."""
    return (reply for reply in replies(trace) if reply.streamed and reply.pieces)


@law(
    "chat.stream-id",
    "chat.stream-created",
    "chat.stream-model",
)
def all_chunks_are_of_one_answer(trace: Trace) -> Iterator[Finding]:
    """All chunks of a stream have one id, one time and one model."""
    for reply in streams(trace):
        for member in ("id", "created", "model"):
            said = dict.fromkeys(repr(piece[member]) for piece in reply.pieces if member in piece)
            if len(said) > 1:
                shown = ", ".join(list(said)[:3])
                yield broken(f"chat.stream-{member}", f"one {member}", shown, reply.exchange)
            elif len(reply.pieces) > 1 and said:
                yield held(f"chat.stream-{member}", reply.exchange)


@law(
    "chat.stream-role",
)
def the_assistant_speaks_first(trace: Trace) -> Iterator[Finding]:
    """The first chunk of a stream that has a choice names the role of who speaks."""
    for reply in streams(trace):
        delta = next((choice(piece).get("delta") for piece in reply.pieces if piece.get("choices")), None)
        role = delta.get("role") if isinstance(delta, dict) else None
        if role == "assistant":
            yield held("chat.stream-role", reply.exchange)
        else:
            yield broken("chat.stream-role", "the role assistant", repr(role), reply.exchange)


@law(
    "chat.stream-text",
)
def the_pieces_are_the_text(trace: Trace) -> Iterator[Finding]:
    """The pieces of a stream are some text, letter by letter, and no piece repeats all that came before."""
    for reply in streams(trace):
        texts = reply.texts
        grows = [after.startswith(before) for before, after in pairwise(texts)]
        if not reply.ended:
            continue
        if not texts:
            yield broken("chat.stream-text", "some text", "none", reply.exchange)
        elif len(grows) >= REPEATS and all(grows) and len(set(texts)) > 1:
            yield broken(
                "chat.stream-text", "each piece once", "each piece repeats all before", reply.exchange
            )
        elif _says_all_again(texts):
            yield broken("chat.stream-text", "each piece once", "a piece repeats all before", reply.exchange)
        elif garbled := _garbled(reply):
            yield broken("chat.stream-text", "whole letters", garbled, reply.exchange)
        else:
            yield held("chat.stream-text", reply.exchange)


def _says_all_again(texts: Sequence[str]) -> bool:
    said = ""
    for place, text in enumerate(texts):
        if place >= REPEATS and len(said) >= LONG and text == said:
            return True
        said += text
    return False


def _garbled(reply: Reply) -> str:
    """Say how the letters of a stream were spoilt on their way, or nothing where they were not.

    The sign for what cannot be read may stand in a document: two that meet between pieces are a letter cut in two.
    """
    body, text = reply.exchange.answer.body if reply.exchange.answer else b"", reply.text
    if any(one.endswith(UNREADABLE) and two.startswith(UNREADABLE) for one, two in pairwise(reply.texts)):
        return "a letter that is cut in two"
    try:
        body[: body.rfind(b"\n") + 1].decode()
    except UnicodeDecodeError:
        return "bytes that are no UTF-8"
    try:
        return "" if text.isascii() or not text.encode("latin-1").decode() else "UTF-8 read as Latin-1"
    except UnicodeError:
        return ""


@law(
    "chat.stream-finish",
    "chat.stream-tail",
)
def the_end_has_one_reason(trace: Trace) -> Iterator[Finding]:
    """Exactly one chunk of a stream says why it ends, and nothing is said behind it."""
    for reply in streams(trace):
        places = [
            place
            for place, piece in enumerate(reply.pieces)
            if isinstance(choice(piece).get("finish_reason"), str)
        ]
        if reply.ended and len(places) != 1:
            yield broken("chat.stream-finish", "one reason to end", f"{len(places)}", reply.exchange)
        elif reply.ended:
            yield held("chat.stream-finish", reply.exchange)
        if places:
            behind = [piece for piece in reply.pieces[places[0] + 1 :] if _says(piece)]
            if behind:
                yield broken("chat.stream-tail", "no more text", f"{len(behind)} pieces more", reply.exchange)
            else:
                yield held("chat.stream-tail", reply.exchange)


def _says(piece: object) -> bool:
    delta = choice(piece).get("delta") if isinstance(piece, dict) else None
    return isinstance(delta, dict) and bool(delta.get("content"))


@law(
    "chat.stream-usage",
    "chat.stream-usage-place",
    "chat.stream-usage-unasked",
)
def the_usage_comes_last_and_when_asked_for(trace: Trace) -> Iterator[Finding]:
    """The last object tells the usage where that was asked for, no other does, and none where it was not."""
    for reply in streams(trace):
        places = [place for place, piece in enumerate(reply.pieces) if piece.get("usage") is not None]
        last = len(reply.pieces) - 1
        if not reply.usage_wanted and reply.ended:
            clause = "chat.stream-usage-unasked"
            if places:
                yield broken(clause, "no usage", f"in {len(places)} chunks", reply.exchange)
            else:
                yield held(clause, reply.exchange)
        if not reply.usage_wanted or not reply.ended:
            continue
        if last in places:
            yield held("chat.stream-usage", reply.exchange)
        else:
            told = f"in chunk {places[-1] + 1} of {last + 1}" if places else "none"
            yield broken("chat.stream-usage", "the usage in the last object", told, reply.exchange)
        early = [place for place in places if place != last or reply.pieces[place].get("choices")]
        if early:
            shown = f"in {len(places)} of {last + 1} chunks, with choices"
            yield broken(
                "chat.stream-usage-place", "in the last chunk, which has no choices", shown, reply.exchange
            )
        elif places:
            yield held("chat.stream-usage-place", reply.exchange)


@law(
    "chat.stream-ends",
    "chat.stream-done",
    "chat.stream-behind",
)
def a_stream_comes_to_its_end(trace: Trace) -> Iterator[Finding]:
    """A stream comes to its end, says so, and says nothing more."""
    whole = [reply for reply in streams(trace) if reply.sound]
    none_is_done = len(whole) >= ENDLESS and not any(reply.done for reply in whole)
    for reply in whole:
        if reply.endless:
            said = f"more than {len(reply.pieces) - 1} chunks"
            yield broken("chat.stream-ends", "an end within max_tokens", said, reply.exchange)
            continue
        yield held("chat.stream-ends", reply.exchange)
        if reply.done:
            yield held("chat.stream-done", reply.exchange)
        # Where nothing tells the end of the body, a broken connection looks like one.
        elif none_is_done or reply.delimited:
            yield broken("chat.stream-done", "the event [DONE]", "the end without it", reply.exchange)
        if reply.behind:
            yield broken("chat.stream-behind", "nothing behind it", f"{reply.behind} events", reply.exchange)
        elif reply.done:
            yield held("chat.stream-behind", reply.exchange)
