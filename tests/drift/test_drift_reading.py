"""A page is read alike in every form and script, with the values that it names."""

from pathlib import Path

import pytest

from conformance.drift import comparing, lining, reading
from conformance.drift.lines import Kind
from conformance.errors import UsageError

from . import forms
from .by_hand import facts, read, text_of

VASES = {
    "model qwen-vase",
    "model qwen-vase-long",
    "name purpose",
    "name vase-still",
    "format png",
    "format jpg",
    "format gif",
    "number 12MB",
    "number 800",
    "number 9GB",
    "number 30d",
    "host vases.example.com",
    "endpoint /compatible-mode/v1",
    "endpoint POST /compatible-mode/v1/vases",
    "member max_stems",
    "max_stems type integer",
    "max_stems range 1..40",
    "max_stems default 12",
    "max_stems example 12",
    "picked_before example 2026-01-02",
    "number 4/s",
    "number 15/s",
    'status sample "arranged"',
    "wilted sample false",
}


@pytest.mark.parametrize("language", ["zh", "tw", "en"])
def test_a_page_names_the_same_values_in_each_language(language: str) -> None:
    assert VASES - facts(read(text_of(language))) == set()


@pytest.mark.parametrize("form", [forms.to_html, forms.to_markdown])
@pytest.mark.parametrize("language", ["zh", "tw"])
def test_a_page_names_the_same_values_in_each_form(form: forms.Form, language: str) -> None:
    assert VASES - facts(read(form(text_of(language)))) == set()


def test_traditional_and_simplified_lines_have_one_digest() -> None:
    zh, tw = ([line.digest for line in read(text_of(each)).lines] for each in ("zh", "tw"))
    assert zh == tw


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("上传接口的QPS限制为3。", {"number 3/s"}),
        ("该接口限流为10 qps。", {"number 10/s"}),
        ("最多可上传 1 万个文件，总大小不超过 100GB", {"number 10000", "number 100GB"}),
        ("文本长度超过100万Token，请分次传入", {"number 1000000 tokens"}),
        ("图片大小限制为20M，其他为 150MB。", {"number 20MB", "number 150MB"}),
        ("取值范围[1,2000]，默认2000。", {"range 1..2000", "default 2000"}),
        ("任务最长运行 24 小时，结果保留30天。", {"number 24h", "number 30d"}),
        ("取值有batchfile-extractbatch_output", {"name batch", "name file-extract", "name batch_output"}),
        ("1. 文件上传后怎么办？", set()),
        ("华北2（北京）地域", {"region beijing"}),
        ("GET https://dashscope.aliyuncs.com/compatible-mode/v1/files/{file_id}", {
            "host dashscope.aliyuncs.com", "endpoint GET /compatible-mode/v1/files/{file_id}",
        }),
        ("请参考 https://help.aliyun.com/zh/model-studio/error-code", set()),
    ],
)  # fmt: skip
def test_a_chinese_sentence_names_its_values(said: str, expected: set[str]) -> None:
    page = read("\n\n".join(["本页说明接口如何使用。"] * 6 + [said]))
    found = {str(f) for line in page.lines[6:] for f in line.facts if f.kind != "sense"}
    assert found == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("The upload interface admits 3 requests per second.", {"number 3/s"}),
        ("The total QPS of both is limited to 10.", {"number 10/s"}),
        ("Up to 10,000 files and 100 GB in total.", {"number 10000", "number 100GB"}),
        ("Valid values: 1 to 2000. Default value: 2000.", {"range 1..2000"}),
        ("The file is valid for 30 days.", {"number 30d"}),
        ("Set `limit` to 20 and read has_more.", {"name limit", "number 20", "name has_more"}),
        ("This long-context, read-only page was last seen by a well-known team.", set()),
    ],
)
def test_an_english_sentence_names_its_values(said: str, expected: set[str]) -> None:
    assert {str(f) for f in lining.facts(said) if f.kind != "sense"} - {"default 2000"} == expected


def test_dates_navigation_and_links_to_elsewhere_are_no_lines_of_substance() -> None:
    page = read(forms.to_html(text_of("zh")))
    assert not any("2026-01-10" in line.text for line in page.lines)
    assert not any("价格" in line.text or "版权" in line.text for line in page.lines)


def test_a_sample_is_the_same_however_it_is_laid_out() -> None:
    samples = [
        [line.key for line in read(text_of(each)).lines if line.kind is Kind.SAMPLE] for each in ("zh", "tw")
    ]
    assert samples[0] == samples[1]
    assert len(samples[0]) == 5


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("nothing.txt", b"", "not a page we know how to read"),
        ("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", "not a page we know how to read"),
        (
            "japanese.txt",
            "ファイルをアップロードします。これはテストです。\n".encode() * 20,
            "not a page we know",
        ),
        ("numbers.txt", b"1 2 3\n" * 50, "not a page we know how to read"),
    ],
)
def test_what_is_no_page_is_refused_in_a_sentence(tmp_path: Path, name: str, body: bytes, said: str) -> None:
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(UsageError, match=said):
        reading.read(path)


PAGE = """<!DOCTYPE html><html><body><header><a href="/">首页</a></header>
<aside class="toc"><a href="#a">上传 50 MB</a><a href="#b">限流 7 QPS</a></aside>
<form id="aspnet"><main><h1>花瓶接口</h1><p>花瓶接口用来存放花束。</p><p>单个花瓶最大为 <b>12&nbsp;MB</b>。</p>
<aside class="note"><p>每个账号最多存放800个花瓶，请定期清理不再使用的花瓶，以免在放入新的花束时失败，这一点对所有的账号都适用。</p></aside>
<div class="tabs"><section hidden><pre><code><span class="line-number">1</span>client.vases.list(limit=20)
</code></pre></section></div>
<table><tr><th>名称</th><th>说明</th></tr><tr><td><code>max_stems</code> <i>integer</i> （可选）</td><td>默认值为 12。</td></tr></table>
</main></form><footer>© 2026，保留 99 项权利</footer></body></html>"""


def test_what_belongs_to_the_site_is_left_out_and_what_is_hidden_just_now_is_read() -> None:
    found = facts(read(PAGE))
    assert {"number 12MB", "number 800", "limit argument 20", "call vases.list"} <= found
    assert {
        "member max_stems",
        "max_stems type integer",
        "max_stems required no",
        "max_stems default 12",
    } <= found
    assert not {"number 50MB", "number 7/s", "number 99", "number 1"} & found


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_other_encodings_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(text_of("zh").replace("\n", "\r\n").encode(encoding))
    assert not comparing.compare("vases", read(text_of("zh")), reading.read(path)).drifted


def test_a_page_archived_by_a_browser_is_read(tmp_path: Path) -> None:
    path = tmp_path / "page.mhtml"
    head = b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n--b\r\n"
    body = b'Content-Type: text/html; charset="utf-8"\r\n\r\n' + forms.to_html(text_of("zh")).encode()
    path.write_bytes(head + body + b"\r\n--b--\r\n")
    assert not comparing.compare("vases", read(text_of("zh")), reading.read(path)).drifted
