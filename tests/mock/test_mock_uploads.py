"""What the lawful mock takes, what it refuses, and what it says of a file."""

import json
import socket
import tracemalloc
from collections.abc import Iterator

import pytest

from conformance.mock import Mock
from tests.mock.client import Api

LINE = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {}}


def line(**changes: object) -> bytes:
    return json.dumps({**LINE, **changes}).encode() + b"\n"


@pytest.mark.parametrize(("purpose", "name", "prefix"), [("file-extract", "a.txt", "file-fe-"), ("batch", "b.jsonl", "file-batch-")])  # fmt: skip
def test_an_upload_is_described_as_observed(api: Api, purpose: str, name: str, prefix: str) -> None:
    answer = api.upload(name, line(), purpose)
    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert body == {
        "id": body["id"],
        "object": "file",
        "bytes": len(line()),
        "filename": name,
        "purpose": purpose,
        "status": "processed",
        "created_at": body["created_at"],
        "status_details": None,
    }
    tail = body["id"].removeprefix(prefix)
    assert len(tail) == 24
    assert set(tail) <= set("0123456789abcdef")
    assert api.get(f"files/{body['id']}").json() == body
    assert api.get("files").json() == {"object": "list", "data": [body], "has_more": False}


@pytest.mark.parametrize(
    "name", ["第一季度 报告.txt", 'a "quoted" name.md', "100%.txt", "%41.txt", "é ü.csv", ";=.pdf"]
)
def test_a_file_name_comes_back_as_it_was_sent(api: Api, name: str) -> None:
    assert api.upload(name).json()["filename"] == name


@pytest.mark.parametrize("name", ["/etc/a.txt", "..\\..\\a.txt", "C:\\Users\\a.txt", "x/../a.txt"])
def test_of_a_path_only_the_name_is_kept(api: Api, name: str) -> None:
    assert api.upload(name).json()["filename"] == "a.txt"


@pytest.mark.parametrize("kind", ["txt", "DOCX", "pdf", "xlsx", "epub", "mobi", "md", "csv", "json", "bmp", "PNG", "jpg", "jpeg", "gif"])  # fmt: skip
def test_documented_formats_are_taken_in_any_case(api: Api, kind: str) -> None:
    assert api.upload(f"a.{kind}").status_code == 200


@pytest.mark.parametrize(
    ("name", "purpose"), [("a.zip", "file-extract"), ("a", "file-extract"), ("a.jsonl", "file-extract"), ("a.txt", "batch"), ("a.json", "batch")]
)  # fmt: skip
def test_other_formats_are_refused(api: Api, name: str, purpose: str) -> None:
    answer = api.upload(name, line(), purpose)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "Invalid part type."


@pytest.mark.parametrize("purpose", ["fine-tune", "assistants", "BATCH", "", "batch_output"])
def test_a_bad_purpose_is_refused_as_observed(api: Api, purpose: str) -> None:
    answer = api.upload("a.txt", b"x", purpose)
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", "purpose", None)


def test_file_and_purpose_are_required(api: Api, mock: Mock) -> None:
    without_file = api.post("files", files={"purpose": (None, b"batch")})
    without_purpose = api.post("files", files={"file": ("a.txt", b"x")})
    assert (without_file.status_code, without_file.json()["error"]["param"]) == (400, "file")
    assert (without_purpose.status_code, without_purpose.json()["error"]["param"]) == (400, "purpose")
    assert mock.files() == []


@pytest.mark.parametrize("file_first", [True, False])
def test_the_order_of_the_fields_does_not_matter(api: Api, *, file_first: bool) -> None:
    parts: list[tuple[str, tuple[str | None, bytes]]] = [
        ("file", ("b.jsonl", line())),
        ("purpose", (None, b"batch")),
    ]
    assert api.post("files", files=parts if file_first else parts[::-1]).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n",
        b"not json\n",
        line() + b"{",
        b"[]\n",
        line(custom_id=7),
        line(custom_id=""),
        line(method="GET"),
        line(url=None),
        line(body=[]),
        b"[" * 100_000,
        b'{"custom_id": NaN}',
        b"\xff\n",
    ],
)
def test_a_batch_input_with_a_bad_line_is_refused(api: Api, body: bytes) -> None:
    answer = api.upload("b.jsonl", body, "batch")
    assert answer.status_code == 400
    assert "Line " in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "body", [line(), line().strip(), line() + b"\r\n" + line(custom_id="2"), line(custom_id="号")]
)
def test_a_batch_input_with_good_lines_is_taken(api: Api, body: bytes) -> None:
    assert api.upload("b.jsonl", body, "batch").status_code == 200


@pytest.mark.parametrize(("name", "purpose", "limit"), [("a.txt", "file-extract", 4000), ("a.PNG", "file-extract", 1500), ("b.jsonl", "batch", 3000)])  # fmt: skip
def test_a_file_of_just_the_limit_is_taken_and_one_byte_more_is_not(
    small_api: Api, name: str, purpose: str, limit: int
) -> None:
    exact = line() + b" " * (limit - len(line()))
    assert small_api.upload(name, exact, purpose).json()["bytes"] == limit
    refused = small_api.upload(name, exact + b" ", purpose)
    assert (refused.status_code, refused.json()["error"]["message"]) == (400, "Payload Too Large.")


def test_an_account_holds_so_many_files(small: Mock, small_api: Api) -> None:
    for _ in range(60):
        small.plant()
    refused = small_api.upload()
    assert (refused.status_code, refused.json()["error"]["message"]) == (
        400,
        "Upload file number exceed limit.",
    )
    small_api.delete(f"files/{small.files()[0]}")
    assert small_api.upload().status_code == 200


def test_an_account_holds_so_many_bytes(small: Mock, small_api: Api) -> None:
    small.plant(body=b"x" * 59_000)
    assert (
        small_api.upload(body=b"x" * 1001).json()["error"]["message"] == "Upload file capacity exceed limit."
    )
    assert small_api.upload(body=b"x" * 1000).status_code == 200


def test_an_upload_is_never_held_in_memory(api: Api, mock: Mock) -> None:
    size, piece = 48 * 1024 * 1024, b"x" * 65536
    head = (
        b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfile-extract\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    )

    def body() -> Iterator[bytes]:
        yield head
        for _ in range(size // len(piece)):
            yield piece
        yield b"\r\n--x--\r\n"

    tracemalloc.start()
    try:
        answer = api.post(
            "files", content=body(), headers={"content-type": "multipart/form-data; boundary=x"}
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.json()["bytes"] == size
    assert peak < 4 * 1024 * 1024
    assert mock.half_received() == 0


def test_what_is_declared_too_large_is_refused_before_it_is_sent(small: Mock) -> None:
    headers = {
        "content-type": "multipart/form-data; boundary=x",
        "content-length": str(500 * 1024 * 1024),
        "expect": "100-continue",
    }
    answer = exchange(small, "POST", headers, small.keys[0])
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"Payload Too Large." in answer


def exchange(mock: Mock, method: str, headers: dict[str, str], key: str) -> bytes:
    """Send a request's head only, and read until the server closes."""
    with socket.create_connection((mock.host, mock.port), timeout=5) as wire:
        lines = [f"{method} /compatible-mode/v1/files HTTP/1.1", "host: x", f"authorization: Bearer {key}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        received = b""
        while piece := wire.recv(65536):
            received += piece
    return received
