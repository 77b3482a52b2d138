import json
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

import pytest
from schemathesis import Case

from conformance.contract import contract
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.generated import OPERATIONS, cases, send
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


@pytest.mark.parametrize("name", ["a/b", "ä ö", "..", "a?b#c", "%41", "file-fe-1"])
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
