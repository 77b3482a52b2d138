import json
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from schemathesis import Case

from conformance.contract import contract
from conformance.exchange import Answer, Exchange, Request
from conformance.files import Files
from conformance.generated import OPERATIONS, cases, covered, follow, links, send, target
from conformance.strategies import drawn

from .loopback import Loopback, Received, answer, client_of

EMPTY = answer(json.dumps({"object": "list", "data": [], "has_more": False}).encode())


def sent(case: Case[Any]) -> tuple[Exchange, Received]:
    with Loopback(EMPTY) as server:
        client = client_of(server)
        exchange = send(Files(client), case)
        client.close()
        return exchange, server.received[0]


def made(operation: str, **parts: Any) -> Case[Any]:
    """Make a case by hand."""
    [case] = drawn(cases(operation, "positive"), most=1)[-1:]
    for name, value in parts.items():
        setattr(case, name, value)
    return case


def test_all_operations_of_the_document_are_drawn_from() -> None:
    assert set(OPERATIONS) == {"uploadFile", "listFiles", "retrieveFile", "deleteFile"}


@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_was_drawn_goes_out_by_its_method_and_path(operation: str, mode: str) -> None:
    found = next(each for each in contract().operations if each.id == operation)
    for case in drawn(cases(operation, mode), most=4):
        exchange, received = sent(case)
        parts = urlsplit(received.target)
        assert received.method == found.method
        template = found.template.replace("{file_id}", "")
        assert unquote(parts.path).startswith(f"/v1{template}")
        assert exchange.request.method == received.method
        assert f"/v1{exchange.request.path}" == parts.path


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_parameter_goes_out_as_it_was_drawn(mode: str) -> None:
    for case in drawn(cases("listFiles", mode), most=12):
        exchange, received = sent(case)
        went = parse_qsl(urlsplit(received.target).query, keep_blank_values=True)
        assert went == list(exchange.request.query)
        for name, value in (case.query or {}).items():
            items = value if isinstance(value, list) else [value]
            assert [text for key, text in went if key == name] == [as_text(item) for item in items]


def as_text(value: object) -> str:
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return str(value).encode("utf-8", "replace").decode()


@pytest.mark.parametrize("name", ["a/b", "ä ö", "..", "a?b#c", "100%", "file-fe-1"])
def test_no_letter_of_an_id_becomes_part_of_the_address(name: str) -> None:
    _, received = sent(made("deleteFile", path_parameters={"file_id": name}))
    head, _, last = received.target.rpartition("/")
    assert head == "/v1/files"
    assert unquote(last) == name
    assert quote(name, safe="") in {last, name}


@pytest.mark.parametrize(
    ("value", "texts"),
    [(True, ["true"]), (None, ["null"]), (1.5, ["1.5"]), (["a", 2], ["a", "2"]), ([], []), ("\ud800", ["?"])],
)
def test_values_of_every_json_type_are_written_out(value: object, texts: list[str]) -> None:
    _, received = sent(made("listFiles", query={"limit": value}))
    assert [text for _, text in parse_qsl(urlsplit(received.target).query)] == texts


@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_field_of_a_form_goes_out_as_it_was_drawn(mode: str) -> None:
    for case in drawn(cases("uploadFile", mode), most=6):
        exchange, received = sent(case)
        body = case.body if isinstance(case.body, dict) else {}
        names = [part.name for part in exchange.request.parts]
        for name, value in body.items():
            assert names.count(name) == (len(value) if isinstance(value, list) and name != "file" else 1)
        assert set(names) <= set(body)
        for part in exchange.request.parts:
            assert f'name="{part.name}"'.encode() in received.body or not part.name.isalnum()


@pytest.mark.parametrize(("content", "wire"), [(b"\0\xff", b"\0\xff"), ("text", b"text"), (7, b"7")])
def test_the_bytes_of_a_file_go_out_untouched(content: object, wire: bytes) -> None:
    exchange, received = sent(made("uploadFile", body={"file": content, "purpose": "batch"}))
    assert b"\r\n\r\n" + wire + b"\r\n" in received.body
    part = exchange.request.part("file")
    assert part
    assert part.size == len(wire)
    assert part.filename
    assert part.filename.startswith("conformance-")


