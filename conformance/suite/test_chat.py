"""Asking Qwen-Long about files, whole and in a stream."""

import json
import re
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from conformance import expect, memos
from conformance.chat import MOST_TOKENS, ROLE, USAGE, Chat, Message, asking, is_parsing, naming
from conformance.corpus import Small
from conformance.exchange import Exchange
from conformance.expect import Unproven
from conformance.files import Files, description
from conformance.marks import clause
from conformance.memos import Memo, sentence
from conformance.replies import LONG, Reply, read
from conformance.session import Session
from conformance.suite.test_retrieval import strangers
from conformance.trace import LAG

# A model may err once.
TRIES = 2
WORD = asking("What is the code word of the document? Answer with the code word only.")
WORDS = asking("What are the code words of all the documents? Answer with the code words only.")
GREETING = asking("Say hello in one word.")
# Letters of several bytes are those that a stream may spoil.
CHINESE_GREETING = asking("请用中文说一句问候的话。")
MOST_FILES = 100
# Enough for a model that tells all that it read of a hundred files.
MANY_TOKENS = 16_000
# Seconds between looks at a deleted file, up to the time from which no lag excuses reading it.
LOOKS = (0.0, 1.0, 3.0, 7.0)
# The error page shows an id with its letters hidden.
NAMED = r"file-fe-\*+"


def told(exchange: Exchange) -> Reply:
    """Expect an answer of the chat that can be read.

    Raises:
        Broken: the request was refused.
        Unproven: a file was not parsed in time, or the answer came with an error.
    """
    if is_parsing(exchange):
        raise Unproven("the file is still being parsed, after all the time that a run can wait")
    expect.accepted(exchange)
    reply = read(exchange)
    if reply is None or reply.error is not None:
        raise Unproven("infrastructure: the answer ended with an error")
    return reply


def tries(chat: Chat, *messages: Message, first: Exchange | None = None, **others: Any) -> Iterator[Exchange]:
    """Ask the same question as often as a model may err; `first` is the answer of an earlier time."""
    if first is not None:
        yield first
    for _ in range(TRIES - (first is not None)):
        yield chat.ask(*messages, **others)


def heard(exchanges: Iterable[Exchange]) -> Exchange:
    """Give the first answer that is no trouble, or the last."""
    for exchange in exchanges:
        if exchange.answer is not None and not exchange.answer.cut and exchange.answer.status < 429:
            break
    return exchange


def recalled(exchanges: Iterable[Exchange], words: Iterable[str], without: Iterable[str] = ()) -> Reply:
    """Expect one of the answers to say all of these words and none of the others.

    Raises:
        Broken: none does.
        Unproven: none of those that came does, and not all came.
    """
    asked: list[Exchange] = []
    trouble: Unproven | None = None
    for exchange in exchanges:
        try:
            reply = told(exchange)
        except Unproven as error:
            trouble = error
            continue
        asked.append(exchange)
        text = reply.text.upper()
        if all(word in text for word in words) and not any(word in text for word in without):
            expect.note(*asked)
            return reply
        if reply.streamed and reply.sound and not (reply.endless or reply.done or reply.delimited):
            trouble = Unproven("infrastructure: the stream broke off, or its end cannot be told from that")
    if trouble:
        raise trouble
    expected = f"an answer with {' and '.join(words)}" + "".join(f", without {word}" for word in without)
    raise expect.Broken(expected, reply.text, asked)


@pytest.fixture(scope="session")
def greeted(chat: Chat) -> Exchange:
    """A question without a file: the twin of what must be refused whatever the file."""
    return heard(tries(chat, ROLE, GREETING))


@pytest.fixture(scope="session")
def asked(chat: Chat, memo: list[Memo], settled_by: float) -> Exchange:
    """A question about one file: the twin of what must be refused because of its file."""
    return heard(tries(chat, ROLE, naming(memo[0].id), WORD, settled=settled_by))


@pytest.fixture(scope="session")
def unknown(chat: Chat, memo: list[Memo]) -> list[tuple[str, Exchange]]:
    """Questions about files that do not exist, with their ids."""
    return [(name, chat.ask(ROLE, naming(name), WORD)) for name in strangers(memo[0].id)]


@pytest.fixture(scope="module")
def many(files: Files, tag: str, memo: list[Memo]) -> Iterator[list[Memo]]:
    """One file more than a request may name; deleted again, for a list so long is in the way of other chapters."""
    more = memos.upload(files, tag, MOST_FILES + 1 - len(memo), words="many")
    if not all(each.id for each in more):
        raise Unproven(f"it needs {MOST_FILES + 1} files, and not all uploads were accepted")
    yield [*memo, *more]
    for each in more:
        files.delete(each.id)


@clause("chat.answered")
def test_a_question_is_answered(chat: Chat, greeted: Exchange) -> None:
    for exchange in tries(chat, ROLE, GREETING, first=greeted):
        expect.accepted(exchange)
        reply = read(exchange)
        if reply is not None and reply.text.strip():
            return
    said = exchange.answer.body[:200] if exchange.answer else b""
    expect.that(False, "some text", said.decode("utf-8", "replace"), exchange)


