"""Attestations: what live runs have shown of each clause, who may attest, and where it is told."""

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conformance import runs, specs
from conformance.attestations import Attestation, attested, read
from conformance.clauses import registry
from conformance.cli import main
from conformance.errors import SpecsError
from conformance.report.html import as_html
from conformance.report.summary import as_json
from conformance.runs import Attested, ClauseRow, Run
from conformance.verdicts import Verdict
from tests.report.run_by_hand import build

HELD, BROKEN, EXCUSED, OPEN = "uploads.id", "uploads.bytes", "uploads.filename", "uploads.initial-status"
VERDICTS = {
    HELD: Verdict.PASS,
    BROKEN: Verdict.FAIL,
    EXCUSED: Verdict.KNOWN,
    OPEN: Verdict.OBSERVED,
    "uploads.object": Verdict.UNPROVEN,
    "uploads.free": Verdict.ABSENT,
    "uploads.purpose": Verdict.ERROR,
}


def live(day: int = 20, **verdicts: Verdict) -> Run:
    """A run against Singapore, made by hand, with clauses that the contract knows."""
    made = build()
    judged = {**VERDICTS, **{f"uploads.{name}": verdict for name, verdict in verdicts.items()}}
    rows = tuple(
        replace(made.clauses[0], id=name, text=registry()[name].text, verdict=verdict, strict=None)
        for name, verdict in judged.items()
    )
    header = replace(made.header, started=f"2026-11-{day}T08:15:30+00:00")
    return replace(made, header=header, clauses=rows)


def attest(run: Run, tmp_path: Path, *options: str) -> int:
    log = tmp_path / "log" / "run.jsonl"
    runs.write(run, log)
    (tmp_path / "specs").mkdir(exist_ok=True)
    where = (
        [] if any(each.startswith("--output") for each in options) else ["--specs", str(tmp_path / "specs")]
    )
    return main(["attest", str(log), *where, *options])


def held(tmp_path: Path) -> dict[str, Attestation]:
    return {row.clause: row for row in read(tmp_path / "specs" / "attestations" / "intl.toml")}


