"""The story of the chat: questions about files and texts, whole and in streams, and what must be refused."""

import json

from conformance.mock.documents import MARK
from tests.mock.teller import Teller

LONG = "qwen-long"
DOC = "qwen-doc-turbo"
ROLE = {"role": "system", "content": "You are a helpful assistant."}
QUESTION = {"role": "user", "content": "What do the documents say?"}
ANSWER = {"role": "assistant", "content": "Much."}
UNKNOWN = "file-fe-000000000000000000000000"
COUNTED = {"stream": True, "stream_options": {"include_usage": True}}


def tell_chat(teller: Teller) -> None:
    one, two, three = (teller.upload(f"{word}.txt", word.encode()) for word in ("one", "two", "three"))
    almost = one[:-4] + "0000"
    gone = teller.upload("gone.txt", b"gone")
    teller.ask("DELETE", f"/files/{gone}")
    for model in (LONG, DOC):
        for ids in ((one,), (two,), (one, two), (UNKNOWN,), (almost,), (gone,)):
            chat(teller, ROLE, naming(*ids), QUESTION, model=model)
        for options in (COUNTED, {"stream": True}):
            chat(teller, ROLE, naming(one), QUESTION, model=model, **options)
            chat(teller, ROLE, naming(UNKNOWN), QUESTION, model=model, **options)
    chat(teller, ROLE, naming(one), {"role": "user", "content": "这些文件说了什么？"}, stream=True)
    chat(teller, ROLE, naming(one, two, three), QUESTION)
    chat(teller, ROLE, naming(one), naming(two), naming(three), QUESTION)
    chat(teller, ROLE, naming(one), QUESTION, ANSWER, naming(two), QUESTION)
    for text in ("A text.", '{"a": "text"}'):
        chat(teller, ROLE, {"role": "system", "content": text}, QUESTION)
    for count in (60, 99, 101):
        chat(teller, ROLE, naming(*[one] * count), QUESTION)
    chat(teller, ROLE, QUESTION)
    chat(teller, ROLE, QUESTION, model="no-such-model")
    chat(teller)
    bodies: tuple[object, ...] = ({"model": LONG}, {"messages": [QUESTION]}, [])
    for body in bodies:
        send(teller, json.dumps(body))
    send(teller, '{"model": ')
    for key in (None, "sk-wrong"):
        chat(teller, ROLE, QUESTION, key=key)


def naming(*ids: str) -> dict[str, str]:
    return {"role": "system", "content": ",".join(MARK + name for name in ids)}


def chat(
    teller: Teller, *messages: dict[str, str], model: str = LONG, key: str | None = "", **options: object
) -> None:
    send(teller, json.dumps({"model": model, "messages": messages, **options}), key)


def send(teller: Teller, body: str, key: str | None = "") -> None:
    teller.ask("POST", "/chat/completions", body.encode(), key, content_type="application/json")
