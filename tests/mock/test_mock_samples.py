"""The pages' samples, in the official SDK's words and in curl's, with our address, key and ids."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from conformance.documents import batch_input, document
from conformance.mock import Mock
from tests.mock.conversing import TEST

ROLE: ChatCompletionMessageParam = {"role": "system", "content": "You are a helpful assistant."}


@pytest.fixture
def client(beijing: Mock) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key=beijing.keys[0], base_url=beijing.url, max_retries=0) as client:
        yield client


@pytest.fixture
def phones(client: openai.OpenAI, tmp_path: Path) -> str:
    """The document of the Qwen-Long page, uploaded as that page does it."""
    path = tmp_path / "阿里云百炼系列手机产品介绍.docx"
    path.write_bytes(document("docx", "Six phones"))
    return client.files.create(file=path, purpose="file-extract").id  # type: ignore[arg-type]


def test_a_document_is_asked_about_in_a_stream(client: openai.OpenAI, phones: str) -> None:
    completion = client.chat.completions.create(
        model="qwen-long",
        messages=[
            ROLE,
            {"role": "system", "content": f"fileid://{phones}"},
            {"role": "user", "content": "这篇文章讲了什么?"},
        ],
        stream=True,
        stream_options={"include_usage": True},
    )
    full_content, last = "", None
    for chunk in completion:
        last = chunk
        if chunk.choices and chunk.choices[0].delta.content:
            full_content += chunk.choices[0].delta.content
    assert "Six phones" in full_content
    assert "阿里云百炼系列手机产品介绍.docx" in full_content
    assert full_content.endswith("这篇文章讲了什么?")
    assert last is not None
    assert last.usage is not None
    assert last.usage.total_tokens == last.usage.prompt_tokens + last.usage.completion_tokens


def test_a_document_is_added_to_the_conversation(client: openai.OpenAI, phones: str) -> None:
    other = client.files.create(file=("other.txt", b"Seven watches"), purpose="file-extract").id  # type: ignore[arg-type]
    messages: list[ChatCompletionMessageParam] = [
        ROLE,
        {"role": "system", "content": f"fileid://{phones}"},
        {"role": "user", "content": "这篇文章讲了什么？"},
    ]
    first = client.chat.completions.create(model="qwen-long", messages=messages, stream=False)
    messages.append({"role": "assistant", "content": first.choices[0].message.content})
    messages.append({"role": "system", "content": f"fileid://{other}"})
    messages.append({"role": "user", "content": "这两篇文章讨论的方法有什么异同点？"})
    second = client.chat.completions.create(model="qwen-long", messages=messages)
    assert "Seven watches" not in (first.choices[0].message.content or "")
    assert "Seven watches" in (second.choices[0].message.content or "")
    assert "Six phones" in (second.choices[0].message.content or "")


def test_the_sdk_has_its_own_errors_for_refusals(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(
            model="qwen-long",
            messages=[
                {"role": "system", "content": "fileid://file-fe-xxx"},
                {"role": "user", "content": "?"},
            ],
        )
    assert caught.value.code == "invalid_parameter_error"
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="no-such-model", messages=[ROLE])
    with pytest.raises(openai.NotFoundError):
        client.batches.retrieve("batch_xxx")
    with pytest.raises(openai.NotFoundError):
        client.files.content("file-batch_output-xxx")


def test_a_batch_is_run_and_its_results_are_written_to_a_file(client: openai.OpenAI, tmp_path: Path) -> None:
    path = tmp_path / "test.jsonl"
    path.write_bytes(batch_input("request", lines=2))
    file = client.files.create(file=path, purpose="batch")
    batch = client.batches.create(
        input_file_id=file.id,
        endpoint=TEST,  # type: ignore[arg-type]
        completion_window="24h",
        metadata={"ds_name": "demo"},
    )
    for _ in range(10):
        batch = client.batches.retrieve(batch.id)
        if batch.status in {"completed", "failed", "expired", "cancelled"}:
            break
    assert batch.status == "completed"
    content = client.files.content(file_id=batch.output_file_id or "")
    content.write_to_file(tmp_path / "result.jsonl")
    rows = [json.loads(row) for row in (tmp_path / "result.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["custom_id"] for row in rows] == ["request-1", "request-2"]
    assert content.text.count("This is a test result.") == 2
    assert batch.output_file_id in [file.id for file in client.files.list()]


def test_the_sdk_lists_and_cancels_batches(client: openai.OpenAI) -> None:
    assert client.batches.list().data in (None, [])
    file = client.files.create(file=("in.jsonl", batch_input("x")), purpose="batch")
    made = [
        client.batches.create(input_file_id=file.id, endpoint=TEST, completion_window="24h").id  # type: ignore[arg-type]
        for _ in range(5)
    ]
    assert [batch.id for batch in client.batches.list(limit=2)] == made[::-1]
    assert client.batches.cancel(made[-1]).status == "cancelling"
    assert client.batches.retrieve(made[-1]).status == "cancelled"
    with pytest.raises(openai.BadRequestError):
        client.batches.cancel(made[-1])


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_samples_work(beijing: Mock, phones: str, tmp_path: Path) -> None:
    def curl(*arguments: str) -> str:
        key = f"Authorization: Bearer {beijing.keys[0]}"
        command = ["curl", "--silent", "--show-error", *arguments, "-H", key]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    asked = {
        "model": "qwen-long",
        "messages": [
            ROLE,
            {"role": "system", "content": f"fileid://{phones}"},
            {"role": "user", "content": "What is it about?"},
        ],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    told = ("-H", "Content-Type: application/json", "-d")
    streamed = curl("-X", "POST", f"{beijing.url}/chat/completions", *told, json.dumps(asked))
    assert streamed.endswith("data: [DONE]\n\n")
    (tmp_path / "test.jsonl").write_bytes(batch_input("request"))
    uploaded = json.loads(
        curl(
            "-X", "POST", f"{beijing.url}/files", "--form", 'file=@"test.jsonl"', "--form", 'purpose="batch"'
        )
    )
    ordered = {"input_file_id": uploaded["id"], "endpoint": TEST, "completion_window": "24h"}
    batch = json.loads(curl("-X", "POST", f"{beijing.url}/batches", *told, json.dumps(ordered)))
    for _ in range(3):
        batch = json.loads(curl("-X", "GET", f"{beijing.url}/batches/{batch['id']}"))
    listed = json.loads(curl("-X", "GET", f"{beijing.url}/batches?ds_name=&limit=2&status=completed,failed"))
    assert listed["data"] == [batch]
    result = curl("-X", "GET", f"{beijing.url}/files/{batch['output_file_id']}/content")
    assert json.loads(result)["custom_id"] == "request-1"
    refused = json.loads(curl("-X", "POST", f"{beijing.url}/batches/{batch['id']}/cancel"))
    assert "error" in refused
