"""An answer of the chat is of the kind that was asked for, names its model, and counts what it says."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.laws.ruling import broken, held, law, measured
from conformance.replies import DOC, Reply, choice, is_stream, read
from conformance.trace import CLOCK_TOLERANCE, Trace
from conformance.verdicts import Finding

# As many answers that are alike are so by no chance.
SAME = 3
# By so many letters texts differ that are not of as many tokens.
LONGER = 40
# As many tokens any model may say.
SURE = 2_000
MOST = ("max_tokens", "max_completion_tokens")
LATEST = "-latest"


def replies(trace: Trace) -> Iterator[Reply]:
    """Go through the successes of the chat that tell of no error instead."""
    for exchange in trace.exchanges:
        reply = read(exchange) if exchange.final else None
        if reply is not None and reply.error is None:
            yield reply


@law(
    "chat.stream",
)
def a_stream_comes_where_one_was_asked_for(trace: Trace) -> Iterator[Finding]:
    """A stream is the answer where one was asked for, and only there."""
    for reply in replies(trace):
        words = {True: "a stream of events", False: "one object"}
        if not reply.wanted:
            continue
        if reply.streamed is reply.stream_wanted:
            # That no stream came unasked shows nothing of streams, and one that broke off no more.
            if reply.streamed and reply.ended:
                yield held("chat.stream", reply.exchange)
        else:
            yield broken("chat.stream", words[reply.stream_wanted], words[reply.streamed], reply.exchange)


@law(
    "chat.stream",
)
def streams_come_to_more_than_errors(trace: Trace) -> Iterator[Finding]:
    """Not every stream ends in an error while whole answers come: that is no trouble that strikes at random."""
    found = [reply for exchange in trace.exchanges if (reply := read(exchange)) is not None]
    streams = [reply for reply in found if reply.streamed and reply.stream_wanted and reply.pieces]
    whole = any(not reply.streamed and reply.text for reply in found)
    if whole and len(streams) >= SAME and all(reply.error for reply in streams):
        exchanges = [reply.exchange for reply in streams[:SAME]]
        yield broken("chat.stream", "the whole answer", "an error in the middle of each stream", *exchanges)


@law(
    "chat.media-type",
)
def the_media_type_tells_a_stream(trace: Trace) -> Iterator[Finding]:
    """A stream of events says that it is one, and nothing else does."""
    for reply in replies(trace):
        answer = reply.exchange.answer
        if answer is not None and is_stream(answer) is not ("event-stream" in answer.media_type):
            kind = "a stream of events" if reply.streamed else "one object"
            yield broken("chat.media-type", f"the media type of {kind}", answer.media_type, reply.exchange)


@law(
    "chat.model",
    "documents.model",
)
def an_answer_names_the_model(trace: Trace) -> Iterator[Finding]:
    """An answer names the model that was asked, or a version of it."""
    for reply in replies(trace):
        asked, said = reply.wanted.get("model"), reply.pieces[0].get("model") if reply.pieces else None
        if isinstance(asked, str) and isinstance(said, str):
            clause = "documents.model" if asked == DOC else "chat.model"
            if said.startswith((asked, f"{asked.removesuffix(LATEST)}-")):
                yield held(clause, reply.exchange)
            else:
                yield broken(clause, asked, said, reply.exchange)


@law(
    "chat.id",
)
def answers_have_ids_of_their_own(trace: Trace) -> Iterator[Finding]:
    """The id of an answer tells it from the answers to other questions."""
    seen: dict[str, Reply] = {}
    for reply in replies(trace):
        name = reply.pieces[0].get("id") if reply.pieces else None
        if isinstance(name, str) and reply.wanted:
            first = seen.setdefault(name, reply)
            # The same question may be answered from a cache.
            if first.wanted != reply.wanted:
                yield broken("chat.id", "an id of its own", name, first.exchange, reply.exchange)


@law(
    "chat.created",
)
def answers_are_of_their_time(trace: Trace) -> Iterator[Finding]:
    """An answer was made when it was asked for; where others like it were, an old one may come from a cache."""
    told: dict[bool, list[tuple[Reply, float]]] = defaultdict(list)
    for reply in replies(trace):
        begun, created = reply.exchange.started, reply.pieces[0].get("created") if reply.pieces else None
        if begun and isinstance(created, int):
            told[reply.streamed].append((reply, begun - created))
    for alike in told.values():
        none_is_timely = not any(abs(age) <= CLOCK_TOLERANCE for _, age in alike)
        for reply, age in alike:
            ahead = age < -CLOCK_TOLERANCE - reply.exchange.seconds
            if ahead or (age > CLOCK_TOLERANCE and none_is_timely):
                wanted = f"a time within {CLOCK_TOLERANCE} s of {int(reply.exchange.started)}"
                yield broken("chat.created", wanted, reply.pieces[0]["created"], reply.exchange)


@law(
    "chat.usage-sum",
)
def the_sum_is_right(trace: Trace) -> Iterator[Finding]:
    """The tokens in all are those read and those written."""
    for reply in replies(trace):
        for usage in reply.usages:
            read_, written, total = (
                usage.get(f"{which}_tokens") for which in ("prompt", "completion", "total")
            )
            if isinstance(read_, int) and isinstance(written, int):
                yield measured("chat.usage-sum", read_ + written, total, reply.exchange)


@law(
    "chat.completion-tokens",
)
def what_is_said_is_counted(trace: Trace) -> Iterator[Finding]:
    """Where anything was said, tokens were written."""
    for reply in replies(trace):
        for usage in reply.usages[-1:]:
            if reply.text and usage.get("completion_tokens") == 0:
                said = f"0 for {len(reply.text)} letters"
                yield broken("chat.completion-tokens", "a positive number", said, reply.exchange)


@law(
    "chat.completion-tokens",
)
def no_more_is_counted_than_was_said(trace: Trace) -> Iterator[Finding]:
    """No more tokens were written than the request admits, where the text does not show them either."""
    for reply in replies(trace):
        most = max((_count(reply.wanted, name) for name in MOST), default=0)
        for usage in reply.usages[-1:] if most else ():
            details = usage.get("completion_tokens_details")
            thought = _count(details, "reasoning_tokens") if isinstance(details, dict) else 0
            written = _count(usage, "completion_tokens") - thought
            # No tokenizer makes more tokens of a text than it has bytes.
            if reply.exchange.answer and written > max(most, len(reply.exchange.answer.body)):
                yield broken("chat.completion-tokens", f"at most {most}", written, reply.exchange)


@law(
    "chat.finish-reason",
)
def what_was_cut_is_long(trace: Trace) -> Iterator[Finding]:
    """No answer is said to have ended for its length that is shorter than it may be."""
    for reply in replies(trace):
        most = max((_count(reply.wanted, name) for name in MOST), default=0)
        written = _count(reply.usages[-1], "completion_tokens") if reply.usages else 0
        reasons = [choice(piece).get("finish_reason") for piece in reply.pieces]
        if "length" in reasons and 0 < written < most <= SURE:
            wanted = f"another reason, for {written} of {most} tokens were written"
            yield broken("chat.finish-reason", wanted, "length", reply.exchange)


@law(
    "chat.prompt-tokens",
    "chat.completion-tokens",
)
def counts_follow_the_text(trace: Trace) -> Iterator[Finding]:
    """Not every text is of as many tokens, however long it is."""
    for which, size in (("prompt", _asked), ("completion", _answered)):
        counted: dict[tuple[object, bool], list[tuple[int, int, Reply]]] = defaultdict(list)
        for reply in replies(trace):
            length = size(reply)
            if length and reply.usages:
                count = _count(reply.usages[-1], f"{which}_tokens")
                counted[reply.wanted.get("model"), reply.streamed].append((length, count, reply))
        for told in counted.values():
            lengths = sorted({length for length, _, _ in told})
            counts = {count for _, count, _ in told}
            if (
                len(lengths) >= SAME
                and lengths[-1] - lengths[0] >= LONGER
                and len(counts) == 1
                and 0 not in counts
            ):
                said = f"{told[0][1]} for {lengths[0]} letters, and for {lengths[-1]}"
                exchanges = [reply.exchange for _, _, reply in told[:SAME]]
                yield broken(f"chat.{which}-tokens", "a count of what there is", said, *exchanges)


def _asked(reply: Reply) -> int:
    """Give the length of what was asked, but for names of files; nothing where it is not all text."""
    messages = reply.wanted.get("messages")
    said = (
        [each.get("content") for each in messages if isinstance(each, dict)]
        if isinstance(messages, list)
        else []
    )
    texts = [text for text in said if isinstance(text, str)]
    if len(texts) < len(said):
        return 0
    return sum(len(text) for text in texts if not text.startswith("fileid://"))


def _answered(reply: Reply) -> int:
    return len(reply.text.strip())


def _count(said: Mapping[str, Any], name: str) -> int:
    """Give a number of tokens, or 0 where there is none."""
    value = said.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
