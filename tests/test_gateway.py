"""LiteLLM's proxy, a gateway that people put in front of models, passes its own calls through the mock."""

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from conformance.documents import batch_input
from conformance.mock import Mock, serve

# It has its own versions of much that we use, and so an environment of its own: .ci/run builds it.
LITELLM = Path(__file__).parent.parent / ".venv-litellm" / "bin" / "litellm"
KEY = "sk-gateway"
CONFIG = """
model_list:
  - model_name: qwen-long
    litellm_params: {model: openai/qwen-long, api_base: os.environ/MOCK_URL, api_key: os.environ/MOCK_KEY}
files_settings:
  - {custom_llm_provider: openai, api_base: os.environ/MOCK_URL, api_key: os.environ/MOCK_KEY}
general_settings: {master_key: sk-gateway}
litellm_settings: {telemetry: false, num_retries: 0}
"""
pytestmark = pytest.mark.skipif(
    not LITELLM.exists(), reason="LiteLLM is not installed: .ci/run installs it from PyPI"
)


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    with serve(region="cn") as mock:
        yield mock
        assert mock.crashes == ()


@pytest.fixture(scope="module")
def client(mock: Mock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[openai.OpenAI]:
    """The official SDK, pointed at the gateway."""
    folder = tmp_path_factory.mktemp("gateway")
    (folder / "config.yaml").write_text(CONFIG)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    # What it would read of the surroundings is not meant for it.
    clean = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    settings = {"MOCK_URL": mock.url, "MOCK_KEY": mock.key, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    command = [str(LITELLM), "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("w") as log:
        child = subprocess.Popen(command, cwd=folder, env=clean | settings, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + 120
    while True:
        try:
            urllib.request.urlopen(f"{url}/health/liveliness", timeout=1).close()  # noqa: S310  our own child
            break
        except OSError:
            assert child.poll() is None, (folder / "log").read_text()[-2000:]
            assert time.monotonic() < deadline, "LiteLLM did not start"
            time.sleep(0.1)
    try:
        with openai.OpenAI(base_url=f"{url}/v1", api_key=KEY, max_retries=0) as running:
            yield running
    finally:
        child.terminate()
        child.wait(timeout=30)


def test_files_go_through_the_gateway(mock: Mock, client: openai.OpenAI) -> None:
    made = client.files.create(
        file=("in.jsonl", batch_input("one")), purpose="batch", extra_body={"custom_llm_provider": "openai"}
    )
    assert (made.filename, made.purpose, made.status) == ("in.jsonl", "batch", "processed")
    assert made.id in mock.files()
    found = client.files.retrieve(made.id, extra_query={"provider": "openai"})
    assert (found.id, found.bytes) == (made.id, made.bytes)
    assert made.id in [each.id for each in client.files.list(extra_query={"provider": "openai"}).data]
    gone = client.files.delete(made.id, extra_query={"provider": "openai"})
    assert (gone.id, gone.deleted) == (made.id, True)
    assert made.id not in mock.files()


def test_a_batch_is_worked_on_behind_the_gateway(client: openai.OpenAI) -> None:
    made = client.files.create(
        file=("in.jsonl", batch_input("one", 3)),
        purpose="batch",
        extra_body={"custom_llm_provider": "openai"},
    )
    batch = client.batches.create(
        input_file_id=made.id,
        endpoint="/v1/chat/ds-test",  # type: ignore[arg-type]
        completion_window="24h",
        extra_body={"custom_llm_provider": "openai"},
    )
    deadline = time.monotonic() + 30
    while batch.status in {"validating", "in_progress", "finalizing"}:
        assert time.monotonic() < deadline
        batch = client.batches.retrieve(batch.id, extra_query={"provider": "openai"})
    assert (batch.status, batch.request_counts and batch.request_counts.completed) == ("completed", 3)


@pytest.fixture
def asked(mock: Mock) -> list[Any]:
    """A question on a file; the gateway itself refuses the purpose file-extract, which OpenAI does not know."""
    return [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "system", "content": f"fileid://{mock.plant('memo.txt', b'Kiwi.')}"},
        {"role": "user", "content": "What does it say?"},
    ]


def test_a_chat_over_a_file_goes_through_the_gateway(client: openai.OpenAI, asked: list[Any]) -> None:
    answer = client.chat.completions.create(model="qwen-long", messages=asked)
    assert "Kiwi." in (answer.choices[0].message.content or "")


def test_a_stream_goes_through_the_gateway(client: openai.OpenAI, asked: list[Any]) -> None:
    chunks = list(client.chat.completions.create(model="qwen-long", messages=asked, stream=True))
    assert len(chunks) > 5
    assert "Kiwi." in "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def test_a_refusal_keeps_its_status_behind_the_gateway(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve("file-batch-000000000000000000000000", extra_query={"provider": "openai"})
