"""What counts as a difference, of which class it is, and what never is one."""

from dataclasses import replace
from typing import Any

import pytest

from conformance.comparison.comparing import Comparison, compare
from conformance.comparison.difference import Class, Difference
from conformance.comparison.facets import Kind
from conformance.comparison.telling import unconfirmed
from conformance.exchange import Answer
from conformance.runs import Attested, Run
from conformance.troubles import Infrastructure
from conformance.verdicts import Verdict

from .by_hand import broken, header, made, row, ruled


def only(found: Comparison) -> Difference:
    [one] = found.differences
    return one


def without(key: str) -> Any:
    return lambda body: {name: value for name, value in body.items() if name != key}


def test_other_ids_names_times_and_strangers_are_no_difference() -> None:
    found = compare([made(1)], [made(2)])
    assert found.differences == ()
    assert (found.exit_status, found.whole.share) == (0, 1.0)


def test_a_field_that_is_missing_is_told_for_each_operation_and_state() -> None:
    found = compare([made(1)], [made(2, bend=without("status"))])
    assert {each.facet.part for each in found.differences} >= {"status"}
    assert {each.cls for each in found.differences} <= {Class.UNDOCUMENTED, Class.ONCE}
    assert found.exit_status == 1


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("bytes", 3, "integer, not its size"),
        ("bytes", "11", "string of digits"),
        ("filename", "other.txt", "string, not its file name"),
        ("created_at", 1_795_000_000_000, "integer, a time in milliseconds"),
        ("purpose", None, "null"),
    ],
)
def test_what_a_field_holds_is_compared_by_what_it_refers_to(key: str, value: Any, shown: str) -> None:
    def bend(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, key: value} if key in body else body

    found = compare([made(1)], [made(2, bend=bend)])
    told = {one.value for each in found.counted for one in each.b if one.alone}
    assert told == {shown}
    assert {each.facet.part for each in found.counted} == {key}


def test_another_text_of_an_error_is_told_without_the_id_in_it() -> None:
    def bend(body: dict[str, Any]) -> dict[str, Any]:
        if "error" not in body:
            return body
        return {"error": {**body["error"], "message": body["error"]["message"].replace("No such", "Unknown")}}

    one = only(compare([made(1)], [made(2, bend=bend)]))
    assert one.facet.kind is Kind.ANSWER
    assert one.facet.state == "GET /files/<deleted file-extract file>"
    assert "Unknown File object: <deleted file-extract file>" in one.b[0].value


def test_the_make_of_ids_is_compared() -> None:
    def bend(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "id": body["id"] + "X"} if "id" in body else body

    found = compare([made(1)], [made(2, bend=bend)])
    ids = [each for each in found.counted if each.facet.kind is Kind.ID]
    assert [one.value for one in ids[0].a + ids[0].b] == [
        "file-fe-… and 24 of 0-9 a-f",
        "file-fe-… and 25 of letters and digits",
    ]


def test_what_was_seen_once_is_not_counted_until_it_comes_back() -> None:
    def once(run: Run) -> Run:
        first = run.exchanges[4]
        answer = replace(first.answer or Answer(status=0), headers=(("content-type", "text/plain"),))
        return replace(run, exchanges=(*run.exchanges[:4], replace(first, answer=answer), *run.exchanges[5:]))

    plain, odd = made(1), once(made(2))
    found = compare([plain], [odd])
    assert {each.cls for each in found.differences} == {Class.ONCE}
    assert found.exit_status == 0
    again = compare([plain, made(3)], [odd, once(made(4))])
    assert {each.cls for each in again.differences} == {Class.UNDOCUMENTED}
    assert again.exit_status == 1


def test_a_clause_that_holds_on_one_side_alone_is_named_with_what_shows_it() -> None:
    other = ruled(
        made(2, bend=without("status")),
        [row("retrieval.object", verdict=Verdict.FAIL)],
        [broken("retrieval.object", 5, 6, 7, 8)],
    )
    found = compare([made(1)], [other])
    assert found.named == ("retrieval.object",)
    beside = {each.facet.subject for each in found.differences if each.clause == "retrieval.object"}
    assert {"retrieval.object", "retrieveFile"} <= beside


def test_a_broken_clause_that_was_seen_once_asks_for_a_second_run() -> None:
    other = ruled(made(2), [row("uploads.object", verdict=Verdict.FAIL)], [broken("uploads.object", 1)])
    found = compare([made(1)], [other])
    assert only(found).cls is Class.ONCE
    assert found.exit_status == 6
    assert compare([made(1), made(1)], [other, other]).named == ("uploads.object",)
    held = compare([made(1), made(1)], [other, made(2)])
    assert only(held).cls is Class.ONCE


