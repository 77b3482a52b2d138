"""Exploring: what a case depends on, what a candidate is, and the line that shows it again."""

import re
import shlex
import subprocess
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis.database import InMemoryExampleDatabase

from conformance.budget import Caps, Countdown
from conformance.client import FormFile
from conformance.exchange import Exchange, Request
from conformance.explore import Address, Defect, Explored, address, again, defect, essence, from_bytes
from conformance.explore_sources import SOURCES, steps_of
from conformance.explore_steps import Follow, List, Query, Retrieve, Upload, simpler, words
from conformance.explorer import Explorer
from conformance.mock import Mock, serve
from conformance.pacing import NoPace
from conformance.session import Session, Settings
from conformance.targets import Target
from conformance.verdicts import Finding, Verdict
from tests.loopback import Loopback, answer, client_of
from tests.runs_of_the_suite import Done, environment, run_suite

CASE = Address(7, "lives", 3)
FIXED = (
    "lives",
    "queries",
    "links",
    "forms",
    "strangers",
    "coverage-listFiles",
    "fuzzing-deleteFile-negative",
)
TELL = """
import sys
from conformance.explore import Address
from conformance.explore_sources import steps_of
from conformance.explore_steps import words
for source in sys.argv[2:]:
    for step in steps_of(Address(5, source, 1)):
        print(words(step).encode("unicode_escape"))
"""


@contextmanager
def exploring(
    *breaches: str,
    weather: tuple[str, ...] = (),
    caps: Caps | None = None,
    database: InMemoryExampleDatabase | None = None,
) -> Iterator[tuple[Explorer, Session, Mock]]:
    with serve(breaches=breaches, weather=weather, seed=1) as mock:
        target = Target(name="mock", region="intl", base_url=mock.url, key=mock.keys[0], builtin=True)
        settings = Settings(lane="explore", seed=CASE.seed, caps=caps or Caps())
        session = Session(target, settings, NoPace())
        kept = InMemoryExampleDatabase() if database is None else database
        yield Explorer(session, lambda case: f"again {case}", kept), session, mock
        session.clean()
        session.close()


def clauses(found: Explored) -> set[str]:
    return {candidate.finding.clause for candidate in found.candidates}


def shown(clause: str, expected: str, actual: str) -> Defect:
    exchange = Exchange(number=4, request=Request(method="GET", path="/files"), operation="listFiles")
    finding = Finding(clause=clause, verdict=Verdict.FAIL, expected=expected, actual=actual, exchanges=(4,))
    return defect(finding, {4: exchange})


def test_the_same_defect_in_other_files_at_another_time_is_one() -> None:
    first = shown("listing.complete", "file-fe-0a1b2c3d4e5f in the list", "2 files missing at 1795338770")
    second = shown("listing.complete", "file-batch-77aa in the list", "17 files missing at 1795330000.5")
    assert first == second
    assert first.operation == "listFiles"


@pytest.mark.parametrize(
    ("clause", "expected", "actual"),
    [
        ("listing.no-gap", "a file in the list", "it is missing"),
        ("listing.complete", "a file on the page", "it is missing"),
        ("listing.complete", "a file in the list", "it is there twice"),
    ],
)
def test_other_clauses_and_other_words_are_other_defects(clause: str, expected: str, actual: str) -> None:
    assert shown("listing.complete", "a file in the list", "it is missing") != shown(clause, expected, actual)


def test_the_names_of_our_own_files_are_no_part_of_a_defect() -> None:
    assert essence("'conformance-12ab 阿里 3x.txt'") == essence("'conformance-99ff explored 12x.jsonl'")


def test_an_address_survives_its_database() -> None:
    assert from_bytes(CASE.to_bytes()) == CASE
    assert address(str(CASE), CASE.seed) == CASE


@pytest.mark.parametrize("value", [b"", b"lives 3", b"\xff\xfe 1 2", b"7 lives three", b"7 li:ves 3 4"])
def test_what_is_no_address_is_none(value: bytes) -> None:
    assert from_bytes(value) is None


