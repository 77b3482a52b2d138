"""What a run could not clean up is removed behind it, and nothing of anybody else's."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import ledger
from conformance.client import FormFile
from conformance.corpus import name_of
from conformance.documents import TEST_URL, batch_line
from conformance.ledger import Kind
from conformance.mock import Mock, serve
from conformance.pacing import NoPace
from conformance.resources import new_tag
from conformance.session import Session, Settings
from conformance.sweep import Sweeper, Swept
from conformance.targets import Target
from conformance.verdicts import ExitStatus, Verdict
from tests.odd_servers.manners import Manners
from tests.odd_servers.running import serving
from tests.odd_servers.server import BASE, KEYS, Odd
from tests.runs_of_the_suite import Done, run_command, run_suite
from tests.test_session import Forgetful, Unyielding, all_hold, remaining

DAY = 86_400


@pytest.fixture
def mock() -> Iterator[Mock]:
    with serve(keys=KEYS) as mock:
        for number in range(3):
            mock.plant(filename=f"conformance-20251115 {number}.txt")
        yield mock


def target_of(url: str, key: str = KEYS[0], second: str = "") -> Target:
    return Target(name=url, region="intl", base_url=url, key=key, second_key=second)


def begun(url: str, place: Path, *, key: str = KEYS[0]) -> Session:
    return Session(target_of(url, key), Settings(), NoPace(), places=(place,))


def upload(session: Session, words: str, kind: str = "txt", content: bytes = b"hello") -> str:
    file = FormFile(filename=name_of(session.tag, words, kind), content=content, size=len(content))
    said = session.files.upload(file, "batch" if kind == "jsonl" else "file-extract").mapping()
    return str(said["id"])


def work(session: Session) -> str:
    """Set a task to work over many lines, and give its id."""
    lines = "".join(f"{batch_line(f'many-{number}')}\n" for number in range(90)).encode()
    metadata = {"ds_name": f"conformance-{session.tag} many"}
    name = upload(session, "input many", "jsonl", lines)
    made = session.batches.create(
        input_file_id=name, endpoint=TEST_URL, completion_window="24h", metadata=metadata
    )
    return str(made.mapping()["id"])


def killed(session: Session) -> None:
    """Let a run end as a killed one does: its lock goes, and all else stays as it is."""
    session.close()


def swept(url: str, place: Path, *, key: str = KEYS[0], lag: float = 0.3) -> list[Swept]:
    sweeper = Sweeper(target_of(url, key), NoPace(), looks=(0.0, lag), lag=lag)
    try:
        return list(sweeper.finish((place,)))
    finally:
        sweeper.close()


def command(url: str, *arguments: str, key: str = KEYS[0]) -> Done:
    return run_command("sweep", f"--target={url}", *arguments, key=key)


def state(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Say where the command looks for journals."""
    monkeypatch.setenv("XDG_STATE_HOME", str(folder))
    return folder / "model-studio-conformance"


def test_what_a_dead_run_made_is_removed_with_what_its_task_wrote(mock: Mock, tmp_path: Path) -> None:
    strangers = mock.files()
    session = begun(mock.url, tmp_path)
    upload(session, "one")
    work(session)
    killed(session)
    [done] = swept(mock.url, tmp_path)
    assert (done.tag, done.left, done.trouble) == (session.tag, (), "")
    assert mock.files() == strangers
    assert list(tmp_path.iterdir()) == []
    assert swept(mock.url, tmp_path) == []


def test_a_run_that_cleaned_up_leaves_no_journal(mock: Mock, tmp_path: Path) -> None:
    session = begun(mock.url, tmp_path)
    upload(session, "one")
    assert list(tmp_path.iterdir())
    session.clean()
    session.close()
    assert list(tmp_path.iterdir()) == []


def test_a_living_run_is_left_alone_while_a_dead_one_is_swept(mock: Mock, tmp_path: Path) -> None:
    living, dead = begun(mock.url, tmp_path), begun(mock.url, tmp_path)
    name, gone = upload(living, "one"), upload(dead, "one")
    killed(dead)
    told = {each.tag: each.alive for each in swept(mock.url, tmp_path)}
    assert told == {living.tag: True, dead.tag: False}
    assert name in mock.files()
    assert gone not in mock.files()
    living.clean()
    living.close()


