"""The gate from the outside, on real runs: its story, and what it says, prints and writes."""

import json
import re
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import runs
from conformance.clauses import registry
from tests.runs_of_the_suite import Done, environment, run_suite

CLAUSE = "retrieval.bytes"
BREACH = "--breach=retrieval-bytes-as-text"
OTHER = "retrieval.object"
CHAPTER = ("-m", "retrieval", "--billable=no")
PROMISE = ("--accept", "--until=2099-01-31", "--owner=team-files", "--reason=ticket opened")
ROOT = Path(__file__).parent.parent


def gate(*arguments: str | Path, **more: str) -> Done:
    """Run `conformance gate` as CI does, but for what CI would have in the environment."""
    clean = {name: value for name, value in environment().items() if not name.startswith("GITHUB_")}
    done = subprocess.run(
        [sys.executable, "-m", "conformance", "gate", *map(str, arguments)],
        env=clean | more,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return Done(status=done.returncode, said=done.stdout + done.stderr, folder=Path())


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gate")


@pytest.fixture(scope="module")
def good(place: Path) -> Path:
    done = run_suite(place / "good", *CHAPTER)
    assert done.status == 0, done.said
    return place / "good" / "mock"


@pytest.fixture(scope="module")
def bad(place: Path) -> Path:
    done = run_suite(place / "bad", *CHAPTER, BREACH)
    assert done.status == 1, done.said
    return place / "bad" / "mock"


def test_the_story_of_a_regression(tmp_path: Path) -> None:
    rows = tmp_path / "deviations.toml"
    rows.touch()

    def nightly(name: str, *faults: str) -> Done:
        """One night: the suite with what is promised, and the gate against the last green night."""
        run_suite(tmp_path / name, *CHAPTER, f"--deviations={rows}", *faults)
        return gate(tmp_path / name / "mock", "--against", base)

    run_suite(tmp_path / "first", *CHAPTER)
    base = tmp_path / "first" / "mock"
    green = nightly("green")
    assert (green.status, "nothing got worse" in green.said) == (0, True), green.said

    red = nightly("regression", BREACH)
    assert red.status == 1
    assert f"worse     {CLAUSE} (must): pass → fail; expected" in red.said

    accepted = gate(tmp_path / "regression" / "mock", "--against", base, *PROMISE, "--output", rows)
    assert accepted.status == 0, accepted.said
    assert [row["clause"] for row in tomllib.loads(rows.read_text(encoding="utf-8"))["deviation"]] == [CLAUSE]
    listed = nightly("accepted", BREACH)
    assert listed.status == 0
    assert f"known     {CLAUSE} (must): pass → known; known until 2099-01-31 (team-files)" in listed.said

    base = tmp_path / "accepted" / "mock"
    stale = nightly("fixed")
    assert stale.status == 1
    assert f"promise   {CLAUSE} (must): known → fail; it holds again: remove its deviation" in stale.said
    rows.write_text("", encoding="utf-8")
    removed = nightly("removed")
    assert removed.status == 0
    assert f"better    {CLAUSE} (must): known → pass" in removed.said

    gate(tmp_path / "regression" / "mock", *PROMISE, "--output", rows)
    again = (tmp_path / "accepted" / "mock", "--against", base, "--deviations", rows)
    assert gate(*again, "--on=2099-01-31").status == 0
    passed = gate(*again, "--on=2099-02-01")
    assert passed.status == 1
    assert f"promise   {CLAUSE} (must): known → fail; the deviation expired on 2099-01-31" in passed.said


def test_a_clause_that_failed_before_is_listed_and_lets_the_gate_open(bad: Path) -> None:
    done = gate(bad, "--against", bad)
    assert done.status == 0
    assert f"standing  {CLAUSE} (must): fail;" in done.said


def test_a_run_of_less_leaves_the_gate_shut_and_says_so(good: Path, place: Path) -> None:
    run_suite(place / "less", f"--clause={OTHER}", "--billable=no", "-m", "retrieval")
    done = gate(place / "less" / "mock", "--against", good)
    assert done.status == 6
    assert "RUN judged fewer clauses than BASE" in done.said
    assert f"lost      {CLAUSE} (must): pass → unproven" in done.said


def test_promises_are_proposed_as_rows_with_what_was_found_above_them(bad: Path, good: Path) -> None:
    done = gate(bad, "--against", good, *PROMISE, "--link=https://example.test/1")
    assert done.status == 0
    [row] = tomllib.loads(done.said)["deviation"]
    assert (row["clause"], row["owner"], str(row["until"])) == (CLAUSE, "team-files", "2099-01-31")
    assert str(row["since"]) == runs.read(bad / "run.jsonl").header.started[:10]
    assert row["link"] == "https://example.test/1"
    assert f"# {registry()[CLAUSE].text}\n# pass → fail; expected" in done.said


def test_where_nothing_got_worse_there_is_nothing_to_accept(good: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.toml"
    done = gate(good, *PROMISE, "--output", rows)
    assert (done.status, done.said, rows.exists()) == (0, "There is nothing to accept.\n", False)


def test_a_row_that_is_there_is_never_doubled(bad: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.toml"
    assert gate(bad, *PROMISE, "--output", rows).status == 0
    before = rows.read_bytes()
    done = gate(bad, *PROMISE, "--output", rows)
    assert (done.status, rows.read_bytes()) == (4, before)
    assert f"has a row of {CLAUSE}: change that row by hand" in done.said


def test_a_row_of_another_region_or_of_no_clause_fails_in_one_sentence(good: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.toml"
    for name, words in (
        ("documents.pdf", "matches no clause"),
        (_offered_only_in_beijing(), "excuses what this region does not offer"),
    ):
        rows.write_text(_row(name), encoding="utf-8")
        done = gate(good, "--deviations", rows)
        assert done.status == 1
        assert f"promise   The deviation of {name} {words}" in done.said


def test_a_run_made_with_a_row_of_another_region_fails(tmp_path: Path) -> None:
    rows = tmp_path / "rows.toml"
    rows.write_text(_row(_offered_only_in_beijing()), encoding="utf-8")
    done = run_suite(tmp_path / "run", "-m", "ids", "--billable=no", f"--deviations={rows}")
    assert done.status == 1
    assert "excuses what this region does not offer" in done.said
    assert gate(tmp_path / "run" / "mock").status == 1


def _offered_only_in_beijing() -> str:
    return next(clause.id for clause in registry() if clause.regions == ("cn",))


def _row(clause: str) -> str:
    return f'[[deviation]]\nclause = "{clause}"\nsince = 2026-01-01\nuntil = 2099-01-01\nowner = "us"\nreason = "r"\n'


def test_annotations_point_at_the_sentence_where_github_runs(bad: Path, good: Path) -> None:
    assert "::" not in gate(bad, "--against", good).said
    done = gate(bad, "--against", good, GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(ROOT))
    [command] = [line for line in done.said.splitlines() if line.startswith("::")]
    found = re.fullmatch(r"::error file=([^,:]+),line=(\d+),title=worse%3A ([^,:]+)::(.+)", command)
    assert found
    line = (ROOT / found[1]).read_text(encoding="utf-8").splitlines()[int(found[2]) - 1]
    assert line == f'id = "{CLAUSE}"'
    assert registry()[CLAUSE].text in found[4]
    elsewhere = gate(bad, "--against", good, GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(good))
    assert "::error file=specs/clauses/retrieval.toml,line=" in elsewhere.said


def test_a_broken_promise_is_shown_at_its_row(good: Path, tmp_path: Path) -> None:
    rows = tmp_path / "rows.toml"
    rows.write_text(_row(CLAUSE), encoding="utf-8")
    more = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(tmp_path)}
    assert "::error file=rows.toml,line=2,title=promise%3A " in gate(good, "--deviations", rows, **more).said
    rows.write_text(_row("listing.nonsense"), encoding="utf-8")
    assert "::error file=rows.toml,line=2,title=promise::" in gate(good, "--deviations", rows, **more).said


def test_nothing_that_a_target_said_becomes_a_command(bad: Path, good: Path, tmp_path: Path) -> None:
    planted = "\r\n::stop-commands::x\n::set-output name=a::b ##[error]planted %0A::error::planted"
    run = runs.read(bad / "run.jsonl")
    findings = tuple(
        replace(each, actual=planted, reason=planted) if each.clause == CLAUSE else each
        for each in run.findings
    )
    rows = tuple(replace(each, reason=planted) if each.id == CLAUSE else each for each in run.clauses)
    runs.write(replace(run, findings=findings, clauses=rows), tmp_path / "run.jsonl")
    summary = tmp_path / "summary.md"
    done = gate(tmp_path, "--against", good, "--summary", summary, GITHUB_ACTIONS="true")
    commands = [line for line in done.said.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) == 1
    assert commands[0].startswith("::error file=")
    assert "%0A" not in commands[0].replace("%250A", "")
    assert "##[" not in done.said
    assert "\n::" not in summary.read_text(encoding="utf-8")


def test_the_summary_is_appended_and_the_badge_written(bad: Path, good: Path, tmp_path: Path) -> None:
    summary, badge = tmp_path / "summary.md", tmp_path / "badge.json"
    summary.write_text("before\n", encoding="utf-8")
    gate(bad, "--against", good, "--summary", summary, "--badge", badge)
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("before\n# Conformance of mock: The gate is shut")
    assert f"`{CLAUSE}`" in text
    drawn = json.loads(badge.read_text(encoding="utf-8"))
    found = re.fullmatch(r"(\d+) of (\d+) hold", drawn.pop("message"))
    assert found
    assert int(found[1]) < int(found[2])
    assert drawn == {"schemaVersion": 1, "label": "conformance of mock", "color": "red"}
    gate(good, "--badge", badge)
    assert json.loads(badge.read_text(encoding="utf-8"))["color"] == "brightgreen"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--until=2099-01-01"], "--until is for --accept"),
        (["--accept", "--owner=me", "--reason=r"], "--accept needs --until"),
        (["--accept", "--until=2099-01-01", "--owner=", "--reason=r"], "--accept needs --owner"),
        (["--accept", "--until=2020-01-01", "--owner=me", "--reason=r"], "would excuse nothing"),
        (["--accept", "--until=soon", "--owner=me", "--reason=r"], "--until"),
        ([*PROMISE, "--badge=b.json"], "ask for --summary or --badge without it"),
        (["--on=2026-01-01"], "--on is for --deviations"),
        (["--deviations=nowhere.toml"], "--deviations: Cannot read nowhere.toml"),
        (["--summary=/dev/null/x"], "/dev/null/x cannot be written"),
        ([*PROMISE, "--output=/dev/null/x"], "/dev/null/x"),
    ],
)
def test_a_bad_option_is_a_usage_error_in_one_sentence(bad: Path, arguments: list[str], words: str) -> None:
    done = gate(bad, *arguments)
    assert done.status == 4, done.said
    assert words in done.said


def test_a_run_that_was_interrupted_is_refused(good: Path, tmp_path: Path) -> None:
    run = runs.read(good / "run.jsonl")
    runs.write(replace(run, footer=replace(run.footer, exit_status=2)), tmp_path / "run.jsonl")
    done = gate(tmp_path, "--against", good)
    assert done.status == 4
    assert "RUN, a run of mock, was interrupted: judge one that is whole." in done.said
