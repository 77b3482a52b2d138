"""Asking Qwen-Doc-Turbo about one file."""

import json

import pytest

from conformance import expect, memos
from conformance.chat import ROLE, USAGE, Chat, asking, naming
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.marks import clause
from conformance.memos import Memo
from conformance.replies import DOC, read
from conformance.suite.test_chat import WORD, WORDS, heard, recalled, told, tries
from conformance.suite.test_retrieval import strangers

FENCE = "```"
JSON = asking('Give the code word of the document as a JSON object {"code_word": "…"} and nothing else.')


@pytest.fixture(scope="session")
def examined(chat: Chat, memo: list[Memo], settled_by: float) -> Exchange:
    """A question about one file: the twin of every one that must be refused."""
    return heard(tries(chat, ROLE, naming(memo[0].id), WORD, model=DOC, settled=settled_by))


@clause("documents.answered")
def test_a_question_about_a_file_is_answered(examined: Exchange) -> None:
    reply = told(examined)
    expect.that(reply.text.strip(), "some text", reply.text, examined)


@clause("documents.file-read")
def test_the_named_file_is_read(chat: Chat, memo: list[Memo], examined: Exchange, settled_by: float) -> None:
    one, two, three = memo
    question = (ROLE, naming(one.id), WORD)
    asks = tries(chat, *question, first=examined, model=DOC, settled=settled_by)
    recalled(asks, [one.word], without=[two.word, three.word])
    question = (ROLE, naming(two.id), WORD)
    recalled(tries(chat, *question, model=DOC, settled=settled_by), [two.word], without=[one.word])


@clause("documents.stream")
def test_a_stream_draws_on_the_file(chat: Chat, memo: list[Memo], settled_by: float) -> None:
    one = memo[0]
    asks = tries(chat, ROLE, naming(one.id), WORD, model=DOC, settled=settled_by, **USAGE)
    reply = recalled(asks, [one.word])
    expect.that(reply.streamed, "a stream of events", "one object", reply.exchange)


@clause("documents.unknown-file")
def test_a_file_that_does_not_exist_is_refused(chat: Chat, memo: list[Memo], examined: Exchange) -> None:
    for unknown in strangers(memo[0].id):
        expect.refused(chat.ask(ROLE, naming(unknown), WORD, model=DOC), twin=examined)


@clause("documents.one-file")
def test_two_files_are_refused(chat: Chat, memo: list[Memo], examined: Exchange, settled_by: float) -> None:
    one, two, _ = memo
    twin = examined
    if not _is_readable(chat, two, settled_by):
        raise expect.Unproven("the second of the two files cannot be read on its own")
    expect.refused(chat.ask(ROLE, naming(one.id, two.id), WORDS, model=DOC), twin=twin)


@clause("documents.json-fence")
def test_whether_json_comes_in_a_fence_is_recorded(chat: Chat, memo: list[Memo], settled_by: float) -> None:
    reply = told(chat.ask(ROLE, naming(memo[0].id), JSON, model=DOC, settled=settled_by))
    text = reply.text.strip()
    expect.record(_form(text), reply.exchange)


@clause("documents.other-format")
def test_whether_a_csv_file_is_read_is_recorded(chat: Chat, files: Files, tag: str, memo: list[Memo]) -> None:
    assert memo
    [table] = memos.upload(files, tag, 1, extension="csv", words="table")
    if not table.id:
        raise expect.Unproven(f"it needs a CSV file: {expect.describe(table.exchange)}")
    exchange = expect.answered(chat.ask(ROLE, naming(table.id), WORD, model=DOC))
    reply = read(exchange)
    is_read = reply is not None and table.word in reply.text.upper()
    expect.record(f"CSV: {expect.describe(exchange)}, {'read' if is_read else 'not read'}", exchange)


def _is_readable(chat: Chat, memo: Memo, settled_by: float) -> bool:
    return chat.ask(ROLE, naming(memo.id), WORD, model=DOC, settled=settled_by).succeeded


def _form(text: str) -> str:
    if text.startswith(FENCE):
        return "JSON in a fence"
    try:
        json.loads(text)
    except ValueError:
        return "no JSON"
    return "JSON without a fence"
