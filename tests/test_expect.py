"""The assertions of the suite: what they accuse, what they leave unproven, and what they keep as evidence."""

import json
from typing import Any

import pytest

from conformance import expect
from conformance.exchange import Answer, Exchange, Request
from conformance.verdicts import Finding, Verdict


def exchange(
    status: int | None, body: Any = None, *, number: int = 1, account: str = "first", cut: bool = False
) -> Exchange:
    raw = b"" if body is None else json.dumps(body).encode()
    answer = None if status is None else Answer(status=status, body=raw, cut=cut)
    request = Request(method="GET", path="/files")
    trouble = "reset" if status is None else None
    return Exchange(number=number, request=request, answer=answer, trouble=trouble, account=account)


TWIN = exchange(200, {}, number=2)


def test_a_value_must_be_of_the_same_type() -> None:
    expect.equal(1, 1)
    for expected, actual in ((1, True), (1, 1.0), (0, False), ("1", 1), ([], {}), (None, 0)):
        with pytest.raises(expect.Broken):
            expect.equal(expected, actual)


def test_what_is_broken_says_what_was_expected_what_came_and_where() -> None:
    with pytest.raises(expect.Broken) as caught:
        expect.that(False, "a list", "x" * 999, exchange(200, number=7))
    assert caught.value.expected == "a list"
    assert len(caught.value.actual) == 300
    assert caught.value.exchanges == (7,)


@pytest.mark.parametrize("status", [None, 402, 403, 429, 500, 503, 401])
def test_infrastructure_proves_nothing(status: int | None) -> None:
    with pytest.raises(expect.Unproven, match="infrastructure"):
        expect.answered(exchange(status))
    with pytest.raises(expect.Unproven):
        expect.accepted(exchange(status))


def test_an_answer_that_was_cut_proves_nothing() -> None:
    with pytest.raises(expect.Unproven, match="too long or too slow"):
        expect.answered(exchange(200, cut=True))


def test_a_401_is_the_targets_own_word_on_another_key() -> None:
    expect.answered(exchange(401, account="wrong"))


@pytest.mark.parametrize("status", [302, 400, 404, 422])
def test_a_success_is_of_the_class_2xx(status: int) -> None:
    with pytest.raises(expect.Broken):
        expect.accepted(exchange(status))
    assert expect.accepted(exchange(200, {"a": 1})) == {"a": 1}


@pytest.mark.parametrize("status", [400, 404, 405, 409, 422])
def test_any_clean_refusal_will_do_where_no_page_names_the_status(status: int) -> None:
    expect.refused(exchange(status), twin=TWIN)


@pytest.mark.parametrize("status", [200, 204, 302])
def test_what_is_no_refusal_is_broken(status: int) -> None:
    with pytest.raises(expect.Broken, match="a refusal"):
        expect.refused(exchange(status), twin=TWIN)


@pytest.mark.parametrize("status", [400, 404, 503])
def test_a_refusal_proves_nothing_while_the_twin_is_refused_too(status: int) -> None:
    with pytest.raises(expect.Unproven):
        expect.refused(exchange(400), twin=exchange(status))


def test_a_status_that_a_page_names_is_the_only_one() -> None:
    expect.refused(exchange(401, account="wrong"), twin=TWIN, status=401)
    with pytest.raises(expect.Broken, match="401"):
        expect.refused(exchange(404, account="wrong"), twin=TWIN, status=401)


def finding(verdict: Verdict, clause: str = "a.b") -> Finding:
    return Finding(clause=clause, verdict=verdict, expected="x", actual="y", exchanges=(3,))


def test_a_clause_without_findings_is_unproven() -> None:
    with pytest.raises(expect.Unproven, match="nothing to measure"):
        expect.lawful([finding(Verdict.FAIL, "c.d")], "a.b")
    expect.lawful([finding(Verdict.PASS)], "a.b")


def test_one_violation_outweighs_what_held() -> None:
    with pytest.raises(expect.Broken, match="expected x, got y") as caught:
        expect.lawful([finding(Verdict.PASS), finding(Verdict.FAIL)], "a.b")
    assert caught.value.exchanges == (3,)


def test_what_assertions_look_at_is_gathered_once_each() -> None:
    evidence = expect.Evidence()
    with expect.gathering(evidence):
        expect.accepted(exchange(200, number=4))
        expect.accepted(exchange(200, number=4))
        expect.record("seen", exchange(200, number=5))
        expect.lawful([finding(Verdict.PASS)], "a.b")
    expect.note(exchange(200, number=9))
    assert evidence.exchanges == [4, 5, 3]
    assert evidence.recorded == ["seen"]


def test_an_answer_is_described_without_what_differs_from_run_to_run() -> None:
    said = {"error": {"message": "No such file: file-fe-d5c0ea9110bd47afb0505f43"}}
    assert expect.describe(exchange(404, said)) == "404 (No such file: file-…)"
    assert expect.describe(exchange(200)) == "200"
    assert expect.describe(exchange(None)) == "reset"
