"""The official SDK on top of our client, and what its users need of an answer."""

import json
from dataclasses import replace
from typing import Any

import openai as official
import pytest

from conformance import sdk, uses
from conformance.chat import USAGE
from conformance.exchange import Answer, Exchange, Request
from conformance.expect import Broken, Unproven
from conformance.runs import Compatible

from .loopback import Loopback, answer, client_of, hang_up

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
COUNTS = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
COMPLETION: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "qwen-long",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": COUNTS,
}
BATCH: dict[str, Any] = {
    "id": "batch_1",
    "object": "batch",
    "endpoint": "/v1/chat/ds-test",
    "input_file_id": "file-batch-1",
    "completion_window": "24h",
    "status": "completed",
    "created_at": 1,
    "output_file_id": "file-batch_output-1",
    "error_file_id": None,
    "errors": None,
    "request_counts": {"total": 1, "completed": 1, "failed": 0},
    "metadata": None,
}
BATCHES: dict[str, Any] = {"object": "list", "data": [BATCH], "has_more": True}
EMPTY: dict[str, Any] = {"object": "list", "data": None, "first_id": None, "last_id": None, "has_more": False}
LINES = '{"custom_id":"1"}\n{"custom_id":"二"}\n'.encode()


def answered(
    operation: str, said: object, status: int = 200, kind: str = "application/json", *, stream: bool = False
) -> Exchange:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return Exchange(
        number=1,
        operation=operation,
        request=Request(method="GET", path="/files", body='{"stream": true}' if stream else None),
        answer=Answer(
            status=status, headers=(("content-type", kind), ("transfer-encoding", "chunked")), body=body
        ),
    )


def chunk(delta: object = None, **others: object) -> dict[str, Any]:
    """One piece of a stream; without a delta it has no choices."""
    choices = [{"index": 0, "delta": delta, "finish_reason": None}] if delta is not None else []
    return {**COMPLETION, "object": "chat.completion.chunk", "choices": choices, "usage": None, **others}


def stream(*pieces: object, end: bytes = b"data: [DONE]\n\n") -> Exchange:
    body = b"".join(b"data: " + json.dumps(piece).encode() + b"\n\n" for piece in pieces) + end
    return answered("createChatCompletion", body, kind="text/event-stream", stream=True)


def but(said: dict[str, Any], **other: object) -> dict[str, Any]:
    return {**said, **other}


@pytest.mark.parametrize(
    ("operation", "said"),
    [
        ("uploadFile", FILE),
        ("retrieveFile", but(FILE, status_details=None, extra={"a": 1})),
        ("deleteFile", DELETED),
        ("deleteFile", but(DELETED, deleted=False)),
        ("listFiles", LIST),
        ("listFiles", but(LIST, data=[], has_more=False)),
        ("createChatCompletion", COMPLETION),
        # What may be absent the SDK validates, and puts right where it can.
        ("createChatCompletion", but(COMPLETION, usage=but(COUNTS, total_tokens="3"))),
        ("createBatch", BATCH),
        ("retrieveBatch", but(BATCH, output_file_id=None, request_counts=None, extra={"a": 1})),
        ("cancelBatch", but(BATCH, status="cancelling")),
        ("listBatches", BATCHES),
        ("listBatches", EMPTY),
        ("listBatches", but(EMPTY, data=[])),
        ("downloadFile", LINES),
        ("downloadFile", b"\xff\xfe are no letters"),
        ("downloadFile", b""),
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
        ("deleteFile", {}),
        ("listFiles", but(LIST, data=None)),
        ("listFiles", but(LIST, data={"a": 1})),
        ("listFiles", but(LIST, data=[but(FILE, filename=None)])),
        ("listFiles", but(LIST, data=[], has_more=True)),
        ("listFiles", [FILE]),
        ("createChatCompletion", but(COMPLETION, choices=[])),
        ("createChatCompletion", but(COMPLETION, choices=None)),
        ("createChatCompletion", but(COMPLETION, choices=[{"index": 0, "message": {"content": ["hi"]}}])),
        ("createChatCompletion", but(COMPLETION, usage=None)),
        ("createChatCompletion", but(COMPLETION, usage=but(COUNTS, total_tokens=None))),
        ("createChatCompletion", b"data: {}\n\n"),
        ("createBatch", but(BATCH, id=None)),
        ("createBatch", []),
        ("retrieveBatch", but(BATCH, created_at="1")),
        ("retrieveBatch", but(BATCH, output_file_id=["file-batch_output-1"])),
        ("retrieveBatch", but(BATCH, request_counts={"total": 1})),
        ("cancelBatch", {}),
        ("listBatches", but(EMPTY, has_more=True)),
        ("listBatches", but(BATCHES, data={"a": 1})),
        ("listBatches", but(BATCHES, data=[but(BATCH, status=None)])),
        ("listBatches", but(BATCHES, data=[], has_more=True)),
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


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, official.BadRequestError),
        (401, official.AuthenticationError),
        (404, official.NotFoundError),
        (429, official.RateLimitError),
    ],
)
def test_the_sdk_has_an_error_for_each_documented_status(
    status: int, kind: type[official.APIStatusError]
) -> None:
    said = {"error": {"message": "no", "code": "some_code"}, "request_id": "1"}
    given = answered("retrieveFile", said, status).answer
    assert given
    with sdk.replaying(given) as openai, pytest.raises(kind) as caught:
        openai.files.retrieve("file-fe-1")
    assert (caught.value.status_code, caught.value.code) == (status, "some_code")
    assert "no" in caught.value.message


