"""Odd command lines: each gets one sentence and a named exit status, never a traceback."""

import itertools
import subprocess
import sys
from pathlib import Path

import pytest

from conformance import runs
from conformance.cli import main
from conformance.verdicts import ExitStatus
from tests.report.run_by_hand import build
from tests.runs_of_the_suite import environment, run_suite

# What stands in the way, by the word that the command lines below have for it.
OBSTACLES = ("{missing}", "{folder}", "{empty}", "{binary}")
READERS = (
    ("report", "{}"),
    ("gate", "{}"),
    ("gate", "{log}", "--against={}"),
    ("gate", "{log}", "--deviations={}"),
    ("merge", "{}", "--report-dir={new}"),
    ("trend", "{log}", "{}"),
    ("compare", "{log}", "{}", "--report-dir={new}"),
    ("check", "{}", "--report-dir={new}"),
    ("attest", "{}"),
    ("drift", "{}"),
    ("clauses", "--against={}"),
    ("clauses", "--coverage", "--page={}"),
    ("mock", "--plant={}"),
)
# Of these, those that refuse what is no whole log as a failure: a gate that cannot be passed.
LOGGED = {"report", "gate", "merge", "trend", "compare"}
WRITERS = (
    ("merge", "{log}", "--report-dir={}"),
    ("compare", "{log}", "{log}", "--report-dir={}"),
    ("check", "{log}", "--report-dir={}"),
    ("gate", "{log}", "--summary={}"),
    ("gate", "{log}", "--badge={}"),
    ("trend", "{log}", "--html={}"),
    ("trend", "{log}", "--json={}"),
    ("clauses", "--coverage", "--html={}"),
    ("mock", "--data-dir={}"),
    ("mock", "--access-log={}"),
)
WORDS = (
    ("gate", "{log}", "--on=tomorrow", "--deviations={empty}"),
    ("gate", "{log}", "--accept", "--until=soon"),
    ("breaches", "--pairs=-1"),
    ("breaches", "--jobs=0"),
    ("breaches", "no-such-breach"),
    ("doctor",),
    ("doctor", "--target=ftp://host"),
    ("sweep", "--target=mock"),
    ("mock", "--port=99999"),
    ("mock", "--clock=sundial"),
    ("clauses", "no-such-chapter"),
    ("frobnicate",),
    (),
)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    root = tmp_path_factory.mktemp("odd")
    runs.write(build(), root / "log" / runs.LOG)
    (root / "folder").mkdir()
    (root / "empty").touch()
    (root / "binary").write_bytes(bytes(range(256)) * 8)
    names = ("log", "folder", "empty", "binary", "missing", "new")
    return {name: str(root / name) for name in names} | {"under": str(root / "empty" / "under")}


def fails_in_one_sentence(
    command: tuple[str, ...], places: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> int:
    try:
        status = main([word.format(**places) for word in command])
    except SystemExit as exit_:
        status = int(exit_.code or 0)
    told = capsys.readouterr().err
    assert told.count("\n") == 1, told
    assert "invalid _" not in told, "a name of our own code"
    return status


# An empty folder can be planted, and no promise is a promise kept.
LAWFUL = {(("mock", "--plant={}"), "{folder}"), (("gate", "{log}", "--deviations={}"), "{empty}")}


@pytest.mark.parametrize(
    ("command", "obstacle"),
    [pair for pair in itertools.product(READERS, OBSTACLES) if pair not in LAWFUL],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else words,
)
def test_what_cannot_be_read_is_told_in_one_sentence(
    command: tuple[str, ...], obstacle: str, places: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = tuple(word.replace("{}", obstacle) for word in command)
    reads_a_log = command[0] in LOGGED and "--deviations={}" not in command
    cut = reads_a_log and obstacle in {"{empty}", "{binary}"}
    assert fails_in_one_sentence(words, places, capsys) == (ExitStatus.FAILED if cut else ExitStatus.USAGE)


@pytest.mark.parametrize("command", WRITERS, ids=" ".join)
def test_what_cannot_be_written_is_told_in_one_sentence(
    command: tuple[str, ...], places: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    words = tuple(word.replace("{}", "{under}") for word in command)
    assert fails_in_one_sentence(words, places, capsys) == ExitStatus.USAGE


@pytest.mark.parametrize("command", WORDS, ids=" ".join)
def test_what_is_not_understood_is_told_in_one_sentence(
    command: tuple[str, ...], places: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert fails_in_one_sentence(command, places, capsys) == ExitStatus.USAGE


def test_a_run_whose_folder_cannot_be_written_never_begins(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "mock").touch()
    done = run_suite(reports, "--profile=smoke")
    assert done.status == ExitStatus.USAGE
    assert done.said.strip() == f"ERROR: {reports / 'mock'} cannot be written: File exists."


@pytest.mark.parametrize(
    ("script", "status", "told"),
    [
        # Whoever closes the pipe is told no decision, and none is made up.
        ("{} breaches --list | head -1 >/dev/null; exit ${{PIPESTATUS[0]}}", ExitStatus.INTERRUPTED, ""),
        (
            "{} compare {log} {log} --report-dir={new} | :; exit ${{PIPESTATUS[0]}}",
            ExitStatus.INTERRUPTED,
            "",
        ),
        (
            "{} clauses ids >/dev/full",
            ExitStatus.USAGE,
            "The output cannot be written: No space left on device.",
        ),
        ("{} clauses ids >&-", ExitStatus.PASSED, ""),
        ("PYTHONIOENCODING=ascii {} trend {log} >/dev/null", ExitStatus.PASSED, ""),
    ],
)
def test_an_output_that_takes_nothing_is_no_traceback(
    script: str, status: int, told: str, places: dict[str, str]
) -> None:
    command = script.format(f"{sys.executable} -m conformance", **places)
    done = subprocess.run(
        ["bash", "-c", command], env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (status, f"conformance: {told}\n" if told else "")
