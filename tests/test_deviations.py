"""Known failures as dated promises: kept, broken, expired, stale, or nonsense."""

import datetime as dt
from pathlib import Path

import pytest

from conformance.clauses import registry
from conformance.deviations import Deviation, apply, as_toml, read
from conformance.errors import UsageError
from conformance.verdicts import Ruling, Verdict

SINCE, UNTIL = dt.date(2026, 1, 10), dt.date(2026, 1, 20)
ROW = """[[deviation]]
clause = "uploads.id"
since = 2026-01-10
until = 2026-01-20
owner = "us"
reason = "they know"
"""


def judged(verdict: Verdict, day: int, *, clause: str = "uploads.id") -> tuple[Verdict, str]:
    """Apply one deviation on a day of January to a ruling."""
    ruling = Ruling(clause="uploads.id", level="must", verdict=verdict, reason="as it was", required=True)
    row = Deviation(clause=clause, since=SINCE, until=UNTIL, owner="us", reason="they know")
    (found,), strays = apply((ruling,), (row,), names=registry().clauses, today=dt.date(2026, 1, day))
    assert strays == ()
    assert (found.clause, found.level, found.required) == ("uploads.id", "must", True)
    return found.verdict, found.reason


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.WARN])
@pytest.mark.parametrize("day", [10, 15, 20])
def test_a_failure_is_known_from_its_first_day_through_its_last(verdict: Verdict, day: int) -> None:
    assert judged(verdict, day) == (Verdict.KNOWN, "known until 2026-01-20 (us): they know")


@pytest.mark.parametrize("verdict", [each for each in Verdict if each not in {Verdict.ERROR, Verdict.ABSENT}])
def test_an_expired_deviation_fails_whatever_the_clause_does(verdict: Verdict) -> None:
    assert judged(verdict, 21) == (Verdict.FAIL, "the deviation expired on 2026-01-20: they know")


def test_a_stale_deviation_fails() -> None:
    assert judged(Verdict.PASS, 15) == (Verdict.FAIL, "it holds again: remove its deviation")


@pytest.mark.parametrize("verdict", [each for each in Verdict if each is not Verdict.ABSENT])
def test_a_deviation_that_has_not_begun_changes_nothing(verdict: Verdict) -> None:
    assert judged(verdict, 9) == (verdict, "as it was")


@pytest.mark.parametrize("verdict", [Verdict.ERROR, Verdict.UNPROVEN, Verdict.OBSERVED])
def test_what_was_not_judged_is_not_excused(verdict: Verdict) -> None:
    assert judged(verdict, 15) == (verdict, "as it was")


def test_a_deviation_of_another_clause_changes_nothing() -> None:
    assert judged(Verdict.FAIL, 15, clause="uploads.bytes") == (Verdict.FAIL, "as it was")


def test_a_deviation_of_no_clause_is_named() -> None:
    row = Deviation(clause="uploads.nothing", since=SINCE, until=UNTIL, owner="us", reason="r")
    rulings, strays = apply((), (row,), names=registry().clauses, today=SINCE)
    assert rulings == ()
    assert len(strays) == 1
    assert "uploads.nothing" in strays[0]


@pytest.mark.parametrize("day", [9, 15, 21])
def test_a_deviation_of_what_the_region_does_not_offer_is_named_on_any_day(day: int) -> None:
    ruling = Ruling(clause="uploads.id", level="must", verdict=Verdict.ABSENT, required=True)
    row = Deviation(clause="uploads.id", since=SINCE, until=UNTIL, owner="us", reason="r")
    (found,), strays = apply((ruling,), (row,), names=registry().clauses, today=dt.date(2026, 1, day))
    assert found == ruling
    assert strays == (
        "The deviation of uploads.id excuses what this region does not offer: remove it, or give it to the other region.",
    )


def test_what_a_deviation_changed_is_remembered() -> None:
    row = Deviation(clause="uploads.id", since=SINCE, until=UNTIL, owner="us", reason="r")
    for verdict, day in ((Verdict.WARN, 15), (Verdict.PASS, 15), (Verdict.UNPROVEN, 21)):
        ruling = Ruling(clause="uploads.id", level="must", verdict=verdict)
        names = registry().clauses
        (found,), _ = apply((ruling,), (row,), names=names, today=dt.date(2026, 1, day))
        assert found.strict is verdict


@pytest.mark.parametrize("text", ['they "know"', "反斜杠 \\ ' # =", ""])
def test_rows_are_written_as_they_are_read(tmp_path: Path, text: str) -> None:
    rows = tuple(
        Deviation(clause=name, since=SINCE, until=UNTIL, owner="us", reason=text or "r", link=text)
        for name in ("uploads.id", "uploads.bytes")
    )
    path = tmp_path / "deviations.toml"
    path.write_text(as_toml(rows), encoding="utf-8")
    assert read(path) == rows


def test_a_file_is_read_row_by_row(tmp_path: Path) -> None:
    path = tmp_path / "deviations.toml"
    path.write_text(ROW + ROW.replace("uploads.id", "uploads.bytes") + 'link = "https://example.com/1"\n')
    first, second = read(path)
    assert first == Deviation(clause="uploads.id", since=SINCE, until=UNTIL, owner="us", reason="they know")
    assert (second.clause, second.link) == ("uploads.bytes", "https://example.com/1")
    path.write_text("")
    assert read(path) == ()


@pytest.mark.parametrize("field", ["clause", "since", "until", "owner", "reason"])
def test_a_row_that_lacks_a_field_is_refused(tmp_path: Path, field: str) -> None:
    path = tmp_path / "deviations.toml"
    path.write_text("".join(line for line in ROW.splitlines(keepends=True) if not line.startswith(field)))
    with pytest.raises(UsageError, match=f"has no {field}"):
        read(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROW.replace("2026-01-10", '"2026-01-10"'), "since of uploads.id is no date"),
        (ROW.replace("2026-01-20", "2026-01-20T00:00:00Z"), "until of uploads.id is no date"),
        (ROW.replace("2026-01-20", "2026-01-09"), "uploads.id ends before it begins"),
        (ROW.replace('"us"', "7"), "owner of uploads.id is no text"),
        (ROW.replace('"they know"', '" "'), "reason of uploads.id is no text"),
        (ROW.replace('"uploads.id"', "[]"), "clause of"),
        (ROW + 'until-when = "x"\n', "unknown field 'until-when'"),
        (ROW + ROW, "uploads.id has two rows"),
        (ROW.replace("[[deviation]]", "[[deviations]]"), "'deviations' is unknown"),
        (ROW.replace("[[deviation]]", "[deviation]"), "write each row as"),
        ("deviation = 7", "write each row as"),
        ("deviation = [7]", "write each row as"),
        (ROW + "link = 7\n", "link of uploads.id is no text"),
        ("[[deviation", "is not valid TOML"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "deviations.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        read(path)
    assert said in str(caught.value)
    assert str(caught.value).startswith("--deviations: ")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Cannot read"):
        read(tmp_path / "absent.toml")