def test_a_code_that_its_user_cannot_compare_is_told() -> None:
    for code, usable in ((None, True), ("a_code", True), (404, True), ({"value": "a_code"}, False)):
        said = {"error": {"message": "no", "code": code}}
        assert (sdk.unusable(answered("createBatch", said, 400)) == "") is usable


def test_a_stream_is_used_chunk_by_chunk() -> None:
    for lawful in (
        stream(chunk({"content": "", "role": "assistant"}), chunk({"content": "hi"}), chunk(usage=COUNTS)),
        stream(chunk({"content": "hi"}), chunk({"content": None})),
        stream(chunk({"content": "hi"}), chunk(choices=None), end=b""),
    ):
        assert sdk.unusable(lawful) == ""
    for unlawful in (
        stream(chunk({"content": "hi"}), chunk(usage=but(COUNTS, prompt_tokens=None))),
        stream(chunk({"content": "hi"}), chunk({"content": 5})),
        stream(chunk({"content": "hi"}), chunk(choices=[{"index": 0}])),
        stream(["hi"]),
        stream(end=b"data: {\n\n"),
        answered("createChatCompletion", b"data: [DONE]\n\n", kind="text/event-stream"),
    ):
        assert sdk.unusable(unlawful) != ""


def test_an_error_in_the_midst_of_a_stream_tells_the_user_why() -> None:
    assert sdk.unusable(stream(chunk({"content": "hi"}), REFUSED)) == ""
    assert sdk.unusable(stream(chunk({"content": "hi"}), {"error": {"code": "a_code"}})) != ""


def test_of_a_stream_that_was_cut_off_nothing_is_said() -> None:
    broken = stream(chunk({"content": "hi"}), end=b'data: {"id"')
    assert broken.answer
    cut = replace(broken, answer=replace(broken.answer, headers=(("content-type", "text/event-stream"),)))
    assert (sdk.is_tried(broken), sdk.is_tried(cut)) == (True, False)
    assert sdk.Compatibility().count([cut]) is None


def test_a_download_reads_as_what_it_is() -> None:
    assert sdk.unusable(answered("downloadFile", LINES, kind="text/plain; charset=utf-8")) == ""
    assert sdk.unusable(answered("downloadFile", LINES, kind="text/plain; charset=utf-16")) != ""


def test_a_header_need_not_be_in_ascii() -> None:
    exchange = answered("listFiles", LIST)
    assert exchange.answer
    for value in ("attachment; filename=结果.jsonl", "caf\ufffd"):
        headers = (*exchange.answer.headers, ("x-name", value))
        assert sdk.unusable(replace(exchange, answer=replace(exchange.answer, headers=headers))) == ""


def test_what_a_stream_was_asked_for_is_no_answer_of_the_same_shape() -> None:
    whole = answered("createChatCompletion", COMPLETION)
    layer = sdk.Compatibility()
    assert layer.unusable(whole) == ""
    assert layer.unusable(answered("createChatCompletion", [5], stream=True)) == ""
    assert layer.unusable(answered("createChatCompletion", [5])) != ""


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
            client = client_of(server)
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


def test_the_sdk_hears_a_stream_to_its_end_and_no_further() -> None:
    pieces = stream(chunk({"content": "he"}), chunk({"content": "llo"}), chunk(usage=COUNTS)).answer
    assert pieces
    with Loopback(answer(pieces.body, kind="text/event-stream")) as server:
        client = client_of(server)
        with sdk.speaking(client) as (openai, exchanges):
            asked: Any = {"model": "qwen-long", "messages": [{"role": "user", "content": "hello"}], **USAGE}
            assert uses.stream_of(openai.chat.completions.create(**asked)) == "hello"
        client.close()
        (request,) = server.received
    assert json.loads(request.body) == asked
    assert (exchanges[0].operation, uses.wants_stream(exchanges[0])) == ("createChatCompletion", True)


def test_an_error_in_the_midst_of_a_stream_proves_nothing() -> None:
    pieces = stream(chunk({"content": "he"}), REFUSED).answer
    assert pieces
    with Loopback(answer(pieces.body, kind="text/event-stream")) as server:
        client = client_of(server)
        with pytest.raises(Unproven, match="ended with an error"), sdk.speaking(client) as (openai, _):
            uses.stream_of(openai.chat.completions.create(model="qwen-long", messages=[], stream=True))
        client.close()
