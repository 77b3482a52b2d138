"""What no answer may be: a lasting server error, or one that repeats the key."""

import dataclasses

import pytest

from conformance.exchange import Exchange
from conformance.recorder import ECHO, Recorder, Redactor

from .history import History

KEY = "sk-0123456789abcdef"


def without_answer(history: History) -> None:
    """Let the connection of the last exchange break."""
    history.exchanges[-1] = dataclasses.replace(history.exchanges[-1], answer=None, trouble="reset")


def test_a_server_error_that_comes_each_time_is_accused() -> None:
    history = History()
    history.page([])
    for attempt in (1, 2, 3):
        history.add(
            "GET", "/files", b"", http=500, query=(("limit", "7"),), attempt=attempt, final=attempt == 3
        )
    assert history.accused() == {"errors.no-server-error"}


def test_a_server_error_that_comes_back_in_later_requests_is_accused() -> None:
    history = History()
    file = history.upload("a")
    history.retrieve(file)
    for _ in range(3):
        history.retrieve("file-fe-b", http=500)
        history.page([file])
    assert history.accused() == {"errors.no-server-error"}


@pytest.mark.parametrize("http", [500, 502, 503, 504])
def test_a_single_server_error_is_weather(http: int) -> None:
    history = History()
    history.page([])
    history.add("GET", "/files", b"", http=http, final=False)
    history.page([])
    assert history.accused() == set()
    history.add("GET", "/files", b"", http=http, query=(("limit", "9"),))
    assert history.accused() == set()


def test_two_server_errors_and_an_answer_are_weather() -> None:
    history = History()
    for http in (500, 500, 200, 500):
        history.retrieve(history.stranger("a"), http=http)
    assert history.accused() == set()


def test_server_errors_between_broken_connections_are_weather() -> None:
    history = History()
    history.page([])
    for _ in range(3):
        history.page([], limit=7)
        without_answer(history)
        history.add("GET", "/files", b"", http=500, query=(("limit", "7"),))
    assert history.accused() == set()


def test_a_service_that_is_down_is_not_accused() -> None:
    history = History()
    for number in range(9):
        history.retrieve(f"file-fe-{number % 3}", http=503)
    history.page([])
    assert history.accused() == set()


def test_the_same_address_with_another_form_is_another_request() -> None:
    history = History()
    history.upload("ok")
    for letter in "abc":
        history.upload(letter)
        history.exchanges[-1] = dataclasses.replace(
            history.exchanges[-1], answer=history.add("POST", "/files", b"", http=500).answer
        )
        history.exchanges.pop()
    assert history.accused() == set()


def test_an_answer_that_repeats_the_key_is_accused() -> None:
    history = History()
    history.add("GET", "/files", b"", http=401)
    assert "errors.key-not-echoed" in history.proven()
    history.add("GET", "/files", f'"{KEY}"'.encode())
    history.exchanges[-1] = _recorded(history.exchanges[-1])
    assert ECHO in history.exchanges[-1].notes
    assert history.accused() == {"errors.key-not-echoed"}


def test_the_key_is_nowhere_to_be_seen_however_wrong_the_account() -> None:
    history = History()
    history.add("GET", "/files", f'"{KEY}"'.encode(), account="wrong")
    history.exchanges[-1] = _recorded(history.exchanges[-1])
    assert history.accused() == {"errors.key-not-echoed"}


def _recorded(exchange: Exchange) -> Exchange:
    return Recorder(Redactor([KEY]))(exchange)


def test_a_file_that_is_not_there_may_be_forbidden() -> None:
    history = History()
    file = history.upload("a")
    for _ in range(2):
        history.retrieve("file-fe-unknown", http=403)
    history.delete(file)
    for _ in range(2):
        history.retrieve(file, http=403)
    history.page([])
    assert history.accused() == set()


def test_a_file_of_ours_that_is_forbidden_shows_that_the_key_is_not_let_in() -> None:
    history = History()
    file = history.upload("a")
    for _ in range(2):
        history.retrieve(file, http=403)
    history.page([file])
    assert history.accused() == {"authentication.bearer"}


@pytest.mark.parametrize(
    ("code", "accused"), [("invalid_api_key", set()), ("no", {"authentication.error-code"})]
)
def test_a_wrong_key_has_its_code_whatever_it_asks_for(code: str, accused: set[str]) -> None:
    history = History()
    refusal = {"error": {"message": "no", "type": "t", "param": None, "code": code}}
    history.add("DELETE", "/files/file-fe-a", refusal, account="wrong")
    [exchange] = history.exchanges
    assert exchange.answer
    history.exchanges = [
        dataclasses.replace(exchange, answer=dataclasses.replace(exchange.answer, status=401))
    ]
    assert history.accused() == accused
