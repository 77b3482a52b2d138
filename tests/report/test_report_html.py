"""report.html as text: what it holds without a browser, and that it stays small."""

import base64
import hashlib
import json
import re
import time
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest

from conformance.exchange import Answer, Exchange
from conformance.report import FORMATS
from conformance.report.html import TEMPLATES, host, prose
from conformance.runs import Run

from .traffic_by_hand import listing, upload


class Page(HTMLParser):
    """Keeps every tag with its attributes, and the text of scripts and styles apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self.text = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_data(self, data: str) -> None:
        if self._inside in self.inline:
            self.inline[self._inside].append(data)
        else:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""


def page(run: Run) -> Page:
    return Page(FORMATS["report.html"](run))


def traffic(run: Run) -> dict[str, Any]:
    document = json.loads(page(run).inline["script"][0])
    assert isinstance(document, dict)
    return document


def test_the_policy_allows_our_style_and_script_and_nothing_else(run: Run) -> None:
    found = page(run)
    policy = next(a["content"] for tag, a in found.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    for text in (found.inline["script"][1], found.inline["style"][0]):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_the_page_names_nothing_to_load(run: Run) -> None:
    for tag, attributes in page(run).tags:
        assert "src" not in attributes
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        assert tag not in {"link", "iframe", "object", "embed", "base", "img"}


def test_only_web_addresses_become_links(run: Run) -> None:
    links = [a for tag, a in page(run).tags if tag == "a" and not str(a["href"]).startswith("#")]
    assert links
    assert all(str(a["href"]).startswith("https://") for a in links)
    assert all("noopener" in str(a["rel"]) for a in links)


def test_each_id_stands_once_and_each_inner_link_of_a_clause_leads_somewhere(run: Run) -> None:
    tags = page(run).tags
    ids = [a["id"] for _, a in tags if "id" in a]
    assert len(ids) == len(set(ids))
    targets = {str(a["href"])[1:] for tag, a in tags if tag == "a" and str(a["href"]).startswith("#")}
    assert targets - set(ids) == {"gone.from-the-contract"}


def test_every_clause_is_readable_without_a_script(run: Run) -> None:
    text = " ".join(page(run).text.split())
    for row in run.clauses:
        assert row.id in text
        assert row.text.replace("`", "") in text
        assert row.reason in text
        assert all(source.section in text and source.date in text for source in row.sources)
        assert all(test in text for test in row.tests)


def test_conflicts_show_both_readings_and_the_one_adopted(run: Run) -> None:
    text = " ".join(page(run).text.split())
    assert "20 QPS" in text
    assert "3 QPS adopted" in text
    assert "UTC+8, as in the samples" in text


def test_what_this_target_does_about_a_conflict_stands_beside_its_clauses(run: Run) -> None:
    text = " ".join(page(run).text.split())
    assert "What this target does known filters.create-after deviation since 2026-08-01" in text


def test_what_could_not_be_removed_stands_in_the_head(run: Run) -> None:
    footer = replace(run.footer, note="Left behind: file-fe-1. Remove it with `conformance sweep`.")
    text = FORMATS["report.html"](replace(run, footer=footer))
    assert "Remove it with <code>conformance sweep</code>." in text.partition("<main>")[0]


def test_no_script_writes_markup() -> None:
    for path in TEMPLATES.glob("*.js"):
        text = path.read_text()
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text
        )


def test_every_template_escapes() -> None:
    for path in TEMPLATES.glob("*.html"):
        assert not re.search(r"\|\s*safe|autoescape", path.read_text())


def test_the_exchanges_stand_in_the_page_once_and_cannot_end_their_script(run: Run) -> None:
    block = page(run).inline["script"][0]
    assert not set("<>&\u2028\u2029") & set(block)
    assert len(traffic(run)["exchanges"]) == 40


def test_a_million_characters_are_cut_and_say_so(run: Run) -> None:
    strings = traffic(run)["strings"]
    assert any(string.endswith("… [cut: 1,200,039 characters]") for string in strings)
    assert max(map(len, strings)) < 21_000


def test_what_is_no_utf8_is_shown_as_bytes(run: Run) -> None:
    assert any(r"\xc4\xe3\xba\xc3 \xff" in string for string in traffic(run)["strings"])


def test_a_letter_that_the_recorder_cut_is_no_fault_of_the_target(run: Run) -> None:
    cut = Answer(status=200, body="终稿".encode()[:5], cut=True)
    document = traffic(replace(run, exchanges=(replace(listing(1), answer=cut),)))
    assert "终" in document["strings"]


def test_our_sentences_may_hold_code_and_nothing_else() -> None:
    assert str(prose("a `b<` <i>")) == "a <code>b&lt;</code> &lt;i&gt;"
    assert str(prose("one ` only")) == "one ` only"


def test_a_host_is_named_without_its_secrets() -> None:
    assert host("https://user:secret@example.com:8443/v1") == "example.com:8443"


def many(run: Run, exchange: Exchange, count: int) -> Run:
    exchanges = tuple(
        replace(
            exchange,
            number=n,
            started=1764000000.0 + n * 0.3,
            answer=Answer(
                status=200,
                headers=(
                    ("x-request-id", f"{n:032x}"),
                    ("date", f"day {n}"),
                    ("content-type", "application/json"),
                ),
                body=exchange.answer.body.replace(b"12", str(n).encode()) if exchange.answer else b"",
            ),
        )
        for n in range(1, count + 1)
    )
    clauses = tuple(
        replace(
            run.clauses[n % 25],
            id=f"chapter{n % 16}.clause-{n}",
            exchanges=tuple(range(1 + n, count, 7)),
            needs=(),
        )
        for n in range(150)
    )
    return replace(run, exchanges=exchanges, clauses=clauses)


@pytest.mark.parametrize("exchange", [listing(12), upload(12, "report.txt")], ids=["listings", "uploads"])
def test_ten_thousand_exchanges_stay_small_and_quick(run: Run, exchange: Exchange) -> None:
    large = many(run, exchange, 10_000)
    before = time.process_time()
    text = FORMATS["report.html"](large)
    assert time.process_time() - before < 5
    assert len(text.encode()) < 10_000_000
    assert len(json.loads(Page(text).inline["script"][0])["exchanges"]) == 10_000


def test_a_run_that_no_page_could_bear_shows_its_beginning_and_says_so(run: Run) -> None:
    body = "".join(chr(0x4E00 + n % 20000) for n in range(2_000)).encode()
    exchange = replace(
        listing(1), answer=Answer(status=200, body=b"12" + body), notes=tuple(map(str, range(50)))
    )
    large = many(run, exchange, 30_000)
    text = FORMATS["report.html"](large)
    assert len(text.encode()) < 10_000_000
    document = json.loads(Page(text).inline["script"][0])
    assert document["omitted"] > 0
    assert document["omitted"] + len(document["exchanges"]) == 30_000
    assert document["exchanges"]
