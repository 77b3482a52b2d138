"""The chat's verbs against servers that answer late, badly or without end, on real sockets."""

import json
import time
from typing import Any

import pytest

from conformance import wire
from conformance.chat import ROLE, USAGE, Chat, asking, is_parsing, naming
from conformance.exchange import Exchange
from conformance.expect import Broken, Unproven
from conformance.replies import Reply, read
from conformance.suite.test_chat import recalled, told

from .loopback import CALM, QUICK, Answer, Loopback, Speaker, answer, client_of, hang_up

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
DONE = b"data: [DONE]\n\n"
LAST = b"0\r\n\r\n"
# What a loaded machine may add before a test of time fails.
SLACK = 3.0


def completion(text: str = "hello") -> bytes:
    message = {"role": "assistant", "content": text}
    return json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()


def refusal(message: str) -> bytes:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": "InvalidParameter"}
    return answer(json.dumps({"error": error}).encode(), 400)


def event(text: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": text}}]}).encode() + b"\n\n"


def framed(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


PARSING = refusal("File parsing in progress, please try again later.")
INVALID = refusal("Invalid file [id:file-fe-0].")


def asked(*answers: Answer, **others: Any) -> tuple[Exchange, Loopback]:
    """Ask a server one question, and give what came of it and the server."""
    patience = others.pop("patience", 60.0)
    timing = others.pop("timing", CALM)
    with Loopback(*answers) as server:
        client = client_of(server, timing=timing)
        exchange = Chat(client, pause=0.01, patience=patience).ask(ROLE, asking("?"), **others)
        client.close()
    return exchange, server


def heard(speak: Any, **others: Any) -> Exchange:
    """Ask a server that speaks as it likes for a stream, behind the head of one."""

    def stream(peer: Speaker) -> None:
        peer.say(HEAD)
        speak(peer)

    exchange, _ = asked(stream, **USAGE, **others)
    return exchange


def reply_of(exchange: Exchange) -> Reply:
    reply = read(exchange)
    assert reply
    return reply


def test_a_question_is_sent_as_json() -> None:
    _, server = asked(answer(completion()))
    [request] = server.received
    assert (request.method, request.target) == ("POST", "/v1/chat/completions")
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == {
        "model": "qwen-long",
        "messages": [ROLE, {"role": "user", "content": "?"}],
        "max_tokens": 320,
    }


def test_a_model_can_be_left_out_and_a_stream_is_what_is_accepted() -> None:
    _, server = asked(answer(completion()), model=None, **USAGE)
    assert "model" not in json.loads(server.received[0].body)
    assert json.loads(server.received[0].body)["stream_options"] == {"include_usage": True}
    assert server.received[0].headers["accept"] == "text/event-stream"


def test_files_are_named_in_one_message() -> None:
    assert naming("a", "b") == {"role": "system", "content": "fileid://a,fileid://b"}


def test_a_file_that_is_being_parsed_is_waited_for() -> None:
    exchange, server = asked(PARSING, PARSING, answer(completion()))
    assert len(server.received) == 3
    assert exchange.succeeded


def test_a_file_that_is_parsed_for_ever_is_given_up() -> None:
    exchange, server = asked(PARSING, patience=0.5)
    assert len(server.received) > 1
    assert is_parsing(exchange)
    with pytest.raises(Unproven, match="still being parsed"):
        told(exchange)


def test_where_one_file_is_parsed_for_ever_no_other_is_waited_for() -> None:
    with Loopback(PARSING) as server:
        client = client_of(server, timing=CALM)
        chat = Chat(client, pause=0.01, patience=0.1)
        chat.ask(ROLE, naming("file-fe-1"), asking("?"))
        before = len(server.received)
        assert is_parsing(chat.ask(ROLE, naming("file-fe-2"), asking("?")))
        client.close()
    assert before > 1
    assert len(server.received) == before + 1


def test_a_refusal_is_final() -> None:
    exchange, server = asked(INVALID)
    assert len(server.received) == 1
    with pytest.raises(Broken):
        told(exchange)


def test_a_refusal_of_what_was_just_uploaded_is_not_final() -> None:
    exchange, server = asked(INVALID, answer(completion()), settled=time.time() + 30)
    assert len(server.received) == 2
    assert exchange.succeeded


def test_a_question_is_never_repeated_after_silence() -> None:
    exchange, server = asked(hang_up)
    assert len(server.received) == 1
    assert exchange.trouble


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_question_is_repeated_after_an_answer_that_was_trouble(status: int) -> None:
    exchange, server = asked(answer(b"{}", status), answer(completion()))
    assert len(server.received) == 2
    assert (exchange.status, exchange.attempt) == (200, 2)


def test_another_post_is_not_repeated_after_a_server_error() -> None:
    with Loopback(answer(b"{}", 503)) as server:
        client = client_of(server)
        client.send("POST", "/batches", body="{}")
        client.close()
        assert len(server.received) == 1


def test_a_stream_is_kept_whole() -> None:
    exchange = heard(lambda peer: peer.say(framed(event("a") + event("b")) + framed(DONE) + LAST))
    reply = reply_of(exchange)
    assert (reply.streamed, reply.texts, reply.done, reply.behind) == (True, ("a", "b"), True, 0)
    assert reply.ended


def test_a_stream_whose_connection_stays_open_is_heard_for_a_moment() -> None:
    def open_ended(peer: Speaker) -> None:
        peer.say(framed(event("a") + DONE))
        peer.wait_for_the_peer()

    begun = time.monotonic()
    exchange = heard(open_ended)
    assert time.monotonic() - begun < SLACK
    assert exchange.answer
    assert not exchange.answer.cut
    assert reply_of(exchange).done


def test_what_comes_within_a_moment_behind_the_end_is_kept() -> None:
    def late(peer: Speaker) -> None:
        peer.say(framed(event("a") + DONE))
        peer.closing.wait(0.1)
        peer.say(framed(event("b")) + LAST)

    assert reply_of(heard(late)).behind == 1


def test_a_connection_that_breaks_behind_the_end_is_no_trouble() -> None:
    exchange = heard(lambda peer: peer.say(framed(event("a") + DONE)))
    assert exchange.trouble is None
    assert reply_of(exchange).done


def test_a_flood_behind_the_end_is_bounded() -> None:
    def flood(peer: Speaker) -> None:
        peer.say(framed(event("a") + DONE))
        while peer.say(framed(event("b") * 100)):
            pass

    exchange = heard(flood)
    assert exchange.answer
    assert len(exchange.answer.body) < 4 * wire.LEFTOVER
    assert reply_of(exchange).behind


def test_an_endless_stream_is_left() -> None:
    def endless(peer: Speaker) -> None:
        while peer.say(framed(event("a"))):
            pass

    reply = reply_of(heard(endless, max_tokens=8))
    assert reply.endless
    assert not reply.ended


def test_a_stream_is_left_at_its_first_malformed_event() -> None:
    def broken(peer: Speaker) -> None:
        peer.say(framed(event("a") + b"data: {broken\n\n"))
        peer.wait_for_the_peer()

    begun = time.monotonic()
    reply = reply_of(heard(broken))
    assert time.monotonic() - begun < SLACK
    assert (reply.sound, reply.done, reply.texts) == (False, False, ("a",))


@pytest.mark.parametrize("value", [b"7", b"null", b"[1]", b'"x"', b'{"a": 1, "a": 2}'])
def test_an_event_that_is_no_object_is_malformed(value: bytes) -> None:
    exchange = heard(lambda peer: peer.say(framed(b"data: " + value + b"\n\n" + DONE) + LAST))
    assert not reply_of(exchange).sound


def test_a_stream_that_drips_is_unproven() -> None:
    exchange = heard(lambda peer: peer.drip(framed(event("a") * 50), 0.02), timing=QUICK)
    assert read(exchange) is None
    with pytest.raises(Unproven):
        told(exchange)


def test_a_stream_that_falls_silent_is_unproven() -> None:
    def silent(peer: Speaker) -> None:
        peer.say(framed(event("a")))
        peer.wait_for_the_peer()

    exchange = heard(silent, timing=QUICK)
    with pytest.raises(Unproven):
        told(exchange)


def test_a_stream_that_is_cut_is_unproven() -> None:
    exchange = heard(lambda peer: peer.say(framed(event("a"))))
    assert exchange.trouble
    with pytest.raises(Unproven):
        told(exchange)


def test_a_stream_that_tells_of_an_error_is_unproven() -> None:
    error = b'data: {"error": {"message": "busy"}}\n\n'
    exchange = heard(lambda peer: peer.say(framed(event("a") + error) + LAST))
    with pytest.raises(Unproven, match="ended with an error"):
        told(exchange)


def test_the_second_answer_may_know_what_the_first_did_not() -> None:
    wrong, right = (asked(answer(completion(text)))[0] for text in ("No idea.", "It is Bakelo1234."))
    assert recalled([wrong, right], ["BAKELO1234"]).exchange is right
    with pytest.raises(Broken, match="BAKELO1234"):
        recalled([wrong, wrong], ["BAKELO1234"])
    with pytest.raises(Broken, match="without BAKELO1234"):
        recalled([right, right], [], without=["BAKELO1234"])


def test_one_wrong_answer_and_one_that_was_lost_accuse_nobody() -> None:
    wrong, lost = asked(answer(completion("No idea.")))[0], asked(hang_up)[0]
    for order in ([wrong, lost], [lost, wrong]):
        with pytest.raises(Unproven, match="infrastructure"):
            recalled(order, ["BAKELO1234"])
