import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.requests import Request

from conformance.budget import Caps
from conformance.chat import ROLE, USAGE, Chat, asking
from conformance.clauses import Clause, Profile, registry
from conformance.client import FormFile, Timing
from conformance.deviations import Deviation
from conformance.mock import serve
from conformance.pacing import NoPace
from conformance.replies import tokens_told
from conformance.runs import Run
from conformance.session import Session, Settings
from conformance.targets import Target
from conformance.verdicts import ExitStatus, Finding, Verdict
from tests.laws.history import History
from tests.odd_servers.manners import Manners
from tests.odd_servers.running import serving
from tests.odd_servers.server import BASE, KEYS, Odd, RefusalError, Said, Shelf

NOWHERE = "http://127.0.0.1:9"
FILE = FormFile(filename="conformance-a.txt", content=b"hello", size=5)
MUSTS = frozenset(clause.id for clause in registry() if clause.level == "must" and not clause.untestable)


def begun(url: str = NOWHERE, *, settings: Settings | None = None) -> Session:
    target = Target(name=url, region="intl", base_url=f"{url}{BASE}", key=KEYS[0])
    timing = Timing(connect=2, silence=2, whole=5, attempts=3, backoff=0.001, patience=30)
    return Session(target, settings or Settings(), NoPace(), timing=timing)


@pytest.fixture
def session() -> Iterator[Session]:
    started = begun()
    yield started
    started.close()


def found(clause: str, verdict: Verdict, reason: str = "seen") -> Finding:
    return Finding(clause=clause, verdict=verdict, reason=reason)


def verdict(run: Run, clause: str) -> tuple[str, str]:
    [row] = [row for row in run.clauses if row.id == clause]
    return row.verdict, row.reason


def all_hold(session: Session, *, but: frozenset[str] = frozenset()) -> None:
    """Let every clause in scope have been exercised and have held."""
    for clause in session.registry:
        if clause.id not in but:
            session.findings.append(found(clause.id, Verdict.PASS, ""))


def test_a_run_in_which_everything_held_passes(session: Session) -> None:
    all_hold(session)
    run = session.run()
    assert run.footer.exit_status == ExitStatus.PASSED
    assert {row.id for row in run.clauses} == set(registry().clauses)
    assert run.footer.note == ""


@pytest.mark.parametrize("level", ["must", "should"])
def test_a_clause_that_does_not_hold_costs_what_its_level_says(session: Session, level: str) -> None:
    clause = next(
        clause.id
        for clause in session.registry
        if clause.level == level
        and not clause.needs
        and not any(clause.id in other.needs for other in session.registry)
    )
    all_hold(session)
    session.findings.append(found(clause, Verdict.FAIL))
    run = session.run()
    assert verdict(run, clause) == ("fail" if level == "must" else "warn", "seen")
    assert run.footer.exit_status == (ExitStatus.FAILED if level == "must" else ExitStatus.PASSED)


def chain() -> tuple[Clause, Clause, Clause]:
    """Find three clauses of which each needs the one before it, and the last not the first."""
    known = registry()
    for last in known:
        for middle in (known[name] for name in last.needs):
            for first in (known[name] for name in middle.needs):
                if first.id not in last.needs and not first.needs:
                    return first, middle, last
    raise AssertionError("no clause needs one that needs one")


def test_what_needs_a_clause_that_did_not_hold_is_unproven_and_names_it(session: Session) -> None:
    first, middle, last = chain()
    for clause in (first, middle, last):
        session.findings.append(found(clause.id, Verdict.FAIL))
    run = session.run()
    assert verdict(run, first.id)[0] in {"fail", "warn"}
    assert verdict(run, middle.id) == ("unproven", f"it needs {first.id}, which did not hold")
    assert verdict(run, last.id) == ("unproven", f"it needs {first.id}, which did not hold")


def test_a_cause_is_found_through_a_clause_that_was_not_exercised_at_all(session: Session) -> None:
    first, _, last = chain()
    session.findings += [found(first.id, Verdict.FAIL), found(last.id, Verdict.FAIL)]
    assert verdict(session.run(), last.id) == ("unproven", f"it needs {first.id}, which did not hold")


def test_what_depends_on_a_known_failure_costs_no_more_than_the_failure(session: Session) -> None:
    first, middle, _ = chain()
    since, until = dt.date(2026, 1, 1), dt.date(2099, 1, 1)
    promise = Deviation(clause=first.id, since=since, until=until, owner="tests", reason="planted")
    session.settings = Settings(deviations=(promise,))
    all_hold(session, but=frozenset({first.id, middle.id}))
    session.findings += [found(first.id, Verdict.FAIL), found(middle.id, Verdict.FAIL)]
    run = session.run()
    assert (verdict(run, first.id)[0], verdict(run, middle.id)[0]) == ("known", "unproven")
    assert not next(row for row in run.clauses if row.id == middle.id).required


