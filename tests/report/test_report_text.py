"""What a target said on its way into text: legible, the terminal, Markdown."""

import io
from dataclasses import replace

import pytest
from rich.console import Console

from conformance.report import FORMATS, table
from conformance.report.legible import legible, one_line
from conformance.report.markdown import code, escape
from conformance.runs import Run
from conformance.verdicts import Verdict


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("plain", "plain"),
        ("报告（终稿）\u3000.docx", "报告（终稿）\u3000.docx"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred\x07", "[U+001B][31mred[U+0007]"),
        ("invoice\u202efdp.exe", "invoice[U+202E]fdp.exe"),
        ("zero\u200bwidth\ufeff", "zero[U+200B]width[U+FEFF]"),
        ("lone\ud800", "lone[U+D800]"),
        ("line\u2028separator\x85", "line[U+2028]separator[U+0085]"),
        ("e" + "\u0301" * 40, "e" + "\u0301" * 3 + "…"),
    ],
)
def test_what_cannot_be_seen_is_named(said: str, shown: str) -> None:
    assert legible(said) == shown


def test_what_is_too_long_is_cut_and_says_so() -> None:
    assert legible("x" * 1_048_576, limit=10) == "x" * 10 + "… [cut: 1,048,576 characters]"


def test_one_line_folds_white_space_and_ends_in_time() -> None:
    assert one_line("a\r\n  b\tc") == "a b c"
    assert one_line("word " * 1000, limit=12) == "word word w…"


def printed(run: Run, width: int = 100) -> str:
    console = Console(width=width, file=io.StringIO(), force_terminal=True, color_system=None)
    console.print(table(run))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_terminal_shows_chapters_with_their_denominators(run: Run) -> None:
    lines = printed(run).splitlines()
    assert any(line.split()[:6] == ["listing", "3", "/", "4", "/", "6"] for line in lines)
    assert any(line.split()[:7] == ["All", "chapters", "12", "/", "16", "/", "25"] for line in lines)


def test_the_terminal_names_what_did_not_hold_and_what_is_owed(run: Run) -> None:
    text = " ".join(printed(run).split())
    assert "fail listing.limit-range A `limit` outside 1 to 2000 is refused. expected status 400" in text
    assert "warn uploads.format-refused" in text
    assert "unproven deletion.stays-deleted" in text
    assert "isolation.other-account " not in text


def test_the_terminal_ends_with_one_sentence(run: Run) -> None:
    last = printed(run).rstrip().splitlines()[-1]
    assert last.startswith("Exit status 3: the suite itself failed.")


def test_nothing_a_target_said_reaches_the_terminal_as_a_command(run: Run) -> None:
    text = printed(run)
    assert "[bold red]not markup[/]" in text
    assert not {letter for letter in text if not letter.isprintable()} - {"\n"}


def test_a_target_with_many_failures_does_not_flood_the_terminal(run: Run) -> None:
    failed = tuple(
        replace(run.clauses[0], id=f"uploads.n{n}", verdict=Verdict.FAIL, reason="x" * 10_000)
        for n in range(300)
    )
    text = printed(replace(run, clauses=failed))
    assert "… and 260 more: see report.html" in text
    assert len(text.splitlines()) < 250


@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_terminal_keeps_to_its_width(run: Run, width: int) -> None:
    assert max(len(line) for line in printed(run, width).splitlines()) <= width


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("a|b\nc", r"a\|b c"),
        ("<b>*x*</b>", r"\<b\>\*x\*\</b\>"),
        ("![i](http://h)", r"!\[i\](http\://h)"),
        ("@octocat fixes #1", "@<!-- -->octocat fixes #<!-- -->1"),
        ("`rm`", r"\`rm\`"),
        ("www.example.com", r"www\.example.com"),
    ],
)
def test_markdown_in_an_answer_stays_text(said: str, shown: str) -> None:
    assert escape(said) == shown


def test_a_code_span_cannot_be_left() -> None:
    assert code("a`b|c") == "`abc`"


def test_summary_md_has_a_row_for_each_chapter_and_each_clause_that_did_not_hold(run: Run) -> None:
    text = FORMATS["summary.md"](run)
    assert "| listing | 3 / 4 / 6 | 3 | 1 | · | · | 1 | · | 1 | · |" in text
    assert "**fail** `listing.limit-range` (must)" in text
    assert "status 200 and a list of 12 files" in text
    assert text.count("\n| ") == 14
