"""What the gate decides of a run, beside an earlier one and beside what was promised."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from conformance.deviations import Deviation
from conformance.errors import UsageError
from conformance.gate import Decision, Kind, decide, promised, proposed, started
from conformance.merging import merged
from conformance.runs import ClauseRow, Footer, Header, Run, Totals
from conformance.verdicts import ExitStatus, Finding, Verdict

DAY = dt.date(2026, 3, 10)
HEADER = Header(
    target="intl",
    region="intl",
    base_url="https://example.test/v1",
    started="2026-03-10T03:17:00+00:00",
    contract="sha256:0",
    version="1",
    profile="standard",
    lane="gate",
    seed=0,
    pace="off",
)
LEVELS = {"listing.a": "must", "listing.b": "must", "listing.c": "should", "listing.d": "observed"}
NEEDS = {"listing.b": ("listing.a",)}


def run(
    verdicts: Mapping[str, str] = MappingProxyType({}),
    status: int = 0,
    *,
    levels: dict[str, str] = LEVELS,
    header: Header = HEADER,
    strict: dict[str, Verdict] | None = None,
    free: tuple[str, ...] = (),
) -> Run:
    """Make a run in which every clause passed but those named by the letter behind their dot."""
    rows = []
    for name, level in levels.items():
        usual = "observed" if level == "observed" else "pass"
        verdict = Verdict(verdicts.get(name[-1], usual))
        rows.append(
            ClauseRow(
                id=name,
                level=level,
                text=f"The sentence of {name}.",
                applies=("listFiles",),
                regions=("cn", "intl"),
                sources=(),
                needs=NEEDS.get(name, ()),
                untestable="",
                verdict=verdict,
                reason=f"as it was: {verdict}",
                required=level == "must" and name not in free,
                strict=(strict or {}).get(name),
            )
        )
    findings = [
        Finding(clause=row.id, verdict=Verdict.FAIL, reason="seen", expected="1", actual="2")
        for row in rows
        if (row.strict or row.verdict) in {Verdict.FAIL, Verdict.WARN}
    ]
    findings += [
        Finding(clause=row.id, verdict=Verdict.PASS)
        for row in rows
        if (row.strict or row.verdict) is Verdict.PASS
    ]
    totals = Totals(requests=1, uploads=0, bytes_sent=0, seconds=1.0)
    return Run(
        header=header,
        exchanges=(),
        findings=tuple(findings),
        clauses=tuple(rows),
        conflicts=(),
        footer=Footer(exit_status=status, totals=totals),
    )


def kinds(decision: Decision) -> dict[str, Kind]:
    return {entry.row.id[-1]: entry.kind for entry in decision.entries}


def row(clause: str, *, until: dt.date = DAY) -> Deviation:
    return Deviation(clause=clause, since=dt.date(2026, 1, 1), until=until, owner="us", reason="they know")


def test_two_equal_runs_open_the_gate_and_nothing_is_named() -> None:
    decision = decide(run(), run())
    assert (decision.status, decision.entries, decision.said) == (ExitStatus.PASSED, (), ())
    assert (decision.judged, decision.clauses, decision.judged_before) == (3, 4, 3)


@pytest.mark.parametrize(
    ("before", "after", "kind", "status"),
    [
        # A must.
        ({}, {"a": "fail"}, Kind.WORSE, 1),
        ({"a": "known"}, {"a": "fail"}, Kind.WORSE, 1),
        ({"a": "fail"}, {"a": "fail"}, Kind.STANDING, 0),
        ({"a": "fail"}, {}, Kind.BETTER, 0),
        ({"a": "known"}, {}, Kind.BETTER, 0),
        ({"a": "unproven"}, {"a": "fail"}, Kind.WORSE, 1),
        ({"a": "absent"}, {"a": "fail"}, Kind.WORSE, 1),
        ({"a": "error"}, {"a": "fail"}, Kind.WORSE, 1),
        ({}, {"a": "known"}, Kind.KNOWN, 0),
        ({"a": "fail"}, {"a": "known"}, Kind.KNOWN, 0),
        # A should.
        ({}, {"c": "warn"}, Kind.WORSE, 1),
        ({"c": "known"}, {"c": "warn"}, Kind.WORSE, 1),
        ({"c": "warn"}, {"c": "warn"}, Kind.STANDING, 0),
        ({"c": "unproven"}, {"c": "warn"}, Kind.STANDING, 0),
        # What is not judged any more.
        ({}, {"a": "unproven"}, Kind.LOST, 6),
        ({"a": "fail"}, {"a": "unproven"}, Kind.LOST, 6),
        ({}, {"c": "unproven"}, Kind.LOST, 6),
        ({"a": "unproven"}, {"a": "unproven"}, Kind.STANDING, 0),
        ({"a": "absent"}, {"a": "unproven"}, Kind.LOST, 6),
        # Our own fault is nobody else's.
        ({}, {"a": "error"}, Kind.ERROR, 3),
        ({"a": "error"}, {"a": "error"}, Kind.ERROR, 3),
    ],
)
def test_each_way_for_a_verdict_to_move(
    before: dict[str, str], after: dict[str, str], kind: Kind, status: int
) -> None:
    decision = decide(run(after), run(before))
    [entry] = decision.entries
    assert (entry.kind, decision.status) == (kind, status)


@pytest.mark.parametrize(
    "moves", [({}, {"d": "unproven"}), ({"c": "unproven"}, {"c": "unproven"}), ({}, {"a": "absent"})]
)
def test_what_nobody_is_owed_is_not_named(moves: tuple[dict[str, str], dict[str, str]]) -> None:
    before, after = moves
    decision = decide(run(after), run(before))
    assert (decision.status, decision.entries) == (ExitStatus.PASSED, ())


@pytest.mark.parametrize(
    ("verdicts", "kind", "status"),
    [
        ({}, None, 0),
        ({"a": "fail"}, Kind.WORSE, 1),
        ({"c": "warn"}, Kind.STANDING, 0),
        ({"a": "known"}, Kind.KNOWN, 0),
        ({"a": "unproven"}, Kind.LOST, 6),
        ({"c": "unproven"}, None, 0),
        ({"a": "error"}, Kind.ERROR, 3),
    ],
)
def test_without_an_earlier_run_the_gate_says_what_the_run_says(
    verdicts: dict[str, str], kind: Kind | None, status: int
) -> None:
    decision = decide(run(verdicts))
    assert [entry.kind for entry in decision.entries] == [kind] * (kind is not None)
    assert (decision.status, decision.judged_before) == (status, None)


def test_a_failure_outweighs_what_is_lost() -> None:
    decision = decide(run({"a": "fail", "c": "unproven"}), run())
    assert kinds(decision) == {"a": Kind.WORSE, "c": Kind.LOST}
    assert decision.status == 1


def test_what_depends_on_a_known_failure_is_listed_and_costs_nothing() -> None:
    decision = decide(run({"a": "known", "b": "unproven"}), run())
    assert kinds(decision) == {"a": Kind.KNOWN, "b": Kind.BEHIND}
    assert decision.status == 0


def test_a_run_that_judged_less_is_told_with_both_numbers() -> None:
    decision = decide(run({"a": "unproven", "c": "unproven"}, free=("listing.a",)), run())
    assert decision.status == 6
    assert "RUN judged fewer clauses than BASE: 1, not 3." in decision.said


def test_runs_of_two_contracts_are_compared_on_what_they_share_and_this_is_said() -> None:
    newer = replace(HEADER, contract="sha256:1", version="2")
    levels = {"listing.a": "must", "listing.c": "must", "listing.e": "must", "listing.f": "should"}
    decision = decide(run({"f": "warn"}, levels=levels, header=newer), run({"c": "warn"}))
    assert decision.status == 0
    said = " ".join(decision.said)
    assert "RUN was judged by contract sha256:1 and BASE by sha256:0" in said
    assert "compared on the 2 clauses that both have" in said
    assert "Gone from the contract: listing.b, listing.d." in said
    assert "New in the contract: listing.e, listing.f." in said
    assert "Of another level now: listing.c (should → must)." in said
    assert "The version of RUN is 2, that of BASE was 1." in said
    assert kinds(decision)["f"] is Kind.STANDING


def test_a_new_must_that_fails_has_no_past_to_excuse_it() -> None:
    newer = replace(HEADER, contract="sha256:1")
    decision = decide(run({"e": "fail"}, levels=LEVELS | {"listing.e": "must"}, header=newer), run())
    assert (kinds(decision), decision.status) == ({"e": Kind.WORSE}, 1)


@pytest.mark.parametrize("field", ["target", "region", "profile", "lane"])
def test_what_the_runs_do_not_share_is_said(field: str) -> None:
    other: dict[str, str] = {field: "other"}
    decision = decide(run(header=replace(HEADER, **other)), run())  # type: ignore[arg-type]
    mine = getattr(HEADER, field)
    assert decision.said == (f"The {field} of RUN is other, that of BASE was {mine}.",)
    assert decision.status == 0


def test_a_base_that_is_younger_is_said() -> None:
    later = replace(HEADER, started="2026-03-11T03:17:00+00:00")
    assert "BASE is the younger of the two" in " ".join(decide(run(), run(header=later)).said)


def test_what_the_region_of_the_run_does_not_offer_is_said() -> None:
    decision = decide(run({"a": "absent"}, header=replace(HEADER, region="cn")), run())
    assert "Judged in BASE, and not offered in the region of RUN: listing.a." in decision.said


def test_runs_that_have_nothing_in_common_prove_nothing() -> None:
    decision = decide(
        run({"b": "unproven", "c": "unproven"}, free=("listing.b",)), run({"a": "unproven", "b": "unproven"})
    )
    assert decision.status == 6
    decision = decide(run(), run({"a": "unproven", "b": "unproven", "c": "unproven"}))
    assert decision.status == 6
    assert "No clause was judged by both runs: there is nothing to compare." in decision.said


@pytest.mark.parametrize("status", [2, 4, 5])
def test_a_run_that_is_not_whole_is_refused(status: int) -> None:
    with pytest.raises(UsageError, match=r"^RUN, a run of intl, .*: judge one that is whole"):
        decide(run(status=status), run())
    with pytest.raises(UsageError, match=r"^BASE, a run of intl,"):
        decide(run(), run(status=status))


def test_an_error_of_ours_that_is_no_clauses_shuts_the_gate() -> None:
    assert decide(run(status=3), run()).status == 3


def test_what_a_run_could_not_remove_costs_the_green() -> None:
    left = run(status=6)
    left = replace(left, footer=replace(left.footer, note="1 file could not be deleted."))
    decision = decide(left, run())
    assert (decision.status, decision.said) == (6, ("1 file could not be deleted.",))


def test_what_a_run_would_have_a_person_know_is_said_once() -> None:
    noted = run({"b": "unproven"}, 6)
    footer = replace(noted.footer, note="1 file is left. It fits nothing.", strays=("It fits nothing.",))
    decision = decide(replace(noted, footer=footer), run({"b": "unproven"}))
    assert (decision.said, decision.strays) == (("1 file is left.",), ("It fits nothing.",))


@pytest.mark.parametrize("before", [{}, {"a": "fail"}, {"a": "known"}])
def test_a_promise_that_is_not_true_any_more_fails_whatever_was_before(before: dict[str, str]) -> None:
    stale = run({"a": "fail"}, 1, strict={"listing.a": Verdict.PASS})
    decision = decide(stale, run(before))
    assert (kinds(decision), decision.status) == ({"a": Kind.PROMISE}, 1)
    assert decide(stale, stale).status == 1


def test_a_base_that_failed_for_a_stale_promise_alone_excuses_no_failure() -> None:
    stale = run({"a": "fail"}, 1, strict={"listing.a": Verdict.PASS})
    assert kinds(decide(run({"a": "fail"}), stale)) == {"a": Kind.WORSE}


def test_a_stray_promise_fails_the_gate() -> None:
    stray = replace(run(status=1), footer=replace(run(status=1).footer, strays=("It fits nothing.",)))
    assert (decide(stray, run()).status, decide(stray, stray).status) == (1, 1)


def test_promises_are_judged_again_by_the_day() -> None:
    failed = run({"a": "fail", "b": "unproven"}, 1)
    rows = (row("listing.a"),)
    kept = promised(failed, rows, DAY)
    assert kinds(decide(kept, run())) == {"a": Kind.KNOWN, "b": Kind.BEHIND}
    assert decide(kept, run()).status == 0
    expired = promised(failed, rows, DAY + dt.timedelta(days=1))
    assert kinds(decide(expired, run()))["a"] is Kind.PROMISE
    assert decide(promised(run(), rows, DAY), run()).status == 1


def test_promises_that_a_run_was_made_with_are_forgotten_for_the_new_ones() -> None:
    kept = promised(run({"a": "fail"}, 1), (row("listing.a"),), DAY)
    again = promised(kept, (), DAY)
    assert again.clauses[0].verdict is Verdict.FAIL
    assert again.clauses[0].reason == "seen"
    assert kinds(decide(again, run())) == {"a": Kind.WORSE}
    assert promised(promised(run(), (row("listing.a"),), DAY), (), DAY).clauses[0].verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("clause", "words"), [("listing.z", "matches no clause"), ("listing.c", "does not offer")]
)
def test_a_row_that_fits_no_clause_of_the_region_is_a_stray(clause: str, words: str) -> None:
    judged = promised(run({"c": "absent"}), (row(clause, until=dt.date(2026, 1, 2)),), DAY)
    assert words in judged.footer.strays[0]
    assert decide(judged, run({"c": "absent"})).status == 1


def test_what_got_worse_and_what_ran_out_is_proposed_and_nothing_else() -> None:
    judged = promised(
        run({"a": "fail", "b": "fail", "c": "warn"}, 1), (row("listing.a", until=dt.date(2026, 2, 1)),), DAY
    )
    decision = decide(judged, run({"c": "warn"}))
    rows = proposed(decision, since=DAY, until=DAY, owner="me", reason="why", link="https://example.test/1")
    assert [each.clause for each in rows] == ["listing.b", "listing.a"]
    assert {(each.since, each.until, each.owner, each.reason) for each in rows} == {(DAY, DAY, "me", "why")}
    stale = decide(promised(run(), (row("listing.a"),), DAY), run())
    assert proposed(stale, since=DAY, until=DAY, owner="me", reason="why") == ()


def test_the_day_of_a_run_is_its_own() -> None:
    assert started(run()) == DAY
    with pytest.raises(UsageError, match="does not say when it began"):
        started(run(header=replace(HEADER, started="yesterday")))


def test_the_parts_of_a_run_join_with_what_their_promises_changed() -> None:
    rows = (row("listing.a"), row("listing.b", until=dt.date(2026, 2, 1)), row("listing.c"), row("listing.z"))
    one = promised(run({"a": "fail"}, 1), rows, DAY)
    other = promised(run({"a": "unproven", "b": "unproven", "c": "unproven"}, 1), rows, DAY)
    parts = [
        replace(part, header=replace(part.header, shard=f"{at}/2")) for at, part in enumerate((one, other), 1)
    ]
    joined = merged(parts)
    assert joined.footer.strays == one.footer.strays
    assert kinds(decide(joined)) == {"a": Kind.KNOWN, "b": Kind.PROMISE, "c": Kind.PROMISE}
    assert kinds(decide(promised(joined, (), DAY))) == {"a": Kind.WORSE}
