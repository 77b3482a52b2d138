"""Trouble is counted by kind, apart from what a test asked for on purpose."""

import pytest

from conformance import troubles
from conformance.exchange import Answer, Exchange, Request
from conformance.troubles import Infrastructure


def exchange(
    status: int | None = 200,
    trouble: str | None = None,
    *,
    path: str = "/files",
    account: str = "first",
    kind: str = "application/json",
    body: bytes = b"{}",
    method: str = "GET",
    cut: bool = False,
    final: bool = True,
    phase: str = "",
) -> Exchange:
    answer = status and Answer(status=status, headers=(("Content-Type", kind),), body=body, cut=cut)
    return Exchange(
        number=1,
        request=Request(method=method, path=path),
        answer=answer or None,
        trouble=trouble,
        account=account,
        final=final,
        phase=phase,
    )


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        ("no answer in time: timed out", "timeout"),
        ("no answer in time: it took more than 60 s", "timeout"),
        ("cannot connect: timed out", "timeout"),
        ("cannot connect: [Errno 111] Connection refused", "unreachable"),
        ("cannot connect: [Errno -2] Name or service not known", "dns"),
        ("cannot connect: [Errno 8] nodename nor servname provided, or not known", "dns"),
        ("cannot connect: [Errno 11001] getaddrinfo failed", "dns"),
        ("cannot connect: [Errno -3] Temporary failure in name resolution", "dns"),
        ("cannot connect: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed", "tls"),
        ("broken connection: Server disconnected without sending a response.", "reset"),
        ("broken connection: [Errno 104] Connection reset by peer", "reset"),
        (
            "broken connection: peer closed connection without sending complete message body (incomplete chunked read)",
            "truncated",
        ),
        ("unreadable answer: something", "unreadable"),
    ],
)
def test_the_words_of_a_trouble_tell_its_kind(trouble: str, kind: str) -> None:
    assert troubles.kind_of(exchange(None, trouble)) == kind


@pytest.mark.parametrize(
    ("met", "kind"),
    [
        (exchange(), ""),
        (exchange(404), ""),
        (exchange(400, kind="text/html"), ""),
        (exchange(503), "503"),
        (exchange(502, kind="text/html"), "502"),
        (exchange(429), "429"),
        (exchange(407, kind="text/html"), "407"),
        (exchange(401), "401"),
        (exchange(402), "402"),
        (exchange(403), "403"),
        (exchange(401, account="wrong"), ""),
        (exchange(401, account="none"), ""),
        (exchange(403, account="second"), ""),
        (exchange(200, kind="text/html"), "html"),
        (exchange(302, kind="text/html"), "html"),
        (exchange(200, kind="text/html", path="/files/file-1/content"), ""),
        (exchange(200, cut=True), "truncated"),
    ],
)
def test_a_status_tells_the_kind(met: Exchange, kind: str) -> None:
    assert troubles.kind_of(met) == kind


def test_nothing_sent_met_nothing() -> None:
    assert troubles.count([]) == Infrastructure(exchanges=0, troubled=0)


def test_what_was_repeated_with_success_is_counted() -> None:
    found = troubles.count(
        [
            exchange(503, final=False),
            exchange(None, "no answer in time: timed out", final=False),
            exchange(200),
            exchange(503, path="/files/a", final=False),
            exchange(503, path="/files/a"),
            exchange(200, path="/files/b"),
            exchange(429, phase="uploads-flood"),
        ]
    )
    assert found == Infrastructure(exchanges=6, troubled=4, kinds=(("503", 3), ("timeout", 1)), repeated=2)


def test_a_stranger_who_is_refused_met_no_trouble() -> None:
    upload = exchange(body=b'{"id": "file-theirs"}', method="POST", account="second")
    assert troubles.count([upload, exchange(403, path="/files/file-theirs")]).troubled == 0
    assert troubles.count([upload, exchange(403, path="/files/file-ours")]).troubled == 1