def test_a_broken_clause_that_was_seen_often_and_holds_again_is_unexplained() -> None:
    other = ruled(made(2), [row("uploads.object", verdict=Verdict.FAIL)], [broken("uploads.object", 1, 2, 3)])
    found = compare([made(1), made(1)], [other, made(2)])
    assert only(found).cls is Class.UNEXPLAINED


def test_what_could_not_be_exercised_for_its_cause_goes_with_the_cause() -> None:
    reason = "it needs uploads.object, which did not hold"
    rows = [
        row("uploads.object", verdict=Verdict.FAIL),
        row("retrieval.object", verdict=Verdict.UNPROVEN, reason=reason),
    ]
    found = compare([made(1)], [ruled(made(2), rows, [broken("uploads.object", 1, 2)])])
    assert found.named == ("uploads.object",)
    assert {each.clause for each in found.differences} == {"uploads.object"}


def test_two_sides_that_break_a_clause_each_in_its_own_way_are_told() -> None:
    def side(seed: int, size: int) -> Run:
        def bend(body: dict[str, Any]) -> dict[str, Any]:
            return {**body, "bytes": size or None} if "bytes" in body else body

        rows = [row("retrieval.object", verdict=Verdict.FAIL)]
        return ruled(made(seed, bend=bend), rows, [broken("retrieval.object", 5, 6, 7, 8)])

    found = compare([side(1, 5)], [side(2, 0)])
    assert found.named == ("retrieval.object",)
    assert any("each in its own way" in each.why for each in found.differences)
    assert compare([side(1, 5)], [side(2, 5)]).differences == ()


def test_what_trouble_left_unproven_is_infrastructure_and_no_difference() -> None:
    other = ruled(made(2), [row("uploads.object", verdict=Verdict.UNPROVEN, reason="no answer in time")])
    found = compare([made(1)], [other])
    assert only(found).cls is Class.INFRASTRUCTURE
    assert (found.counted, found.exit_status) == ((), 6)


def test_a_chapter_that_a_region_lacks_is_documented() -> None:
    other = ruled(replace(made(2), header=header("mock-cn", region="cn")), [row("chat.answered")])
    found = compare([made(1)], [other])
    assert only(found).cls is Class.DOCUMENTED
    assert found.exit_status == 0


def test_slower_answers_are_timing_and_never_count() -> None:
    slow = [made(seed, seconds=0.2) for seed in (2, 3)]
    found = compare([made(seed, seconds=0.02) for seed in (1, 4)], slow)
    assert {each.cls for each in found.differences} == {Class.TIMING}
    assert found.exit_status == 0


def test_trouble_on_one_way_alone_is_infrastructure() -> None:
    met = Infrastructure(exchanges=20, troubled=4, kinds=(("reset", 4),), repeated=4)
    other = made(2)
    other = replace(other, footer=replace(other.footer, infrastructure=met))
    assert only(compare([made(1)], [other])).cls is Class.INFRASTRUCTURE


def test_runs_of_two_contracts_are_compared_on_what_they_share_and_it_is_said() -> None:
    other = ruled(
        replace(made(2), header=header("mock", contract="sha256:fedcba9876543210")),
        [row("uploads.object", verdict=Verdict.FAIL, text="Another sentence."), row("uploads.new")],
        [broken("uploads.object", 1, 2)],
    )
    found = compare([made(1)], [other])
    assert found.differences == ()
    assert any(
        "two contracts" in remark and "1 of A and 2 of B are left out" in remark for remark in found.remarks
    )


def test_the_mock_beside_a_live_target_says_how_each_behaviour_is_known() -> None:
    other = ruled(
        replace(made(2), header=header("intl")),
        [row("uploads.object", verdict=Verdict.FAIL)],
        [broken("uploads.object", 1, 2)],
    )
    found = compare([made(1)], [other])
    labels = {each.clause: (each.label, each.alike, each.verified) for each in found.behaviours}
    assert labels["retrieval.object"] == ("live-verified", True, "intl, 2026-11-22")
    assert labels["uploads.object"] == ("documented", False, "")
    assert compare([made(1)], [made(2)]).behaviours == ()


def test_what_the_mock_does_is_confirmed_by_an_earlier_live_run_or_by_none() -> None:
    seen = (Attested(region="intl", held="2026-11-01T00:00:00Z"),)
    mock = made(1)
    rows = tuple(replace(each, attested=seen if each.id == "uploads.object" else ()) for each in mock.clauses)
    found = compare([replace(mock, clauses=rows)], [made(2, target="http://localhost:8080")])
    live = {each.clause: each.live for each in found.behaviours}
    assert live["uploads.object"] == "intl, 2026-11-01"
    assert set(live.values()) == {"intl, 2026-11-01", ""}
    assert unconfirmed(found) == f"No live run has confirmed {len(live) - 1} of {len(live)}."
