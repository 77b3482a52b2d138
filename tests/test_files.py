import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from conformance.client import FormFile
from conformance.exchange import Exchange
from conformance.expect import Unproven
from conformance.files import STEPS_BACK, Files, description, shown
from conformance.trace import Traversal

from .loopback import Answer, Loopback, answer, client_of, hang_up

Said = TypeVar("Said")
FILE = FormFile(filename="conformance-a.txt", content=b"hello", size=5)
REFUSED = answer(
    json.dumps({"error": {"message": "no", "type": "t", "param": None, "code": None}}).encode(), 404
)


def said(name: str, filename: str = FILE.filename) -> dict[str, Any]:
    return {"id": name, "filename": filename, "object": "file"}


def file(name: str) -> bytes:
    return answer(json.dumps(said(name)).encode())


def page(*items: str | dict[str, Any], more: bool = False) -> bytes:
    data = [said(item, "stranger.txt") if isinstance(item, str) else item for item in items]
    return answer(json.dumps({"object": "list", "data": data, "has_more": more}).encode())


def spoken(work: Callable[[Files], Said], *answers: Answer, lag: float = 5.0) -> tuple[Said, list[str]]:
    """Work against a server that gives these answers, and tell what it was asked for."""
    with Loopback(*answers) as server:
        client = client_of(server)
        try:
            result = work(Files(client, lag=lag))
        finally:
            client.close()
        asked = [f"{one.method} {one.target.removeprefix('/v1/files')}" for one in server.received]
        assert len(asked) <= len(answers) or len(answers) == 1, asked
        return result, asked


def ids(found: tuple[object, Traversal | None]) -> tuple[str, ...]:
    assert found[1] is not None
    return found[1].ids


LOOK = "GET ?limit=2000"


def test_an_upload_that_is_answered_is_sent_once() -> None:
    exchange, asked = spoken(lambda files: files.upload(FILE, "batch"), file("file-1"))
    assert description(exchange)["id"] == "file-1"
    assert asked == ["POST "]


def test_an_upload_that_is_refused_leaves_nothing_to_look_for() -> None:
    exchange, asked = spoken(lambda files: files.upload(FILE, "batch"), REFUSED)
    assert (exchange.status, description(exchange), asked) == (404, {}, ["POST "])


@pytest.mark.parametrize("trouble", [hang_up, answer(b"{}", 500), answer(b"{}", 503)])
def test_what_a_lost_upload_left_is_deleted_before_it_is_sent_again(trouble: Answer) -> None:
    answers = [trouble, page(said("file-lost"), "file-strange"), answer(b"{}"), file("file-2")]
    exchange, asked = spoken(lambda files: files.upload(FILE, "batch"), *answers)
    assert description(exchange)["id"] == "file-2"
    assert asked == ["POST ", LOOK, "DELETE /file-lost", "POST "]


@pytest.mark.parametrize("listed", ['a "b".txt', "a %22b%22.txt"])
def test_a_lost_upload_is_known_by_its_name_however_its_quotation_marks_are_listed(listed: str) -> None:
    quoted = replace(FILE, filename='a "b".txt')
    left = page(said("file-lost", listed), said("file-strange", "a b.txt"))
    _, asked = spoken(
        lambda files: files.upload(quoted, "batch"), hang_up, left, answer(b"{}"), file("file-2")
    )
    assert asked == ["POST ", LOOK, "DELETE /file-lost", "POST "]


def test_what_a_lost_upload_left_is_looked_for_in_its_own_account() -> None:
    accounts: list[str] = []

    def work(files: Files) -> Exchange:
        exchange = files.upload(FILE, "batch", account="second")
        accounts.extend(each.account for each in files.client.recorder.exchanges)
        return exchange

    spoken(work, hang_up, page(said("file-lost")), answer(b"{}"), file("file-2"))
    assert accounts == ["second"] * 4


def test_a_lost_upload_does_not_take_its_twin_of_the_same_name_with_it() -> None:
    def work(files: Files) -> str:
        files.upload(FILE, "batch")
        return str(description(files.upload(FILE, "batch"))["id"])

    left = page(said("file-1"), said("file-lost"))
    name, asked = spoken(work, file("file-1"), hang_up, left, answer(b"{}"), file("file-2"))
    assert (name, asked) == ("file-2", ["POST ", "POST ", LOOK, "DELETE /file-lost", "POST "])


def test_an_upload_that_never_gets_through_is_looked_for_after_the_last_attempt_too() -> None:
    lost: list[Answer] = [hang_up, page()]
    answers = [*lost, *lost, hang_up, page(said("file-lost")), answer(b"{}")]
    exchange, asked = spoken(lambda files: files.upload(FILE, "batch"), *answers)
    assert exchange.answer is None
    assert asked == ["POST ", LOOK, "POST ", LOOK, "POST ", LOOK, "DELETE /file-lost"]


def test_the_pages_are_followed_to_the_end() -> None:
    found, asked = spoken(
        lambda files: files.traverse(limit=2, purpose="batch"),
        page("a", "b", more=True),
        page("c", "d", more=True),
        page("e"),
    )
    assert ids(found) == ("a", "b", "c", "d", "e")
    assert asked == [
        "GET ?limit=2&purpose=batch",
        "GET ?limit=2&purpose=batch&after=b",
        "GET ?limit=2&purpose=batch&after=d",
    ]


def test_no_more_pages_are_followed_than_asked_for() -> None:
    pages = [page(f"{number}", more=True) for number in range(9)]
    found, asked = spoken(lambda files: files.traverse(limit=1, most=4), *pages)
    assert (ids(found), len(asked)) == (("0", "1", "2", "3"), 4)


