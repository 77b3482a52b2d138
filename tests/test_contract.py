"""openapi.yaml as a judge: which clause each defect of an answer is filed under."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from conformance.clauses import registry
from conformance.contract import UNDOCUMENTED, Judgement, contract
from conformance.exchange import Answer, Exchange, Request

FILE: dict[str, Any] = {
    "id": "file-fe-d5c0ea9110bd47afb0505f43",
    "object": "file",
    "bytes": 7,
    "filename": "test2.txt",
    "purpose": "file-extract",
    "status": "processed",
    "created_at": 1764499365,
}
LIST: dict[str, Any] = {"object": "list", "data": [FILE], "has_more": False}
DELETED: dict[str, Any] = {"object": "file", "deleted": True, "id": FILE["id"]}
ERROR: dict[str, Any] = {
    "message": "'purpose' must be 'file-extract'",
    "type": "invalid_request_error",
    "param": "purpose",
    "code": None,
}
# Where a file is described: the request, how its answer holds it, and the clause of each subject.
UPLOAD, RETRIEVE, LISTING, DELETE = (
    ("POST", "/files"),
    ("GET", "/files/f"),
    ("GET", "/files"),
    ("DELETE", "/files/f"),
)
PLACES: list[tuple[tuple[str, str], Callable[[Any], Any], str]] = [
    (UPLOAD, lambda file: file, "uploads."),
    (RETRIEVE, lambda file: file, "retrieval."),
    (LISTING, lambda file: {**LIST, "data": [FILE, file]}, "listing.item-"),
]
SUBJECTS = {name: name.replace("_", "-") for name in FILE}


def answered(
    request: tuple[str, str], body: Any, *, status: int = 200, kind: str | None = "application/json"
) -> Judgement:
    """Judge one answer; a body of bytes is sent as it is, any other as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    headers = () if kind is None else (("Content-Type", kind),)
    return contract().judge(
        Exchange(
            number=1,
            request=Request(method=request[0], path=request[1]),
            answer=Answer(status=status, headers=headers, body=raw),
        )
    )


def accused(judgement: Judgement) -> set[str]:
    return {finding.clause for finding in judgement.violations}


def without(value: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: each for key, each in value.items() if key != name}


@pytest.mark.parametrize(
    ("request_", "body"), [(UPLOAD, FILE), (RETRIEVE, FILE), (LISTING, LIST), (DELETE, DELETED)]
)
def test_a_lawful_answer_is_accused_of_nothing_and_measured_by_its_clauses(
    request_: tuple[str, str], body: Any
) -> None:
    judgement = answered(request_, body)
    assert judgement.violations == ()
    assert UNDOCUMENTED in judgement.measured
    assert judgement.measured <= set(registry().clauses)
    assert judgement.measured <= contract().clauses()


@pytest.mark.parametrize("name", FILE)
def test_a_missing_field_is_filed_under_its_own_clause(name: str) -> None:
    for request, place, prefix in PLACES:
        assert accused(answered(request, place(without(FILE, name)))) == {prefix + SUBJECTS[name]}


@pytest.mark.parametrize("name", FILE)
@pytest.mark.parametrize("wrong", [None, [], {}, True, 1.5], ids=repr)
def test_a_field_of_a_wrong_type_is_filed_under_its_own_clause(name: str, wrong: Any) -> None:
    for request, place, prefix in PLACES:
        assert accused(answered(request, place({**FILE, name: wrong}))) == {prefix + SUBJECTS[name]}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("id", 7),
        ("bytes", "7"),
        ("bytes", -1),
        ("created_at", "1764499365"),
        ("created_at", 1764499365000),
        ("created_at", 0),
        ("created_at", -5),
        ("filename", 7),
        ("object", "File"),
        ("object", "list"),
        ("object", ""),
        ("purpose", "poetry"),
        ("purpose", "assistants"),
        ("purpose", ""),
        ("status", ""),
        ("status", 1),
        ("status_details", 1),
        ("status_details", {}),
    ],
)
def test_a_field_of_a_wrong_value_is_filed_under_its_own_clause(name: str, wrong: Any) -> None:
    subject = SUBJECTS.get(name, "status-details")
    for request, place, prefix in PLACES:
        assert accused(answered(request, place({**FILE, name: wrong}))) == {prefix + subject}


def test_an_empty_id_lacks_its_prefix_too() -> None:
    for request, place, prefix in PLACES:
        found = accused(answered(request, place({**FILE, "id": ""})))
        assert found == {prefix + "id", "ids.file-extract-prefix"}


