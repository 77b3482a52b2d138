"""The client against servers that answer badly, slowly or without end, on real sockets."""

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from conformance.client import Timing
from conformance.exchange import Exchange

from .loopback import KEY, QUICK, Loopback, Speaker, answer, client_of, hang_up

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
# What a loaded machine may add to a deadline before a test of it fails.
SLACK = 3.0


def test_an_answer_is_kept_as_it_came() -> None:
    with Loopback(answer(b'{"a": 1}', 200, "X-Request-Id: 7")) as server:
        client = client_of(server)
        exchange = client.send("GET", "/files", query=(("after", "a/b ü"), ("limit", "2")))
        client.close()
    assert exchange.status == 200
    assert exchange.value() == {"a": 1}
    assert exchange.answer
    assert exchange.answer.header("x-request-id") == "7"
    assert (exchange.number, exchange.attempt, exchange.final) == (1, 1, True)
    assert exchange.operation == "listFiles"
    assert server.received[0].target == "/v1/files?after=a%2Fb%20%C3%BC&limit=2"
    assert server.received[0].headers["authorization"] == f"Bearer {KEY}"


def test_a_long_body_is_cut_at_the_bound() -> None:
    with Loopback(answer(b"x" * 300_000)) as server:
        client = client_of(server)
        client.max_body = 100_000
        exchange = client.send("GET", "/files")
        client.close()
    assert exchange.answer
    assert (len(exchange.answer.body), exchange.answer.cut) == (100_000, True)


def test_an_endless_body_is_cut_at_the_bound() -> None:
    def endless(peer: Speaker) -> None:
        peer.say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while peer.say(b"4000\r\n" + b"x" * 0x4000 + b"\r\n"):
            pass

    with Loopback(endless) as server:
        client = client_of(server, timing=Timing(whole=30))
        client.max_body = 1_000_000
        exchange = client.send("GET", "/files")
        client.close()
    assert exchange.answer
    assert (len(exchange.answer.body), exchange.answer.cut) == (1_000_000, True)


def cut_at_the_deadline(speak: Callable[[Speaker], None]) -> Exchange:
    """Ask one who would speak on for longer than an answer may take."""
    started = time.monotonic()
    with Loopback(speak) as server:
        client = client_of(server, timing=Timing(silence=5, whole=0.3, attempts=1))
        exchange = client.send("GET", "/files")
        client.close()
    assert time.monotonic() - started < SLACK
    return exchange


@pytest.mark.parametrize("where", ["status", "headers", "continues"])
def test_a_head_that_drips_is_broken_off_at_the_deadline(where: str) -> None:
    def drip(peer: Speaker) -> None:
        if where == "status":
            peer.drip(b"HTTP/1.1 200 " + b"O" * 10_000, 0.02)
        elif where == "headers":
            peer.drip(HEAD + b"X-Long: " + b"x" * 10_000, 0.02)
        else:
            while peer.say(b"HTTP/1.1 100 Continue\r\n\r\n") and not peer.closing.wait(0.02):
                pass

    exchange = cut_at_the_deadline(drip)
    assert exchange.answer is None
    assert exchange.trouble == "no answer in time: it took more than 0.3 s"


def test_a_body_that_drips_is_cut_at_the_deadline() -> None:
    def drip(peer: Speaker) -> None:
        peer.say(HEAD + b"Content-Length: 10000\r\n\r\n")
        peer.drip(b"x" * 10_000, 0.02)

    exchange = cut_at_the_deadline(drip)
    assert exchange.answer
    assert exchange.answer.cut
    assert exchange.answer.body.startswith(b"x")


def test_the_deadline_of_one_exchange_does_not_touch_the_next() -> None:
    with Loopback(lambda peer: peer.drip(HEAD * 9, 0.02), answer()) as server:
        client = client_of(server, timing=Timing(silence=5, whole=0.2, attempts=1))
        assert client.send("GET", "/files").answer is None
        for _ in range(3):
            assert client.send("GET", "/files").status == 200
        client.close()


def test_a_peer_that_says_nothing_is_left_after_the_silence() -> None:
    with Loopback(Speaker.wait_for_the_peer) as server:
        client = client_of(server, timing=Timing(silence=0.2, whole=30, attempts=1))
        exchange = client.send("GET", "/files")
        client.close()
    assert exchange.answer is None
    assert "no answer in time" in (exchange.trouble or "")


