"""What is read at one glance is read as those read it who parse: whatever differs, and whatever is odd, is left to them."""

import re
import socket
from collections.abc import Iterator, Sequence
from typing import TypeVar

import httptools
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conformance.mock import Mock, plain, serve
from conformance.mock.forms import Form
from conformance.mock.lines import LineFault, Lines
from conformance.mock.refusals import Refusal
from conformance.mock.settings import Limits
from conformance.mock.shelf import Incoming, Shelf
from tests.mock.client import Api

T = TypeVar("T")

NAMES = [
    "authorization",
    "Content-Length",
    "content-length",
    "connection",
    "Expect",
    "x-a",
    "x b",
    "",
    "\u00e9",
]
VALUES = [
    "Bearer sk-1",
    "0",
    "3",
    "03",
    "keep-alive",
    "Close",
    "a, b",
    "\t",
    "\u00e9",
    "",
    " x ",
    "a\x00",
    "9" * 30,
]
PATHS = ["/", "/a", "/compatible-mode/v1/files", "/a%20b", "//", "*", "http://x/a", "/\u00e4", "a"]
QUERIES = ["", "?", "?limit=20", "?a=b&c=%20d", "?a#b", "?a?b", "?a b"]
SEPARATORS = [": ", ": ", ": ", ":", " : ", ""]


@st.composite
def requests(draw: st.DrawFn) -> bytes:
    """A plain request in which at most one line is anything else."""
    odd = draw(st.sampled_from(["path", "query", "end", "line", "lines", "version"]))
    path = draw(st.sampled_from(PATHS)) if odd == "path" else "/a"
    query = draw(st.sampled_from(QUERIES)) if odd == "query" else "?b=c"
    version = draw(st.sampled_from(["1.0", "1.1 ", "1.2", "2"])) if odd == "version" else "1.1"
    end = "\n" if odd == "end" else "\r\n"
    count = {"line": 1, "lines": 3}.get(odd, 0)
    line = st.builds("{}{}{}".format, *map(st.sampled_from, (NAMES, SEPARATORS, VALUES)))
    lines = [*draw(st.lists(line, max_size=count)), "authorization: Bearer x"]
    body = draw(st.sampled_from(["", "abc"]))
    if body:
        lines.append("Content-Length: 3")
    method = draw(st.sampled_from(["GET", "POST"]))
    return end.join([f"{method} {path}{query} HTTP/{version}", *lines, "", body]).encode("latin-1")


class Parsed:
    """What httptools finds in a request."""

    def __init__(self, raw: bytes) -> None:
        self.url, self.body = b"", b""
        self.headers: list[tuple[str, str]] = []
        self.begun = 0
        self.is_complete = False
        self._parser = httptools.HttpRequestParser(self)
        self._parser.feed_data(raw)
        self.method = self._parser.get_method().decode()
        self.keeps_alive = self._parser.should_keep_alive()

    def on_message_begin(self) -> None:
        self.begun += 1

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1")))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.is_complete = True


@given(requests())
@settings(max_examples=600)
@example(b"GET /a?b=c HTTP/1.1\r\nauthorization: Bearer x\r\nx-a: b\r\n\r\n")
@example(b"POST /a HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc")
def test_a_head_is_read_as_a_parser_reads_it(raw: bytes) -> None:
    head = plain.head(raw)
    if head is None or len(raw) != head.size + head.length:
        return
    parsed = Parsed(raw)
    assert (parsed.begun, parsed.is_complete, parsed.keeps_alive) == (1, True, True)
    url = httptools.parse_url(parsed.url)
    assert (head.method, head.path.encode(), head.query.encode()) == (
        parsed.method,
        url.path,
        url.query or b"",
    )
    assert head.authorization == dict(reversed(parsed.headers)).get("authorization", "")
    assert head.content_type.decode("latin-1") == dict(reversed(parsed.headers)).get("content-type", "")
    assert raw[head.size :] == parsed.body


PLAIN = b"POST /a HTTP/1.1\r\ncontent-length: 3\r\nauthorization: Bearer x\r\n\r\n"