@clause("chat.file-read")
def test_the_named_file_is_read_and_no_other(
    chat: Chat, memo: list[Memo], asked: Exchange, settled_by: float
) -> None:
    one, two, three = memo
    question = (ROLE, naming(one.id), WORD)
    recalled(
        tries(chat, *question, first=asked, settled=settled_by), [one.word], without=[two.word, three.word]
    )
    question = (ROLE, naming(two.id), WORD)
    recalled(tries(chat, *question, settled=settled_by), [two.word], without=[one.word, three.word])


@clause("chat.files-comma")
def test_ids_with_commas_between_are_all_read(chat: Chat, memo: list[Memo], settled_by: float) -> None:
    question = (ROLE, naming(*(each.id for each in memo)), WORDS)
    recalled(tries(chat, *question, settled=settled_by), [each.word for each in memo])


@clause("chat.files-messages")
def test_ids_in_several_messages_are_all_read(chat: Chat, memo: list[Memo], settled_by: float) -> None:
    question = (ROLE, *(naming(each.id) for each in memo), WORDS)
    recalled(tries(chat, *question, settled=settled_by), [each.word for each in memo])


@clause("chat.files-added")
def test_a_file_that_is_added_later_is_read(chat: Chat, memo: list[Memo], settled_by: float) -> None:
    one, two, _ = memo
    before = (ROLE, naming(one.id), GREETING, {"role": "assistant", "content": "Hello."})
    recalled(tries(chat, *before, naming(two.id), WORDS, settled=settled_by), [one.word, two.word])


@clause("chat.plain-text")
def test_a_document_as_text_is_read(chat: Chat, tag: str) -> None:
    word = memos.word(f"{tag} plain text")
    recalled(tries(chat, ROLE, {"role": "system", "content": sentence(word)}, WORD), [word])


@clause("chat.json-text")
def test_a_document_as_a_json_string_is_read(chat: Chat, tag: str) -> None:
    word = memos.word(f"{tag} json text")
    text = json.dumps({"title": "Memo", "content": {"code word": word}})
    recalled(tries(chat, ROLE, {"role": "system", "content": text}, WORD), [word])


@clause("chat.stream")
def test_a_stream_is_sent_when_asked_for(chat: Chat, memo: list[Memo], settled_by: float) -> None:
    one = memo[0]
    question = (ROLE, naming(one.id), WORD)
    reply = recalled(tries(chat, *question, settled=settled_by, **USAGE), [one.word])
    expect.that(reply.streamed, "a stream of events", "one object", reply.exchange)


@clause("chat.stream-usage-unasked")
def test_a_stream_that_was_not_asked_for_its_usage_tells_none(chat: Chat) -> None:
    reply = told(chat.ask(ROLE, CHINESE_GREETING, stream=True))
    if not reply.streamed:
        raise Unproven("it needs a stream, and none came")
    usages = [piece["usage"] for piece in reply.pieces if piece.get("usage") is not None]
    expect.that(not usages, "no usage", usages, reply.exchange)


@clause("chat.unknown-file")
def test_a_file_that_does_not_exist_is_refused(unknown: list[tuple[str, Exchange]], asked: Exchange) -> None:
    for _, exchange in unknown:
        expect.refused(exchange, twin=asked)


@clause("chat.unknown-file-named")
def test_the_refusal_of_a_file_names_it(unknown: list[tuple[str, Exchange]]) -> None:
    for name, exchange in unknown:
        answer = expect.answered(exchange).answer
        if answer is None or not answer.refused:
            raise Unproven("a file that does not exist was not refused in the first place")
        said = expect.describe(exchange)
        error = exchange.mapping().get("error")
        message = str(error.get("message")) if isinstance(error, dict) else ""
        expect.that(name in message or re.search(NAMED, message), "a message with the id", said, exchange)


@clause("chat.deleted-file")
def test_a_file_that_was_deleted_is_refused(chat: Chat, files: Files, tag: str, asked: Exchange) -> None:
    [gone] = memos.upload(files, tag, 1, words="gone")
    deletion = files.delete(gone.id) if gone.id else gone.exchange
    if not gone.id or not deletion.succeeded:
        raise Unproven(f"it needs a deleted file: {expect.describe(deletion)}")
    for pause in LOOKS:
        time.sleep(pause)
        exchange = chat.ask(ROLE, naming(gone.id), WORD)
        if not exchange.succeeded:
            break
    expect.refused(exchange, twin=asked)


@clause("chat.model-required")
def test_a_request_without_a_model_is_refused(chat: Chat, greeted: Exchange) -> None:
    expect.refused(chat.ask(ROLE, GREETING, model=None), twin=greeted)


