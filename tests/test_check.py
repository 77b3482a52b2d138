"""Recorded traffic is judged by contract and laws: lawful traffic passes, planted faults are told, nobody else is accused."""

import dataclasses
import json
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from conformance import check, recorded, runs
from conformance.cli import main
from conformance.report import FORMATS
from conformance.runs import Run
from conformance.sdk import Compatibility
from conformance.verdicts import ExitStatus, Finding, Verdict
from tests import recordings
from tests.laws.history import History
from tests.recordings import KEY, Seen, cassette, chrome, firefox, mitmproxy
from tests.runs_of_the_suite import run_suite

WRITERS = (mitmproxy, firefox, chrome, cassette)
Writer = Callable[[Sequence[Seen]], str]


@pytest.fixture(scope="module")
def seen() -> list[Seen]:
    return recordings.session()


def judge(text: str, folder: Path, **wanted: str) -> Run:
    path = folder / "recording"
    path.write_text(text, encoding="utf-8")
    return check.run(recorded.read(path, **wanted))


def verdicts(run: Run, *words: Verdict) -> set[str]:
    return {row.id for row in run.clauses if row.verdict in words}


def accused(run: Run) -> set[str]:
    return verdicts(run, Verdict.FAIL, Verdict.WARN, Verdict.ERROR)


@pytest.mark.parametrize("write", WRITERS)
def test_lawful_traffic_passes_whoever_recorded_it(write: Writer, seen: list[Seen], tmp_path: Path) -> None:
    run = judge(write(seen), tmp_path)
    assert accused(run) == set()
    assert run.footer.exit_status == ExitStatus.PASSED
    assert (run.header.region, run.header.lane) == ("intl", "recorded")
    assert {"listing.object", "deletion.id", "retrieval.id", "listing.limit-caps"} <= verdicts(
        run, Verdict.PASS
    )


def test_a_recording_with_bodies_shows_what_uploads_said(seen: list[Seen], tmp_path: Path) -> None:
    told = {
        "uploads.bytes",
        "uploads.filename",
        "uploads.filename-unicode",
        "retrieval.bytes",
        "listing.complete",
    }
    assert told <= verdicts(judge(mitmproxy(seen), tmp_path), Verdict.PASS)
    run = judge(chrome(seen), tmp_path)
    assert told <= verdicts(run, Verdict.UNPROVEN)
    said = " ".join(each.text for each in run.footer.notices)
    for words in ("6 uploads", "not kept whole", "No key was recorded"):
        assert words in said


def test_what_a_recording_cannot_show_is_unproven(seen: list[Seen], tmp_path: Path) -> None:
    rows = {row.id: row for row in judge(mitmproxy(seen), tmp_path).clauses}
    assert rows["isolation.retrieve"].reason == check.UNSHOWN
    assert rows["batches.status"].reason == check.UNMET
    assert not any(row.required for row in rows.values())


@pytest.mark.parametrize(
    ("breach", "clause"),
    [
        ("after-inclusive", "listing.after"),
        ("default-limit-two", "listing.limit-default"),
        ("deletion-id-null", "deletion.id"),
        ("error-as-detail", "errors.envelope"),
        ("has-more-never", "listing.has-more-true"),
        ("key-in-every-refusal", "errors.key-not-echoed"),
        ("limit-ignored", "listing.limit-caps"),
        ("listing-bytes-off-by-one", "listing.item-bytes"),
    ],
)
def test_a_planted_fault_is_told(breach: str, clause: str, tmp_path: Path) -> None:
    run = judge(mitmproxy(recordings.session(breach)), tmp_path)
    assert clause in accused(run)
    assert run.footer.exit_status == ExitStatus.FAILED


def missed() -> tuple[History, str, str]:
    """Two files, and a minute later only the second of them."""
    history = History()
    name, kept = history.upload("a"), history.upload("b")
    history.page([kept, name], limit=100)
    history.now += 60
    history.page([kept], limit=100)
    history.retrieve(name, http=404)
    return history, name, kept


def test_a_file_that_others_may_have_deleted_is_not_missed() -> None:
    history, _, _ = missed()
    assert not {f.clause for f in _law_findings(history) if f.verdict is Verdict.FAIL}


