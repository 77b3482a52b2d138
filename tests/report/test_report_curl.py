"""The curl line: quoted so that a shell passes on exactly what was sent, and never more."""

import shlex
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from conformance.exchange import Exchange, Part, Request
from conformance.report.curl import arguments

from .traffic_by_hand import HOSTILE_NAMES, upload

BASE = "http://127.0.0.1:9/compatible-mode/v1"
NASTY = (
    *HOSTILE_NAMES,
    "$HOME`id`$(id)!!\\",
    "a;type=text/html",
    "@/etc/passwd",
    "..",
    "~root",
    "name=x",
    "\ud800",
)


def curl(exchange: Exchange, base_url: str) -> str:
    return " ".join(arguments(exchange, base_url))


def passed_on(line: str, folder: Path) -> list[str]:
    """What a shell hands to curl: a function of that name prints its arguments."""
    script = f'curl() {{ printf "%s\\0" "$@"; }}\n{line}'
    shell = ["bash", "--norc", "-c", script]
    done = subprocess.run(
        shell,
        capture_output=True,
        check=True,
        cwd=folder,
        env={"DASHSCOPE_API_KEY": "sk-1", "PATH": "/usr/bin:/bin"},
    )
    assert not done.stderr
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("name", NASTY)
def test_the_shell_passes_on_every_argument_as_it_is_quoted(name: str, tmp_path: Path) -> None:
    line = curl(upload(1, name), BASE)
    wanted = [word.replace("$DASHSCOPE_API_KEY", "sk-1") for word in shlex.split(line)[1:]]
    assert passed_on(line, tmp_path) == wanted
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", NASTY)
def test_the_line_holds_nothing_a_terminal_would_obey(name: str) -> None:
    assert curl(upload(1, name), BASE).isprintable()


@pytest.mark.parametrize("name", NASTY)
def test_the_line_on_several_lines_is_the_same_command(name: str, tmp_path: Path) -> None:
    exchange = upload(1, name)
    assert passed_on(" \\\n  ".join(arguments(exchange, BASE)), tmp_path) == passed_on(
        curl(exchange, BASE), tmp_path
    )


@pytest.mark.parametrize("name", NASTY)
def test_no_file_outside_the_folder_is_ever_named(name: str) -> None:
    form = shlex.split(curl(upload(1, name), BASE))[-1]
    local = form.removeprefix("file=@").partition(";")[0]
    assert local
    assert "/" not in local
    assert not local.startswith((".", "-", "~"))


@pytest.mark.parametrize(
    ("account", "header"),
    [
        ("first", "Authorization: Bearer $DASHSCOPE_API_KEY"),
        ("second", "Authorization: Bearer $DASHSCOPE_SECOND_API_KEY"),
        ("other-region", "Authorization: Bearer $OTHER_REGION_KEY"),
        ("wrong", "Authorization: Bearer sk-wrong"),
    ],
)
def test_the_key_comes_from_the_environment(account: str, header: str) -> None:
    assert header in shlex.split(curl(replace(upload(1, "a.txt"), account=account), BASE))


def test_without_an_account_no_key_is_sent() -> None:
    exchange = upload(1, "a.txt")
    silent = replace(exchange, account="none", request=replace(exchange.request, headers=()))
    assert "uthorization" not in curl(silent, BASE)


def test_a_malformed_header_is_sent_as_it_was() -> None:
    exchange = replace(upload(1, "a.txt"), account="none")
    request = replace(exchange.request, headers=(("authorization", "Token a'b"),))
    assert "Authorization: Token a'b" in shlex.split(curl(replace(exchange, request=request), BASE))


def test_a_plain_upload_reads_as_one_would_write_it() -> None:
    assert curl(upload(1, "a.txt"), BASE) == (
        f'curl -sS -i {BASE}/files -H "Authorization: Bearer $DASHSCOPE_API_KEY" '
        "-F purpose=file-extract -F file=@a.txt"
    )


def test_a_field_that_looks_like_a_file_is_sent_as_text() -> None:
    request = Request(
        method="POST", path="/files", parts=(Part(name="purpose", size=11, text="@/etc/passwd"),)
    )
    assert shlex.split(curl(Exchange(number=1, request=request), BASE))[-2:] == [
        "--form-string",
        "purpose=@/etc/passwd",
    ]


def test_query_method_and_own_headers_are_repeated() -> None:
    request = Request(
        method="DELETE",
        path="/files/../{x}",
        query=(("after", "a b&c+"), ("limit", "")),
        headers=(("Host", "h"), ("x-empty", ""), ("accept-language", "zh")),
    )
    assert shlex.split(curl(Exchange(number=1, request=request, account="none"), BASE)) == [
        *("curl", "-sS", "-i", "--globoff", "--path-as-is", "-X", "DELETE"),
        f"{BASE}/files/../{{x}}?after=a%20b%26c%2B&limit=",
        *("-H", "x-empty;", "-H", "accept-language: zh"),
    ]


class Witness(BaseHTTPRequestHandler):
    """Keeps the last body it was sent."""

    seen: bytes = b""

    def do_POST(self) -> None:
        Witness.seen = self.path.encode() + b"\n" + self.rfile.read(int(self.headers["content-length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be silent."""


@pytest.fixture(scope="module")
def witness() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Witness)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/compatible-mode/v1"
    server.shutdown()
    server.server_close()


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("a.txt", b'filename="a.txt"'),
        ("报告（终稿）.docx", 'filename="报告（终稿）.docx"'.encode()),
        ("semi;colon,comma=equals.pdf", b'filename="semi;colon,comma=equals.pdf"'),
        ("../../.ssh/id_rsa", b'filename="../../.ssh/id_rsa"'),
    ],
)
def test_real_curl_sends_the_same_file_name(name: str, sent: bytes, tmp_path: Path, witness: str) -> None:
    line = curl(upload(1, name), witness)
    local = shlex.split(line)[-1].removeprefix("file=@").partition(";")[0]
    (tmp_path / local).write_bytes(b"body")
    subprocess.run(["bash", "--norc", "-c", line], check=True, cwd=tmp_path, capture_output=True)
    assert Witness.seen.startswith(b"/compatible-mode/v1/files\n")
    assert sent in Witness.seen
    assert b"file-extract" in Witness.seen


def test_a_json_body_is_sent_again_as_it_was() -> None:
    body = '{"model":"qwen-long","messages":[{"role":"user","content":"it\'s $HOME"}]}'
    request = Request(
        method="POST",
        path="/chat/completions",
        headers=(("content-type", "application/json"),),
        body=body,
        body_bytes=len(body),
    )
    words = shlex.split(curl(Exchange(number=1, request=request), "http://h/v1"))
    assert words[words.index("--data-raw") + 1] == body
    assert "-X" not in words
