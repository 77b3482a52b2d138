"""What the client sends, to whom, and when again."""

import time
from dataclasses import replace

import pytest

from conformance.budget import Caps, OutOfBudget
from conformance.client import Client, FormFile, Timing
from conformance.errors import TargetError
from conformance.exchange import Exchange

from .loopback import CALM, KEY, QUICK, Loopback, answer, client_of, hang_up

FILE = FormFile(filename="a.txt", content=b"hello\n", size=6)
FORM = (("purpose", "file-extract"),)


def sent(server: Loopback, method: str = "GET", *, timing: Timing = CALM, look: bool = False) -> Exchange:
    """Send one request to a server, with a look that does nothing."""
    client = client_of(server, timing=timing)
    post = {"form": FORM, "file": FILE} if method == "POST" else {}
    exchange = client.send(method, "/files", look=(lambda: None) if look else None, **post)  # type: ignore[arg-type]
    client.close()
    return exchange


def test_a_redirect_is_not_followed_and_the_key_goes_nowhere_else() -> None:
    with Loopback(answer()) as other, Loopback(answer(b"", 302, f"Location: {other.url}/v1/files")) as server:
        exchange = sent(server)
        assert (exchange.status, exchange.attempt) == (302, 1)
        assert len(server.received) == 1
        assert other.received == []


def test_cookies_are_not_kept() -> None:
    with Loopback(answer(b"{}", 200, "Set-Cookie: session=1; Path=/")) as server:
        client = client_of(server)
        for _ in range(2):
            client.send("GET", "/files")
        client.close()
        assert [request.headers.get("cookie") for request in server.received] == [None, None]


@pytest.mark.parametrize(
    ("account", "header"),
    [
        ("first", f"Bearer {KEY}"),
        ("second", "Bearer sk-second-account-key"),
        ("wrong", "Bearer sk-wrong"),
        ("altered", f"Bearer {KEY[:-1]}a"),
        ("longer", f"Bearer {KEY}a"),
        ("shorter", f"Bearer {KEY[:-1]}"),
        ("none", None),
        ("other-region", None),
    ],
)
def test_each_account_speaks_with_its_own_key(account: str, header: str | None) -> None:
    with Loopback(answer()) as server:
        client = client_of(server)
        exchange = client.send("GET", "/files", account=account)
        client.close()
        assert server.received[0].headers.get("authorization") == header
    assert exchange.account == account
    assert KEY not in repr(exchange)


def test_a_header_that_is_given_takes_the_place_of_the_key() -> None:
    with Loopback(answer()) as server:
        client = client_of(server)
        client.send("GET", "/files", headers=(("Authorization", "Basic YTpi"),))
        client.close()
        assert server.received[0].headers["authorization"] == "Basic YTpi"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
@pytest.mark.parametrize(
    "trouble", [answer(b"", 503), answer(b"", 500), hang_up], ids=["503", "500", "reset"]
)
def test_a_read_or_a_deletion_is_repeated_after_trouble(method: str, trouble: bytes) -> None:
    with Loopback(trouble, answer()) as server:
        exchange = sent(server, method)
        assert [request.method for request in server.received] == [method, method]
    assert (exchange.status, exchange.attempt, exchange.final) == (200, 2, True)


@pytest.mark.parametrize("trouble", [answer(b"", 503), hang_up], ids=["503", "reset"])
def test_an_upload_that_may_have_been_done_is_not_repeated_blindly(trouble: bytes) -> None:
    with Loopback(trouble, answer()) as server:
        exchange = sent(server, "POST")
        assert len(server.received) == 1
    assert exchange.attempt == 1
    assert exchange.final


@pytest.mark.parametrize("trouble", [answer(b"", 503), hang_up], ids=["503", "reset"])
def test_an_upload_is_repeated_after_a_look_at_what_it_left(trouble: bytes) -> None:
    looks: list[int] = []
    with Loopback(trouble, answer()) as server:
        client = client_of(server)
        exchange = client.send(
            "POST", "/files", form=FORM, file=FILE, look=lambda: looks.append(len(server.received))
        )
        client.close()
        assert len(server.received) == 2
        assert server.received[0].body.count(b"hello") == server.received[1].body.count(b"hello") == 1
    assert looks == [1]
    assert exchange.succeeded


def test_what_the_last_attempt_of_an_upload_may_have_left_is_looked_for_too() -> None:
    looks: list[int] = []
    with Loopback(hang_up) as server:
        client = client_of(server)
        client.send("POST", "/files", form=FORM, file=FILE, look=lambda: looks.append(len(server.received)))
        client.close()
    assert looks == [1, 2, 3]


