"""The forms that the client sends, as they arrive."""

import email.parser
import email.policy
from dataclasses import replace

import pytest

from conformance.blobs import Blob
from conformance.client import FormFile

from .loopback import CALM, KEY, Loopback, Received, Speaker, answer, client_of

FORM = (("purpose", "file-extract"),)


def fields(request: Received) -> dict[str, tuple[str | None, bytes]]:
    """Read a form as a server does: the file names and contents of its fields."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + request.body)
    found: dict[str, tuple[str | None, bytes]] = {}
    for part in message.iter_parts():
        disposition = part["content-disposition"].params
        body = part.get_payload(decode=True)
        assert isinstance(body, bytes)
        found[disposition["name"]] = (disposition.get("filename"), body)
    return found


@pytest.mark.parametrize(
    ("filename", "on_the_wire"),
    [
        ("a.txt", "a.txt"),
        ("阿里云百炼 产品介绍.docx", "阿里云百炼 产品介绍.docx"),
        ('a "b".txt', "a %22b%22.txt"),
        ("a;b=c,d'.txt", "a;b=c,d'.txt"),
        ("a\r\nX-Evil: 1.txt", "a%0D%0AX-Evil: 1.txt"),
    ],
)
def test_a_form_arrives_as_it_was_meant(filename: str, on_the_wire: str) -> None:
    file = FormFile(filename=filename, content=b"\x00\xffbytes\r\n--", size=9)
    with Loopback(answer()) as server:
        client = client_of(server)
        exchange = client.send("POST", "/files", form=FORM, file=file)
        client.close()
        (request,) = server.received
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert f'filename="{on_the_wire}"'.encode() in request.body
    assert request.body.count(b"Content-Disposition") == 2
    assert b"\r\n\r\n\x00\xffbytes\r\n--\r\n--" in request.body
    assert [(part.name, part.filename, part.size, part.text) for part in exchange.request.parts] == [
        ("purpose", None, 12, "file-extract"),
        ("file", filename, 9, None),
    ]


def test_fields_without_a_file_travel_as_a_form_too() -> None:
    with Loopback(answer()) as server:
        client = client_of(server)
        client.send("POST", "/files", form=(("purpose", "batch"), ("标签", "值")))
        client.close()
        (request,) = server.received
    assert b"filename" not in request.body
    assert fields(request) == {"purpose": (None, b"batch"), "标签": (None, "值".encode())}


def test_a_large_file_is_streamed_with_its_right_length_each_time() -> None:
    size = 5_000_003
    file = FormFile(filename="big.txt", content=Blob(size, b"conformance\n"), size=size)
    with Loopback(answer(b"", 503), answer()) as server:
        client = client_of(server, timing=replace(CALM, silence=20, whole=60))
        exchange = client.send("POST", "/files", form=FORM, file=file, look=lambda: None)
        client.close()
        bodies = [fields(request)["file"] for request in server.received]
    assert exchange.succeeded
    assert exchange.request.body_bytes == size + len("file-extract")
    expected = (b"conformance\n" * (size // 12 + 1))[:size]
    assert bodies == [("big.txt", expected), ("big.txt", expected)]


def test_a_json_body_arrives_and_is_kept_without_the_key() -> None:
    body = '{"model":"qwen-long","note":"' + KEY + '"}'
    with Loopback(answer()) as server:
        client = client_of(server)
        exchange = client.send("POST", "/chat/completions", body=body)
        client.close()
        (request,) = server.received
    assert request.body == body.encode()
    assert request.headers["content-type"] == "application/json"
    assert exchange.request.json() == {"model": "qwen-long", "note": "[redacted]"}
    assert exchange.request.body_bytes == len(body)


def test_a_reader_that_has_enough_leaves_the_rest() -> None:
    seen: list[bytes] = []

    def enough(piece: bytes) -> bool:
        seen.append(piece)
        return b"stop" in b"".join(seen)

    def endless(speaker: Speaker) -> None:
        speaker.say(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: stop\n\n")
        speaker.wait_for_the_peer()

    with Loopback(endless) as server:
        client = client_of(server)
        exchange = client.send("GET", "/files", enough=enough)
        client.close()
    assert exchange.answer
    assert exchange.answer.body == b"data: stop\n\n"