def test_what_held_is_recorded_with_the_beginning_of_the_run_its_contract_and_its_version(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert attest(live(), tmp_path) == 0
    assert held(tmp_path)[HELD] == Attestation(
        clause=HELD, held="2026-11-20T08:15:30Z", contract="sha256:9f86d081884c7d65", version="0.1.0"
    )
    assert "newly seen to hold live: 1; attested in all: 3" in capsys.readouterr().out


def test_what_was_not_judged_is_not_attested(tmp_path: Path) -> None:
    attest(live(), tmp_path)
    assert set(held(tmp_path)) == {HELD, BROKEN, EXCUSED}


def test_the_same_run_twice_changes_not_a_byte(tmp_path: Path) -> None:
    attest(live(), tmp_path)
    path = tmp_path / "specs" / "attestations" / "intl.toml"
    before = path.read_bytes()
    attest(live(), tmp_path)
    assert path.read_bytes() == before


def test_what_fails_later_keeps_its_date_and_is_contradicted_until_it_holds_again(tmp_path: Path) -> None:
    attest(live(20), tmp_path)
    attest(live(21, id=Verdict.FAIL), tmp_path)
    row = held(tmp_path)[HELD]
    assert (row.held, row.contradicted) == ("2026-11-20T08:15:30Z", "2026-11-21T08:15:30Z")
    attest(live(22), tmp_path)
    assert held(tmp_path)[HELD] == replace(row, held="2026-11-22T08:15:30Z", contradicted="")


def test_an_older_run_takes_nothing_back(tmp_path: Path) -> None:
    attest(live(22), tmp_path)
    before = held(tmp_path)
    attest(live(20, id=Verdict.FAIL), tmp_path)
    assert held(tmp_path)[HELD] == before[HELD]


def test_a_deviation_excuses_nothing_here(tmp_path: Path) -> None:
    run = live()
    excused = tuple(
        replace(row, verdict=Verdict.FAIL, strict=Verdict.PASS) if row.id == EXCUSED else row
        for row in run.clauses
    )
    attest(run, tmp_path)
    assert held(tmp_path)[EXCUSED].contradicted
    attest(
        replace(run, clauses=excused, header=replace(run.header, started="2026-11-25T00:00:00+08:00")),
        tmp_path,
    )
    assert held(tmp_path)[EXCUSED].held == "2026-11-24T16:00:00Z"
    assert not held(tmp_path)[EXCUSED].contradicted


def test_a_sentence_that_has_changed_since_is_not_the_one_that_held(tmp_path: Path) -> None:
    run = live()
    attest(replace(run, clauses=tuple(replace(row, text="Another.") for row in run.clauses)), tmp_path)
    assert held(tmp_path) == {}


def at(**fields: Any) -> Callable[[Run], Run]:
    return lambda run: replace(run, header=replace(run.header, **fields))


def ended(status: int) -> Callable[[Run], Run]:
    return lambda run: replace(run, footer=replace(run.footer, exit_status=status))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (at(target="mock-intl", base_url="http://127.0.0.1:4711/compatible-mode/v1"), "not the live service"),
        (at(target="mock-intl"), "not the live service"),
        (at(base_url="http://localhost:8080/compatible-mode/v1"), "not the live service"),
        (at(base_url="https://gateway.example/compatible-mode/v1"), "not the live service"),
        (at(base_url="https://dashscope-intl.aliyuncs.com.evil.example/compatible-mode/v1"), "not the live"),
        (at(base_url="https://a.b.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1"), "not the live"),
        (at(base_url="http://dashscope-intl.aliyuncs.com/compatible-mode/v1"), "not the live service"),
        (at(base_url="https://dashscope-intl.aliyuncs.com:8443/compatible-mode/v1"), "not the live service"),
        (at(base_url="https://dashscope-intl.aliyuncs.com/api/v1"), "not the live service"),
        (at(base_url="https://dashscope.aliyuncs.com/compatible-mode/v1"), "is in cn"),
        (at(target="file:traffic.har", profile="recorded", lane="recorded"), "is a recording"),
        (at(profile="recorded"), "is a recording"),
        (at(shard="1/2"), "the shard 1/2"),
        (at(started="yesterday"), "no time"),
        (at(started="2026-11-20T08:15:30"), "no zone"),
        (ended(2), "was interrupted"),
        (ended(4), "never began"),
        (ended(5), "exercised nothing"),
        (lambda run: replace(run, exchanges=()), "no answer"),
    ],
)
def test_only_whole_runs_of_the_live_service_can_attest(
    change: Callable[[Run], Run], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert attest(change(live()), tmp_path) == 4
    complaint = capsys.readouterr().err
    assert said in complaint
    assert complaint.count("\n") == 1
    assert not (tmp_path / "specs" / "attestations").exists()


def test_a_log_that_was_cut_short_attests_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "run.jsonl"
    runs.write(live(), log)
    log.write_text("".join(log.read_text(encoding="utf-8").splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert main(["attest", str(log), "--specs", str(tmp_path)]) == 4
    assert "no footer" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", "cn"),
        ("https://llm-7.cn-beijing.maas.aliyuncs.com/compatible-mode/v1", "cn"),
        ("https://llm-7.ap-southeast-1.maas.aliyuncs.com/compatible-mode/v1", "intl"),
    ],
)
def test_the_host_of_a_workspace_is_the_live_service_too(url: str, region: str, tmp_path: Path) -> None:
    assert attest(at(base_url=url, region=region, target=url)(live()), tmp_path) == 0
    assert read(tmp_path / "specs" / "attestations" / f"{region}.toml")


def test_a_dry_run_prints_the_file_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert attest(live(), tmp_path, "--dry-run") == 0
    assert "held         = 2026-11-20T08:15:30Z" in capsys.readouterr().out
    assert not (tmp_path / "specs" / "attestations").exists()


def test_the_file_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    assert attest(live(), tmp_path, f"--output={path}") == 0
    assert [row.clause for row in read(path)] == sorted([HELD, BROKEN, EXCUSED])


def test_what_cannot_be_read_or_written_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("[[attestation]]\n", encoding="utf-8")
    assert attest(live(), tmp_path, f"--output={tmp_path / 'file' / 'intl.toml'}") == 4
    assert attest(live(), tmp_path, f"--output={tmp_path / 'file'}") == 4
    assert main(["attest", str(tmp_path / "log"), "--specs", str(tmp_path / "none")]) == 4
    assert main(["attest", str(tmp_path / "log"), "--specs", "a", "--output", "b"]) == 4
    monkeypatch.setattr(specs, "root", lambda: specs.PACKAGE / "_specs")
    assert main(["attest", str(tmp_path / "log")]) == 4
    said = capsys.readouterr().err
    assert "installed package" in said
    assert said.count("\n") == 5


@pytest.mark.parametrize(
    "text",
    [
        "attestation = 3\n",
        "attestation = [3]\n",
        "[[attestation]]\nclause = 'a.b'\n",
        "[[attestation]]\nclause = 'a.b'\nheld = 2026-01-01\n",
        "[[attestation]]\nclause = 'a.b'\nheld = 2026-01-01T00:00:00Z\nmore = 1\n",
        "[[attestation]]\nheld = 2026-01-01T00:00:00Z\n",
    ],
)
def test_a_file_that_is_none_of_ours_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "intl.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecsError, match=r"intl\.toml"):
        read(path)


def test_the_attestations_of_the_checkout_speak_of_clauses_that_there_are() -> None:
    assert set(attested()) <= set(registry().clauses)


SEEN = (Attested(region="intl", held="2026-11-20T08:15:30Z"),)
AGAINST = (Attested(region="cn", contradicted="2026-11-21T08:15:30Z"),)


def shown(row: ClauseRow) -> str:
    """Give the card of a clause as the page has it."""
    page = as_html(replace(live(), clauses=(row,)))
    card = page.partition(f'id="{row.id}"')[2].partition("</details>")[0]
    return " ".join(card.partition("Last seen to hold live")[2].partition("</section>")[0].split())


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((), ["never"]),
        (SEEN, ["2026-11-20 in intl"]),
        (AGAINST, ["never", "seen not to hold on 2026-11-21 in cn"]),
        (SEEN + AGAINST, ["2026-11-20 in intl", "seen not to hold on 2026-11-21 in cn"]),
    ],
)
def test_the_report_says_beside_the_clause_when_it_was_last_seen_to_hold(
    rows: tuple[Attested, ...], told: list[str]
) -> None:
    card = shown(replace(live().clauses[0], attested=rows))
    assert all(each in card for each in told)
    assert ("never" in card) == ("never" in told)