def test_another_key_sweeps_nothing_and_says_so(mock: Mock, tmp_path: Path) -> None:
    session = begun(mock.url, tmp_path)
    name = upload(session, "one")
    killed(session)
    [done] = swept(mock.url, tmp_path, key=KEYS[1])
    assert (done.foreign, done.deleted) == (1, 0)
    assert "another key" in done.told
    assert name in mock.files()
    assert swept(mock.url, tmp_path)[0].deleted == 1


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95])
def test_a_torn_journal_removes_no_strangers_file(mock: Mock, tmp_path: Path, share: float) -> None:
    strangers = mock.files()
    session = begun(mock.url, tmp_path)
    names = [upload(session, f"{number}") for number in range(4)]
    killed(session)
    [path] = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    swept(mock.url, tmp_path)
    assert set(strangers) <= set(mock.files()) <= {*strangers, *names}


def test_an_upload_without_an_answer_is_found_by_its_name_alone(tmp_path: Path) -> None:
    odd = Forgetful(Manners(strangers=1))
    with serving(odd) as origin:
        url = f"{origin}{BASE}"
        session = begun(url, tmp_path)
        name = name_of(session.tag, 'the "final" draft', "txt")
        session.book.put(Kind.UPLOAD, name, "first")
        odd.losses = 0
        mates = [name, name_of(session.tag, "another", "txt"), name_of(new_tag(), "x", "txt")]
        for each in mates:
            session.client.listeners.clear()
            session.client.announced.clear()
            session.files.upload(FormFile(filename=each, content=b"x", size=1), "file-extract")
        killed(session)
        [done] = swept(url, tmp_path)
    assert done.deleted == 1
    assert remaining(odd) == ["stranger-0.txt", *mates[1:]]
    assert list(tmp_path.iterdir()) == []


def test_what_is_older_than_the_intent_is_not_the_runs(mock: Mock, tmp_path: Path) -> None:
    session = begun(mock.url, tmp_path)
    name = name_of(session.tag, "one", "txt")
    theirs = mock.plant(filename=name, created_at=time.time() - 3 * DAY)
    ours = mock.plant(filename=name)
    session.book.put(Kind.UPLOAD, name, "first")
    killed(session)
    swept(mock.url, tmp_path)
    assert theirs in mock.files()
    assert ours not in mock.files()


def test_what_a_lag_may_hide_is_looked_for_again(mock: Mock, tmp_path: Path) -> None:
    session = begun(mock.url, tmp_path)
    session.book.put(Kind.UPLOAD, name_of(session.tag, "one", "txt"), "first")
    killed(session)
    sweeper = Sweeper(target_of(mock.url), NoPace(), looks=(0.0,))
    [done] = sweeper.finish((tmp_path,))
    sweeper.close()
    assert done.doubtful == 1
    late = mock.plant(filename=name_of(session.tag, "one", "txt"))
    assert swept(mock.url, tmp_path)[0].deleted == 1
    assert late not in mock.files()


def test_what_cannot_be_removed_stays_in_the_journal(tmp_path: Path) -> None:
    with serving(Unyielding(Manners(strangers=0))) as origin:
        session = begun(f"{origin}{BASE}", tmp_path)
        name = upload(session, "one")
        session.clean()
        session.close()
        all_hold(session)
        run = session.run()
        [done] = swept(f"{origin}{BASE}", tmp_path)
    assert done.left == (name,)
    assert run.footer.exit_status == ExitStatus.UNPROVEN
    assert f"still there: {name}. `conformance sweep --target=" in run.footer.note
    assert {row.verdict for row in run.clauses} <= {
        Verdict.PASS,
        Verdict.UNPROVEN,
        Verdict.OBSERVED,
        Verdict.ABSENT,
    }
    assert len(list(tmp_path.iterdir())) == 1