@pytest.mark.parametrize(
    ("purpose", "name", "clause"),
    [
        ("file-extract", "file-batch-1", "ids.file-extract-prefix"),
        ("file-extract", "file-fe-", "ids.file-extract-prefix"),
        ("file-extract", "FILE-FE-1", "ids.file-extract-prefix"),
        ("batch", "file-fe-1", "ids.batch-prefix"),
        ("batch", "file-batch_output-1", "ids.batch-prefix"),
    ],
)
def test_an_id_without_the_prefix_of_its_purpose_is_filed_under_the_prefix(
    purpose: str, name: str, clause: str
) -> None:
    for request, place, _ in PLACES:
        assert accused(answered(request, place({**FILE, "id": name, "purpose": purpose}))) == {clause}


def test_a_result_file_is_known_by_reads_and_not_by_uploads() -> None:
    result = {**FILE, "purpose": "batch_output", "id": "file-batch_output-c5f57bf1"}
    # Samples show error files under another prefix, which was never seen.
    errors = {**result, "id": "file-batch_error-c5f57bf1"}
    wrong = {**result, "id": "file-batch-c5f57bf1"}
    assert accused(answered(UPLOAD, result)) == {"uploads.purpose"}
    for request, place, _ in PLACES[1:]:
        assert accused(answered(request, place(result))) == set()
        assert accused(answered(request, place(errors))) == set()
        assert accused(answered(request, place(wrong))) == {"ids.batch-output-prefix"}


def test_an_expiry_is_filed_under_the_one_clause_on_expiry() -> None:
    for request, place, _ in PLACES:
        assert accused(answered(request, place({**FILE, "expires_at": 1}))) == {"uploads.no-expiry"}
        assert accused(answered(request, place({**FILE, "expires_at": None}))) == set()


@pytest.mark.parametrize(
    "more", [{"status_details": None}, {"status_details": "ok"}, {"extra": [1]}, {"": {}}]
)
def test_fields_that_no_page_knows_are_lawful(more: dict[str, Any]) -> None:
    for request, place, _ in PLACES:
        assert accused(answered(request, place({**FILE, **more}))) == set()
    assert accused(answered(LISTING, {**LIST, "first_id": "a", "last_id": None})) == set()
    assert accused(answered(DELETE, {**DELETED, "request_id": "1"})) == set()


@pytest.mark.parametrize(
    ("name", "wrong", "clause"),
    [
        ("object", "page", "listing.object"),
        ("object", None, "listing.object"),
        ("has_more", "false", "listing.has-more"),
        ("has_more", 0, "listing.has-more"),
        ("has_more", None, "listing.has-more"),
        ("data", None, "listing.data"),
        ("data", {}, "listing.data"),
        ("data", [[FILE]], "listing.item-object"),
        ("data", [FILE["id"]], "listing.item-object"),
        ("data", [None], "listing.item-object"),
        ("data", [FILE, FILE, without(FILE, "bytes")], "listing.item-bytes"),
    ],
)
def test_a_list_is_judged_member_by_member(name: str, wrong: Any, clause: str) -> None:
    assert accused(answered(LISTING, {**LIST, name: wrong})) == {clause}


@pytest.mark.parametrize("name", LIST)
def test_a_member_that_a_list_lacks_is_filed_under_its_own_clause(name: str) -> None:
    clause = f"listing.{name.replace('_', '-')}"
    assert accused(answered(LISTING, without(LIST, name))) == {clause}


@pytest.mark.parametrize("name", DELETED)
def test_a_member_that_a_deletion_lacks_is_filed_under_its_own_clause(name: str) -> None:
    assert accused(answered(DELETE, without(DELETED, name))) == {f"deletion.{name}"}


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("deleted", "true"), ("deleted", 1), ("deleted", None), ("object", "file.deleted")],
)
def test_a_deletion_is_judged_member_by_member(name: str, wrong: Any) -> None:
    assert accused(answered(DELETE, {**DELETED, name: wrong})) == {f"deletion.{name}"}


def test_several_defects_are_all_named() -> None:
    assert accused(answered(UPLOAD, {"id": "file-fe-1", "object": "x"})) == {
        "uploads.bytes",
        "uploads.created-at",
        "uploads.filename",
        "uploads.object",
        "uploads.purpose",
        "uploads.status",
    }


def test_every_clause_that_the_document_marks_is_a_clause() -> None:
    assert contract().clauses() <= set(registry().clauses)
