"""The official SDK on top of our client, and what its users need of an answer."""

import json
from dataclasses import replace
from typing import Any

import pytest

from conformance import sdk
from conformance.exchange import Answer, Exchange, Request
from conformance.expect import Broken, Unproven
from conformance.runs import Compatible

from .loopback import QUICK, Loopback, answer, client_of, hang_up

FILE: dict[str, Any] = {
    "id": "file-fe-1",
    "bytes": 5,
    "created_at": 1,
    "filename": "a.txt",
    "object": "file",
    "purpose": "file-extract",
    "status": "processed",
}
LIST: dict[str, Any] = {"object": "list", "data": [FILE], "has_more": True}
DELETED: dict[str, Any] = {"id": "file-fe-1", "object": "file", "deleted": True}
REFUSED: dict[str, Any] = {"error": {"message": "no", "type": "t", "code": None}}


def answered(operation: str, said: object, status: int = 200, kind: str = "application/json") -> Exchange:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return Exchange(
        number=1,
        operation=operation,
        request=Request(method="GET", path="/files"),
        answer=Answer(status=status, headers=(("content-type", kind),), body=body),
    )


def but(said: dict[str, Any], **other: object) -> dict[str, Any]:
    return {**said, **other}


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("uploadFile", FILE),
        ("retrieveFile", but(FILE, status_details=None, extra={"a": 1})),
        ("deleteFile", DELETED),
        ("listFiles", LIST),
        ("listFiles", but(LIST, data=[], has_more=False)),
    ],
)
def test_what_the_samples_show_can_be_used(operation: str, said: dict[str, Any]) -> None:
    assert sdk.unusable(answered(operation, said)) == ""


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("uploadFile", but(FILE, id=None)),
        ("uploadFile", but(FILE, bytes="5")),
        ("uploadFile", but(FILE, bytes=True)),
        ("retrieveFile", but(FILE, created_at=1.5)),
        ("retrieveFile", []),
        ("retrieveFile", b"<html>"),
        ("deleteFile", but(DELETED, deleted="true")),
        ("deleteFile", but(DELETED, deleted=False)),
        ("deleteFile", {}),
        ("listFiles", but(LIST, data=None)),
        ("listFiles", but(LIST, data={"a": 1})),
        ("listFiles", but(LIST, data=[but(FILE, filename=None)])),
        ("listFiles", but(LIST, data=[], has_more=True)),
        ("listFiles", [FILE]),
    ],
)
def test_what_a_user_of_the_sdk_would_stumble_over_is_told(operation: str, said: object) -> None:
    assert sdk.unusable(answered(operation, said)) != ""


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429])
def test_a_refusal_with_a_message_is_an_error_of_the_sdk(status: int) -> None:
    assert sdk.unusable(answered("listFiles", REFUSED, status)) == ""
    assert sdk.unusable(answered("listFiles", {"error": "no"}, status)) != ""
    assert sdk.unusable(answered("listFiles", {"error": {"message": " "}}, status)) != ""
    assert sdk.unusable(answered("listFiles", b"<html>", status, "text/html")) != ""


def test_server_errors_and_other_operations_are_not_judged() -> None:
    assert sdk.unusable(answered("listFiles", {}, 503)) == ""
    assert sdk.unusable(answered("somethingElse", {})) == ""


def test_the_form_of_the_sdk_arrives_as_it_wrote_it_and_is_kept_in_parts() -> None:
    with Loopback(answer(json.dumps(FILE).encode())) as server:
        client = client_of(server)
        with sdk.speaking(client) as (openai, exchanges):
            said = openai.files.create(file=("阿里.txt", b"hello"), purpose="file-extract")  # type: ignore[arg-type]
        client.close()
        (request,) = server.received
    assert said.id == "file-fe-1"
    assert request.method == "POST"
    assert request.headers["authorization"] == f"Bearer {client.target.key}"
    assert "openai" in request.headers["user-agent"].lower()
    (exchange,) = exchanges
    assert exchange.request.is_upload
    told = {part.name: (part.filename, part.size, part.text) for part in exchange.request.parts}
    assert told == {"purpose": (None, 12, "file-extract"), "file": ("阿里.txt", 5, None)}
    assert exchange.operation == "uploadFile"


def test_the_key_of_another_account_speaks_for_it() -> None:
    with Loopback(answer(json.dumps(LIST | {"has_more": False}).encode())) as server:
        client = client_of(server)
        with sdk.speaking(client, account="second") as (openai, exchanges):
            assert [file.id for file in openai.files.list(limit=3)] == ["file-fe-1"]
        client.close()
        (request,) = server.received
    assert request.headers["authorization"] == "Bearer sk-second-account-key"
    assert request.target == "/v1/files?limit=3"
    assert exchanges[0].account == "second"


def test_an_error_of_the_sdk_is_a_broken_expectation() -> None:
    with Loopback(answer(json.dumps(REFUSED).encode(), 404)) as server:
        client = client_of(server)
        with pytest.raises(Broken, match="NotFoundError"), sdk.speaking(client) as (openai, _):
            openai.files.retrieve("file-fe-1")
        client.close()


def test_trouble_on_the_way_proves_nothing() -> None:
    for trouble in (hang_up, answer(b"{}", 503), answer(json.dumps(REFUSED).encode(), 429)):
        with Loopback(trouble) as server:
            client = client_of(server, timing=QUICK)
            with pytest.raises(Unproven), sdk.speaking(client) as (openai, _):
                openai.files.retrieve("file-fe-1")
            client.close()


def test_each_answer_is_tried_once_and_counted() -> None:
    said = [but(FILE), but(FILE, bytes="5")]
    exchanges = [replace(answered("retrieveFile", each), number=n) for n, each in enumerate(said)]
    layer = sdk.Compatibility()
    assert layer.count(exchanges) == Compatible(answers=2, usable=1)
    assert (layer.of(exchanges[:1]), layer.of(exchanges), layer.of([])) == (True, False, None)
    troubled = [replace(answered("retrieveFile", {}, status), number=9) for status in (429, 503)]
    assert layer.count([*troubled, replace(exchanges[0], answer=None)]) is None