def test_what_held_all_the_same_stays_held(session: Session) -> None:
    first, middle, _ = chain()
    session.findings += [found(first.id, Verdict.FAIL), found(middle.id, Verdict.PASS)]
    assert verdict(session.run(), middle.id)[0] == "pass"


def test_an_obstacle_leaves_everything_unproven_and_accuses_nobody(session: Session) -> None:
    history = History()
    history.add("GET", "/files", b"<html>not this API</html>", http=200)
    session.recorder(history.exchanges[0])
    session.obstacle = "the target speaks of something else."
    run = session.run(selected=frozenset())
    assert {row.verdict for row in run.clauses} <= {"unproven", "absent"}
    here = [row for row in run.clauses if row.verdict != "absent"]
    assert {row.reason for row in here if row.id in MUSTS} == {session.obstacle}
    assert run.footer.exit_status == ExitStatus.UNPROVEN
    assert run.footer.note == session.obstacle
    assert run.findings == ()


@pytest.mark.parametrize(("statuses", "expected"), [((500,) * 3, "fail"), ((500, 200, 500), "unproven")])
def test_a_server_error_that_stays_turns_its_suspect_into_a_failure(
    session: Session, statuses: tuple[int, ...], expected: str
) -> None:
    history = History()
    history.page([])
    for status in statuses:
        body = {"object": "list", "data": [], "has_more": False}
        history.add("GET", "/files", body, query=(("limit", "1"),), http=status)
    for exchange in history.exchanges:
        session.recorder(exchange)
    session.findings.append(found("listing.limit-one", Verdict.UNPROVEN, "infrastructure"))
    session.suspects.append(("listing.limit-one", history.exchanges[-1].number))
    run = session.run()
    assert verdict(run, "listing.limit-one")[0] == expected
    assert (verdict(run, "errors.no-server-error")[0] == "fail") is (expected == "fail")


def test_clauses_that_were_not_selected_cost_nothing(session: Session) -> None:
    session.findings.append(found("listing.limit-one", Verdict.PASS))
    run = session.run(selected=frozenset({"listing.limit-one"}))
    assert run.footer.exit_status == ExitStatus.PASSED
    assert verdict(run, "listing.after") == ("unproven", "it was not selected")


def test_a_selected_clause_that_no_test_came_to_costs_the_green(session: Session) -> None:
    run = session.run(selected=frozenset({"listing.limit-one"}))
    assert verdict(run, "listing.limit-one") == ("unproven", "no test of it came to run")
    assert run.footer.exit_status == ExitStatus.UNPROVEN


def test_what_a_profile_leaves_out_is_named_and_not_required(session: Session) -> None:
    region = session.target.region
    deep = {each.id for each in session.registry if each.profile is Profile.DEEP and region in each.regions}
    all_hold(session, but=frozenset(deep))
    run = session.run()
    assert run.footer.exit_status == ExitStatus.PASSED
    assert {verdict(run, name)[1] for name in deep} == {"profile: only --profile=deep exercises it"}


def test_a_deviation_that_matches_no_clause_fails_the_run() -> None:
    since, until = dt.date(2026, 1, 1), dt.date(2099, 1, 1)
    stray = Deviation(clause="listing.nonsense", since=since, until=until, owner="tests", reason="planted")
    session = begun(settings=Settings(deviations=(stray,)))
    all_hold(session)
    run = session.run()
    assert run.footer.exit_status == ExitStatus.FAILED
    assert "listing.nonsense" in run.footer.note


def test_an_interrupted_run_says_so_whatever_held(session: Session) -> None:
    all_hold(session)
    assert session.run(interrupted=True).footer.exit_status == ExitStatus.INTERRUPTED


def remaining(odd: Odd) -> list[str]:
    return [record["filename"] for record in odd.shelves[KEYS[0]].values() if record["gone"] is None]


def test_what_a_run_made_is_deleted_newest_first() -> None:
    odd = Odd(Manners(strangers=1))
    with serving(odd) as url:
        session = begun(url)
        for _ in range(3):
            session.files.upload(FILE, "file-extract")
        session.clean()
        session.close()
    assert remaining(odd) == ["stranger-0.txt"]
    sent = session.recorder.exchanges
    made = [exchange.mapping()["id"] for exchange in sent if exchange.request.is_upload]
    deleted = [e.request.path.rpartition("/")[2] for e in sent if e.request.method == "DELETE"]
    assert deleted == made[::-1]
    assert session.run().footer.note == ""


