"""The laws of streams against streams written by hand."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from conformance.contract import contract

from .history import History
from .talk import COUNTED, DONE, STREAM, USAGE, Piece, chunk, chunks, completion, streamed

OF_STREAMS = {
    f"chat.stream-{word}"
    for word in (
        *("id", "created", "model", "role", "text", "finish", "tail", "usage", "usage-place"),
        *("ends", "done", "behind"),
    )
}


def with_role_on_each(pieces: list[Piece]) -> list[Piece]:
    for piece in pieces[1:-1]:
        piece["choices"][0]["delta"]["role"] = "assistant"
    return pieces


def with_nulls(pieces: list[Piece]) -> list[Piece]:
    for piece in pieces[1:-1]:
        piece["choices"][0]["delta"] |= {"role": None, "function_call": None, "tool_calls": None}
    return pieces


def with_null_content(pieces: list[Piece]) -> list[Piece]:
    pieces[0]["choices"][0]["delta"]["content"] = None
    return pieces


def with_the_reason_on_the_last_text(pieces: list[Piece]) -> list[Piece]:
    del pieces[-2]
    pieces[-2]["choices"][0]["finish_reason"] = "stop"
    return pieces


def with_an_empty_chunk_behind_the_reason(pieces: list[Piece]) -> list[Piece]:
    return [*pieces[:-1], chunk({"content": ""}), pieces[-1]]


def without_null_usages(pieces: list[Piece]) -> list[Piece]:
    return [{k: v for k, v in piece.items() if k != "usage" or v} for piece in pieces]


def of_a_dated_version(pieces: list[Piece]) -> list[Piece]:
    return [{**piece, "model": "qwen-long-2025-01-25"} for piece in pieces]


LAWFUL: list[Callable[[list[Piece]], list[Piece]]] = [
    list,
    with_role_on_each,
    with_nulls,
    with_null_content,
    with_the_reason_on_the_last_text,
    with_an_empty_chunk_behind_the_reason,
    without_null_usages,
    of_a_dated_version,
]


@pytest.mark.parametrize("change", LAWFUL, ids=lambda change: change.__name__)
def test_a_lawful_stream_is_accused_of_nothing(change: Callable[[list[Piece]], list[Piece]]) -> None:
    history = History()
    exchange = streamed(history, change(chunks()))
    assert history.accused() == set()
    assert history.proven() >= OF_STREAMS
    assert contract().judge(exchange).violations == ()


@pytest.mark.parametrize("end", [DONE, ": keep-alive\n\n" + DONE, DONE + ": bye\n\n", "data:[DONE]\r\n\r\n"])
def test_comments_and_other_line_ends_are_lawful(end: str) -> None:
    history = History()
    streamed(history, chunks(), end=end)
    assert history.accused() == set()


def test_a_stream_that_was_not_asked_for_its_usage_is_lawful_without() -> None:
    history = History()
    streamed(history, chunks(usage=False), wanted=STREAM)
    assert history.accused() == set()
    assert "chat.stream-usage-unasked" in history.proven()


def test_pieces_that_happen_to_repeat_are_no_repetition_of_all() -> None:
    history = History()
    streamed(history, chunks("ha", "ha", "ha", "ha"))
    streamed(history, chunks("a", "ab", "c"))
    assert history.accused() == set()


def test_a_stream_that_is_no_utf_8_is_accused() -> None:
    history = History()
    exchange = streamed(history, chunks("\u624b\u673a"))
    assert exchange.answer
    body = exchange.answer.body.replace(rb"\u624b\u673a", "\u624b\u673a".encode("gbk"))
    history.exchanges[:] = [replace(exchange, answer=replace(exchange.answer, body=body))]
    assert history.accused() == {"chat.stream-text"}


@pytest.mark.parametrize("text", ["\u624b\u673a", "caf\xe9", "\ufffd it says", "\xe9t\xe9 \u2014 \u624b"])
def test_letters_of_any_language_are_lawful(text: str) -> None:
    history = History()
    streamed(history, chunks("so: ", text, "."))
    assert history.accused() == set()


def _each(member: str, value: object, *places: int) -> Callable[[list[Piece]], list[Piece]]:
    def change(pieces: list[Piece]) -> list[Piece]:
        for place in places:
            pieces[place] = {**pieces[place], member: value}
        return pieces

    return change


def _role_late(pieces: list[Piece]) -> list[Piece]:
    del pieces[0]["choices"][0]["delta"]["role"]
    pieces[1]["choices"][0]["delta"]["role"] = "assistant"
    return pieces


def _role_null(pieces: list[Piece]) -> list[Piece]:
    pieces[0]["choices"][0]["delta"]["role"] = None
    return pieces


def _no_role(pieces: list[Piece]) -> list[Piece]:
    return pieces[1:]


def _cumulative(_: list[Piece]) -> list[Piece]:
    return chunks("A", "A mo", "A mobile", "A mobile phone")


def _again(_: list[Piece]) -> list[Piece]:
    return chunks("A mo", "bile ", "phone.", "A mobile phone.")


def _halved(_: list[Piece]) -> list[Piece]:
    return chunks("\u624b\ufffd", "\ufffd\u3002")


def _latin(_: list[Piece]) -> list[Piece]:
    return chunks("\u624b\u673a".encode().decode("latin-1"))


def _silent(pieces: list[Piece]) -> list[Piece]:
    return [pieces[0], *pieces[-2:]]


def _no_reason(pieces: list[Piece]) -> list[Piece]:
    pieces[-2]["choices"][0]["finish_reason"] = None
    return pieces


def _two_reasons(pieces: list[Piece]) -> list[Piece]:
    return [*pieces[:-1], *pieces[-2:]]


def _text_behind(pieces: list[Piece]) -> list[Piece]:
    return [*pieces[:-1], chunk({"content": "!"}), pieces[-1]]


def _no_usage(pieces: list[Piece]) -> list[Piece]:
    return pieces[:-1]


def _usage_early(pieces: list[Piece]) -> list[Piece]:
    return [pieces[-1], *pieces[:-1]]


def _usage_with_choices(pieces: list[Piece]) -> list[Piece]:
    return [*pieces[:-2], {**pieces[-2], "usage": USAGE}]


UNLAWFUL: list[tuple[str, Callable[[list[Piece]], list[Piece]]]] = [
    ("chat.stream-id", _each("id", "chatcmpl-other", 2)),
    ("chat.stream-id", _each("id", "chatcmpl-other", -1)),
    ("chat.stream-created", _each("created", 1_764_499_366, 3, 4, 5)),
    ("chat.stream-model", _each("model", "qwen-long-latest", -1)),
    ("chat.stream-role", _role_late),
    ("chat.stream-role", _role_null),
    ("chat.stream-role", _no_role),
    ("chat.stream-text", _cumulative),
    ("chat.stream-text", _again),
    ("chat.stream-text", _halved),
    ("chat.stream-text", _latin),
    ("chat.stream-text", _silent),
    ("chat.stream-finish", _no_reason),
    ("chat.stream-finish", _two_reasons),
    ("chat.stream-tail", _text_behind),
    ("chat.stream-usage", _no_usage),
    ("chat.stream-usage-place", _each("usage", USAGE, *range(5))),
    ("chat.stream-usage-place", _usage_with_choices),
]


@pytest.mark.parametrize(("clause", "change"), UNLAWFUL)
def test_a_stream_that_breaks_one_clause_is_accused_of_it_alone(
    clause: str, change: Callable[[list[Piece]], list[Piece]]
) -> None:
    history = History()
    streamed(history, change(chunks()))
    assert history.accused() == {clause}


def test_a_usage_that_comes_first_is_accused() -> None:
    history = History()
    streamed(history, _usage_early(chunks()))
    assert {"chat.stream-usage", "chat.stream-usage-place"} <= history.accused()


@pytest.mark.parametrize(
    ("clause", "end"),
    [
        ("chat.stream-done", ""),
        ("chat.stream-done", "data: [DON"),
        ("chat.stream-behind", DONE + 'data: {"more": 1}\n\n'),
        ("chat.stream-behind", DONE + DONE),
    ],
)
def test_a_stream_that_ends_badly_is_accused(clause: str, end: str) -> None:
    history = History()
    streamed(history, chunks(), end=end)
    assert history.accused() == {clause}


def test_a_usage_that_nobody_asked_for_is_accused() -> None:
    history = History()
    streamed(history, chunks(), wanted=STREAM)
    assert history.accused() == {"chat.stream-usage-unasked"}


def test_a_stream_that_nothing_delimits_may_have_been_cut() -> None:
    history = History()
    streamed(history, chunks()[:3], end="", delimited=False)
    streamed(history, chunks(), delimited=False)
    assert history.accused() == set()


def test_streams_that_never_end_as_they_should_are_accused_together() -> None:
    history = History()
    for _ in range(3):
        streamed(history, chunks(), end="", delimited=False)
    assert history.accused() == {"chat.stream-done"}


def test_a_stream_that_never_ends_is_accused_of_that_alone() -> None:
    history = History()
    streamed(
        history, chunks(*["word "] * 200, usage=False)[:-1], wanted={**COUNTED, "max_tokens": 16}, end=""
    )
    assert history.accused() == {"chat.stream-ends"}


def test_a_long_stream_that_nothing_bounds_is_lawful() -> None:
    history = History()
    streamed(history, chunks(*["word "] * 2000))
    assert history.accused() == set()


def test_what_cannot_be_read_is_no_matter_of_these_laws() -> None:
    history = History()
    exchange = streamed(history, chunks(), end="data: {broken\n\n" + DONE)
    assert history.accused() == set()
    assert {finding.clause for finding in contract().judge(exchange).violations} == {"chat.chunk"}


def test_a_stream_that_tells_of_an_error_is_no_matter_of_these_laws() -> None:
    history = History()
    exchange = streamed(history, [*chunks()[:2], {"error": {"message": "no", "code": "x"}}], end="")
    assert history.accused() == set()
    assert contract().judge(exchange).violations == ()


def test_a_stream_of_one_whole_answer_is_accused() -> None:
    history = History()
    exchange = streamed(history, [completion()])
    assert {"chat.stream-role", "chat.stream-text"} <= history.accused()
    assert "chat.object" in {finding.clause for finding in contract().judge(exchange).violations}
