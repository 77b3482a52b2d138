"""Hostile uploads: each gets a clean refusal, leaves nothing behind, and does not harm the next."""

import socket
import time

import pytest

from conformance.mock import Mock
from tests.mock.client import Api

FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello\r\n'
PURPOSE = b'--x\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nfile-extract\r\n'
END = b"--x--\r\n"
TYPE = "multipart/form-data; boundary=x"

HOSTILE: dict[str, tuple[str, bytes]] = {
    "empty": (TYPE, b""),
    "only the end": (TYPE, END),
    "no end": (TYPE, PURPOSE + FILE),
    "cut in a boundary": (TYPE, PURPOSE + FILE + b"--x"),
    "cut in a header": (TYPE, PURPOSE + b"--x\r\nContent-Dispo"),
    "another boundary": (TYPE, (PURPOSE + FILE + END).replace(b"--x", b"--y")),
    "noise": (TYPE, bytes(range(256)) * 40),
    "no boundary": ("multipart/form-data", PURPOSE + FILE + END),
    "empty boundary": ("multipart/form-data; boundary=", PURPOSE + FILE + END),
    "endless boundary": (f"multipart/form-data; boundary={'x' * 5000}", PURPOSE + FILE + END),
    "json": ("application/json", b'{"purpose": "batch"}'),
    "urlencoded": ("application/x-www-form-urlencoded", b"purpose=batch"),
    "mixed": ("multipart/mixed; boundary=x", PURPOSE + FILE + END),
    "no type": ("", PURPOSE + FILE + END),
    "part without a name": (TYPE, PURPOSE + b"--x\r\nContent-Type: text/plain\r\n\r\nx\r\n" + END),
    "attachment": (TYPE, PURPOSE + FILE.replace(b"form-data", b"attachment") + END),
    "huge header": (TYPE, PURPOSE + b"--x\r\nContent-Disposition: form-data; name=" + b"a" * 200_000 + END),
    "many headers": (TYPE, PURPOSE + b"--x\r\n" + b"A: b\r\n" * 5000 + b"\r\nx\r\n" + END),
    "header without a colon": (TYPE, b"--x\r\nnonsense\r\n\r\nx\r\n" + END),
    "huge field": (TYPE, PURPOSE.replace(b"file-extract", b"p" * 100_000) + FILE + END),
    "many parts": (TYPE, b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 500 + END),
    "two files": (TYPE, PURPOSE + FILE + FILE + END),
    "two purposes": (TYPE, PURPOSE + PURPOSE + FILE + END),
    "empty file name": (TYPE, PURPOSE + FILE.replace(b"a.txt", b"") + END),
    "only folders for a name": (TYPE, PURPOSE + FILE.replace(b"a.txt", b"../../") + END),
    "file as a field": (TYPE, PURPOSE + FILE.replace(b'; filename="a.txt"', b"") + END),
    "purpose as a file": (TYPE, PURPOSE.replace(b'"purpose"', b'"purpose"; filename="p"') + FILE + END),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_form_that_cannot_be_read_gets_a_clean_refusal(api: Api, mock: Mock, what: str) -> None:
    content_type, body = HOSTILE[what]
    answer = api.post("files", content=body, headers={"content-type": content_type})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]
    assert (mock.files(), mock.half_received()) == ([], 0)
    assert api.upload().status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"\r\n" + PURPOSE + FILE + END,
        PURPOSE + FILE + END + b"epilogue",
        PURPOSE + FILE + b"--x--",
        PURPOSE + FILE.replace(b'"a.txt"', b"a.txt") + END,
        PURPOSE + FILE.replace(b'filename="a.txt"', b"filename*=UTF-8''%E6%96%87.txt") + END,
        PURPOSE + FILE.replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain\r\n\r\n", 1) + END,
        PURPOSE.replace(b"Content-Disposition", b"content-disposition") + FILE + END,
        PURPOSE + b'--x\r\nContent-Disposition: form-data; name="extra"\r\n\r\n1\r\n' + FILE + END,
    ],
)
def test_a_form_of_an_unusual_kind_is_read(api: Api, body: bytes) -> None:
    assert api.post("files", content=body, headers={"content-type": TYPE}).status_code == 200


def test_a_file_that_looks_like_its_boundary_is_kept_whole(api: Api) -> None:
    body = b"\r\n--x\r\n--xy\r\n-\r\n--" * 5000
    boundary = "y" * 30
    answer = api.post("files", data={"purpose": "file-extract"}, files={"file": ("a.txt", body)}, headers={"content-type": f"multipart/form-data; boundary={boundary}"})  # fmt: skip
    assert answer.json()["bytes"] == len(body)


@pytest.mark.parametrize("sent", [b"", PURPOSE, PURPOSE + FILE[:60], PURPOSE + FILE])
def test_a_body_that_is_cut_off_leaves_nothing(mock: Mock, api: Api, sent: bytes) -> None:
    head = f"POST /compatible-mode/v1/files HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {mock.keys[0]}\r\ncontent-type: {TYPE}\r\ncontent-length: 100000\r\n\r\n"  # fmt: skip
    with socket.create_connection((mock.host, mock.port)) as wire:
        wire.sendall(head.encode() + sent)
        until(lambda: mock.half_received() == 1)
    until(lambda: mock.half_received() == 0)
    assert mock.files() == []
    assert api.upload().status_code == 200


def test_a_refused_upload_does_not_cost_a_small_client_its_connection(api: Api, mock: Mock) -> None:
    refused = api.post("files", files={"file": ("a.txt", b"x")}, headers={"authorization": "Bearer no"})
    assert refused.status_code == 401
    assert "connection" not in refused.headers
    assert mock.files() == []


def until(condition) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 - any callable will do
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)
