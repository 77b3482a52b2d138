"""Counts, groups and summary.json; and what all formats promise together."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conformance import runs
from conformance.notices import Level, Notice
from conformance.report import FORMATS, summary, write_all
from conformance.runs import Run
from conformance.troubles import Infrastructure
from conformance.verdicts import Verdict

from .traffic_by_hand import MARKUP


def test_every_count_has_its_denominator(run: Run) -> None:
    total = summary.whole(run)
    assert (total.held, total.exercised, total.all) == (12, 16, 25)
    assert sum(tally.all for tally in summary.by_chapter(run)) == total.all
    assert sum(tally.held for tally in summary.by_level(run)) == total.held


def test_observed_clauses_are_counted_apart_from_the_exercised(run: Run) -> None:
    observed = summary.by_level(run)[-1]
    assert (observed.name, observed.exercised, observed.counts[Verdict.OBSERVED]) == ("observed", 0, 3)


def test_chapters_stand_in_the_order_of_the_run(run: Run) -> None:
    names = [tally.name for tally in summary.by_chapter(run)]
    assert names == ["uploads", "listing", "filters", "deletion", "isolation", "errors"]


def test_the_worst_verdict_is_named_first(run: Run) -> None:
    verdicts = [str(row.verdict) for row in summary.not_held(run)]
    assert verdicts == ["error", "fail", "fail", "warn", "known"]


def test_unproven_clauses_are_grouped_by_reason(run: Run) -> None:
    first, *rest = summary.causes(run)
    assert first.reason == "no second key: set DASHSCOPE_SECOND_API_KEY"
    assert [len(cause.rows) for cause in (first, *rest)] == [2, 1, 1]


def test_only_a_required_clause_is_owed(run: Run) -> None:
    assert [row.id for row in summary.owed(run)] == ["deletion.stays-deleted"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, "Everything required held"),
        (1, "2 clauses failed"),
        (2, "The run was interrupted"),
        (6, "Nothing failed, but 1 required clause is unproven"),
        (77, "The run ended with status 77"),
    ],
)
def test_the_headline_says_how_the_run_ended(run: Run, status: int, words: str) -> None:
    ended = replace(run, footer=replace(run.footer, exit_status=status))
    assert summary.headline(ended) == words


def test_latencies_leave_out_what_was_not_answered(run: Run) -> None:
    listing = next(row for row in summary.latencies(run) if row.operation == "listFiles")
    assert (listing.requests, listing.unanswered) == (22, 2)
    assert listing.least is not None
    assert listing.median is not None
    assert listing.p95 is not None
    assert listing.least <= listing.median <= listing.p95


def test_summary_json_has_exactly_the_promised_shape(run: Run) -> None:
    document = json.loads(FORMATS["summary.json"](run))
    assert list(document) == ["target", "region", "started", "contract", "exit_status", "clauses", "totals"]
    assert [row["id"] for row in document["clauses"]] == [row.id for row in run.clauses]
    assert all(list(row) == ["id", "level", "verdict", "reason"] for row in document["clauses"])
    assert document["totals"] == {
        "requests": 40,
        "uploads": 11,
        "bytes_sent": 48213,
        "tokens": 0,
        "seconds": 74.218,
        "rate_probe": {"requests": 0, "uploads": 0, "seconds": 0.0},
        "billable": {"requests": 0, "uploads": 0},
    }


@pytest.fixture
def troubled(run: Run) -> Run:
    met = Infrastructure(
        exchanges=310, troubled=12, kinds=(("503", 7), ("timeout", 3), ("reset", 2)), repeated=9
    )
    said = Notice(level=Level.NOTE, text="The account <b>is</b> nearly full: delete some of its files.")
    return replace(run, footer=replace(run.footer, infrastructure=met, notices=(said,)))


def test_every_view_says_which_trouble_was_met(troubled: Run) -> None:
    assert summary.trouble(troubled) == (
        "12 of 310 exchanges met trouble: 7 × 503, 3 × no answer in time, 2 × broken connection; "
        "9 were repeated with success."
    )
    document = json.loads(FORMATS["summary.json"](troubled))
    assert document["infrastructure"] == {
        "exchanges": 310,
        "troubled": 12,
        "kinds": {"503": 7, "timeout": 3, "reset": 2},
        "repeated": 9,
    }
    assert document["notices"][0]["level"] == "note"
    for name in ("report.html", "summary.md"):
        written = FORMATS[name](troubled)
        assert "7 × 503" in written
        assert "nearly full" in written
        assert "<b>is</b>" not in written


def test_a_run_without_trouble_says_nothing_of_it(troubled: Run) -> None:
    calm = Infrastructure(exchanges=310, troubled=0)
    assert summary.trouble(replace(troubled, footer=replace(troubled.footer, infrastructure=calm))) == ""


def test_trouble_and_notices_are_read_as_they_were_written(troubled: Run, tmp_path: Path) -> None:
    runs.write(troubled, tmp_path / "run.jsonl")
    assert runs.read(tmp_path / "run.jsonl").footer == troubled.footer


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_run_gives_the_same_bytes(run: Run, name: str) -> None:
    assert FORMATS[name](run) == FORMATS[name](run)


@pytest.mark.parametrize("name", FORMATS)
def test_a_run_that_was_written_and_read_looks_the_same(run: Run, name: str, tmp_path: Path) -> None:
    runs.write(run, tmp_path / "run.jsonl")
    assert FORMATS[name](runs.read(tmp_path / "run.jsonl")) == FORMATS[name](run)


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_run_can_be_shown(run: Run, name: str) -> None:
    nothing = replace(run, exchanges=(), findings=(), clauses=(), conflicts=())
    assert FORMATS[name](nothing)


@pytest.mark.parametrize("name", FORMATS)
def test_a_lone_surrogate_can_be_written(run: Run, name: str) -> None:
    row = replace(run.clauses[2], reason="the name was a\ud800b")
    assert FORMATS[name](replace(run, clauses=(row,))).encode("utf-8")


def test_write_all_leaves_whole_files_only(run: Run, tmp_path: Path) -> None:
    write_all(run, tmp_path / "new" / "intl")
    assert sorted(path.name for path in (tmp_path / "new" / "intl").iterdir()) == sorted(FORMATS)
    write_all(run, tmp_path / "new" / "intl")
    assert (tmp_path / "new" / "intl" / "summary.json").read_text() == FORMATS["summary.json"](run)


@pytest.mark.parametrize("name", FORMATS)
def test_no_view_repeats_markup_that_a_target_sent(run: Run, name: str) -> None:
    if name != "summary.json":
        assert MARKUP not in FORMATS[name](run)
