"""What answers tell of host, certificate, clock and account: one sentence each, with what to do."""

import email.utils
import json
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path

import pytest

from conformance import diagnosis, preflight
from conformance.errors import TargetError
from conformance.exchange import Answer, Exchange, Request
from conformance.notices import Level, Notice
from conformance.targets import Target

from .loopback import Loopback, answer, client_of

NOW = 1_800_000_000.0
PASSWORD = "the-password-of-the-proxy"
TARGET = Target(name="intl", region="intl", base_url="https://files.invalid/v1", key="sk-0123456789abcdef")


def page(
    count: int, *, size: int = 1, more: bool = False, first: int = 0, date: float | None = None
) -> Exchange:
    data = [{"id": f"file-{first + number}", "bytes": size} for number in range(count)]
    body = json.dumps({"object": "list", "data": data, "has_more": more}).encode()
    headers = () if date is None else (("Date", email.utils.formatdate(date, usegmt=True)),)
    return Exchange(
        number=1,
        request=Request(method="GET", path="/files"),
        answer=Answer(status=200, headers=headers, body=body),
        # A whole second is the middle of what it may stand for.
        started=NOW + 0.5,
    )


@pytest.mark.parametrize(
    ("trouble", "remedy"),
    [
        ("cannot connect: [Errno -2] Name or service not known", "no address is known for files.invalid"),
        (
            "cannot connect: [SSL] certificate verify failed: certificate has expired (_ssl.c:1006)",
            "has expired",
        ),
        ("cannot connect: [SSL] certificate verify failed: certificate is not yet valid", "not valid yet"),
        ("cannot connect: certificate verify failed: self-signed certificate", "is self-signed"),
        (
            "cannot connect: certificate verify failed: self signed certificate in certificate chain",
            "is self-signed",
        ),
        (
            "cannot connect: certificate verify failed: unable to get local issuer certificate",
            "nobody known here",
        ),
        (
            "cannot connect: certificate verify failed: Hostname mismatch, certificate is not valid for 'files.invalid'.",
            "is for another host",
        ),
        ("cannot connect: [SSL: WRONG_VERSION_NUMBER] wrong version number", "does not speak TLS"),
        ("cannot connect: [SSL: TLSV1_ALERT_INTERNAL_ERROR] tlsv1 alert internal error", "no TLS connection"),
        ("cannot connect: [Errno 111] Connection refused", "check the host and the network"),
    ],
)
def test_why_no_answer_came_is_told_with_a_remedy(trouble: str, remedy: str) -> None:
    said = diagnosis.unusable(TARGET, trouble)
    assert remedy in said
    assert said.endswith(".")
    assert trouble in said


def test_a_certificate_that_nobody_vouches_for_is_told(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-keyout", str(tmp_path / "key.pem"), "-out", str(tmp_path / "certificate.pem")]
    subprocess.run(["openssl", *made, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(2):
                peer, _ = listener.accept()
                with peer, pytest.raises(OSError):  # noqa: PT011  the client hangs up, in whichever way
                    context.wrap_socket(peer, server_side=True)

        threading.Thread(target=serve, daemon=True).start()
        with Loopback(answer()) as server:
            server.url = f"https://127.0.0.1:{listener.getsockname()[1]}"
            client = client_of(server)
        with pytest.raises(TargetError, match=r"its certificate is self-signed, so set SSL_CERT_FILE"):
            preflight.check(client)
        client.close()


def test_a_proxy_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://somebody:{PASSWORD}@proxy.invalid:3128")
    monkeypatch.setenv("no_proxy", "spared.invalid")
    said = diagnosis.unusable(TARGET, "cannot connect: [Errno 111] Connection refused")
    assert said.endswith("requests go through the proxy proxy.invalid:3128.")
    assert PASSWORD not in said
    for url in ("https://spared.invalid/v1", "https://127.0.0.1/v1", "http://files.invalid/v1"):
        assert diagnosis.proxy_of(Target(name=url, region="intl", base_url=url)) == ""


@pytest.mark.parametrize(
    ("ahead", "level", "words"),
    [
        (0, Level.OK, "agrees with"),
        (20, Level.OK, "20 s ahead of"),
        (-20, Level.OK, "20 s behind"),
        (120, Level.NOTE, "120 s ahead of"),
        (-299, Level.NOTE, "299 s behind"),
        (3600, Level.PROBLEM, "3600 s ahead of"),
        (-301, Level.PROBLEM, "uploads.created-at and batches.created-at"),
    ],
)
def test_the_clock_is_compared(ahead: float, level: Level, words: str) -> None:
    found = diagnosis.clock([page(0, date=NOW - ahead)])
    assert found is not None
    assert found.level is level
    assert words in found.text


def test_without_a_date_nothing_is_said_of_the_clock() -> None:
    assert diagnosis.clock([page(0)]) is None


@pytest.mark.parametrize(
    ("pages", "level", "words"),
    [
        ([page(0)], Level.OK, "holds 0 files with 0.00 GB"),
        ([page(1)], Level.OK, "1 file with 0.00 GB of 10,000 files and 100 GB: 9,999 uploads fit"),
        ([page(2000, more=True)], Level.NOTE, "at least 2,000 files"),
        ([page(2000, more=True), page(7, first=2000)], Level.OK, "2,007 files"),
        ([page(2000, more=True), page(2000)], Level.OK, "2,000 files"),
        ([page(9970)], Level.NOTE, "30 uploads fit, and a run sends up to 40"),
        ([page(10_000)], Level.PROBLEM, "no upload fits"),
        ([page(2, size=49 * 10**9)], Level.NOTE, "98.00 GB"),
        ([page(2, size=50 * 10**9)], Level.PROBLEM, "no upload fits"),
    ],
)
def test_the_account_is_counted(pages: list[Exchange], level: Level, words: str) -> None:
    found = diagnosis.stock(pages)
    assert found is not None
    assert found.level is level
    assert words in found.text


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"data": 7}', b'{"data": [7, {"bytes": "x"}, {"bytes": true}]}', b"<"]
)
def test_a_strange_list_is_counted_as_far_as_it_goes(body: bytes) -> None:
    strange = Exchange(
        number=1,
        request=Request(method="GET", path="/files"),
        answer=Answer(status=200, body=body),
        started=NOW,
    )
    assert isinstance(diagnosis.stock([strange]), Notice)
    assert diagnosis.seen([strange])
