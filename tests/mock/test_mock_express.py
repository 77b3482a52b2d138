"""A request that was answered before is answered without being read again, and nobody can tell."""

import re
import socket
from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest

from conformance.mock import Mock, serve
from conformance.mock.identities import RequestIds
from tests.mock.client import Api


@pytest.fixture
def connection(mock: Mock) -> Iterator[socket.socket]:
    with socket.create_connection((mock.host, mock.port)) as connection:
        connection.settimeout(10)
        yield connection


def listing(mock: Mock, *more: str) -> bytes:
    lines = ["GET /compatible-mode/v1/files HTTP/1.1", "host: x", f"authorization: Bearer {mock.key}", *more]
    return "\r\n".join([*lines, "", ""]).encode()


def answer(connection: socket.socket) -> str:
    """Receive one answer with no files in it."""
    data = b""
    while not data.endswith(b"}"):
        piece = connection.recv(1)
        assert piece, data
        data += piece
    return data.decode()


def without_chance(text: str) -> str:
    return re.sub(r"(x-request-id|date): [^\r]+", "", text)


def test_the_second_answer_is_like_the_first_but_for_its_id(mock: Mock, connection: socket.socket) -> None:
    said = []
    for _ in range(3):
        connection.sendall(listing(mock))
        said.append(answer(connection))
    assert len({without_chance(each) for each in said}) == 1
    assert len(set(re.findall(r"x-request-id: (\S+)", "".join(said)))) == 3
    assert mock._server.application.journal.requests == 3


def test_what_changes_is_seen_at_once(mock: Mock, api: Api) -> None:
    assert [api.ids(), api.ids()] == [[], []]
    made = api.upload().json()["id"]
    assert [api.ids(), api.ids()] == [[made], [made]]
    assert [api.get(f"files/{made}").status_code for _ in range(3)] == [200] * 3
    planted = mock.plant()
    assert api.ids() == [planted, made]
    api.delete(f"files/{made}")
    assert api.get(f"files/{made}").status_code == 404
    assert api.ids() == [planted]


def test_the_answers_of_two_accounts_are_kept_apart(mock: Mock, api: Api) -> None:
    with Api(mock, mock.keys[1]) as other:
        made = api.upload().json()["id"]
        assert [api.ids(), other.ids(), api.ids(), other.ids()] == [[made], [], [made], []]
        assert [other.get(f"files/{made}").status_code for _ in range(2)] == [404, 404]


def test_requests_in_one_piece_or_in_many_are_all_answered(mock: Mock, connection: socket.socket) -> None:
    wanted = listing(mock)
    for pieces in (
        [wanted],
        [wanted * 3],
        [wanted[:20], wanted[20:]],
        [wanted + wanted[:9], wanted[9:]],
        [wanted],
    ):
        for piece in pieces:
            connection.sendall(piece)
        for _ in range(b"".join(pieces).count(b"GET ")):
            assert answer(connection).startswith("HTTP/1.1 200 OK")


def test_who_wants_the_connection_closed_gets_it_closed_each_time(mock: Mock) -> None:
    for _ in range(3):
        with socket.create_connection((mock.host, mock.port)) as connection:
            connection.settimeout(10)
            connection.sendall(listing(mock, "connection: close"))
            assert "connection: close" in answer(connection)
            assert connection.recv(1) == b""


def test_a_fault_is_asked_every_time() -> None:
    with serve(weather=["sporadic-unavailability"]) as mock, Api(mock) as api:
        statuses = [api.get("files").status_code for _ in range(80)]
    assert statuses.count(503) == 2


def test_a_head_without_a_body_is_no_list(mock: Mock, api: Api) -> None:
    url, headers = f"{mock.url}/files", dict(api.headers)
    with httpx.Client(trust_env=False) as client:
        for _ in range(2):
            assert client.get(url, headers=headers).json()["data"] == []
            assert client.head(url, headers=headers).content == b""


def test_the_ids_of_requests_are_random_uuids() -> None:
    ids = RequestIds(7)
    drawn = [ids.draw() for _ in range(50)]
    assert [str(UUID(each)) for each in drawn] == drawn
    assert {UUID(each).version for each in drawn} == {4}
    assert len(set(drawn)) == 50
    again = RequestIds(7)
    assert [again.draw() for _ in range(50)] == drawn
