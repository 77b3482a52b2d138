"""Clients and servers that others wrote: the official SDK and curl against our mock, the suite against aimock."""

import json
import os
import shutil
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
from tests.runs_of_the_suite import run_suite

KEY = "sk-canary-0123456789abcdef"
NODE_MODULES = Path(__file__).parent.parent / ".ci" / "node" / "node_modules"
AIMOCK = NODE_MODULES / ".bin" / "llmock"


@pytest.fixture(params=["cn", "intl"])
def mock(request: pytest.FixtureRequest) -> Iterator[Mock]:
    with serve(region=request.param, keys=(KEY,)) as running:
        yield running


@pytest.fixture
def client(mock: Mock) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(api_key=KEY, base_url=mock.url, max_retries=0) as running:
        yield running


def test_the_official_sdk_uploads_retrieves_and_deletes(client: openai.OpenAI, tmp_path: Path) -> None:
    path = tmp_path / "百炼 手机.txt"
    path.write_text("hello", encoding="utf-8")
    uploaded = client.files.create(file=path, purpose="file-extract")  # type: ignore[arg-type]
    assert (uploaded.filename, uploaded.bytes, uploaded.status) == (path.name, 5, "processed")
    assert client.files.retrieve(uploaded.id) == uploaded
    deleted = client.files.delete(uploaded.id)
    assert (deleted.deleted, deleted.id) == (True, uploaded.id)
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(uploaded.id)


def test_the_official_sdk_walks_all_pages_by_itself(client: openai.OpenAI) -> None:
    made = [
        client.files.create(file=(f"{number}.jsonl", batch_input(str(number))), purpose="batch").id
        for number in range(7)
    ]
    assert [file.id for file in client.files.list(limit=2)] == made[::-1]
    assert [file.id for file in client.files.list(after=made[4], limit=20)] == made[3::-1]


def test_the_official_sdk_has_its_own_errors_for_refusals(mock: Mock, client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError):
        client.files.create(file=("a.txt", b"a"), purpose="no-such-purpose")  # type: ignore[arg-type]
    with openai.OpenAI(api_key="sk-wrong", base_url=mock.url, max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError) as caught:
            stranger.files.list()
        assert caught.value.code == "invalid_api_key"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(("name", "purpose"), [("test.txt", "file-extract"), ("test.jsonl", "batch")])
