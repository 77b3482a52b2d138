"""openapi.yaml as a judge of what is no JSON, of refusals, and of statuses."""

from typing import Any

import pytest

from conformance.contract import UNDOCUMENTED, contract
from conformance.exchange import Answer, Exchange, Request

from .test_contract import DELETE, ERROR, FILE, LIST, LISTING, RETRIEVE, UPLOAD, accused, answered, without

TOP = [
    (UPLOAD, "uploads.object"),
    (RETRIEVE, "retrieval.object"),
    (LISTING, "listing.object"),
    (DELETE, "deletion.object"),
]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"not json",
        b'{"id": "a"',
        b'{"bytes": NaN}',
        b'{"bytes": -Infinity}',
        b'{"bytes": 1e999}',
        b'{"id": "a", "id": "b"}',
        b'{"x": {"id": "a", "id": "b"}}',
        b"\xff\xfe{}",
        '{"id": "é"}'.encode("latin-1"),
        rb'{"filename": "\ud800"}',
        b"[" * 100_000,
        b'{"bytes": ' + b"9" * 10_000 + b"}",
        b"{} {}",
        b"\xef\xbb\xbf{}",
        b"[]",
        b"null",
        b'"file"',
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_is_no_json_object_is_filed_under_the_object(body: bytes) -> None:
    for request, clause in TOP:
        assert accused(answered(request, body)) == {clause}
    assert accused(answered(UPLOAD, body, status=400)) == {"errors.envelope"}


@pytest.mark.parametrize("depth", [50, 400, 900, 990, 3000])
def test_deep_nesting_is_judged_and_never_breaks_the_judge(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    found = accused(answered(LISTING, b'{"object":"list","has_more":false,"data":' + deep + b"}"))
    assert found in ({"listing.item-object"}, {"listing.object"})
    answered(LISTING, b'{"object":"list","has_more":false,"data":[],"more":' + deep + b"}")
    answered(UPLOAD, b'{"id":' + deep + b"}")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json;charset=UTF-8", "Application/JSON ; charset=utf-8"]
)
def test_a_media_type_may_have_parameters(kind: str) -> None:
    assert accused(answered(UPLOAD, FILE, kind=kind)) == set()
    assert accused(answered(UPLOAD, {"error": ERROR}, status=400, kind=kind)) == set()


@pytest.mark.parametrize(
    "kind", [None, "", "text/html", "text/plain; charset=utf-8", "application/problem+json", "json"]
)
def test_another_media_type_is_a_defect(kind: str | None) -> None:
    assert accused(answered(UPLOAD, FILE, kind=kind)) == {UNDOCUMENTED}
    assert accused(answered(UPLOAD, {"error": ERROR}, status=400, kind=kind)) == {"errors.media-type"}


def test_html_in_place_of_json_is_a_defect() -> None:
    page = b"<!doctype html><title>Not found</title>"
    assert accused(answered(RETRIEVE, page, kind="text/html")) == {UNDOCUMENTED}
    assert accused(answered(RETRIEVE, page, status=404, kind="text/html")) == {"errors.media-type"}
    assert accused(answered(RETRIEVE, page, status=404)) == {"errors.envelope"}


@pytest.mark.parametrize("status", [201, 202, 204, 206, 301, 302, 304, 307])
def test_a_status_that_no_operation_knows_is_undocumented(status: int) -> None:
    for request, _ in TOP:
        judgement = answered(request, b"", status=status, kind=None)
        assert accused(judgement) == {UNDOCUMENTED}
        assert str(status) in judgement.violations[0].actual


@pytest.mark.parametrize("status", [402, 403, 429, 500, 502, 503, 504, 599])
def test_infrastructure_is_not_judged(status: int) -> None:
    for request, _ in TOP:
        judgement = answered(request, b"<html>", status=status, kind="text/html")
        assert judgement.violations == ()
        assert judgement.measured == frozenset()


@pytest.mark.parametrize("status", [400, 401, 404, 405, 409, 410, 413, 415, 422, 499])
def test_any_other_refusal_is_judged_by_its_envelope(status: int) -> None:
    for request, _ in TOP:
        judgement = answered(request, {"error": ERROR}, status=status)
        assert judgement.violations == ()
        assert {"errors.envelope", "errors.message", "errors.type", "errors.code"} <= judgement.measured
        assert accused(answered(request, {"message": "no"}, status=status)) == {"errors.envelope"}


