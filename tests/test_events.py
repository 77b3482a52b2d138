"""Server-sent events, however they are cut on their way."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.events import LONGEST, Event, Events, events
from conformance.exchange import NotJson

STREAM = b': hello\r\nid: 7\ndata: {"a":1}\n\nevent: end\ndata: one\rdata:two\r\r\ndata: [DONE]\n\n'
FOUND = (Event('{"a":1}'), Event("one\ntwo", "end"), Event("[DONE]"))


def test_a_stream_is_cut_at_empty_lines_whatever_ends_a_line() -> None:
    assert events(STREAM) == (FOUND, False)


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_pieces_give_the_events_of_the_whole(cuts: list[int]) -> None:
    reader = Events()
    places = [0, *sorted(cuts), len(STREAM)]
    found = [event for i, j in itertools.pairwise(places) for event in reader.feed(STREAM[i:j])]
    assert tuple(found) == FOUND
    assert not reader.rest


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@given(st.data())
def test_the_last_event_is_whole_whatever_ends_its_lines(end: bytes, data: st.DataObject) -> None:
    stream = b"data: one\n\ndata: [DONE]\n\n".replace(b"\n", end)
    cut = data.draw(st.integers(0, len(stream)))
    reader = Events()
    found = [event for piece in (stream[:cut], b"", stream[cut:]) for event in reader.feed(piece)]
    assert found == [Event("one"), Event("[DONE]")]
    assert not reader.rest


def test_the_last_event_says_done() -> None:
    assert [event.done for event in FOUND] == [False, False, True]


def test_an_event_that_is_not_ended_is_told() -> None:
    assert events(b"data: a\n\ndata: b\n") == ((Event("a"),), True)
    assert events(b"data: a\n\ndata: b") == ((Event("a"),), True)


def test_a_stream_may_begin_with_a_byte_order_mark_and_be_empty() -> None:
    assert events(b"\xef\xbb\xbfdata: a\n\n") == ((Event("a"),), False)
    assert events(b"") == ((), False)


def test_comments_and_events_without_data_are_no_events() -> None:
    assert events(b": keep-alive\n\nevent: ping\n\n") == ((), False)


def test_data_is_read_as_strict_json() -> None:
    assert Event('{"a": [1]}').value() == {"a": [1]}
    with pytest.raises(NotJson):
        Event("{").value()


def test_a_line_without_end_is_given_up() -> None:
    with pytest.raises(NotJson):
        events(b"data: " + b"x" * (LONGEST + 1))