def test_a_case_depends_on_seed_source_and_number_alone() -> None:
    command = [sys.executable, "-c", TELL]

    def told(*before: str) -> str:
        return subprocess.run(
            [*command, "x", *before, *FIXED], env=environment(), capture_output=True, text=True, check=True
        ).stdout

    whole, after_others = told(), told("forms", "fuzzing-listFiles-positive")
    assert whole
    assert after_others.endswith(whole)


def test_numbers_and_seeds_give_other_cases() -> None:
    for source in ("lives", "queries", "links", "forms", "strangers", "fuzzing-listFiles-negative"):
        told = {
            tuple(map(words, steps_of(Address(seed, source, number)) or ()))
            for seed in (1, 2)
            for number in range(4)
        }
        assert len(told) >= 6, source


@pytest.mark.parametrize("source", SOURCES)
def test_every_source_makes_steps(source: str) -> None:
    steps = steps_of(Address(1, source, 0))
    assert steps
    assert all(words(step) for step in steps)


def test_a_walk_through_the_boundaries_comes_to_its_end() -> None:
    assert steps_of(Address(1, "coverage-deleteFile", 10_000)) is None
    assert steps_of(Address(1, "nowhere", 0)) is None


def test_links_are_followed_from_answers_that_came_before() -> None:
    for number in range(8):
        steps = steps_of(Address(3, "links", number)) or ()
        follows = [step for step in steps if isinstance(step, Follow)]
        assert follows
        assert all(step.parent < step.slot for step in follows)
        assert all(first.slot < second.slot for first, second in pairwise(follows))


def test_less_is_one_step_or_one_parameter_less() -> None:
    query = Query((("purpose", "batch"), ("limit", 5)))
    steps = (Upload(0, "batch"), query)
    assert list(simpler(steps, 0)) == [(query,)]
    assert list(simpler(steps, 1)) == [
        (steps[0],),
        (steps[0], Query((("limit", 5),))),
        (steps[0], Query((("purpose", "batch"),))),
    ]
    assert list(simpler((List(),), 0)) == []


def test_a_lawful_server_gives_no_candidate_and_keeps_no_file() -> None:
    with exploring() as (explorer, session, mock):
        found = explorer.explore(Countdown(4))
        assert mock.files() == []
        assert mock.crashes == ()
        assert session.recorder.exchanges == ()
    assert found.candidates == ()
    assert sum(found.cases.values()) >= 3
    assert found.told().startswith(f"seed {CASE.seed}: ")


@pytest.mark.parametrize(
    "weather",
    ["dropped-connections", "lost-answers", "sporadic-unavailability", "strangers", "sporadic-throttling"],
)
def test_infrastructure_and_strangers_give_no_candidate(weather: str) -> None:
    with exploring(weather=(weather,)) as (explorer, _, _):
        assert explorer.explore(Countdown(4)).candidates == ()


def test_a_defect_is_told_once_by_a_small_case_that_shows_it_again() -> None:
    with exploring("retrieval-bytes-as-float") as (explorer, session, _):
        first = explorer.replay(replace(CASE, source="lives", number=0))
        second = explorer.replay(replace(CASE, source="lives", number=1))
        kept = session.recorder.exchanges
    assert clauses(first) == {"retrieval.bytes"}
    assert len(second.candidates) == len(first.candidates)
    for candidate in first.candidates:
        assert candidate.steps[0].startswith("upload")
        assert len(candidate.steps) == 2
        assert candidate.line == "again lives:0"
        evidence = [kept[number - 1] for number in candidate.finding.exchanges]
        assert evidence
        assert {each.operation for each in evidence} <= {"retrieveFile", "uploadFile"}


def test_what_was_found_is_tried_first_and_dropped_when_it_holds_again() -> None:
    database = InMemoryExampleDatabase()
    with exploring("deletion-id-missing", database=database) as (explorer, _, _):
        explorer.replay(CASE)
    kept = database.data
    assert kept
    with exploring("deletion-id-missing", database=database) as (explorer, _, _):
        again = explorer.explore(Countdown(0))
    assert again.cases == {"lives": 1}
    assert again.candidates[0].address == CASE
    with exploring(database=database) as (explorer, _, _):
        assert explorer.explore(Countdown(0)).candidates == ()
    assert not any(database.data.values())


