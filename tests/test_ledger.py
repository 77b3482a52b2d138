"""What a run makes is on disk before it counts, and can be read as far as it is whole."""

from pathlib import Path

import pytest

from conformance import ledger
from conformance.ledger import Book, Journal, Kind, heading
from conformance.resources import is_tag, new_tag, tag_of
from conformance.targets import Target

KEY, SECOND = "sk-0123456789abcdef", "sk-second-account-key"
TARGET = Target(name="http://h", region="intl", base_url="http://h/v1", key=KEY, second_key=SECOND)


def book(*places: Path, target: Target = TARGET) -> Book:
    return Book(Journal(places, heading(target, new_tag()), target.folder))


def journals(place: Path) -> list[Path]:
    return sorted(place.glob("*.jsonl"))


def test_a_run_that_makes_nothing_writes_nothing(tmp_path: Path) -> None:
    book(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_entered_is_read_again_and_what_is_struck_out_is_not(tmp_path: Path) -> None:
    own = book(tmp_path)
    own.put(Kind.UPLOAD, "a name", "first")
    own.put(Kind.FILE, "file-1", "second")
    own.drop(Kind.UPLOAD, "a name")
    [path] = journals(tmp_path)
    known = ledger.read(path.read_text())
    assert known
    head, entries = known
    assert own.journal
    assert head == own.journal.heading
    assert {kind: list(held) for kind, held in entries.items() if held} == {Kind.FILE: ["file-1"]}
    assert entries[Kind.FILE]["file-1"].account == "second"


def test_a_journal_holds_no_key_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    book(tmp_path).put(Kind.FILE, "file-1", "first")
    [path] = journals(tmp_path)
    assert not any(
        key[at : at + 8] in path.read_text() for key in (KEY, SECOND) for at in range(len(key) - 7)
    )
    assert path.stat().st_mode & 0o077 == 0


def test_a_journal_that_is_torn_at_any_byte_tells_what_came_before(tmp_path: Path) -> None:
    own = book(tmp_path)
    names = [f"file-{number} 百炼\u2028" for number in range(5)]
    for name in names:
        own.put(Kind.FILE, name, "first")
    [path] = journals(tmp_path)
    whole = path.read_bytes()
    told = []
    for cut in range(len(whole) + 1):
        known = ledger.read(whole[:cut].decode("utf-8", "replace"))
        held = list(known[1][Kind.FILE]) if known else []
        assert held == names[: len(held)]
        told.append(len(held))
    assert told == sorted(told)
    assert told[-1] == 5


def test_a_torn_journal_is_gone_on_with_behind_the_tear(tmp_path: Path) -> None:
    own = book(tmp_path)
    own.put(Kind.FILE, "file-1", "first")
    own.put(Kind.FILE, "file-2", "first")
    [path] = journals(tmp_path)
    assert own.journal
    own.journal.close()
    path.write_bytes(path.read_bytes()[:-9])
    with ledger.found((tmp_path,), TARGET) as [found]:
        again = Book(Journal.reopened(found.path, found.heading, found.file), found.entries)
        assert list(again.of(Kind.FILE)) == ["file-1"]
        again.put(Kind.FILE, "file-3", "first")
        again.drop(Kind.FILE, "file-1")
    known = ledger.read(path.read_text())
    assert known
    assert list(known[1][Kind.FILE]) == ["file-3"]


@pytest.mark.parametrize("text", ["", "{}", "null", "[]", "nonsense", '{"tag":"x"}', "\x00" * 40])
def test_what_is_no_journal_is_not_read(text: str, tmp_path: Path) -> None:
    (tmp_path / "odd.jsonl").write_text(text)
    with ledger.found((tmp_path,), TARGET) as journals:
        assert journals == ()


def test_the_journal_of_a_living_run_is_seen_and_not_held(tmp_path: Path) -> None:
    own = book(tmp_path)
    own.put(Kind.FILE, "file-1", "first")
    with ledger.found((tmp_path,), TARGET) as [found]:
        assert found.file == -1
    assert own.journal
    own.journal.close()
    with ledger.found((tmp_path,), TARGET) as [found]:
        assert found.file >= 0
        with ledger.found((tmp_path,), TARGET) as [held]:
            assert held.file == -1


def test_another_targets_journals_are_left_alone(tmp_path: Path) -> None:
    own = book(tmp_path)
    own.put(Kind.FILE, "file-1", "first")
    other = Target(name="http://other", region="intl", base_url="http://other/v1", key=KEY)
    with ledger.found((tmp_path,), other) as journals:
        assert journals == ()


def test_where_the_first_place_cannot_be_written_the_second_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    own = book(tmp_path / "file" / "state", tmp_path / "reports")
    own.put(Kind.FILE, "file-1", "first")
    assert len(journals(tmp_path / "reports")) == 1


def test_where_no_place_can_be_written_the_run_goes_on_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    own = book(tmp_path / "file" / "state")
    own.put(Kind.FILE, "file-1", "first")
    assert own.journal
    assert own.journal.trouble == "Not a directory"
    assert list(own.of(Kind.FILE)) == ["file-1"]


def test_accounts_are_known_by_their_keys_whatever_they_are_called(tmp_path: Path) -> None:
    head = heading(TARGET, new_tag())
    turned = Target(name="http://h", region="intl", base_url="http://h/v1", key=SECOND, second_key=KEY)
    other = Target(name="http://h", region="intl", base_url="http://h/v1", key="sk-somebody-elses")
    assert [head.word_of(word, TARGET) for word in ("first", "second", "wrong")] == [
        "first",
        "second",
        "wrong",
    ]
    assert [head.word_of(word, turned) for word in ("first", "second", "longer")] == ["second", "first", ""]
    assert [head.word_of(word, other) for word in ("first", "second", "wrong")] == ["", "", ""]
    assert ledger.places({"XDG_STATE_HOME": "relative"}, tmp_path)[0].is_absolute()


@pytest.mark.parametrize(
    "name",
    [
        "conformance-20251115 results.txt",
        "conformance-deadbeef a.txt",
        "conformance-202511151230 a.txt",
        "",
        7,
    ],
)
def test_a_strangers_name_has_no_tag(name: object) -> None:
    assert tag_of(name) == ""


def test_a_tag_proves_itself() -> None:
    tag = new_tag()
    assert is_tag(tag)
    assert tag_of(f"conformance-{tag} 00.txt") == tag
    assert tag_of(f"my conformance-{tag} 00.txt") == ""
    other = tag[:-1] + ("0" if tag[-1] != "0" else "1")
    assert not is_tag(other)