@pytest.mark.parametrize(
    "odd",
    [
        b"expect: 100-continue",
        b"Transfer-Encoding: chunked",
        b"upgrade: h2c",
        b"connection: close",
        b"Connection: keep-alive, upgrade",
        b"Content-Length: 3",
        b"authorization: Bearer y",
        b"x-a:\tb",
        b" folded: x",
        b"x: a\x7f",
    ],
)
def test_an_odd_head_is_left_to_a_parser(odd: bytes) -> None:
    assert plain.head(PLAIN)
    assert plain.head(PLAIN.replace(b"\r\n\r\n", b"\r\n" + odd + b"\r\n\r\n")) is None


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/2", b"HTTP/1.1 "])
def test_another_version_is_left_to_a_parser(version: bytes) -> None:
    assert plain.head(PLAIN.replace(b"HTTP/1.1", version)) is None


def test_what_clients_send_is_plain(mock: Mock, api: Api) -> None:
    # Not one of these needs a parser: with none, they would all be refused.
    application = mock._server.application
    application._reads.clear()
    application._works.clear()
    assert api.upload().status_code == 200
    assert api.get("files", params={"limit": "5", "purpose": "batch"}).json()["data"] == []
    [made] = api.ids()
    assert api.get(f"files/{made}").json()["id"] == made


class Lenient:
    """Rules that take everything."""

    def filename(self, sent: str | None) -> str:
        return sent or ""

    def purpose(self, sent: str | None) -> str:
        return sent or ""

    def check_format(self, purpose: str, filename: str) -> None:
        """Take every format."""

    def check_size(self, purpose: str | None, filename: str, size: int) -> None:
        """Take every size."""

    def judge(self, purpose: str, filename: str, size: int, fault: LineFault | None) -> None:
        """Take every form."""


class Noted(Incoming):
    """A body that is remembered."""

    body = b""

    def write(self, data: bytes) -> None:
        self.body += data
        super().write(data)


PURPOSE_LINES = [
    'Content-Disposition: form-data; name="purpose"',
    'Content-Disposition:  form-data; name="purpose" ',
    'content-disposition: form-data; name="purpose"',
    'Content-Disposition: form-data; name="purpose"\t',
    "Content-Disposition: form-data; name=purpose",
    "Content-Disposition: form-data",
    "",
]
FILE_LINES = [
    'Content-Disposition: form-data; name="file"; filename="a.txt"',
    'Content-Disposition: form-data; name="file"; filename="caf\u00e9 %22 ;.txt"; filename*=UTF-8\'\'b.txt',
    'Content-Disposition: form-data; name="file"; filename="a\\"b/c.txt"',
    'Content-Disposition: form-data; name="file"; filename=""',
    'Content-Disposition: form-data; name="other"; filename="a.txt"',
]
KIND_LINES = [
    "",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Type: ",
    "Content-Type text/plain",
    "x-a: b",
]
CONTENTS = [
    b"batch",
    b"",
    b"\r\n",
    b"-",
    b"--b",
    b"\r\n--",
    b"\r\n--b",
    b"\r\n\r\n",
    b"\xff\x00",
    b"x" * 5000,
]


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """A plain form in which at most one thing is anything else."""
    odd = draw(st.sampled_from(["purpose", "file", "kind", "content", "value", "count", "begin", "end"]))

    def one(name: str, usual: T, unusual: Sequence[T]) -> T:
        return draw(st.sampled_from(unusual)) if odd == name else usual

    head = one("purpose", PURPOSE_LINES[0], PURPOSE_LINES)
    purpose = f"\r\n{head}\r\n\r\n".encode() + one("value", b"batch", CONTENTS)
    lines = [one("file", FILE_LINES[0], FILE_LINES), one("kind", "Content-Type: text/plain", KIND_LINES)]
    head = "".join(f"{line}\r\n" for line in lines if line)
    file = f"\r\n{head}\r\n".encode() + one("content", b"hello", CONTENTS)
    both = draw(st.permutations([purpose, file]))
    parts = one("count", both, [[], [file], [purpose, purpose, file], [purpose, file, file], [file, file]])
    begin = one("begin", b"", [b"", b"\r\n", b"x", b"x\r\n"])
    end = one("end", b"--b--\r\n", [b"--b--", b"--b", b"--b--\r\nx", b"", b"--b--\n"])
    return begin + b"".join(b"--b" + part + b"\r\n" for part in parts) + end


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    made = Shelf(None)
    yield made
    made.close()


PURPOSE = '\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch'
FILE = '\r\nContent-Disposition: form-data; name="file"; filename="caf\u00e9.txt"\r\nContent-Type: text/plain\r\n\r\nx\r\n\r\n'


