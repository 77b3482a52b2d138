"""Memos: words that nobody can guess, in files that say them."""

import re

from conformance import memos
from conformance.documents import document
from conformance.files import Files

from .loopback import Loopback, answer, client_of


def test_words_are_made_up_and_the_same_each_time() -> None:
    words = {memos.word(f"tag {number}") for number in range(500)}
    assert len(words) > 490
    assert all(re.fullmatch("[A-Z]{6}[0-9]{4}", word) for word in words)
    assert memos.word("tag 1") == memos.word("tag 1")


def test_a_memo_says_its_word_and_its_name_does_not() -> None:
    with Loopback(
        answer(b'{"id": "file-fe-1"}'), answer(b'{"id": "file-fe-2"}'), answer(b"{}", 400)
    ) as server:
        client = client_of(server)
        one, two, three = memos.upload(Files(client), "tag", 3)
        client.close()
    assert (one.id, two.id, three.id) == ("file-fe-1", "file-fe-2", "")
    assert len({one.word, two.word, three.word}) == 3
    for memo, request in zip((one, two, three), server.received, strict=True):
        assert document("txt", memos.sentence(memo.word)) in request.body
        name = re.search(rb'filename="([^"]*)"', request.body)
        assert name
        assert memo.word.encode() not in name[1]


def test_a_lag_begins_when_the_last_upload_was_answered() -> None:
    with Loopback(answer(b'{"id": "file-fe-1"}')) as server:
        client = client_of(server)
        sent = memos.upload(Files(client), "tag", 2)
        client.close()
    assert memos.settled(sent, 10.0) == max(memo.sent for memo in sent) + 10.0
    assert memos.settled([], 10.0) == 10.0
