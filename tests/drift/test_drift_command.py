"""`conformance drift` and `conformance clauses --coverage`: what they print, write and exit with."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import cli, specs, stale
from conformance.clauses import load, registry
from conformance.drift import adopted
from conformance.errors import SpecsError
from conformance.report import html, markdown, summary, terminal
from tests.report.run_by_hand import build

from . import forms
from .by_hand import text_of

SOURCE = "files-zh-2026-06"
CLAUSE = "limits.file-count"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of specs/ in which our own page is adopted, and nothing else."""
    place = Path(shutil.copytree(specs.root(), tmp_path / "specs"))
    shutil.rmtree(place / "fingerprints")
    for path in (place / "clauses").glob("*.toml"):
        path.write_text(_untied(path.read_text(encoding="utf-8")), encoding="utf-8")
    (place / "excuses.toml").unlink()
    monkeypatch.setattr(specs, "root", lambda: place)
    registry.cache_clear()
    yield place
    registry.cache_clear()


def _untied(text: str) -> str:
    import re

    return re.sub(r", lines = \[[^\]]*\]", "", text)


@pytest.fixture
def page(root: Path, tmp_path: Path) -> Path:
    """Our own page, adopted."""
    del root
    path = tmp_path / "vases.txt"
    path.write_text(text_of("zh"), encoding="utf-8")
    rows = text_of("zh").split("\n")
    number = next(n for n, row in enumerate(rows, 1) if "800" in row)
    ties = tmp_path / "ties.toml"
    ties.write_text(
        f'{number} = ["{CLAUSE}"]\n{number - 2} = "formats are told elsewhere"\n', encoding="utf-8"
    )
    assert cli.main(["drift", str(path), "--adopt", "--source", SOURCE, "--ties", str(ties)]) == 0
    return path


def newer(page: Path, old: str, new: str) -> Path:
    path = page.parent / "newer.txt"
    text = page.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_an_adopted_page_is_kept_without_its_text(page: Path, root: Path) -> None:
    kept = (root / "fingerprints" / f"{SOURCE}.txt").read_text(encoding="utf-8")
    assert kept.isascii()
    assert "花" not in (root / "excuses.toml").read_text(encoding="utf-8")
    lines = {citation.lines for citation in registry()[CLAUSE].citations if citation.source.id == SOURCE}
    assert len(lines) == 1
    assert cli.main(["drift", str(page)]) == 0


def test_adopting_twice_changes_nothing(page: Path, root: Path) -> None:
    before = {path.name: path.read_text(encoding="utf-8") for path in (root / "clauses").iterdir()}
    assert cli.main(["drift", str(page), "--adopt", "--source", SOURCE]) == 0
    assert before == {path.name: path.read_text(encoding="utf-8") for path in (root / "clauses").iterdir()}


def test_a_changed_page_exits_with_1_and_names_the_clause(
    page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["drift", str(newer(page, "800个", "900个"))]) == 1
    said = capsys.readouterr().out
    assert "number: 800 → 900" in said
    assert CLAUSE in said


def test_stale_clauses_are_in_every_report_until_someone_looks(
    page: Path, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["drift", str(newer(page, "800个", "900个"))]) == 1
    registry.cache_clear()
    assert registry()[CLAUSE].stale == "number: 800 → 900"
    assert cli.main(["drift", "--looked", CLAUSE]) == 0
    assert not (root / "stale.toml").exists()
    registry.cache_clear()
    assert registry()[CLAUSE].stale == ""
    assert "1 taken from the list" in capsys.readouterr().out


def test_adopting_the_newer_page_clears_what_was_stale(page: Path) -> None:
    changed = newer(page, "800个", "900个")
    assert cli.main(["drift", str(changed)]) == 1
    assert [row.clause for row in stale.read()] == [CLAUSE]
    assert cli.main(["drift", str(changed), "--adopt", "--source", SOURCE]) == 0
    assert stale.read() == ()
    assert cli.main(["drift", str(changed)]) == 0
    line = next(iter(adopted.editions()[SOURCE].clauses.values()))
    assert line == (CLAUSE,)


def test_nothing_is_written_where_that_is_wished(page: Path, root: Path) -> None:
    assert cli.main(["drift", str(newer(page, "800个", "900个")), "--no-mark"]) == 1
    assert not (root / "stale.toml").exists()


def test_a_stale_clause_that_is_none_is_refused(page: Path, root: Path) -> None:
    del page
    (root / "stale.toml").write_text(
        '[[stale]]\nclause = "no.clause"\nsource = "x"\nfound = ""\n', encoding="utf-8"
    )
    with pytest.raises(SpecsError, match=r"stale\.toml: no\.clause is no clause"):
        load(root)


