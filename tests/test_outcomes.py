from collections.abc import Callable
from typing import cast

import pytest

from conformance import expect
from conformance.budget import OutOfBudget
from conformance.clauses import Clause, registry
from conformance.errors import TargetError
from conformance.expect import Broken, Evidence, Unproven
from conformance.outcomes import EVIDENCE, clauses_of, finding, speak
from conformance.pacing import NoPace
from conformance.session import Session, Settings
from conformance.targets import Target
from conformance.verdicts import Finding, Verdict
from tests.laws.history import History

MUST = registry()["listing.after"]
SHOULD = registry()["listing.limit-below"]


def raising(error: BaseException | None) -> Callable[[], None]:
    def call() -> None:
        if error is not None:
            raise error

    return call


@pytest.fixture
def item(request: pytest.FixtureRequest) -> pytest.Item:
    node = cast(pytest.Item, request.node)
    node.stash[EVIDENCE] = Evidence()
    return node


def outcome(item: pytest.Item, error: BaseException | None, clause: Clause = MUST) -> Finding:
    call = pytest.CallInfo.from_call(raising(error), "call", reraise=())
    return finding(item, clause, call)


def test_a_test_that_ends_well_says_pass(item: pytest.Item) -> None:
    found = outcome(item, None)
    assert (found.clause, found.verdict, found.test) == (MUST.id, Verdict.PASS, item.nodeid)


def test_what_was_recorded_is_observed_and_not_judged(item: pytest.Item) -> None:
    with expect.gathering(item.stash[EVIDENCE]):
        expect.record("oldest first")
        expect.record("404")
    found = outcome(item, None)
    assert (found.verdict, found.reason) == (Verdict.OBSERVED, "oldest first; 404")


def test_a_broken_expectation_says_what_was_expected_and_names_its_exchanges_first(item: pytest.Item) -> None:
    history = History()
    pages = [history.page([]) for _ in range(3)]
    item.stash[EVIDENCE].exchanges[:] = [7, 3]
    found = outcome(item, Broken("one", "two", [pages[2], pages[0]]))
    assert (found.verdict, found.expected, found.actual) == (Verdict.FAIL, "one", "two")
    assert found.reason == "expected one, got two"
    assert found.exchanges == (1, 7, 3)


@pytest.mark.parametrize(
    "error",
    [
        Unproven("no second account"),
        OutOfBudget("--budget-requests=3 is used up"),
        TargetError("it is silent."),
    ],
)
def test_what_could_not_be_exercised_is_unproven_and_says_why(
    item: pytest.Item, error: BaseException
) -> None:
    found = outcome(item, error)
    assert (found.verdict, found.reason) == (Verdict.UNPROVEN, str(error))


def test_a_skip_is_unproven_too(item: pytest.Item) -> None:
    found = outcome(item, pytest.skip.Exception("not today"))
    assert (found.verdict, found.reason) == (Verdict.UNPROVEN, "not today")


@pytest.mark.parametrize("error", [ValueError("x" * 900), AssertionError("ours"), KeyError("data")])
def test_whatever_else_is_raised_is_our_own_fault(item: pytest.Item, error: Exception) -> None:
    found = outcome(item, error)
    assert found.verdict is Verdict.ERROR
    assert found.reason.startswith(f"{type(error).__name__}: ")
    assert len(found.reason) <= 500


def test_evidence_is_kept_within_bounds(item: pytest.Item) -> None:
    item.stash[EVIDENCE].exchanges[:] = range(40)
    assert outcome(item, None).exchanges == tuple(range(12))


@pytest.fixture
def session() -> Session:
    return Session(Target(name="t", region="intl", base_url="http://127.0.0.1:9"), Settings(), NoPace())


def spoken(item: pytest.Item, session: Session, error: Exception | None, clause: Clause) -> pytest.TestReport:
    call = pytest.CallInfo.from_call(raising(error), "call", reraise=())
    report = pytest.TestReport.from_item_and_call(item, call)
    speak(report, item, clause, finding(item, clause, call), session)
    return report


def test_a_broken_must_fails_with_a_card_of_its_clause(item: pytest.Item, session: Session) -> None:
    report = spoken(item, session, Broken("an empty page", "3 files", []), MUST)
    assert report.outcome == "failed"
    card = str(report.longrepr)
    for words in (MUST.id, MUST.text, "source:", "an empty page", "3 files", "exchanges: none"):
        assert words in card


def test_a_broken_should_is_expected_to_fail(item: pytest.Item, session: Session) -> None:
    report = spoken(item, session, Broken("4xx", "200", []), SHOULD)
    assert report.outcome == "skipped"
    assert report.wasxfail == f"{SHOULD.id}: expected 4xx, got 200"


def test_what_is_unproven_is_skipped_with_its_reason(item: pytest.Item, session: Session) -> None:
    report = spoken(item, session, Unproven("weather"), MUST)
    assert report.outcome == "skipped"
    assert isinstance(report.longrepr, tuple)
    assert report.longrepr[2] == "unproven: weather"


@pytest.mark.parametrize("error", [None, ValueError("ours")])
def test_what_held_and_what_is_our_fault_pytest_may_tell_itself(
    item: pytest.Item, session: Session, error: Exception | None
) -> None:
    report = spoken(item, session, error, MUST)
    assert report.outcome == ("failed" if error else "passed")


@pytest.mark.clause("listing.after")
def test_a_test_is_known_by_the_clause_that_it_is_marked_with(item: pytest.Item) -> None:
    assert clauses_of(item) == [MUST]


@pytest.mark.clause("listing.nonsense")
def test_a_mark_of_a_clause_that_nobody_knows_is_a_usage_error(item: pytest.Item) -> None:
    with pytest.raises(pytest.UsageError, match=r"test_outcomes\.py::.*listing\.nonsense"):
        clauses_of(item)