def _framed(body: bytes, length: int) -> bytes:
    return HEAD + f"Content-Length: {length}\r\n\r\n".encode() + body


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"HTTP/1.1 200 OK\r\nConte", id="half a head"),
        pytest.param(_framed(b'{"a"', 99), id="half a body"),
        pytest.param(HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\nabc", id="half a chunk"),
        pytest.param(HEAD + b"Content-Length: many\r\n\r\n{}", id="a length that is no number"),
        pytest.param(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", id="two lengths"),
        pytest.param(HEAD + b"X-Bad\x00: a\r\n\r\n", id="a zero in a header's name"),
        pytest.param(HEAD + b"X-Bad: a\x00b\r\n\r\n", id="a zero in a header"),
        pytest.param(HEAD + b"no colon\r\n\r\n", id="a header without a colon"),
        pytest.param(HEAD + b"X-Long: " + b"x" * 300_000 + b"\r\n\r\n", id="a header too long"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", id="another protocol"),
        pytest.param(b"HTTP/1.1 2000 OK\r\n\r\n", id="a status that is none"),
    ],
)
def test_an_answer_that_is_not_http_is_trouble_and_asked_for_again(said: bytes) -> None:
    with Loopback(lambda peer: peer.say(said), answer(b"[]")) as server:
        client = client_of(server)
        exchange = client.send("GET", "/files")
        client.close()
    assert (exchange.status, exchange.attempt) == (200, 2)
    first = client.recorder.exchanges[0]
    assert first.answer is None
    assert first.trouble
    assert (first.attempt, first.final) == (1, False)


def test_a_length_that_is_too_short_leaves_half_a_body_for_the_contract() -> None:
    with Loopback(lambda peer: peer.say(_framed(b'{"a": 1}', 4))) as server:
        client = client_of(server)
        exchange = client.send("GET", "/files")
        client.close()
    assert exchange.answer
    assert exchange.answer.body == b'{"a"'


def test_header_bytes_that_are_no_text_do_not_break_the_client() -> None:
    said = HEAD + b"X-Name: caf\xe9 \xff\r\nContent-Length: 2\r\n\r\n{}"
    with Loopback(said) as server:
        client = client_of(server)
        exchange = client.send("GET", "/files")
        client.close()
    assert exchange.answer
    assert (exchange.answer.header("x-name") or "").startswith("caf")


@pytest.mark.parametrize("kind", ["gzip", "GZIP", "x-gzip", "deflate"])
def test_a_compressed_body_is_unfolded(kind: str) -> None:
    packed = zlib.compress(b'{"a": 1}') if kind == "deflate" else gzip.compress(b'{"a": 1}')
    with Loopback(answer(packed, 200, f"Content-Encoding: {kind}")) as server:
        client = client_of(server)
        exchange = client.send("GET", "/files")
        client.close()
    assert exchange.value() == {"a": 1}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "gzip"),
        (gzip.compress(b"{}" * 50, mtime=0)[:-9], "gzip"),
        (b"{}", "br"),
        (gzip.compress(gzip.compress(b"{}", mtime=0), mtime=0), "gzip, gzip"),
    ],
)
def test_a_body_that_is_not_encoded_as_it_says_is_trouble(body: bytes, kind: str) -> None:
    with Loopback(answer(body, 200, f"Content-Encoding: {kind}")) as server:
        client = client_of(server)
        exchange = client.send("GET", "/files")
        client.close()
    assert exchange.answer is None
    assert "unreadable answer" in (exchange.trouble or "")


def test_a_bomb_is_bounded_before_it_goes_off() -> None:
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(1_000_000)
    bomb = b"".join(packer.compress(zeros) for _ in range(400)) + packer.flush()
    with Loopback(answer(bomb, 200, "Content-Encoding: gzip")) as server:
        client = client_of(server, timing=Timing(whole=60, attempts=1))
        client.max_body = 1_000_000
        tracemalloc.start()
        exchange = client.send("GET", "/files")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        client.close()
    assert exchange.answer
    assert (len(exchange.answer.body), exchange.answer.cut) == (1_000_000, True)
    assert peak < 20_000_000


def test_a_connection_that_is_closed_at_once_is_trouble() -> None:
    with Loopback(hang_up) as server:
        client = client_of(server)
        exchange = client.send("GET", "/files")
        client.close()
    assert exchange.answer is None
    assert exchange.attempt == 3


@pytest.mark.parametrize("seconds", [0.5, 60.0, 600.0])
def test_all_waiting_is_measured_by_the_time_for_an_answer(seconds: float) -> None:
    timing = Timing.within(seconds)
    assert timing.whole == seconds
    assert timing.silence == seconds / 2
    assert timing.connect <= 10
    assert timing.backoff <= 0.25
    assert Timing.within(60) == Timing()


def test_a_body_without_a_length_that_is_broken_off_is_cut() -> None:
    def drip(peer: Speaker) -> None:
        peer.say(HEAD + b"\r\n")
        peer.drip(b" " * 1000, 0.05)

    with Loopback(drip) as server:
        client = client_of(server, timing=QUICK)
        exchange = client.send("GET", "/files")
        client.close()
    assert exchange.answer
    assert exchange.answer.cut