@clause("chat.unknown-model")
def test_a_model_that_does_not_exist_is_refused(chat: Chat, greeted: Exchange) -> None:
    expect.refused(chat.ask(ROLE, GREETING, model="conformance-unknown-model"), twin=greeted)


@clause("chat.no-key")
def test_a_chat_without_a_key_is_refused(chat: Chat, greeted: Exchange) -> None:
    expect.refused(chat.ask(ROLE, GREETING, account="none"), twin=greeted, status=401)


@clause("chat.wrong-key")
def test_a_chat_with_a_wrong_key_is_refused(chat: Chat, greeted: Exchange) -> None:
    expect.refused(chat.ask(ROLE, GREETING, account="wrong"), twin=greeted, status=401)


@clause("chat.malformed")
def test_a_body_that_is_no_json_is_refused(chat: Chat, greeted: Exchange) -> None:
    whole = json.dumps({"model": LONG, "max_tokens": MOST_TOKENS, "messages": [ROLE, GREETING]})
    expect.refused(chat.send(whole[:-2]), twin=greeted)


@clause("chat.messages-required")
def test_a_request_without_messages_is_refused(chat: Chat, greeted: Exchange) -> None:
    expect.refused(chat.send({"model": LONG, "max_tokens": MOST_TOKENS}), twin=greeted)
    expect.refused(chat.ask(), twin=greeted)


@clause("chat.stream-refused")
def test_a_stream_that_cannot_begin_is_refused(chat: Chat, memo: list[Memo], asked: Exchange) -> None:
    unknown, _ = strangers(memo[0].id)
    expect.refused(chat.ask(ROLE, naming(unknown), WORD, **USAGE), twin=asked)


@clause("chat.files-most")
def test_so_many_files_may_be_named(chat: Chat, many: list[Memo]) -> None:
    named = many[: MOST_FILES - 1]
    last = named[-1].word
    question = asking(f"One code word ends with {last[-4:]}. Answer with that whole code word only.")
    messages = (ROLE, naming(*(each.id for each in named)), question)
    settled = memos.settled(many, LAG)
    recalled(tries(chat, *messages, settled=settled, max_tokens=MANY_TOKENS), [last])


@clause("chat.files-too-many")
def test_more_files_are_refused(chat: Chat, many: list[Memo]) -> None:
    names = [each.id for each in many]
    twin = chat.ask(ROLE, naming(*names[: MOST_FILES - 1]), GREETING)
    expect.refused(chat.ask(ROLE, naming(*names[: MOST_FILES + 1]), GREETING), twin=twin)


@clause("chat.file-hundred")
def test_what_a_hundred_files_get_is_recorded(chat: Chat, many: list[Memo]) -> None:
    names = [each.id for each in many[:MOST_FILES]]
    exchange = expect.answered(chat.ask(ROLE, naming(*names), GREETING))
    expect.record(f"100 files: {expect.describe(exchange)}", exchange)


@clause("chat.role-omitted")
def test_what_a_request_without_a_role_gets_is_recorded(
    chat: Chat, memo: list[Memo], settled_by: float
) -> None:
    exchange = expect.answered(chat.ask(naming(memo[0].id), WORD, settled=settled_by))
    reply = read(exchange)
    is_read = reply is not None and memo[0].word in reply.text.upper()
    what = "the file is read" if is_read else "the file is not read"
    expect.record(f"{expect.describe(exchange)}, {what}" if reply else expect.describe(exchange), exchange)


@clause("chat.batch-file")
def test_what_a_file_of_another_purpose_gets_is_recorded(chat: Chat, files: Files, tag: str) -> None:
    name = description(files.upload(Small(tag, "batch")("chat"), "batch")).get("id")
    if not isinstance(name, str):
        raise Unproven("it needs a file of the purpose batch, and its upload was not accepted")
    exchange = expect.answered(chat.ask(ROLE, naming(name), WORD))
    expect.record(f"a file for batch: {expect.describe(exchange)}", exchange)


@clause("chat.content-array")
def test_what_a_question_in_parts_gets_is_recorded(chat: Chat) -> None:
    parts = [{"type": "text", "text": GREETING["content"]}]
    exchange = expect.answered(chat.ask(ROLE, {"role": "user", "content": parts}))
    expect.record(f"an array of parts: {expect.describe(exchange)}", exchange)


@clause("chat.parsing")
def test_whether_files_were_being_parsed_is_recorded(conformance: Session, asked: Exchange) -> None:
    waiting = [exchange for exchange in conformance.recorder.exchanges if is_parsing(exchange)]
    if waiting:
        seconds = waiting[-1].started - waiting[0].started
        expect.record(f"File parsing in progress, for {seconds:.0f} s or more", *waiting[:3])
    else:
        expect.record("no file was being parsed any more when it was asked about", asked)


@clause("chat.elsewhere")
def test_what_the_model_answers_elsewhere_is_recorded(greeted: Exchange) -> None:
    exchange = expect.answered(greeted)
    expect.record(f"{LONG}: {expect.describe(exchange)}", exchange)
