"""Secrets leave no trace in what is kept, however a server spells them."""

import base64
import json
from urllib.parse import quote

import pytest

from conformance.exchange import Answer, Exchange, Part, Request
from conformance.recorder import ECHO, KEPT_BODY, REDACTED, Recorder, Redactor

KEY = "sk-0123456789abcdef+/~?"


def kept(answer: Answer | None = None, request: Request | None = None, key: str = KEY) -> Exchange:
    """Give an exchange as a recorder keeps it."""
    exchange = Exchange(number=1, request=request or Request(method="GET", path="/files"), answer=answer)
    return Recorder(Redactor([key]))(exchange)


def spellings() -> list[str]:
    """Give the key in every spelling in which a server might echo it."""
    plain = [KEY, f"Bearer {KEY}", quote(KEY, safe=""), quote(KEY, safe="").lower(), json.dumps({"k": KEY})]
    plain += [KEY.upper(), KEY.lower(), KEY.swapcase(), quote(KEY), quote(quote(KEY, safe=""), safe="")]
    plain += [
        KEY.replace("/", "\\/"),
        KEY.replace("+", "\\u002B").replace("/", "\\u002f").replace("?", "\\u003f").replace("~", "\\u007e"),
    ]
    plain += [
        "".join(form.format(ord(letter)) for letter in KEY)
        for form in ("%{:02X}", "\\u{:04x}", "&#{};", "&#x{:x};")
    ]
    for before in ("", "a", "ab", "user:"):
        for after in ("", "z", "zz"):
            text = f"{before}{KEY}{after}".encode()
            plain += [base64.b64encode(text).decode(), base64.urlsafe_b64encode(text).decode()]
    return plain


def leaks(text: str) -> bool:
    """Whether a text still gives away a part of the key that is worth having, plain or in Base64."""
    core = KEY[3:-3]
    if any(core[at : at + 8] in text for at in range(len(core) - 7)):
        return True
    for skip in range(3):
        inner = base64.b64encode(core[skip : skip + (len(core) - skip) // 3 * 3].encode()).decode()
        if inner in text:
            return True
    return False


@pytest.mark.parametrize("spelling", spellings())
def test_a_key_is_removed_and_its_echo_noted_in_every_spelling(spelling: str) -> None:
    for answer in (
        Answer(status=200, body=f"<<{spelling}>>".encode()),
        Answer(status=200, headers=(("x-debug", f"<<{spelling}>>"),)),
    ):
        exchange = kept(answer)
        assert not leaks(repr(exchange))
        assert REDACTED in repr(exchange.answer)
        assert exchange.notes == (ECHO,)


def test_a_key_in_a_request_is_removed_and_is_no_echo() -> None:
    request = Request(
        method="POST",
        path=f"/files/{quote(KEY, safe='')}",
        query=(("after", KEY), (KEY, "1")),
        headers=(("authorization", f"Bearer {KEY}"), ("x-trace", KEY), ("accept", "application/json")),
        parts=(Part(name="file", filename=f"{KEY}.txt", size=1), Part(name="purpose", size=1, text=KEY)),
        body_bytes=2,
    )
    exchange = kept(Answer(status=200, body=b"{}"), request)
    assert not leaks(repr(exchange))
    assert exchange.notes == ()
    assert exchange.request.headers[0] == ("authorization", REDACTED)
    assert exchange.request.headers[2] == ("accept", "application/json")
    assert exchange.request.body_bytes == 2


@pytest.mark.parametrize(
    "name", ["Authorization", "COOKIE", "set-cookie", "X-Api-Key", "proxy-authorization"]
)
def test_headers_that_carry_secrets_are_hidden_whatever_they_say(name: str) -> None:
    exchange = kept(Answer(status=200, headers=((name, "anything"),)))
    assert exchange.answer
    assert exchange.answer.headers == ((name, REDACTED),)
    assert exchange.notes == ()


def test_a_key_in_the_trouble_is_removed() -> None:
    exchange = Exchange(number=1, request=Request(method="GET", path="/"), trouble=f"bad header {KEY}")
    assert Recorder(Redactor([KEY]))(exchange).trouble == f"bad header {REDACTED}"


def test_all_but_a_letter_of_a_key_is_a_secret_too() -> None:
    clean = Redactor([KEY, KEY[:-1], KEY + "a"]).text(f"{KEY[:-1]} {KEY}a {KEY}")
    assert clean == f"{REDACTED} {REDACTED} {REDACTED}"


@pytest.mark.parametrize("key", ["", "test", "sk-1234", "a"])
def test_a_short_key_belongs_to_a_toy_and_hides_nothing(key: str) -> None:
    body = f'{{"message": "a test of {key} is no secret"}}'.encode()
    exchange = kept(Answer(status=200, body=body), key=key)
    assert exchange.answer
    assert exchange.answer.body == body
    assert exchange.notes == ()


def test_without_secrets_nothing_is_removed() -> None:
    assert Redactor([]).text("anything at all") == "anything at all"
    assert Redactor([]).bytes(b"\xff\x00") == b"\xff\x00"


def test_innocent_text_stays_as_it_is() -> None:
    body = json.dumps({"id": "file-fe-" + base64.b64encode(bytes(range(250))).decode()}).encode()
    exchange = kept(Answer(status=200, body=body), key="sk-ordinary-key-1")
    assert exchange.answer
    assert exchange.answer.body == body
    assert exchange.notes == ()


def test_a_lone_surrogate_does_not_reach_the_log() -> None:
    exchange = kept(request=Request(method="GET", path="/files", query=(("after", "\ud800"),)))
    exchange.request.query[0][1].encode()


@pytest.mark.parametrize(
    ("body", "length"),
    [
        (b"x" * KEPT_BODY, KEPT_BODY),
        (b"x" * (KEPT_BODY + 1), KEPT_BODY),
        ("页".encode() * KEPT_BODY, KEPT_BODY // 3 * 3),
        (b"\xff" * (KEPT_BODY + 9), KEPT_BODY),
    ],
    ids=["fits", "one too many", "chinese", "bytes"],
)
def test_the_log_cuts_a_body_and_says_so(body: bytes, length: int) -> None:
    recorder = Recorder(Redactor([KEY]))
    recorder(
        Exchange(number=1, request=Request(method="GET", path="/"), answer=Answer(status=200, body=body))
    )
    whole, cut = recorder.exchanges[0], recorder.log()[0]
    assert whole.answer
    assert cut.answer
    assert whole.answer.body == body
    assert cut.answer.body == body[:length]
    assert cut.notes == (
        () if length == len(body) else (f"{len(body)} bytes, of which the log keeps {length}",)
    )


def test_exchanges_stay_in_the_order_in_which_they_were_sent() -> None:
    recorder = Recorder(Redactor([]))
    for number in (1, 2, 3):
        recorder(Exchange(number=number, request=Request(method="GET", path="/")))
    assert [exchange.number for exchange in recorder.log()] == [1, 2, 3]


def test_long_bodies_are_kept_once_and_not_beyond_the_room() -> None:
    recorder = Recorder(Redactor([KEY]))
    recorder._room = 250_000

    def keep(letter: bytes) -> Answer:
        answer = Answer(status=200, body=letter * 100_000)
        kept = recorder(Exchange(number=1, request=Request(method="GET", path="/"), answer=answer)).answer
        assert kept
        return kept

    first, again, other, one_more = keep(b"a"), keep(b"a"), keep(b"b"), keep(b"c")
    assert first.body is again.body
    assert [each.cut for each in (first, again, other, one_more)] == [False, False, False, True]
    assert one_more.body == b"c" * KEPT_BODY