def test_key_and_account_are_the_clients() -> None:
    exchange, received = sent(made("listFiles", query={}))
    assert received.headers["authorization"].startswith("Bearer sk-")
    assert exchange.account == "first"


def answered(operation: str, body: object, status: int = 200) -> Exchange:
    found = next(each for each in contract().operations if each.id == operation)
    request = Request(method=found.method, path=found.template)
    told = Answer(
        status=status, headers=(("content-type", "application/json"),), body=json.dumps(body).encode()
    )
    return Exchange(number=1, request=request, answer=told, operation=operation)


BODIES = {
    "uploadFile": {"id": "file-fe-1"},
    "listFiles": {"data": [{"id": "file-fe-1"}, {"id": "file-fe-2"}]},
    "retrieveFile": {"id": "file-fe-1"},
    "deleteFile": {"id": "file-fe-1", "deleted": True},
}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_link_takes_an_id_to_an_operation_of_the_document(operation: str) -> None:
    assert links(operation)
    for link in links(operation):
        assert target(link) in OPERATIONS
        given = follow(link, answered(operation, BODIES[operation]))
        assert [value for values in given.values() for value in values.values()] == ["file-fe-1"]


def test_the_document_links_upload_list_and_deletion_to_what_must_follow_from_them() -> None:
    leads = {operation: {target(link) for link in links(operation)} for operation in OPERATIONS}
    assert leads["uploadFile"] == {"retrieveFile", "deleteFile", "listFiles"}
    assert "retrieveFile" in leads["listFiles"]
    assert leads["deleteFile"] == {"retrieveFile"}


def test_no_link_leads_from_a_list_to_a_deletion() -> None:
    assert "deleteFile" not in {target(link) for link in links("listFiles")}


@pytest.mark.parametrize(
    ("body", "status"),
    [({}, 200), ({"id": None}, 200), ({"id": ["file-fe-1"]}, 200), (BODIES["uploadFile"], 400)],
)
def test_a_link_gives_nothing_where_the_answer_has_no_id(body: object, status: int) -> None:
    for link in links("uploadFile"):
        assert not any(follow(link, answered("uploadFile", body, status)).values())


def test_what_a_link_gives_takes_the_place_of_what_was_drawn() -> None:
    case = made("retrieveFile", path_parameters={"file_id": "drawn"})
    with Loopback(EMPTY) as server:
        client = client_of(server)
        send(Files(client), case, {"path_parameters": {"file_id": "100%41"}})
        client.close()
        assert server.received[0].target.endswith("/files/100%2541")


def test_what_schemathesis_wrote_for_a_path_is_not_written_twice() -> None:
    _, received = sent(made("retrieveFile", path_parameters={"file_id": "a%20b"}))
    assert received.target.endswith("/files/a%20b")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_walk_through_the_boundaries_is_always_the_same(operation: str) -> None:
    def told() -> list[tuple[Any, ...]]:
        return [
            (case.method, case.path_parameters, case.query, repr(case.body)) for case in covered(operation)
        ]

    first = told()
    covered.cache_clear()
    for other in OPERATIONS:
        covered(other)
    assert told() == first
    assert len({method for method, *_ in first}) > 1


def test_the_walk_begins_with_the_examples_and_comes_by_the_bounds() -> None:
    walked = covered("listFiles")
    assert (walked[0].query or {})["create_after"] == "2025-11-12"
    limits = {str((case.query or {}).get("limit")) for case in walked}
    assert {"0", "1", "2000", "2001"} <= limits


def test_no_case_deletes_without_naming_a_file() -> None:
    for operation in OPERATIONS:
        assert not [case for case in covered(operation) if case.method == "DELETE" and case.path == "/files"]
