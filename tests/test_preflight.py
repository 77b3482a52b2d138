"""Before a run: one sentence that says why there is nothing to judge, or silence and off it goes."""

import json

import pytest

from conformance import preflight
from conformance.client import Timing
from conformance.errors import TargetError

from .loopback import KEY, Answer, Loopback, Speaker, answer, client_of, hang_up

HTML = b"<!doctype html><title>Welcome</title>"
LIST = json.dumps({"object": "list", "data": [], "has_more": False}).encode()
ERROR = json.dumps({"error": {"message": "no", "type": "t", "param": None, "code": None}}).encode()


def check(*answers: Answer) -> int:
    """Check a server, and give how many requests that took."""
    with Loopback(*answers) as server:
        client = client_of(
            server, timing=Timing(connect=2, silence=0.2, whole=0.3, attempts=1, backoff=0.001)
        )
        try:
            preflight.check(client)
        finally:
            client.close()
        return len(server.received)


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([answer(LIST)], id="a list"),
        pytest.param([answer(ERROR, 400)], id="limit=1 is refused"),
        pytest.param([answer(b"{}", 500), answer(LIST)], id="limit=1 fails"),
        pytest.param([answer(ERROR, 404), answer(ERROR, 404), answer(b"{}")], id="only retrieval is there"),
        pytest.param([hang_up, answer(LIST)], id="a lost connection"),
    ],
)
def test_one_answer_that_makes_sense_is_enough(answers: list[Answer]) -> None:
    with Loopback(*answers) as server:
        client = client_of(server)
        client.timing = Timing(connect=2, silence=1, whole=1, attempts=2, backoff=0.001)
        preflight.check(client)
        client.close()
        assert len(server.received) == len(answers)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (answer(HTML, kind="text/html"), r"does not speak this API \(200, text/html, no JSON\)"),
        (answer(b"hello", kind=""), r"does not speak this API \(200, no media type, no JSON\)"),
        (answer(ERROR, 401), r"refuses the key \(401\): check it, .* region cn,"),
        (answer(HTML, 401, kind="text/html"), r"refuses the key \(401\)"),
        (answer(b"", 302, "Location: https://example.com/"), r"redirects elsewhere \(302\)"),
        (answer(b"", 308), r"redirects elsewhere \(308\)"),
        (answer(ERROR, 404), r"has no route /files"),
        (answer(HTML, 404, kind="text/html"), r"has no route /files"),
        (answer(HTML, 405, kind="text/html"), r"has no route /files"),
        (answer(ERROR, 402), r"denies the account \(402\)"),
        (answer(ERROR, 403), r"denies the account \(403\)"),
        (answer(ERROR, 429), r"is throttling the account \(429\)"),
        (answer(ERROR, 500), r"server error \(500\)"),
        (answer(HTML, 503, kind="text/html"), r"server error \(503\)"),
        (answer(b"[" * 100_000), r"does not speak this API"),
        (Speaker.wait_for_the_peer, r"cannot be used \(no answer in time"),
        (hang_up, r"cannot be used \(broken connection"),
        (lambda peer: peer.say(b"220 mail.example ESMTP\r\n"), r"cannot be used \(broken connection"),
        (
            lambda peer: peer.drip(b"HTTP/1.1 200 OK" + b"K" * 9999, 0.02),
            r"cannot be used \(no answer in time",
        ),
    ],
)
def test_a_target_that_cannot_be_judged_is_told_so_in_one_sentence(said: Answer, sentence: str) -> None:
    with pytest.raises(TargetError, match=sentence) as caught:
        check(said)
    assert str(caught.value).startswith("http://127.0.0.1:")
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    assert KEY not in str(caught.value)


def test_a_target_that_is_not_there_is_told_so() -> None:
    with Loopback(answer()) as server:
        client = client_of(server, timing=Timing(attempts=1))
    with pytest.raises(TargetError, match=r"cannot be used \(cannot connect: .*\): check the host"):
        preflight.check(client)
    client.close()


def test_at_most_three_questions_are_asked() -> None:
    with Loopback(answer(HTML, kind="text/html")) as server:
        client = client_of(server)
        with pytest.raises(TargetError):
            preflight.check(client)
        client.close()
        assert [request.method for request in server.received] == ["GET"] * 3


@pytest.mark.parametrize(
    ("answers", "lacking"),
    [
        ([answer(ERROR, 404)], {"createBatch", "createChatCompletion"}),
        ([answer(ERROR, 405), answer(ERROR, 400)], {"createBatch"}),
        ([answer(LIST), answer(ERROR, 501)], {"createChatCompletion"}),
        ([answer(LIST), answer(b'{"error": {"code": "model_not_found"}}', 404)], set()),
        ([answer(ERROR, 401)], set()),
        ([hang_up], set()),
    ],
)
def test_routes_that_a_server_does_not_have_are_named(answers: list[Answer], lacking: set[str]) -> None:
    with Loopback(*answers) as server:
        client = client_of(server)
        found = preflight.lacking(client)
        client.close()
    assert set(found) == lacking
    assert all(reason.startswith("the target has no route /") for reason in found.values())