def test_a_file_that_is_seen_again_was_missing() -> None:
    history, name, kept = missed()
    history.page([kept, name], limit=100)
    broken = {f.clause for f in _law_findings(history) if f.verdict is Verdict.FAIL}
    assert broken == {"listing.complete", "retrieval.found"}


def _law_findings(history: History) -> list[Finding]:
    return list(check.judged(_recording(history), Compatibility()))


def _recording(history: History) -> recorded.Recording:
    return recorded.Recording(
        name="x",
        region="intl",
        base_url="https://x/v1",
        begun=history.now,
        exchanges=tuple(history.exchanges),
        accounts=("first",),
    )


def test_what_is_read_while_something_is_written_proves_nothing() -> None:
    history = History()
    name = history.upload("a")
    history.now += 60
    history.page([name])
    missing = history.page([])
    # The list began before the file was seen, and ended behind a deletion that began meanwhile.
    history.exchanges[-1] = dataclasses.replace(missing, seconds=5.0)
    history.delete(name)
    assert not {f.clause for f in _law_findings(history) if f.verdict is Verdict.FAIL}


def test_each_key_is_judged_for_itself(seen: list[Seen], tmp_path: Path) -> None:
    others = [
        dataclasses.replace(
            each,
            headers=tuple(
                (n, "Bearer sk-of-somebody-else" if n == "authorization" else v) for n, v in each.headers
            ),
            path=each.path,
            answer=b'{"object": "list", "data": [], "has_more": false}',
            status=200,
            started=seen[-1].started + 60,
        )
        for each in seen
        if each.method == "GET" and each.path.endswith("/files")
    ]
    run = judge(mitmproxy([*seen, *others]), tmp_path)
    assert accused(run) == set()
    assert "2 keys were used" in " ".join(each.text for each in run.footer.notices)


def test_no_key_reaches_any_view(seen: list[Seen], tmp_path: Path) -> None:
    run = judge(mitmproxy(seen), tmp_path)
    for text in ("".join(runs.dump(run)), *(view(run) for view in FORMATS.values())):
        assert KEY not in text


def test_the_command_and_pytest_write_the_same_run(seen: list[Seen], tmp_path: Path) -> None:
    path = tmp_path / "day.har"
    path.write_text(mitmproxy(seen), encoding="utf-8")
    assert main(["check", str(path), "--report-dir", str(tmp_path / "a")]) == ExitStatus.PASSED
    done = run_suite(tmp_path / "b", f"--target=file:{path}")
    assert done.status == ExitStatus.PASSED, done.said
    for name in ("run.jsonl", *FORMATS):
        assert (tmp_path / "a" / "file-day.har" / name).read_bytes() == (
            tmp_path / "b" / "file-day.har" / name
        ).read_bytes()


def test_our_own_archive_and_log_are_judged_again(
    seen: list[Seen], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    run = judge(mitmproxy(seen), tmp_path)
    runs.write(run, tmp_path / "run.jsonl")
    again = check.run(recorded.read(tmp_path))
    har = judge(FORMATS["exchanges.har"](run), tmp_path)
    for other in (again, har):
        assert [row.verdict for row in other.clauses] == [row.verdict for row in run.clauses]


def test_a_wrong_clock_is_put_right(seen: list[Seen], tmp_path: Path) -> None:
    late = [dataclasses.replace(each, started=each.started + 7200) for each in seen]
    run = judge(mitmproxy(late), tmp_path)
    assert accused(run) == set()
    assert "clock" in " ".join(each.text for each in run.footer.notices)


def test_the_status_of_the_command_is_that_of_the_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.har"
    path.write_text(mitmproxy(recordings.session("deletion-id-null")), encoding="utf-8")
    assert main(["check", str(path), "--report-dir", str(tmp_path)]) == ExitStatus.FAILED
    assert "30 recorded exchanges were judged" in capsys.readouterr().out
    written = json.loads((tmp_path / "file-x.har" / "summary.json").read_text(encoding="utf-8"))
    assert written["target"] == "file:x.har"
