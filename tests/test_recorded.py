"""Recordings are read as they come; what is none is refused with one sentence and a named status."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance import recorded
from conformance.cli import main
from conformance.entries import form, unpacked, whole
from conformance.errors import UsageError
from conformance.verdicts import ExitStatus
from tests.runs_of_the_suite import run_suite

BASE = "https://dashscope.aliyuncs.com/compatible-mode/v1"
LIST = '{"object": "list", "data": [], "has_more": false}'
MOMENT = "2026-11-20T08:00:00.000Z"


def entry(
    url: str = f"{BASE}/files", *, status: int = 200, text: str | None = LIST, **more: Any
) -> dict[str, Any]:
    content = {"size": len(text or ""), "mimeType": "application/json"} | (
        {} if text is None else {"text": text}
    )
    found = {
        "startedDateTime": MOMENT,
        "time": 10,
        "request": {"method": "GET", "url": url, "headers": []},
        "response": {"status": status, "headers": [], "content": content},
    }
    return found | more


def archive(*rows: Mapping[str, Any]) -> str:
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x"}, "entries": rows}})


def read(text: str | bytes, folder: Path, **wanted: str) -> recorded.Recording:
    path = folder / "recording"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return recorded.read(path, **wanted)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no recording"),
        ("<!doctype html><p>no", "HTML"),
        (archive(entry())[:-30], "cut short"),
        (archive(), "no exchange"),
        (archive(entry("https://example.com/")), "1 of other addresses"),
        ("{}", "no HAR"),
        ("[1, 2]", "no HAR"),
        ('{"log": {"entries": 7}}', "no HAR"),
        ("[" * 100_000, "cut short"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"999:3:abc,", "mitmproxy"),
        ("interactions: !!python/object/new:os.system [x]", "no recording"),
        ("just words", "no recording"),
        (archive(7, {}, {"request": 1, "response": []}), "3 not of this format"),  # type: ignore[arg-type]
        (archive(entry(), entry(BASE.replace("scope", "scope-intl") + "/files")), "--region"),
    ],
)
def test_what_is_no_recording_is_refused_with_one_sentence(
    text: str | bytes, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "recording"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert main(["check", str(path), "--report-dir", str(tmp_path)]) == ExitStatus.USAGE
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_pytest_refuses_it_too(tmp_path: Path) -> None:
    for target, words in ((tmp_path / "absent", "No such file"), (Path(__file__), "no recording")):
        done = run_suite(tmp_path, f"--target=file:{target}")
        assert done.status == ExitStatus.USAGE
        assert words in done.said
        assert "Traceback" not in done.said


def test_only_what_can_be_judged_counts_and_the_rest_is_told(tmp_path: Path) -> None:
    question = {"method": "POST", "url": f"{BASE}/chat/completions", "headers": []}
    other = {"mimeType": "application/json", "text": '{"model": "qwen-plus", "messages": []}'}
    rows = [
        entry(),
        entry(),
        entry("https://example.com/compatible-mode/v1x/files"),
        entry(f"{BASE}/embeddings"),
        entry(status=302),
        entry(status=304),
        entry(request=question),
        entry(request=question | {"postData": other}),
    ]
    found = read(archive(*rows), tmp_path)
    assert len(found.exchanges) == 1
    assert dict(found.left_out) == {
        "recorded twice": 1,
        "of other addresses": 1,
        "to no operation of the contract": 1,
        "redirects": 1,
        "from a cache": 1,
        "questions that the clauses do not speak of": 2,
    }
    assert (found.region, found.base_url) == ("cn", BASE)


def test_a_gateway_is_found_by_its_base_url(tmp_path: Path) -> None:
    text = archive(entry("http://gate:8080/files/v1/files"), entry())
    found = read(text, tmp_path, base_url="http://gate:8080/files/v1/", region="cn")
    assert [each.request.path for each in found.exchanges] == ["/files"]
    assert found.region == "cn"


def test_the_region_that_was_chosen_is_kept(tmp_path: Path) -> None:
    text = archive(entry(), entry("https://ws1.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1/files"))
    found = read(text, tmp_path, region="intl")
    assert (len(found.exchanges), dict(found.left_out)) == (1, {"of another region": 1})


@pytest.mark.parametrize(
    ("content", "cut"),
    [
        ({"size": 49, "text": LIST}, False),
        ({"size": 400, "text": LIST}, False),
        ({"size": 400, "text": LIST[:20]}, True),
        ({"size": 49}, True),
        ({"size": 0}, True),
        ({"size": 49, "text": "%%%", "encoding": "base64"}, True),
        ({}, True),
    ],
)
def test_a_body_that_is_not_there_to_its_end_is_not_judged(
    content: dict[str, Any], *, cut: bool, tmp_path: Path
) -> None:
    row = entry(response={"status": 200, "headers": [], "content": content})
    [found] = read(archive(row), tmp_path).exchanges
    assert found.answer
    assert found.answer.cut is cut


def test_an_aborted_request_has_no_answer(tmp_path: Path) -> None:
    [found] = read(archive(entry(status=0)), tmp_path).exchanges
    assert (found.answer, found.trouble) == (None, recorded.NOTHING)


def test_pseudo_headers_are_none_and_a_hidden_media_type_is_found(tmp_path: Path) -> None:
    headers = [{"name": ":method", "value": "GET"}, {"name": "accept", "value": "*/*"}]
    request = {"method": "GET", "url": f"{BASE}/files?limit=2&after=", "headers": headers}
    [found] = read(archive(entry(request=request)), tmp_path).exchanges
    assert found.request.headers == (("accept", "*/*"),)
    assert found.request.query == (("limit", "2"), ("after", ""))
    assert found.answer
    assert found.answer.media_type == "application/json"


def test_entries_are_put_in_order(tmp_path: Path) -> None:
    rows = [entry(startedDateTime=f"2026-11-20T16:00:0{n}.5+08:00") for n in (3, 1, 2)]
    found = read(archive(*rows), tmp_path).exchanges
    assert [each.started for each in found] == sorted(each.started for each in found)
    assert found[0].started == 1795161601.5


FORM = (
    b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="\xe4\xb8\x89.jsonl"\r\n\r\n{}\n\xff\r\n--b--\r\n'
)
KIND = "multipart/form-data; boundary=b"


def test_a_form_gives_its_parts() -> None:
    parts = form(KIND, FORM)
    assert parts
    assert [(part.name, part.filename, part.size, part.text) for part in parts] == [
        ("purpose", None, 5, "batch"),
        ("file", "三.jsonl", 4, None),
    ]


@pytest.mark.parametrize("body", [None, b"", FORM[:40], FORM[:-8], b"--c--\r\n"])
def test_a_form_that_is_not_whole_is_unknown(body: bytes | None) -> None:
    assert form(KIND, body) is None


def test_only_a_body_as_long_as_it_is_said_to_be_counts() -> None:
    headers = (("Content-Length", "3"),)
    assert whole(headers, (b"ab", b"abc")) == b"abc"
    assert whole(headers, (b"ab",), size=2) is None
    assert whole((), (b"ab",), size=2) == b"ab"
    assert whole((), (b"ab",)) is None


def test_what_grows_beyond_all_measure_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    import gzip

    packed = gzip.compress(b"x" * 100_000)
    assert unpacked(packed, "gzip") == b"x" * 100_000
    monkeypatch.setattr("conformance.entries.MOST", 1000)
    assert unpacked(packed, "gzip") is None
    assert unpacked(packed[:-9], "gzip") is None
    assert unpacked(packed, "br") is None


def test_the_key_that_an_answer_repeats_is_told_and_not_shown(tmp_path: Path) -> None:
    key = "sk-canary-0123456789abcdef"
    request = {
        "method": "GET",
        "url": f"{BASE}/files",
        "headers": [{"name": "Authorization", "value": f"Bearer {key}"}],
    }
    text = json.dumps({"error": {"message": f"bad key {key}"}})
    found = read(archive(entry(request=request, status=401, text=text)), tmp_path)
    assert key not in repr(found)
    assert "repeats the key" in found.exchanges[0].notes[0]


def test_a_recording_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        recorded.read(tmp_path / "absent.har")
