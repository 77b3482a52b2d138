"""The parts of the comparison: what ids and times refer to, and whether two samples of times differ."""

from random import Random

import pytest

from conformance.comparison.cases import answer, case
from conformance.comparison.naming import names_of
from conformance.comparison.observing import _plain, _prefix
from conformance.comparison.speed import chance, race
from conformance.exchange import Answer, Exchange, Request

from .by_hand import made


def asked(query: tuple[tuple[str, str], ...] = (), path: str = "/files", body: str = "{}") -> Exchange:
    return Exchange(
        number=99,
        request=Request(method="GET", path=path, query=query),
        answer=Answer(status=400, body=body.encode()),
        operation="listFiles",
    )


def test_a_case_is_told_by_what_its_words_refer_to() -> None:
    run = made(1)
    names = names_of(run.exchanges)
    name = run.exchanges[0].mapping()["id"]
    query = (("after", name), ("create_after", "2026-11-22 12:00:00"), ("limit", "7"))
    told = case(asked(query), names)
    assert told == "GET /files after=<deleted file-extract file> create_after=<datetime> limit=<2 to 99>"
    assert case(asked((("limit", "0"),)), names) == "GET /files limit=0"
    assert case(asked(path=f"/files/{name[:-4]}0000"), names) == "GET /files/<unknown id>"


def test_a_refusal_is_told_by_status_code_and_text_without_what_was_drawn() -> None:
    body = '{"error": {"message": "see https://example.com/a?b=c, %s", "code": "c"}, "request_id": "%s"}'
    drawn = "5f0b7a52-3a57-4a6e-9ff0-5d3e1a2b3c4d"
    told = answer(asked(body=body % (drawn, drawn)), names_of(()))
    assert told == "400 code=c “see <link> <its request id>”"
    assert answer(asked(body="[]"), names_of(())) == "400"


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("file-fe-0a1b2c3d4e5f", "file-fe-"),
        ("file-batch_output-0a1b", "file-batch_output-"),
        ("batch_deecdbbf-89fd-4a70-a6d4-07e6ccfa3a43", "batch_"),
        ("deecdbbf-89fd-4a70-a6d4-07e6ccfa3a43", ""),
        ("chatcmpl-1f2e", "chatcmpl-"),
    ],
)
def test_what_stands_before_a_drawn_id_is_told_from_it(name: str, prefix: str) -> None:
    assert _prefix(name) == prefix


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("application/json", "application/json"),
        ("GET, DELETE, HEAD", "DELETE, GET, HEAD"),
        ("5f0b7a52-3a57-4a6e-9ff0-5d3e1a2b3c4d", "#"),
        ("max-age=3600", "max-age=#"),
    ],
)
def test_a_header_is_told_without_what_is_drawn_or_counted_in_it(value: str, plain: str) -> None:
    assert _plain(value) == plain


def test_two_samples_of_one_kind_hardly_ever_differ() -> None:
    draw = Random(7)  # noqa: S311  a draw that can be repeated
    differ = 0
    for _ in range(500):
        a, b = ([draw.expovariate(5) for _ in range(20)] for _ in range(2))
        found = race("listFiles", a, b)
        differ += bool(found and found.differs)
    assert differ <= 2


def test_a_sample_that_is_twice_as_slow_differs() -> None:
    draw = Random(7)  # noqa: S311  a draw that can be repeated
    a = [0.1 + draw.random() / 50 for _ in range(20)]
    found = race("listFiles", a, [2 * each for each in a])
    assert found
    assert found.differs
    assert race("listFiles", a, ()) is None
    assert race("listFiles", a[:3], [9.0] * 3) is not None


def test_the_rank_test_agrees_with_a_table() -> None:
    # By hand: U is 0 of 25, its mean 12.5 and its deviation the root of 25 * 11 / 12.
    assert chance([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]) == pytest.approx(0.01219, abs=1e-4)
    assert chance([1, 1, 1], [1, 1, 1]) == 1.0