def test_a_cap_of_the_run_ends_it_cleanly() -> None:
    with exploring(caps=Caps(requests=40)) as (explorer, session, mock):
        found = explorer.explore(Countdown(60))
        session.clean()
        # A file that is there keeps a request free for its deletion.
        assert 38 <= session.budget.requests <= 40
        assert mock.files() == []
    assert found.candidates == ()
    assert "--budget-requests=40 is used up" in found.ended


def test_the_line_names_the_target_and_its_faults_and_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-secret")
    option = Namespace(
        target="http://localhost:8080/v1",
        region="cn",
        workspace="",
        profile="smoke",
        pyargs=False,
        breach=["a"],
        weather=["b"],
    )
    line = again(option, CASE)
    assert shlex.split(line) == [
        "pytest",
        "--target=http://localhost:8080/v1",
        "--region=cn",
        "--profile=smoke",
        "--breach=a",
        "--weather=b",
        "--lane=explore",
        "--seed=7",
        "--case=lives:3",
    ]


def repeat(line: str, folder: Path, *more: str) -> Done:
    """Run the line that a candidate gave."""
    program, *arguments = shlex.split(line)
    assert program == "pytest"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments, *more, f"--report-dir={folder}"],
        cwd=folder.parent,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    return Done(status=done.returncode, said=done.stdout + done.stderr, folder=folder)


def test_the_line_of_a_candidate_shows_it_again(tmp_path: Path) -> None:
    options = ("--lane=explore", "--seed=7", "--budget-seconds=1", "-k", "exploring")
    first = run_suite(tmp_path / "first", *options, "--breach=retrieval-bytes-as-float")
    assert first.status == 1
    assert first.verdicts("fail") == {"retrieval.bytes"}
    assert first.said.count("seed 7") >= 2
    [line] = set(re.findall(r"^ +(pytest .*)$", first.said, re.MULTILINE))
    assert "--seed=7 --case=lives:0" in line
    assert any((tmp_path / ".hypothesis" / "examples").iterdir())
    second = repeat(line, tmp_path / "second")
    assert second.status == 1
    assert second.verdicts("fail") == {"retrieval.bytes"}
    assert "1 cases from 1 sources" in second.said
    report = (tmp_path / "second" / "mock" / "report.html").read_text(encoding="utf-8")
    assert "--case=lives:0" in report
    lawful = repeat(line.replace("--breach=retrieval-bytes-as-float ", ""), tmp_path / "third")
    assert lawful.status == 0, lawful.said


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--budget-seconds=5",), "--budget-seconds is for --lane=explore"),
        (("--case=lives:0",), "--case is for --lane=explore"),
        (("--lane=explore", "--case=lives:0"), "--case needs the --seed"),
        (("--lane=explore", "--seed=1", "--case=lives"), "is no case of an exploration"),
        (("--lane=explore", "--seed=1", "--case=nowhere:1"), "is no case of an exploration"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    done = run_suite(tmp_path / "reports", *arguments)
    assert done.status == 4
    assert sentence in done.said


def test_the_gate_does_not_explore(tmp_path: Path) -> None:
    done = run_suite(tmp_path / "reports", "--collect-only")
    assert "test_explore" not in done.said


def test_a_file_may_stand_before_the_fields_of_its_form() -> None:
    file = FormFile(filename="conformance-a.txt", content=b"hello", size=5, first=True)
    with Loopback(answer(b"{}")) as server:
        client = client_of(server)
        exchange = client.send("POST", "/files", form=(("purpose", "batch"),), file=file)
        client.close()
        body = server.received[0].body
    assert body.index(b'name="file"') < body.index(b'name="purpose"')
    assert [part.name for part in exchange.request.parts] == ["file", "purpose"]


def test_what_a_broken_deletion_left_is_not_asked_for() -> None:
    with exploring(weather=("cut-answers",)) as (explorer, session, mock):
        for number in range(3):
            assert explorer.replay(replace(CASE, source="lives", number=number)).candidates == ()
        session.clean()
        assert mock.files() == []


def test_retrieving_waits_for_nothing_that_was_never_made() -> None:
    with exploring() as (explorer, session, _):
        assert explorer._run((Retrieve(3), List()))[0] == {}
        assert session.budget.uploads == 0
