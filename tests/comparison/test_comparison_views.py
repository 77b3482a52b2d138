"""The views of a comparison, and the command: what a person and a script get."""

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from conformance.comparison.comparing import Comparison, compare
from conformance.comparison.views import FORMATS, as_json, as_markdown, as_terminal, write_all
from conformance.mock import serve
from conformance.runs import Run
from conformance.verdicts import Verdict
from tests.runs_of_the_suite import run_command

from .by_hand import broken, header, made, row, ruled

MARKUP = "</script><img src=x onerror=alert(1)>[bold]\x1b[31m@everyone"
LogOf = Callable[[Run, str], Path]


def differing() -> Comparison:
    def bend(body: dict[str, object]) -> dict[str, object]:
        return {**body, "status": MARKUP, MARKUP: 1} if "purpose" in body else body

    other = ruled(
        replace(made(2, bend=bend), header=header("intl")),
        [row("retrieval.object", verdict=Verdict.FAIL)],
        [broken("retrieval.object", 5, 6, 7, 8)],
    )
    return compare([made(1)], [other])


def printed(found: Comparison, width: int = 100) -> str:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(as_terminal(found))
    return console.export_text()


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_comparison_gives_the_same_bytes(name: str) -> None:
    assert FORMATS[name](differing()) == FORMATS[name](differing())


def test_json_says_what_a_script_needs() -> None:
    document = json.loads(as_json(differing()))
    assert document["clauses_that_differ"] == ["retrieval.object"]
    assert document["exit_status"] == 1
    assert document["a"]["contract"].startswith("sha256:")
    assert {each["class"] for each in document["differences"]} <= set(document["classes"])
    assert {each["label"] for each in document["mock"]} == {"live-verified", "documented"}


@pytest.mark.parametrize("name", FORMATS)
def test_no_view_repeats_markup_that_a_target_sent(name: str) -> None:
    text = FORMATS[name](differing())
    # Nobody shows JSON as a page, and Markdown takes a backslash for an end of markup.
    assert name == "comparison.json" or not re.search(r"(?<!\\)<img src=x", text)
    assert "\x1b" not in text


def test_markdown_names_the_clause_and_both_sides() -> None:
    text = as_markdown(differing())
    assert "retrieval.object" in text
    assert "| retrieval |" in text
    assert "@everyone" not in text


@pytest.mark.parametrize("width", [60, 100, 200])
def test_the_terminal_keeps_to_its_width_and_ends_with_a_sentence(width: int) -> None:
    said = printed(differing(), width)
    assert max(map(len, said.splitlines())) <= width
    assert "1 clause differs" in said
    assert "\x1b" not in said
    assert "No differences." in printed(compare([made(1)], [made(2)]), width)


def test_views_are_written_whole(tmp_path: Path) -> None:
    write_all(differing(), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FORMATS)


def test_two_logs_are_compared_by_the_command(log_of: LogOf, tmp_path: Path) -> None:
    a, b = log_of(made(1), "a"), log_of(made(2), "b")
    said = run_command("compare", str(a), str(b.parent), f"--report-dir={tmp_path}")
    assert (said.status, "No differences." in said.said) == (0, True), said.said
    assert (tmp_path / "mock-and-mock" / "comparison.html").exists()
    found = differing()
    other = log_of(found.b.first, "c")
    said = run_command("compare", str(a), str(other), "--also-a", str(b), f"--report-dir={tmp_path}")
    assert (said.status, "1 clause differs" in said.said) == (1, True), said.said


def test_a_bad_comparison_is_refused_in_one_sentence(log_of: LogOf, tmp_path: Path) -> None:
    a, other = log_of(made(1), "a"), log_of(replace(made(2), header=header("intl")), "b")
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(a.read_bytes()[:-20])
    for status, arguments in (
        (4, [str(a)]),
        (4, ["--targets=cn"]),
        (4, ["--targets=mock,nonsense"]),
        (4, [str(a), str(a), "--targets=mock,mock"]),
        (4, [str(a), str(a), "--profile=smoke"]),
        (4, [str(a), str(a), "--also-a", str(other)]),
        (1, [str(a), str(cut)]),
        (4, [str(a), str(tmp_path / "nothing")]),
    ):
        said = run_command("compare", *arguments, f"--report-dir={tmp_path}")
        assert said.status == status, (arguments, said.said)
        assert len(said.said.strip().splitlines()) == 1, said.said
        assert "Traceback" not in said.said


def test_two_targets_are_run_at_once_and_what_differs_is_asked_again(tmp_path: Path) -> None:
    key = "sk-canary-of-the-comparison-0123456789"
    with (
        serve(region="intl", keys=(key,)) as lawful,
        serve(region="intl", keys=(key,), breaches=["retrieval-bytes-as-text"]) as odd,
    ):
        said = run_command(
            "compare",
            f"--targets={lawful.url},{odd.url}",
            f"--report-dir={tmp_path}",
            "--rate-probe=no",
            "--pace=off",
            "--",
            "--billable=no",
            "-m",
            "retrieval",
            key=key,
            timeout=180,
        )
        assert lawful.files(key) == odd.files(key) == []
    assert said.status == 1, said.said
    [path] = tmp_path.glob("*/comparison.json")
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["clauses_that_differ"] == ["retrieval.bytes"]
    assert [len(document[side]["runs"]) for side in "ab"] == [2, 2]
    assert key not in said.said + path.read_text(encoding="utf-8")


def test_a_target_that_is_not_there_is_told_in_one_sentence(tmp_path: Path) -> None:
    said = run_command(
        "compare",
        "--targets=mock,cn",
        "--billable=no",
        "--rate-probe=no",
        f"--report-dir={tmp_path}",
        timeout=120,
    )
    assert said.status == 4, said.said
    assert "There is no key for cn" in said.said
    assert "Traceback" not in said.said
