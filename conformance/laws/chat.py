"""An answer of the chat is of the kind that was asked for, names its model, and counts what it says."""

from collections.abc import Iterator

from conformance.laws.ruling import broken, held, law, measured
from conformance.replies import DOC, Reply, is_stream, read
from conformance.trace import Trace
from conformance.verdicts import Finding


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
            if said.startswith(asked):
                yield held(clause, reply.exchange)
            else:
                yield broken(clause, asked, said, reply.exchange)


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
