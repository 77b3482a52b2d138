"""What a developer sees of the mock besides the API: the page at `/`, the access log, and files planted from a folder."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.errors import UsageError
from conformance.mock import Limits, Mock, serve
from tests.mock.client import Api
from tests.pages import CONTRAST

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KEY = "sk-canary-0123456789abcdef"
EVIL = "<img src=x onerror=alert(1)>&'.txt"


def root(mock: Mock) -> str:
    return f"http://{mock.host}:{mock.port}/"


@pytest.fixture
def lively() -> Iterator[Mock]:
    """A mock with files of wild names, a batch, refusals, and a breach and a weather."""
    with serve(
        region="cn",
        keys=(KEY, "sk-b"),
        seed=1,
        breaches=["a-key-of-the-other-region-gets-403"],
        weather=["uploaded-first"],
    ) as mock:
        with Api(mock) as api:
            api.upload(EVIL)
            line = b'{"custom_id":"1","method":"POST","url":"/v1/chat/ds-test","body":{"model":"batch-test-model"}}'
            made = api.upload("lines.jsonl", line, "batch").json()["id"]
            wanted = {"input_file_id": made, "endpoint": "/v1/chat/ds-test", "completion_window": "24h"}
            api.post("batches", json=wanted)
            api.get("files", params={"limit": "<b>"})
            api.get("files", headers={"authorization": "Bearer <nobody>"})
        yield mock


def test_the_page_shows_the_state_of_the_mock_and_no_whole_key(lively: Mock) -> None:
    answer = httpx.get(root(lively), trust_env=False)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert KEY not in answer.text
    assert "sk-b" not in answer.text
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))
    for said in (
        "sk-…def",
        "2 of 10,000 files",
        "lines.jsonl",
        "validating",
        "a-key-of-the-other-region-gets-403",
        "uploaded-first",
        "5 requests since it started",
        "GET /compatible-mode/v1/files?limit=%3Cb%3E 400",
        "account_files 10,000",
    ):
        assert said in words, said
    assert "<img" not in answer.text
    assert "&lt;img src=x onerror=alert(1)&gt;" in answer.text


def test_the_page_is_no_part_of_the_api(lively: Mock) -> None:
    assert httpx.head(root(lively), trust_env=False).status_code == 200
    assert httpx.post(root(lively), trust_env=False).status_code == 404
    # Who looks at it moves no clock and draws no id.
    with serve(seed=5) as one, serve(seed=5) as other, Api(one) as first, Api(other) as second:
        httpx.get(root(one), trust_env=False)
        mine, theirs = first.get("files"), second.get("files")
        assert mine.headers["x-request-id"] == theirs.headers["x-request-id"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_can_be_read_in_a_browser(lively: Mock, browser: "Browser", scheme: str, width: int) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(root(lively))
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Accounts"
    context.close()
    # Chromium asks every site for its icon.
    assert {url.removesuffix("favicon.ico") for url in asked} == {root(lively)}
    assert complaints == []


def test_each_request_is_a_line_of_the_access_log() -> None:
    written: list[str] = []
    with serve(keys=(KEY,), access_log=written.append) as mock, Api(mock) as api:
        made = api.upload().json()["id"]
        answer = api.get(f"files/{made}")
        api.get("files", headers={"authorization": "Bearer sk-wrong-0123456789"})
    assert len(written) == 3
    assert re.fullmatch(
        rf"\S+Z GET /compatible-mode/v1/files/{made} 200 \d+\.\dms account-\w{{16}}"
        rf" {answer.headers['x-request-id']}\n",
        written[1],
    )
    assert re.search(r" GET /compatible-mode/v1/files 401 \S+ - ", written[2])
    assert not any(word in "".join(written) for word in (KEY, "sk-wrong"))


def test_a_folder_is_planted_and_not_twice(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_text("hello")
    (folder / "deep" / "百炼.pdf").write_text("%PDF")
    (folder / ".hidden").write_text("no")
    line = '{"custom_id":"1","method":"POST","url":"/v1/embeddings","body":{}}\n'
    (folder / "z.jsonl").write_text(line)
    data = tmp_path / "data"
    for _ in range(2):
        with serve(plant=folder, data_dir=data) as mock, Api(mock) as api:
            listed = api.get("files").json()["data"]
            assert [(each["filename"], each["purpose"]) for each in listed] == [
                ("z.jsonl", "batch"),
                ("百炼.pdf", "file-extract"),
                ("a.txt", "file-extract"),
            ]
            assert listed[2]["bytes"] == 5


@pytest.mark.parametrize(("name", "content", "words"), [("a.exe", "x", "a.exe cannot be planted: Invalid part type"), ("a.jsonl", "{", "a.jsonl cannot be planted: Line 1"), ("a.txt", "x" * 99, "a.txt cannot be planted: Payload Too Large")])  # fmt: skip
def test_what_no_upload_could_bring_is_not_planted(
    tmp_path: Path, name: str, content: str, words: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(UsageError, match=words), serve(plant=tmp_path, limits=Limits(extract_bytes=50)):
        pass


def test_a_folder_that_is_none_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no folder of files"), serve(plant=tmp_path / "nix"):
        pass


def test_the_bytes_of_an_account_are_limited_by_what_the_books_say(api: Api, mock: Mock) -> None:
    gigabyte = 1024**3
    mock.plant(size=99 * gigabyte)
    assert api.upload().status_code == 200
    mock.plant(size=gigabyte)
    refused = api.upload()
    assert refused.status_code == 400
    assert refused.json()["error"]["message"] == "Upload file capacity exceed limit."