def test_a_second_interrupt_loses_nothing(
    mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers = mock.files()
    session = begun(mock.url, tmp_path)
    for number in range(3):
        upload(session, f"{number}")
    delete = session.files.delete

    def interrupted(name: str, **how: object) -> object:
        monkeypatch.setattr(session.files, "delete", stop)
        return delete(name, **how)  # type: ignore[arg-type]

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(session.files, "delete", interrupted)
    session.clean()
    session.close()
    assert len(session.resources.leaked) == 2
    assert swept(mock.url, tmp_path)[0].deleted == 2
    assert mock.files() == strangers


def test_the_command_sweeps_and_says_what_it_did(
    mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = state(monkeypatch, tmp_path)
    session = begun(mock.url, place)
    name = upload(session, "one")
    killed(session)
    listed = command(mock.url, "--dry-run")
    assert (listed.status, name in mock.files()) == (0, True)
    assert f"would remove file {name}, of run {session.tag}" in listed.said
    wrong = command(mock.url, key=KEYS[1])
    assert (wrong.status, name in mock.files()) == (ExitStatus.UNPROVEN, True)
    assert "another key" in wrong.said
    refused = command(mock.url, key="sk-nobodys-key")
    assert (refused.status, refused.said.count("\n")) == (ExitStatus.FAILED, 1)
    done = command(mock.url)
    assert (done.status, name in mock.files()) == (0, False)
    assert f"Swept behind run {session.tag}: 1 files deleted." in done.said
    again = command(mock.url)
    assert (again.status, "has left anything" in again.said) == (0, True)


def test_without_a_journal_a_tag_or_an_age_is_needed(mock: Mock) -> None:
    strangers = mock.files()
    tag, other = new_tag(), new_tag()
    old = mock.plant(filename=name_of(tag, "00", "txt"), created_at=time.time() - 2 * DAY)
    young = mock.plant(filename=name_of(other, "00", "txt"))
    nobodys = mock.plant(filename="conformance-deadbeef 00.txt", created_at=time.time() - 9 * DAY)
    listed = command(mock.url, "--older-than=24", "--dry-run")
    assert (old in listed.said, young in listed.said, nobodys in listed.said) == (True, False, False)
    assert {old, young} <= set(mock.files())
    assert command(mock.url, "--older-than=24").status == 0
    assert set(mock.files()) == {*strangers, young, nobodys}
    assert command(mock.url, f"--tag={other}").status == 0
    assert set(mock.files()) == {*strangers, nobodys}


def test_tasks_of_a_tag_are_cancelled_and_their_results_deleted(mock: Mock, tmp_path: Path) -> None:
    strangers = mock.files()
    session = begun(mock.url, tmp_path)
    work(session)
    killed(session)
    assert command(mock.url, f"--tag={session.tag}").status == 0
    assert mock.files() == strangers


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--target=mock",), "built-in mock"),
        (("--target=http://127.0.0.1:9", "--tag=deadbeef"), "no tag of a run"),
        (("--target=http://127.0.0.1:9", "--older-than=0"), "living run"),
    ],
)
def test_what_makes_no_sense_is_said_in_a_sentence(arguments: tuple[str, ...], said: str) -> None:
    done = run_command("sweep", *arguments, key=KEYS[0])
    assert done.status == ExitStatus.USAGE
    assert said in done.said
    assert done.said.count("\n") == 1


def test_a_living_runs_tag_is_refused(mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    living = begun(mock.url, state(monkeypatch, tmp_path))
    name = upload(living, "one")
    done = command(mock.url, f"--tag={living.tag}")
    assert (done.status, name in mock.files()) == (ExitStatus.USAGE, True)
    assert f"Run {living.tag} is still at work" in command(mock.url).said
    living.clean()
    living.close()


def test_a_host_that_is_not_there_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = state(monkeypatch, tmp_path)
    url = "http://127.0.0.1:9"
    target = replace(target_of(f"{url}{BASE}"), name=url)
    session = Session(target, Settings(), NoPace(), places=(place,))
    session.book.put(Kind.FILE, "file-1", "first")
    killed(session)
    done = command(url)
    assert done.status == ExitStatus.FAILED
    assert (done.said.count("\n"), "check the host and the network" in done.said) == (1, True)
    with ledger.found((place,), target) as [found]:
        assert list(found.entries[Kind.FILE]) == ["file-1"]


def test_a_server_without_batch_tasks_is_swept_all_the_same(tmp_path: Path) -> None:
    odd = Odd(Manners(strangers=2))
    with serving(odd) as origin:
        session = begun(f"{origin}{BASE}", tmp_path)
        upload(session, "one")
        session.book.put(Kind.CREATION, f"conformance-{session.tag} good", "first")
        killed(session)
        [done] = swept(f"{origin}{BASE}", tmp_path)
    assert done.deleted == 1
    assert len(remaining(odd)) == 2
    assert list(tmp_path.iterdir()) == []


def test_the_next_run_says_what_it_swept_and_counts_none_of_it(
    mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    strangers = mock.files()
    place = state(monkeypatch, tmp_path)
    session = begun(mock.url, place)
    for number in range(3):
        upload(session, f"{number}")
    killed(session)
    done = run_suite(
        tmp_path / "reports", f"--target={mock.url}", "--profile=smoke", "--pace=off", key=KEYS[0]
    )
    assert done.status == ExitStatus.PASSED
    assert f"Swept behind run {session.tag}: 3 files deleted." in done.said
    [log] = done.folder.glob("*/run.jsonl")
    assert not any(f'"{name}"' in log.read_text() for name in session.book.of(Kind.FILE))
    assert done.summary["totals"]["requests"] <= 40
    assert mock.files() == strangers
    assert list(place.iterdir()) == []