def test_the_log_and_the_summary_carry_it(tmp_path: Path) -> None:
    run = live()
    run = replace(run, clauses=(replace(run.clauses[0], attested=SEEN), *run.clauses[1:]))
    runs.write(run, tmp_path / "run.jsonl")
    assert runs.read(tmp_path / "run.jsonl") == run
    assert json.loads(as_json(run))["attested"] == {HELD: {"intl": {"held": "2026-11-20T08:15:30Z"}}}
    assert "attested" not in json.loads(as_json(live()))


@pytest.fixture
def seen_live(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Specs whose attestations a live run has written."""
    shutil.copytree(specs.root(), tmp_path / "specs")
    attest(live(), tmp_path)
    monkeypatch.setattr(specs, "root", lambda: tmp_path / "specs")
    attested.cache_clear()
    yield
    attested.cache_clear()


@pytest.mark.usefixtures("seen_live")
def test_the_list_of_clauses_has_a_column_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["clauses", "uploads"]) == 0
    lines = {line.split()[0]: line for line in capsys.readouterr().out.splitlines() if "live:" in line}
    assert "live: intl 2026-11-20  " in lines[HELD]
    assert "live: intl never (contradicted)" in lines[BROKEN]
    assert "live: never " in lines["uploads.object"]


@pytest.mark.usefixtures("seen_live")
def test_the_fidelity_of_the_mock_names_what_no_live_run_has_confirmed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    capsys.readouterr()
    assert main(["mock", "--fidelity", "--region", "intl"]) == 0
    named = capsys.readouterr().out.partition("No live run in intl has confirmed")[2]
    assert "uploads.bytes," in named
    assert "uploads.id," not in named
