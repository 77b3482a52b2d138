import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.corpus import Corpus
from conformance.strategies import MOST_PAGES, PURPOSES, choices, drawn, exact_limits, instants
from conformance.times import DAY, FORMATS, read, write
from tests.test_corpus import sent

NOON = int(dt.datetime(2025, 11, 12, 12, tzinfo=dt.UTC).timestamp())
ZONE = 8 * 3600.0
CORPUS = Corpus(sent=(sent(NOON, late=False), sent(NOON + 1, late=False), sent(NOON + 4, late=True)))


@pytest.mark.parametrize(
    ("count", "limits"),
    [
        (0, ()),
        (1, (1,)),
        (2, (2, 1)),
        (12, (12, 6)),
        (13, (13,)),
        (15, (15, 5)),
        (25, (25, 5)),
        (2000, (2000, 1000)),
        (2001, (667,)),
        (2003, ()),
        (9971, ()),
        (9972, (1662,)),
    ],
)
def test_limits_are_given_that_cut_a_list_into_full_pages(count: int, limits: tuple[int, ...]) -> None:
    assert exact_limits(count) == limits


@given(st.integers(0, 12_000))
def test_every_page_of_an_exact_limit_is_full_and_there_are_few(count: int) -> None:
    for limit in exact_limits(count):
        assert count % limit == 0
        assert 1 <= limit <= 2000
        assert count // limit <= MOST_PAGES


@given(st.integers(1, 2000))
def test_a_list_of_one_page_is_always_asked_for_as_one(count: int) -> None:
    assert count in exact_limits(count)


def test_times_lie_on_either_side_of_the_files_and_between_the_groups() -> None:
    *far, before, between, after = instants(CORPUS, ZONE)
    assert [read(text) for text in before] == [read(write(NOON - 2, form, ZONE)) for form in EXACT]
    assert between[1] == write(NOON + 2, "datetime", ZONE)
    assert after[1] == write(NOON + 6, "datetime", ZONE)
    assert len(far) == 2


EXACT = ("compact-datetime", "datetime")


def test_no_time_is_written_as_a_day_where_the_day_could_hold_a_file() -> None:
    *_, before, between, after = instants(CORPUS, ZONE)
    assert {len(group) for group in (before, between, after)} == {len(EXACT)}


@pytest.mark.parametrize("corpus", [CORPUS, Corpus(sent=())], ids=["some", "none"])
def test_without_a_zone_only_times_that_are_right_in_any_zone_are_given(corpus: Corpus) -> None:
    groups = instants(corpus, None)
    assert [len(group) for group in groups] == [len(FORMATS)] * 2
    created = (NOON, NOON + 4) if corpus.sent else (0, 0)
    past, future = ([read(text) for text in group] for group in groups)
    assert all(written and written.latest(None) < created[0] for written in past)
    assert all(written and written.earliest(None) > created[1] for written in future)


def test_without_a_room_between_the_groups_no_time_is_put_there() -> None:
    close = Corpus(sent=(sent(NOON, late=False), sent(NOON + 1, late=True)))
    assert len(instants(close, ZONE)) == len(instants(CORPUS, ZONE)) - 1


@given(choices(instants(CORPUS, ZONE)))
def test_every_query_that_is_drawn_is_lawful(choice: object) -> None:
    query = choice.query  # type: ignore[attr-defined]
    assert set(query) <= {"purpose", "create_after", "create_before", "limit"}
    assert query.get("purpose") in PURPOSES
    assert 1 <= query.get("limit", 1) <= 2000
    for name in ("create_after", "create_before"):
        assert name not in query or read(query[name]) is not None


def test_queries_of_every_kind_are_drawn() -> None:
    queries = [choice.query for choice in drawn(choices(instants(CORPUS, ZONE)), most=60)]
    assert {tuple(sorted(query)) for query in queries} >= {(), ("purpose",), ("create_after", "limit")}
    assert {query.get("purpose") for query in queries} == set(PURPOSES)


def test_values_are_drawn_first_and_no_more_of_them_than_asked_for() -> None:
    values = drawn(st.integers(0, 10**9), most=5)
    assert 1 <= len(values) <= 5
    assert len(drawn(st.just(1), most=5)) <= 5


def test_far_times_are_days_away() -> None:
    past, future, *_ = instants(CORPUS, ZONE)
    assert past[0] == write(NOON - 3 * DAY, "compact-datetime")
    assert future[2] == write(NOON + 4 + 3 * DAY, "date")
