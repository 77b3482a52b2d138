"""From findings to verdicts: what tests told, what traffic broke, what a region lacks, what could not be judged."""

from conformance.clauses import registry
from conformance.judging import SERVER_ERROR, Scope, gathered, ruled
from conformance.verdicts import Finding, Ruling, Verdict

CLAUSE = "listing.object"
INTL = Scope(region="intl")


def found(clause: str, verdict: Verdict, *exchanges: int, reason: str = "") -> Finding:
    return Finding(clause=clause, verdict=verdict, reason=reason, exchanges=exchanges)


def ruling(name: str, scope: Scope, *findings: Finding) -> Ruling:
    rulings, _ = ruled(registry(), {name: list(findings)} if findings else {}, scope)
    return next(each for each in rulings if each.clause == name)


def test_what_the_traffic_broke_is_told_beside_what_the_tests_told_and_once() -> None:
    told = found(CLAUSE, Verdict.FAIL, 3)
    gathering = gathered(
        [told, found("listing.data", Verdict.PASS, 3)], [told, found("listing.data", Verdict.FAIL, 4)]
    )
    assert gathering[CLAUSE] == [told]
    assert [each.verdict for each in gathering["listing.data"]] == [Verdict.PASS, Verdict.FAIL]


def test_what_traffic_keeps_is_no_news() -> None:
    assert gathered([], [found(CLAUSE, Verdict.PASS, 1)]) == {}


def test_a_lasting_server_error_fails_what_was_left_unproven_for_it() -> None:
    lasting = found(SERVER_ERROR, Verdict.FAIL, 7, 8)
    gathering = gathered([], [lasting], suspects=[(CLAUSE, 8), ("listing.data", 9)])
    assert [each.verdict for each in gathering[CLAUSE]] == [Verdict.FAIL]
    assert "listing.data" not in gathering


def test_what_nothing_was_found_of_is_unproven_and_owed_where_it_was_asked_for() -> None:
    owed = ruling(CLAUSE, INTL)
    assert (owed.verdict, owed.required) == (Verdict.UNPROVEN, True)
    spared = ruling(CLAUSE, Scope(region="intl", selected=["listing.data"]))
    assert (spared.verdict, spared.required, spared.reason) == (
        Verdict.UNPROVEN,
        False,
        "it was not selected",
    )
    capped = ruling(CLAUSE, Scope(region="intl", left_out={CLAUSE: "the budget"}))
    assert (capped.required, capped.reason) == (False, "the budget")


def test_an_obstacle_leaves_all_unproven_but_what_was_seen() -> None:
    blocked = Scope(region="intl", obstacle="nothing answers there")
    assert ruling(CLAUSE, blocked).reason == "nothing answers there"
    assert ruling(CLAUSE, blocked, found(CLAUSE, Verdict.FAIL, 1)).verdict is Verdict.FAIL


def test_what_a_region_lacks_is_absent_and_says_who_says_so() -> None:
    absent = next(
        clause for clause in registry() if clause.chapter == "chat" and "intl" not in clause.regions
    )
    told = ruling(absent.id, INTL)
    assert told.verdict is Verdict.ABSENT
    assert told.reason.startswith("Singapore does not offer it: ")