class Unyielding(Odd):
    """Deletes nothing."""

    def delete(self, shelf: Shelf, name: str) -> Said:
        raise RefusalError(400, f"{name} of {len(shelf)} is in use")


def test_files_that_cannot_be_deleted_are_named() -> None:
    with serving(Unyielding(Manners(strangers=0))) as url:
        session = begun(url)
        name = session.files.upload(FILE, "file-extract").mapping()["id"]
        session.clean()
        session.close()
    note = session.run().footer.note
    assert note == f"1 files could not be deleted and are still there: {name}."


class Forgetful(Odd):
    """Loses the first answers to uploads, when all was done."""

    losses = 3

    def is_lost(self, request: Request) -> bool:  # noqa: ARG002 - the first answers are lost, whatever they say
        self.losses -= 1
        return self.losses >= 0


def test_what_an_upload_left_whose_answer_never_came_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.session.SETTLING", 0.3)
    odd = Forgetful(Manners(strangers=1, lag=0.2))
    with serving(odd) as url:
        session = begun(url, settings=Settings(caps=Caps(requests=2)))
        odd.losses = 1
        own = replace(FILE, filename=f"conformance-{session.tag} a.txt")
        with pytest.raises(Exception, match="is used up"):
            session.files.upload(own, "file-extract")
        assert len(remaining(odd)) == 2
        session.clean()
        session.close()
    assert remaining(odd) == ["stranger-0.txt"]


def test_the_same_traffic_is_judged_once(session: Session) -> None:
    history = History()
    name = history.upload("a")
    history.retrieve(name)
    for exchange in history.exchanges:
        session.recorder(exchange)
    before = session.judged()
    assert before
    assert session.judged() == before
    session.zone = 3600.0
    assert len(session.judged()) == len(before)


def test_the_header_and_the_totals_say_what_was_asked_and_sent() -> None:
    odd = Odd(Manners())
    with serving(odd) as url:
        session = begun(url, settings=Settings(profile=Profile.SMOKE, lane="explore", seed=7, pace="off"))
        session.files.upload(FILE, "file-extract")
        session.files.list(limit=1)
        session.close()
    run = session.run()
    header = run.header
    assert (header.profile, header.lane, header.seed, header.pace) == ("smoke", "explore", 7, "off")
    assert (header.target, header.region, header.base_url) == (url, "intl", f"{url}{BASE}")
    totals = run.footer.totals
    assert (totals.requests, totals.uploads) == (2, 1)
    assert totals.bytes_sent >= FILE.size


def test_the_totals_say_the_tokens_that_answers_tell() -> None:
    with serve(region="cn", keys=KEYS) as mock:
        session = begun(mock.url.removesuffix(BASE))
        chat = Chat(session.client)
        told = [chat.ask(ROLE, asking("?")), chat.ask(ROLE, asking("?"), **USAGE)]
        chat.ask(ROLE, asking("?"), model="no-such-model")
        session.close()
    used = [tokens_told(exchange) for exchange in told]
    assert session.run().footer.totals.tokens == sum(each or 0 for each in used)
    assert all(used)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (Settings(pace="off"), "only --rate-probe=yes"),
        (Settings(pace="2", rate_probe=True), "--pace=2 forbids it"),
        (Settings(rate_probe=True, profile=Profile.SMOKE), "profile: only --profile=standard"),
        (Settings(pace="documented", rate_probe=True), ""),
    ],
)
def test_rates_are_asked_for_only_where_that_is_wanted(settings: Settings, said: str) -> None:
    begins = begun(settings=settings)
    reason = begins.in_scope(registry()["rates.uploads-admitted"])
    assert (said in reason) if said else not reason
    ruled = {row.id: row for row in begins.run().clauses}["rates.uploads-admitted"]
    assert ruled.required is (not said)
    begins.close()


def test_the_rate_probe_is_counted_apart() -> None:
    with serving(Odd(Manners())) as origin:
        session = begun(origin)
        session.files.upload(FILE, "file-extract")
        with session.recorder.during("uploads-paced"):
            session.files.upload(FILE, "file-extract")
            session.files.list()
        session.clean()
        totals = session.run().footer.totals
        session.close()
    # An upload, and the deletions of two files by the clean-up.
    assert (totals.requests, totals.uploads) == (3, 1)
    assert (totals.rate_probe.requests, totals.rate_probe.uploads) == (2, 1)