def body_of(*each: str) -> bytes:
    return b"".join(f"--b{part}\r\n".encode() for part in each) + b"--b--\r\n"


@given(body=bodies())
@settings(max_examples=600)
@example(body=body_of(PURPOSE, FILE))
@example(body=body_of(FILE, PURPOSE))
@example(body=body_of(PURPOSE, PURPOSE))
@example(body=body_of(FILE, FILE))
def test_a_form_is_read_as_a_parser_reads_it(shelf: Shelf, body: bytes) -> None:
    found = plain.form(b"multipart/form-data; boundary=b", body)
    if found is None:
        return
    incoming = Noted(shelf)
    try:
        form = Form(
            boundary=b"b", rules=Lenient(), incoming=incoming, lines=Lines(Limits()), declared=len(body)
        )
        form.feed(body)
        upload = form.close()
    except Refusal as refusal:
        pytest.fail(f"refused: {refusal.message}")
    finally:
        incoming.discard()
    assert (found.purpose, found.filename) == (upload.purpose, upload.filename)
    assert found.content == incoming.body


@pytest.mark.parametrize("each", [(PURPOSE, FILE), (FILE, PURPOSE)])
def test_the_forms_of_clients_are_plain(each: tuple[str, str]) -> None:
    found = plain.form(b"multipart/form-data; boundary=b", body_of(*each))
    assert found == plain.PlainForm(purpose="batch", filename="caf\u00e9.txt", content=b"x\r\n\r\n")


CHAT = b'{"model": "qwen-long", "messages": [{"role": "user", "content": "Why?"}], "stream": %b}'
FORM = body_of(PURPOSE.replace("batch", "file-extract"), FILE)


@pytest.mark.parametrize(
    ("method", "path", "kind", "body"),
    [
        ("GET", "files", "", b""),
        ("GET", "files?limit=1&after=", "", b""),
        ("GET", "files/nothing", "", b""),
        ("GET", "models", "", b""),
        ("POST", "files", "multipart/form-data; boundary=b", FORM),
        ("POST", "files", "multipart/form-data; boundary=c", FORM),
        ("POST", "chat/completions", "application/json", CHAT % b"false"),
        ("POST", "chat/completions", "application/json", CHAT % b"true"),
        ("POST", "chat/completions", "application/json", CHAT % b"maybe"),
        ("POST", "batches", "application/json", b"{}"),
    ],
)
def test_nobody_can_tell_which_way_was_taken(method: str, path: str, kind: str, body: bytes) -> None:
    said = []
    # A tab makes a head odd enough to be parsed; so does a body that comes late.
    for odd, split in (("x: y", False), ("x:\ty", False), ("x: y", True)):
        with (
            serve(region="cn", seed=1) as mock,
            socket.create_connection((mock.host, mock.port)) as connection,
        ):
            lines = [
                f"{method} /compatible-mode/v1/{path} HTTP/1.1",
                f"authorization: Bearer {mock.key}",
                odd,
            ]
            lines += [f"content-type: {kind}", f"content-length: {len(body)}"] if body else []
            head = "\r\n".join([*lines, "", ""]).encode()
            pieces = [head[:-9], head[-9:], body[:9], body[9:]] if split else [head + body]
            # The second time on the same connection, so that an answer is known to be whole.
            for _ in range(2):
                for piece in filter(None, pieces):
                    connection.sendall(piece)
                said.append(_answer(connection))
            assert mock._server.application.journal.requests == 2
            assert mock.crashes == ()
    assert said[0] == said[2] == said[4]
    assert said[1] == said[3] == said[5]


def _answer(connection: socket.socket) -> tuple[str, frozenset[str], str]:
    """Receive one answer, and take from it what chance and time have made."""
    connection.settimeout(10)
    data = b""
    while not re.search(rb"\r\n\r\n.*(\}|\r\n0\r\n\r\n)$", data, re.DOTALL) or not _is_whole(data):
        data += connection.recv(65536)
    head, _, body = data.decode().partition("\r\n\r\n")
    status, *headers = re.sub(r"(x-request-id|date): [^\r]+", "", head).split("\r\n")
    return status, frozenset(headers), re.sub(r'("request_id":"|"created(_at)?":)[\w-]+', "", body)


def _is_whole(data: bytes) -> bool:
    head, _, body = data.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", head)
    return len(body) == int(length[1]) if length else True