def test_the_pages_are_left_when_all_that_was_wanted_was_seen() -> None:
    pages = [page("a", "b", more=True), page("c", more=True), page("d")]
    found, asked = spoken(lambda files: files.traverse(until=["c", "a"]), *pages)
    assert (ids(found), len(asked)) == (("a", "b", "c"), 2)


def test_a_server_that_gives_the_same_page_for_ever_is_left() -> None:
    found, asked = spoken(lambda files: files.traverse(limit=1), page("a", more=True))
    assert (ids(found), asked) == (("a", "a"), ["GET ?limit=1", "GET ?limit=1&after=a", "GET /a", LOOK])


def test_an_empty_page_that_promises_more_is_the_end() -> None:
    found, _ = spoken(lambda files: files.traverse(), page(more=True))
    assert ids(found) == ()


def test_a_refusal_of_the_first_page_gives_no_traversal() -> None:
    found, asked = spoken(lambda files: files.traverse(limit=3), REFUSED)
    assert (found[0].status, found[1], asked) == (404, None, ["GET ?limit=3"])


def test_a_refusal_of_a_later_page_gives_what_came_before_it() -> None:
    found, asked = spoken(
        lambda files: files.traverse(), page("a", "b", more=True), REFUSED, file("b"), page("a", "b")
    )
    assert (found[0].status, ids(found)) == (404, ("a", "b"))
    assert asked == ["GET ", "GET ?after=b", "GET /b", LOOK]


def test_a_cursor_that_the_list_has_lost_is_gone_though_it_can_still_be_retrieved() -> None:
    answers = [page("a", "b", more=True), REFUSED, file("b"), page("a", "c"), page("c")]
    found, asked = spoken(lambda files: files.traverse(), *answers)
    assert ids(found) == ("a", "b", "c")
    assert asked == ["GET ", "GET ?after=b", "GET /b", LOOK, "GET ?after=a"]


@pytest.mark.parametrize("strange", [REFUSED, page(), page("a", "b", more=True)])
def test_behind_a_file_that_another_client_has_deleted_the_one_before_it_is_the_cursor(
    strange: bytes,
) -> None:
    found, asked = spoken(
        lambda files: files.traverse(), page("a", "b", more=True), strange, REFUSED, page("c")
    )
    assert ids(found) == ("a", "b", "c")
    assert asked == ["GET ", "GET ?after=b", "GET /b", "GET ?after=a"]


def test_where_all_files_before_the_cursor_are_gone_the_walk_begins_at_the_head() -> None:
    found, asked = spoken(lambda files: files.traverse(behind=["x", "y"]), *[REFUSED] * 4, page("a", "b"))
    assert ids(found) == ("a", "b")
    assert asked == ["GET ?after=y", "GET /y", "GET ?after=x", "GET /x", "GET "]


def test_stepping_back_has_an_end() -> None:
    trail = [f"{number}" for number in range(2000)]
    found, asked = spoken(lambda files: files.traverse(behind=trail), REFUSED)
    assert found[1] is None
    assert len(asked) == 2 * len(STEPS_BACK) + 1


@pytest.mark.parametrize("body", [b"{}", b'{"data": null}', b'{"data": [{"name": "x"}]}', b"[]"])
def test_an_answer_that_is_no_list_leaves_everything_unproven(body: bytes) -> None:
    with pytest.raises(Unproven, match="cannot be told from one another"):
        spoken(lambda files: files.traverse(), answer(body))


def test_waiting_ends_when_it_is_done() -> None:
    found, asked = spoken(
        lambda files: files.wait(lambda: files.retrieve("a"), lambda each: each.succeeded), REFUSED, file("a")
    )
    assert (found.status, asked) == (200, ["GET /a", "GET /a"])


def test_waiting_ends_with_the_last_answer_when_the_lag_is_used_up() -> None:
    found, asked = spoken(
        lambda files: files.wait(lambda: files.retrieve("a"), lambda each: each.succeeded), REFUSED, lag=0
    )
    assert (found.status, asked) == (404, ["GET /a"])


@pytest.mark.parametrize(
    ("pages", "looks", "asked"),
    [([["a"], ["a", "b"]], 1, 2), ([["a", "b"], ["a"], ["a", "b"], ["a", "b"]], 2, 4), ([["b", "a"]], 1, 1)],
)
def test_the_list_is_asked_until_it_shows_everything_so_often(
    pages: Sequence[Sequence[str]], looks: int, asked: int
) -> None:
    found, requests = spoken(
        lambda files: files.wait_listed(["a", "b"], looks=looks), *(page(*names) for names in pages)
    )
    assert (set(ids(found)), len(requests)) == ({"a", "b"}, asked)


def test_a_list_that_is_refused_is_not_waited_for() -> None:
    found, asked = spoken(lambda files: files.wait_listed(["a"]), REFUSED)
    assert (found[1], len(asked)) == (None, 1)


def test_an_id_of_any_letters_travels_whole() -> None:
    _, asked = spoken(lambda files: files.delete("file/ä ?#%"), answer(b"{}"))
    assert asked == ["DELETE /file%2F%C3%A4%20%3F%23%25"]


def test_of_a_traversal_only_our_files_are_shown_in_its_order() -> None:
    found, _ = spoken(lambda files: files.traverse(), page("x", "b", "y", "a"))
    assert shown(found[1], ["a", "b", "c"]) == ("b", "a")
    assert shown(None, ["a"]) == ()