@pytest.mark.parametrize(
    "body",
    [
        {"error": ERROR},
        {"error": {**ERROR, "param": None, "code": "invalid_api_key"}, "request_id": "1"},
        {"error": {**ERROR, "code": "invalid_parameter_error", "param": None}},
        {"error": {**ERROR, "code": "InvalidParameter", "param": None}, "id": "1", "request_id": "1"},
        {"error": without(ERROR, "param")},
        {"error": {**ERROR, "inner": {}}, "more": []},
    ],
    ids=["bare", "request_id", "snake case", "camel case and ids", "without param", "with more"],
)
def test_every_envelope_that_was_seen_is_lawful(body: Any) -> None:
    assert accused(answered(UPLOAD, body, status=400)) == set()
    assert accused(answered(LISTING, body, status=401)) == set()


@pytest.mark.parametrize(
    ("body", "clause"),
    [
        (
            {"code": "InvalidApiKey", "message": "Invalid API-key provided.", "request_id": "1"},
            "errors.envelope",
        ),
        ({"error": "no"}, "errors.envelope"),
        ({"error": None}, "errors.envelope"),
        ({"error": [ERROR]}, "errors.envelope"),
        ({"detail": "Not Found"}, "errors.envelope"),
        ({"error": without(ERROR, "message")}, "errors.message"),
        ({"error": {**ERROR, "message": ""}}, "errors.message"),
        ({"error": {**ERROR, "message": " \n"}}, "errors.message"),
        ({"error": {**ERROR, "message": None}}, "errors.message"),
        ({"error": {**ERROR, "message": {"text": "no"}}}, "errors.message"),
        ({"error": without(ERROR, "type")}, "errors.type"),
        ({"error": {**ERROR, "type": ""}}, "errors.type"),
        ({"error": {**ERROR, "type": 400}}, "errors.type"),
        ({"error": without(ERROR, "code")}, "errors.code-present"),
        ({"error": {**ERROR, "code": 400}}, "errors.code"),
        ({"error": {**ERROR, "code": False}}, "errors.code"),
        ({"error": {**ERROR, "param": ["purpose"]}}, "errors.param"),
        ({"error": {**ERROR, "param": 0}}, "errors.param"),
    ],
)
def test_a_defect_of_the_envelope_is_filed_under_its_own_clause(body: Any, clause: str) -> None:
    for request, _ in TOP:
        assert accused(answered(request, body, status=404)) == {clause}


def test_a_code_that_is_left_out_breaks_one_clause_and_keeps_the_other() -> None:
    judgement = answered(LISTING, {"error": without(ERROR, "code")}, status=404)
    assert "errors.code" in judgement.measured


def test_a_finding_says_what_was_expected_what_came_and_where() -> None:
    (finding,) = answered(LISTING, {**LIST, "data": [FILE, {**FILE, "bytes": "7"}]}).violations
    assert finding.expected == "data[1].bytes: type 'integer'"
    assert finding.actual == "'7'"
    assert finding.exchanges == (1,)
    (finding,) = answered(LISTING, {**LIST, "data": [without(FILE, "bytes")]}).violations
    assert (finding.expected, finding.actual) == ("data[0] has bytes", "bytes is missing")


def test_what_is_no_operation_of_the_document_is_not_judged() -> None:
    for method, path in (("PUT", "/files/f"), ("GET", "/tasks"), ("POST", "/files/f/content")):
        assert answered((method, path), b"<html>", status=404, kind="text/html").violations == ()


@pytest.mark.parametrize(
    "kind", ["application/octet-stream", "application/jsonl", "text/plain; charset=utf-8", ""]
)
def test_a_download_may_have_any_media_type(kind: str) -> None:
    request = ("GET", "/files/file-batch_output-1/content")
    assert answered(request, b'{"custom_id": "1"}\n', kind=kind).violations == ()


def test_no_answer_and_half_an_answer_are_not_judged() -> None:
    request = Request(method="GET", path="/files")
    half = Answer(status=200, headers=(("content-type", "application/json"),), body=b'{"da', cut=True)
    assert contract().judge(Exchange(number=1, request=request, trouble="reset")).violations == ()
    assert contract().judge(Exchange(number=1, request=request, answer=half)).violations == ()