def test_a_line_that_was_never_adopted_is_refused(page: Path, root: Path) -> None:
    del page
    path = root / "clauses" / "limits.toml"
    text = path.read_text(encoding="utf-8")
    place = text.index("sha256:")
    path.write_text(text[: place + 7] + "0" * 16 + text[place + 23 :], encoding="utf-8")
    with pytest.raises(SpecsError, match=r"is no line of .* that was adopted"):
        load(root)


def test_the_same_is_written_as_json(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert cli.main(["drift", str(newer(page, "[1,40]", "[1,99]")), "--json", "-", "--no-mark"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["source"] == SOURCE
    assert data["exit_status"] == 1
    assert [change["told"] for change in data["changes"]] == ["max_stems range: 1..40 → 1..99"]
    assert "text" not in data["changes"][0]["old_lines"][0]


def test_your_own_older_copy_is_shown_beside_the_newer(page: Path) -> None:
    to = page.parent / "drift.html"
    changed = newer(page, "800个", "900个")
    assert cli.main(["drift", str(changed), "--previous", str(page), "--html", str(to), "--no-mark"]) == 1
    text = to.read_text(encoding="utf-8")
    assert "最多存放800个花瓶" in text
    assert "最多存放900个花瓶" in text
    assert cli.main(["drift", str(changed), "--html", str(to), "--no-mark"]) == 1
    assert "最多存放800个花瓶" not in to.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", [forms.to_html, forms.to_markdown])
def test_the_form_of_a_page_is_told_by_what_is_in_it(page: Path, form: forms.Form) -> None:
    path = page.parent / "page"
    path.write_text(form(text_of("zh")), encoding="utf-8")
    assert cli.main(["drift", str(path)]) == 0


@pytest.mark.parametrize("language", ["tw", "en"])
def test_the_page_in_another_script_or_language_has_no_drift(page: Path, language: str) -> None:
    path = page.parent / "page.txt"
    path.write_text(text_of(language), encoding="utf-8")
    assert cli.main(["drift", str(path)]) == 0


@pytest.mark.parametrize(
    ("body", "more", "said"),
    [
        ("", [], "not a page we know how to read"),
        (
            "This page is about the weather of the day, and of the night.\n" * 9,
            [],
            "it has next to nothing of",
        ),
        (None, [], "Cannot read"),
        ("本页说明花瓶。\n" * 9, ["--source", "nowhere"], "No page was adopted as 'nowhere'"),
        ("本页说明花瓶。\n" * 9, ["--adopt"], "--adopt takes --source=ID"),
        ("本页说明花瓶。\n" * 9, ["--adopt", "--source", "nowhere"], "sources.toml has no source 'nowhere'"),
        ("本页说明花瓶。\n" * 9, ["--looked", "no.clause"], "No clause is called 'no.clause'"),
    ],
)
def test_what_cannot_be_done_exits_with_4_and_a_sentence(
    page: Path, capsys: pytest.CaptureFixture[str], body: str | None, more: list[str], said: str
) -> None:
    path = page.parent / "other.txt"
    if body is not None:
        path.write_text(body, encoding="utf-8")
    assert cli.main(["drift", str(path), *more]) == 4
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1


def test_coverage_lists_lines_with_clauses_or_reasons(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert cli.main(["clauses", "--coverage", "--json", "-"]) == 1
    rows = json.loads(capsys.readouterr().out)[0]["lines"]
    assert {row["standing"] for row in rows} == {"judged", "excused", "open", "silent"}
    assert not any("text" in row for row in rows)
    assert (
        cli.main(["clauses", "--coverage", "--page", str(page), "--html", str(page.parent / "c.html")]) == 1
    )
    said = capsys.readouterr().out
    assert CLAUSE in said
    assert "formats are told elsewhere" in said
    assert "每个账号最多存放800个花瓶" in (page.parent / "c.html").read_text(encoding="utf-8")


def test_every_view_of_a_run_names_what_is_stale() -> None:
    run = build()
    first = replace(run.clauses[0], stale="number: 3/s → 20/s")
    run = replace(run, clauses=(first, *run.clauses[1:]))
    assert json.loads(summary.as_json(run))["clauses"][0]["stale"] == "number: 3/s → 20/s"
    assert "number: 3/s → 20/s" in markdown.as_markdown(run)
    assert summary.stale(run) == (first,)
    assert 'id="stale"' in html.as_html(run)
    assert 'id="stale"' not in html.as_html(build())
    from rich.console import Console

    console = Console(width=200, record=True)
    console.print(terminal.table(run))
    assert (
        f"1 clause is stale, as a newer copy of the page says otherwise: {first.id}." in console.export_text()
    )
