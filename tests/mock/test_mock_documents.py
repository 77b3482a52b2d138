"""The files in a conversation: named in every documented way, told apart, refused where they cannot be read."""

from collections.abc import Callable

import pytest

from conformance.documents import document
from conformance.mock import Mock, VirtualClock, serve
from tests.mock.client import Api
from tests.mock.conversing import chat, files, refusal, said, system, user

QUESTION = user("What is the word?")
ROLE = system("You are a helpful assistant.")


@pytest.mark.parametrize(
    "naming",
    [
        lambda one, two: [ROLE, files(one, two), QUESTION],
        lambda one, two: [ROLE, files(one), files(two), QUESTION],
        lambda one, two: [system(f" fileid://{one} , fileid://{two}\n"), QUESTION],
        lambda one, two: [files(one), QUESTION, {"role": "assistant", "content": "x"}, files(two), QUESTION],
    ],
)
def test_files_are_named_in_every_documented_way(
    beijing: Mock, beijing_api: Api, naming: Callable[[str, str], list[object]]
) -> None:
    one, two = beijing.plant("one.txt", b"zebra"), beijing.plant("two.md", b"lemur")
    answer = said(chat(beijing_api, *naming(one, two)))
    assert answer.startswith("Documents read: 2.")
    for word in (one, two, "one.txt", "two.md", "zebra", "lemur"):
        assert word in answer


def test_only_the_files_that_are_named_are_read(beijing: Mock, beijing_api: Api) -> None:
    one, two = beijing.plant("one.txt", b"zebra"), beijing.plant("two.txt", b"lemur")
    answer = said(chat(beijing_api, files(two), QUESTION))
    assert "lemur" in answer
    assert one not in answer
    assert "zebra" not in answer
    assert said(chat(beijing_api, user(f"fileid://{one}"))).startswith("Documents read: 0.")


@pytest.mark.parametrize("model", ["qwen-long", "qwen-doc-turbo"])
@pytest.mark.parametrize(
    "text", ["A long text.", '{"chapters": [{"title": "zebra"}]}', "See fileid://file-fe-0"]
)
def test_a_document_can_be_given_as_text(beijing_api: Api, model: str, text: str) -> None:
    assert text in said(chat(beijing_api, ROLE, system(text), QUESTION, model=model))
    assert text not in said(chat(beijing_api, system(text), QUESTION, model=model))


@pytest.mark.parametrize("kind", ["txt", "md", "csv", "json", "docx", "xlsx", "epub", "pdf"])
def test_the_first_words_of_a_text_are_told(beijing: Mock, beijing_api: Api, kind: str) -> None:
    file_id = beijing.plant(f"a.{kind}", document(kind, "zebra lemur"))
    assert "zebra lemur" in said(chat(beijing_api, files(file_id), QUESTION))


@pytest.mark.parametrize("kind", ["mobi", "png", "jpg", "jpeg", "gif", "bmp", "docx", "pdf"])
def test_what_cannot_be_read_is_told_apart_all_the_same(beijing: Mock, beijing_api: Api, kind: str) -> None:
    ids = [beijing.plant(f"a.{kind}", f"no {kind} {word}".encode()) for word in ("one", "two")]
    first, second = (said(chat(beijing_api, files(file_id), QUESTION)) for file_id in ids)
    assert first.replace(ids[0], "") != second.replace(ids[1], "")


def test_a_hundred_files_are_read_and_one_more_is_not(beijing: Mock, beijing_api: Api) -> None:
    ids = [beijing.plant(f"{number}.txt") for number in range(101)]
    assert said(chat(beijing_api, files(*ids[:60]), files(*ids[60:100]), QUESTION)).startswith(
        "Documents read: 100."
    )
    assert refusal(chat(beijing_api, files(*ids), QUESTION)) == (400, "Too many files provided.")


def test_the_smaller_model_reads_one_file(beijing: Mock, beijing_api: Api) -> None:
    one, two = beijing.plant(body=b"zebra"), beijing.plant()
    assert "zebra" in said(chat(beijing_api, files(one), QUESTION, model="qwen-doc-turbo"))
    answer = chat(beijing_api, files(one, two), QUESTION, model="qwen-doc-turbo")
    assert refusal(answer) == (400, "Too many files provided.")


@pytest.mark.parametrize("kind", ["epub", "mobi", "csv", "json"])
def test_the_smaller_model_reads_fewer_formats(beijing: Mock, beijing_api: Api, kind: str) -> None:
    file_id = beijing.plant(f"a.{kind}")
    assert chat(beijing_api, files(file_id), QUESTION).status_code == 200
    answer = chat(beijing_api, files(file_id), QUESTION, model="qwen-doc-turbo")
    assert refusal(answer) == (400, f"File [id:{file_id}] format is not supported.")


def test_ids_that_are_not_to_be_read_are_refused(beijing: Mock, beijing_api: Api) -> None:
    deleted = beijing_api.upload().json()["id"]
    beijing_api.delete(f"files/{deleted}")
    bad = (
        "file-fe-000000000000000000000000",
        "",
        deleted,
        beijing.plant(key=beijing.keys[1]),
        beijing.plant("b.jsonl", purpose="batch"),
    )
    for file_id in bad:
        answer = chat(beijing_api, files(file_id), QUESTION)
        assert refusal(answer) == (400, f"Invalid file [id:{file_id}].")
        assert chat(beijing_api, files(beijing.plant(), file_id), QUESTION).status_code == 400


@pytest.mark.parametrize("body", [b"", b" \n\t"])
def test_a_blank_file_is_refused(beijing: Mock, beijing_api: Api, body: bytes) -> None:
    file_id = beijing.plant(body=body)
    answer = chat(beijing_api, files(file_id), QUESTION)
    assert refusal(answer) == (400, f"File [id:{file_id}] content blank.")


@pytest.mark.parametrize(("weather", "status"), [("slow-parsing", "processing"), ("parsing-after-processed", "processed")])  # fmt: skip
def test_a_file_is_read_when_it_is_parsed(weather: str, status: str) -> None:
    clock = VirtualClock(step=0)
    with serve(region="cn", clock=clock, weather=[weather]) as mock, Api(mock) as api:
        file = api.upload(body=b"zebra").json()
        assert file["status"] == status
        answer = chat(api, files(file["id"]), QUESTION)
        assert refusal(answer) == (400, "File parsing in progress, please try again later.")
        clock.advance(2)
        assert "zebra" in said(chat(api, files(file["id"]), QUESTION))