def test_a_throttled_upload_is_repeated_without_a_look() -> None:
    looks: list[int] = []
    with Loopback(answer(b"", 429), answer()) as server:
        client = client_of(server)
        exchange = client.send("POST", "/files", form=FORM, file=FILE, look=lambda: looks.append(1))
        client.close()
    assert looks == []
    assert (exchange.status, exchange.attempt) == (200, 2)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "header", [[], ["Retry-After: soon"], ["Retry-After: -1"], ["Retry-After: 0"]], ids=str
)
def test_a_throttled_request_is_repeated(method: str, header: list[str]) -> None:
    with Loopback(answer(b"", 429, *header), answer()) as server:
        assert sent(server, method).status == 200
        assert len(server.received) == 2


def test_retry_after_is_heeded() -> None:
    with Loopback(answer(b"", 429, "Retry-After: 1"), answer()) as server:
        started = time.monotonic()
        assert sent(server).status == 200
        assert time.monotonic() - started >= 1


@pytest.mark.parametrize("seconds", ["86400", "9" * 5000])
def test_retry_after_is_heeded_for_no_longer_than_a_silence(seconds: str) -> None:
    with Loopback(answer(b"", 429, f"Retry-After: {seconds}"), answer()) as server:
        started = time.monotonic()
        assert sent(server, timing=QUICK).status == 200
        assert time.monotonic() - started < 2


@pytest.mark.parametrize("status", [200, 201, 204, 302, 400, 401, 403, 404, 409, 422])
def test_what_is_the_targets_own_word_is_asked_for_once(status: int) -> None:
    with Loopback(answer(b"", status)) as server:
        exchange = sent(server, "DELETE")
        assert len(server.received) == 1
    assert exchange.status == status


def test_attempts_have_an_end_and_only_the_last_is_final() -> None:
    with Loopback(answer(b"", 503)) as server:
        client = client_of(server)
        client.send("GET", "/files")
        client.close()
        assert len(server.received) == 3
    assert [(each.attempt, each.final) for each in client.recorder.exchanges] == [
        (1, False),
        (2, False),
        (3, True),
    ]
    assert [each.number for each in client.recorder.exchanges] == [1, 2, 3]


def test_a_connection_that_is_refused_leaves_even_an_upload_unsent_and_repeatable() -> None:
    with Loopback(answer()) as server:
        pass
    exchange = sent(server, "POST")
    assert exchange.attempt == 3
    assert (exchange.trouble or "").startswith("cannot connect")


def test_the_client_gives_up_after_so_many_silences() -> None:
    with Loopback(hang_up) as server:
        client = client_of(server, timing=replace(CALM, patience=4, attempts=1))
        for _ in range(4):
            assert client.send("GET", "/files").answer is None
        with pytest.raises(TargetError, match="stopped answering"):
            client.send("GET", "/files")
        client.close()


def test_one_answer_restores_the_patience() -> None:
    with Loopback(hang_up, hang_up, answer(), hang_up) as server:
        client = client_of(server, timing=replace(CALM, patience=3, attempts=1))
        for _ in range(6):
            client.send("GET", "/files")
        client.close()


def test_every_attempt_is_paid_for() -> None:
    with Loopback(answer(b"", 503)) as server:
        client = client_of(server, caps=Caps(requests=2))
        with pytest.raises(OutOfBudget, match="--budget-requests=2"):
            client.send("GET", "/files")
        client.close()
        assert len(server.received) == 2


def test_listeners_hear_of_every_exchange_with_its_secrets_removed() -> None:
    heard: list[Exchange] = []
    with Loopback(answer(b"", 503), answer(f'"{KEY}"'.encode())) as server:
        client = client_of(server)
        client.recorder.test = "a test"
        client.listeners.append(heard.append)
        client.send("GET", "/files")
        client.close()
    assert tuple(heard) == client.recorder.exchanges
    assert [each.test for each in heard] == ["a test", "a test"]
    assert KEY not in repr(heard)


def test_a_client_that_is_closed_twice_is_closed() -> None:
    with Loopback(answer()) as server:
        client: Client = client_of(server)
        client.close()
        client.close()


@pytest.mark.parametrize("status", [429, 200])
def test_the_client_gives_up_on_throttling_and_on_answers_without_end(status: int) -> None:
    with Loopback(answer(b"x" * (2000 if status == 200 else 0), status)) as server:
        client = client_of(server, timing=replace(CALM, patience=3, attempts=2))
        client.max_body = 1000
        for _ in range(3):
            client.send("GET", "/files")
        with pytest.raises(TargetError, match="stopped answering"):
            client.send("GET", "/files")
        client.try_again()
        client.send("GET", "/files")
        client.close()


def test_an_upload_whose_answer_has_no_end_is_looked_for() -> None:
    looks: list[int] = []
    with Loopback(answer(b"x" * 2000)) as server:
        client = client_of(server)
        client.max_body = 1000
        client.send("POST", "/files", form=FORM, file=FILE, look=lambda: looks.append(1))
        client.close()
    assert looks == [1]
