"""The wire as values: strict JSON, and what requests and answers say of themselves."""

from typing import Any

import pytest

from conformance.exchange import Answer, Exchange, NotJson, Part, Request, decode


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"{}", {}),
        (b" [1, 2.5, -0, 1e3, true, null] \n", [1, 2.5, 0, 1000.0, True, None]),
        ('"产品\\u4ecb"'.encode(), "产品介"),
        (rb'"\ud83d\ude00"', "\U0001f600"),
        (b'{"a": {"b": 1}, "b": {"b": 1}}', {"a": {"b": 1}, "b": {"b": 1}}),
        (b'{"\\u0000": ""}', {"\0": ""}),
        (rb'"\\ud800 is text"', "\\ud800 is text"),
        (b"1e-999", 0.0),
    ],
)
def test_well_formed_json_is_decoded(body: bytes, value: Any) -> None:
    assert decode(body) == value
    assert Answer(status=200, body=body).json() == value


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"{", "Expecting"),
        (b"{} {}", "Extra data"),
        (b"{'a': 1}", "Expecting"),
        (b"NaN", "NaN is not JSON"),
        (b"[Infinity]", "Infinity is not JSON"),
        (b'{"a": -Infinity}', "-Infinity is not JSON"),
        (b"[1e999]", "too large"),
        (b"-1e999", "too large"),
        (b"[" + b"9" * 5000 + b"]", "a number is too large"),
        (b'{"a": 1, "a": 1}', "'a' appears twice"),
        (b'[{"x": [{"a": 1, "a": 2}]}]', "'a' appears twice"),
        (b'{"a": 1, "\\u0061": 2}', "'a' appears twice"),
        (b'"\xff"', "not UTF-8 at byte 1"),
        (b"\xff\xfe{\0}\0", "not UTF-8 at byte 0"),
        (b"\xed\xa0\x80", "not UTF-8"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (rb'["\ud800"]', "lone surrogate"),
        (rb'{"\udfff": 1}', "lone surrogate"),
        (rb'{"a": {"b": "\uDC00x"}}', "lone surrogate"),
        (b'"a\nb"', "control character"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 101 + b"]" * 101, "nested too deeply"),
        (b"[" + b"0," * 200_000 + b"0]", "more than"),
        (b'{"a":' * 50_000, "nested too deeply"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_not_json_is_refused_with_the_reason(body: bytes, why: str) -> None:
    for _ in range(2):
        with pytest.raises(NotJson, match=why):
            decode(body)
    exchange = Exchange(
        number=1, request=Request(method="GET", path="/"), answer=Answer(status=200, body=body)
    )
    assert exchange.value() is None
    assert exchange.mapping() == {}


def test_an_exchange_without_an_answer_says_nothing() -> None:
    exchange = Exchange(number=1, request=Request(method="GET", path="/"), trouble="reset")
    assert (exchange.status, exchange.succeeded, exchange.value(), exchange.mapping()) == (
        None,
        False,
        None,
        {},
    )


@pytest.mark.parametrize("body", [b"[]", b"null", b"1", b'"a"'])
def test_a_body_that_is_no_object_has_no_members(body: bytes) -> None:
    answer = Answer(status=200, body=body)
    assert Exchange(number=1, request=Request(method="GET", path="/"), answer=answer).mapping() == {}


@pytest.mark.parametrize(
    ("status", "ok", "refused"),
    [
        (199, False, False),
        (200, True, False),
        (299, True, False),
        (302, False, False),
        (499, False, True),
        (500, False, False),
    ],
)
def test_a_status_belongs_to_a_class(status: int, ok: bool, refused: bool) -> None:  # noqa: FBT001
    assert Answer(status=status).ok is ok
    assert Answer(status=status).refused is refused


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ((), ""),
        ((("Content-Type", "application/json"),), "application/json"),
        ((("CONTENT-TYPE", " Application/JSON ; charset=UTF-8"),), "application/json"),
        ((("content-type", "text/html"), ("content-type", "application/json")), "text/html"),
    ],
)
def test_a_media_type_is_read_without_its_parameters(headers: tuple[tuple[str, str], ...], kind: str) -> None:
    assert Answer(status=200, headers=headers).media_type == kind


def test_a_request_knows_its_parts_and_parameters() -> None:
    parts = (Part(name="purpose", size=5, text="batch"), Part(name="file", filename="a", size=1))
    request = Request(method="POST", path="/files/", query=(("a", "1"), ("a", "2")), parts=parts)
    assert request.part("file") is parts[1]
    assert request.part("other") is None
    assert request.parameter("a") == "2"
    assert request.parameter("b") is None
    assert request.is_upload
    assert not Request(method="GET", path="/files").is_upload
    assert not Request(method="POST", path="/files/x").is_upload