def test_the_curl_samples_of_the_pages_work(mock: Mock, tmp_path: Path, name: str, purpose: str) -> None:
    (tmp_path / name).write_bytes(batch_input("one") if purpose == "batch" else b"hello")

    def curl(*arguments: str) -> dict[str, object]:
        command = ["curl", "--silent", "--show-error", *arguments, "-H", f"Authorization: Bearer {KEY}"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        value: dict[str, object] = json.loads(done.stdout)
        return value

    # The pages quote the values of the form, and curl takes the quotation marks off.
    uploaded = curl(
        "-X", "POST", f"{mock.url}/files", "--form", f'file=@"{name}"', "--form", f'purpose="{purpose}"'
    )
    assert (uploaded["object"], uploaded["purpose"], uploaded["filename"]) == ("file", purpose, name)
    assert curl("-X", "GET", f"{mock.url}/files/{uploaded['id']}") == uploaded
    assert curl("-X", "GET", f"{mock.url}/files") == {"object": "list", "data": [uploaded], "has_more": False}
    deleted = curl("-X", "DELETE", f"{mock.url}/files/{uploaded['id']}")
    assert deleted == {"object": "file", "deleted": True, "id": uploaded["id"]}


NODE = """
import OpenAI, { toFile } from "openai";
const sdk = new OpenAI({ apiKey: process.env.KEY, baseURL: process.env.URL, maxRetries: 0 });
const made = [];
for (let i = 0; i < 5; i++) {
  const file = await toFile(Buffer.from("hello"), `百炼 ${i}.txt`);
  made.push((await sdk.files.create({ file, purpose: "file-extract" })).id);
}
const listed = [];
for await (const file of sdk.files.list({ limit: 2 })) listed.push(file.id);
const one = await sdk.files.retrieve(made[0]);
const gone = await sdk.files.delete(made[0]);
const missing = await sdk.files.retrieve(made[0]).catch((error) => error.constructor.name);
const wrong = await new OpenAI({ apiKey: "sk-wrong", baseURL: process.env.URL, maxRetries: 0 })
  .files.list().catch((error) => [error.constructor.name, error.code]);
console.log(JSON.stringify({ made, listed, one, gone, missing, wrong }));
"""


NODE_AT_WORK = """
import OpenAI, { toFile } from "openai";
const sdk = new OpenAI({ apiKey: process.env.KEY, baseURL: process.env.URL, maxRetries: 0 });
const memo = await sdk.files.create({ file: await toFile(Buffer.from("Kiwi."), "memo.txt"), purpose: "file-extract" });
const asked = { model: "qwen-long", messages: [
  { role: "system", content: "You are a helpful assistant." },
  { role: "system", content: `fileid://${memo.id}` },
  { role: "user", content: "What does it say?" },
] };
const whole = await sdk.chat.completions.create(asked);
let text = "", usage = null;
const options = { stream: true, stream_options: { include_usage: true } };
for await (const chunk of await sdk.chat.completions.create({ ...asked, ...options })) {
  text += chunk.choices[0]?.delta?.content ?? "";
  usage = chunk.usage;
}
const unknown = await sdk.chat.completions.create({ ...asked, model: "unknown" }).catch((error) => error.status);

const input = await toFile(Buffer.from(process.env.INPUT), "input.jsonl");
const { id } = await sdk.files.create({ file: input, purpose: "batch" });
const wanted = { input_file_id: id, endpoint: "/v1/chat/ds-test", completion_window: "24h" };
const created = await sdk.batches.create(wanted);
const cancelled = await sdk.batches.cancel((await sdk.batches.create(wanted)).id);
let done = created;
while (["validating", "in_progress", "finalizing"].includes(done.status)) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  done = await sdk.batches.retrieve(created.id);
}
const again = await sdk.batches.cancel(created.id).catch((error) => error.constructor.name);
const listed = [];
for await (const task of sdk.batches.list({ limit: 1 })) listed.push(task.id);
const content = await (await sdk.files.content(done.output_file_id)).text();
console.log(JSON.stringify({ whole, text, usage, unknown, created, cancelled, done, again, listed, content }));
"""


def node(script: str, folder: Path, mock: Mock, **environment: str) -> dict[str, Any]:
    """Run a script of the Node SDK against a mock, and give what it prints."""
    if not (NODE_MODULES / "openai").exists() or shutil.which("node") is None:
        pytest.skip("the Node SDK is not installed: .ci/run installs it from npm")
    (folder / "node_modules").symlink_to(NODE_MODULES)
    (folder / "script.mjs").write_text(script, encoding="utf-8")
    done = subprocess.run(
        ["node", "script.mjs"],
        cwd=folder,
        env={**os.environ, "KEY": KEY, "URL": mock.url, **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_the_official_node_sdk_asks_and_sets_tasks_to_work(tmp_path: Path) -> None:
    with serve(region="cn", keys=(KEY,)) as mock:
        said = node(NODE_AT_WORK, tmp_path, mock, INPUT=batch_input("one", 30).decode())
    whole, done = said["whole"], said["done"]
    assert "Kiwi." in whole["choices"][0]["message"]["content"]
    assert said["text"] == whole["choices"][0]["message"]["content"]
    assert said["usage"] == whole["usage"]
    assert 400 <= said["unknown"] < 500
    assert (done["status"], done["request_counts"]["completed"]) == ("completed", 30)
    assert said["cancelled"]["status"] in {"cancelling", "cancelled"}
    assert said["again"] == "BadRequestError"
    assert said["listed"] == [said["cancelled"]["id"], said["created"]["id"]]
    lines = [json.loads(line) for line in said["content"].splitlines()]
    assert [line["custom_id"] for line in lines] == [f"one-{number}" for number in range(1, 31)]


def test_the_official_node_sdk_does_the_same(mock: Mock, tmp_path: Path) -> None:
    said = node(NODE, tmp_path, mock)
    assert said["listed"] == said["made"][::-1]
    assert (said["one"]["filename"], said["one"]["bytes"]) == ("百炼 0.txt", 5)
    assert said["gone"] == {"object": "file", "deleted": True, "id": said["made"][0]}
    assert said["missing"] == "NotFoundError"
    assert said["wrong"] == ["AuthenticationError", "invalid_api_key"]


@pytest.fixture
def aimock(tmp_path: Path) -> Iterator[str]:
    """The base URL of a server that others wrote: an OpenAI mock with /v1/files and no idea of Model Studio."""
    if not AIMOCK.exists() or shutil.which("node") is None:
        pytest.skip("aimock is not installed: .ci/run installs it from npm")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    (tmp_path / "fixtures.json").write_text('{"fixtures": []}')
    command = ["node", str(AIMOCK), "-p", str(port), "-f", str(tmp_path), "--log-level", "silent"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    url = f"http://127.0.0.1:{port}/v1"
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(f"{url}/files", timeout=1).close()  # noqa: S310  our own loopback server
            break
        except OSError:
            assert time.monotonic() < deadline, "aimock did not start"
            time.sleep(0.05)
    yield url
    child.terminate()
    child.wait(timeout=20)


def test_every_accusation_against_a_server_of_others_is_right(aimock: str, tmp_path: Path) -> None:
    done = run_suite(tmp_path, f"--target={aimock}", "--pace=off", key=KEY)
    assert done.status == 1, done.said
    assert done.verdicts("error") == set(), done.said
    assert done.verdicts("fail") == {
        # It asks for no key, knows neither file-extract nor the times, has ids and purposes of its own.
        "authentication.no-key",
        "authentication.wrong-key",
        "uploads.file-extract-accepted",
        "uploads.purpose-values",
        "filters.create-after-sound",
        "filters.create-before-sound",
        "ids.batch-prefix",
        # It has no model for tests, one window and no filters of tasks, and lets every task complete.
        "batches.created",
        "batches.window-values",
        "batches.duplicate-custom-id",
        "batches.model-mismatch",
        "batches.model-unknown",
        "batches.filter-name",
        "batches.filter-input",
        "batches.filter-status",
        "batches.filter-created",
        "ids.batch-output-prefix",
    }
    assert done.verdicts("warn") == {
        "authentication.malformed",
        "batches.filter-input-most",
        "batches.id-prefix",
        "batches.metadata-too-long",
        "errors.code-present",
        "filters.time-malformed",
        "limits.batch-format",
        "listing.limit-above",
        "uploads.batch-lines-valid",
    }
