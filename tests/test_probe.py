"""The rate probe against servers that limit in other ways than our mock: the lawful are let be, the others named."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from conformance import probe, rates
from conformance.budget import Budget, Caps
from conformance.client import Client
from conformance.corpus import Small
from conformance.expect import Broken, Evidence, Unproven, gathering
from conformance.files import Files
from conformance.pacing import NoPace
from conformance.rates import OTHERS, UPLOADS, Survey
from conformance.recorder import Recorder, Redactor
from conformance.suite import test_rates as judging
from conformance.targets import Target
from tests.arrivals import Beat
from tests.limiters import KEYS, Limiter, bucket, fixed, queueing, serving, sliding, spaced, unlimited
from tests.runs_of_the_suite import run_suite

Make = Callable[[], tuple[Limiter, Limiter]]
SERVERS: dict[str, tuple[Make, float]] = {
    "bucket": (lambda: (bucket(3, 3), bucket(10, 10)), 0.0),
    "small bucket": (lambda: (bucket(3, 1), bucket(10, 2)), 0.0),
    "sliding": (lambda: (sliding(3), sliding(10)), 0.0),
    "fixed": (lambda: (fixed(3), fixed(10)), 0.0),
    "far away": (lambda: (bucket(3, 3), bucket(10, 10)), 0.15),
    "queueing": (lambda: (queueing(3), queueing(10)), 0.0),
    "unlimited": (lambda: (unlimited, unlimited), 0.0),
    "half": (lambda: (bucket(1.5, 1), bucket(5, 1)), 0.0),
    "spaced": (lambda: (spaced(3), spaced(10)), 0.0),
}
# So many seconds late, a probe sends what it holds apart at once; probed so often until it is in time.
TOO_LATE, ATTEMPTS = 0.15, 4
LIMITED = ("bucket", "small bucket", "sliding", "fixed", "far away", "spaced")


@dataclass(frozen=True)
class Judged:
    """A survey, the words of each clause that did not pass, and what it took."""

    survey: Survey
    broken: dict[str, str]
    unproven: dict[str, str]


def judged(survey: Survey) -> Judged:
    """Let the suite judge a survey."""
    cases: dict[str, Callable[[], None]] = {
        "combined": lambda: judging.test_three_operations_share_one_allowance(survey),
        "refusal": lambda: judging.test_a_refusal_for_speed_says_so(survey),
        "apart": lambda: judging.test_one_lane_does_not_use_up_the_other(survey),
        "own-account": lambda: judging.test_another_account_is_let_in_meanwhile(survey),
        "recovery": lambda: judging.test_an_account_is_let_in_again(survey),
    }
    for lane in rates.DOCUMENTED:
        cases |= {
            f"{lane}-admitted": partial(judging.test_the_documented_rate_is_admitted, survey, lane),
            f"{lane}-limited": partial(judging.test_more_than_the_documented_rate_is_refused, survey, lane),
            f"{lane}-estimate": partial(judging.test_the_limit_is_estimated, survey, lane),
        }
    broken: dict[str, str] = {}
    unproven: dict[str, str] = {}
    for name, case in cases.items():
        try:
            with gathering(Evidence()):
                case()
        except Broken as error:
            broken[name] = str(error)
        except Unproven as error:
            unproven[name] = str(error)
    return Judged(survey, broken, unproven)


def probed(url: str, caps: Caps | None = None) -> Survey:
    """Send the probe to a server."""
    target = Target(name=url, region="intl", base_url=url, key=KEYS[0], second_key=KEYS[1])
    recorder = Recorder(Redactor(target.secrets))
    client = Client(target, recorder=recorder, pace=NoPace(), budget=Budget(caps or Caps()))
    recorder.test = "a test"
    try:
        return probe.survey(
            probe.Ways(files=Files(client), small=Small("tag", "file-extract"), tag="tag", second=True)
        )
    finally:
        client.close()


@pytest.fixture(scope="module")
def surveyed() -> tuple[dict[str, Judged], float]:
    """All servers, probed at the same time: most of a probe is waiting; and how late, in seconds, we were woken.

    Where this machine, which others use too, woke us late, nothing was measured: they are probed again.
    """

    def one(name: str) -> Judged:
        make, latency = SERVERS[name]
        with serving(make, latency=latency) as url:
            return judged(probed(url))

    for _ in range(ATTEMPTS):
        with Beat() as beat, ThreadPoolExecutor(len(SERVERS)) as pool:
            found = dict(zip(SERVERS, pool.map(one, SERVERS), strict=True))
        if beat.stumble < TOO_LATE:
            break
    return found, beat.stumble


@pytest.fixture
def all_judged(surveyed: tuple[dict[str, Judged], float]) -> dict[str, Judged]:
    """What was found, late or not: nobody may be accused, and every bound holds, whatever the machine does."""
    return surveyed[0]


@pytest.fixture
def in_time(surveyed: tuple[dict[str, Judged], float]) -> dict[str, Judged]:
    """What was found, where requests left when they should: only then can a limit be shown."""
    found, stumble = surveyed
    if stumble >= TOO_LATE:
        pytest.skip(
            f"this machine woke us {stumble:.2f} s late, {ATTEMPTS} times in a row: nothing was measured"
        )
    return found


@pytest.mark.parametrize("name", [*LIMITED, "queueing"])
def test_a_lawful_limiter_is_never_accused(all_judged: dict[str, Judged], name: str) -> None:
    assert all_judged[name].broken == {}


@pytest.mark.parametrize("name", ["bucket", "fixed", "far away"])
def test_a_limiter_of_the_documented_rates_proves_every_clause(in_time: dict[str, Judged], name: str) -> None:
    assert in_time[name].unproven == {}


def test_a_server_that_limits_nothing_is_told_so_and_accused_of_nothing_else(
    all_judged: dict[str, Judged],
) -> None:
    found = all_judged["unlimited"]
    assert set(found.broken) == {"uploads-limited", "others-limited"}
    assert set(found.unproven) == {"combined", "refusal", "apart", "own-account", "recovery"}


def test_a_server_that_makes_requests_wait_is_not_said_to_limit_nothing(
    all_judged: dict[str, Judged],
) -> None:
    assert {"uploads-limited", "others-limited"} <= set(all_judged["queueing"].unproven)


def test_half_of_the_documented_rate_is_too_little(in_time: dict[str, Judged]) -> None:
    assert {"uploads-admitted", "others-admitted"} <= set(in_time["half"].broken)


# A flood of a second meets windows of the clock once or twice, which no estimate can know.
@pytest.mark.parametrize("name", ["bucket", "far away", "sliding"])
def test_the_estimate_holds_the_true_rate(in_time: dict[str, Judged], name: str) -> None:
    for lane, true in rates.DOCUMENTED.items():
        found = rates.measure(in_time[name].survey.exchanges, lane)
        assert found.rate is not None, found
        assert abs(found.rate - true) <= found.error + 0.1 * true, found.words


def test_the_probe_keeps_to_its_bounds_and_leaves_nothing(all_judged: dict[str, Judged]) -> None:
    for name, found in all_judged.items():
        exchanges = found.survey.exchanges
        assert len(exchanges) <= probe.MOST, name
        begin = min(each.started for each in exchanges)
        assert max(each.started + each.seconds for each in exchanges) - begin <= probe.LONGEST, name
        last = max((each for each in exchanges if each.phase == "look"), key=lambda each: each.number)
        left = {f"/files/{file['id']}" for file in last.mapping()["data"]}
        # What is still throttled is left to the run's own clean-up.
        refused = {
            each.request.path for each in exchanges if each.status == 429 and each.request.method == "DELETE"
        }
        assert left <= refused, name


def test_every_exchange_of_the_crew_has_its_own_number_its_phase_and_the_test(
    all_judged: dict[str, Judged],
) -> None:
    exchanges = all_judged["bucket"].survey.exchanges
    assert len({each.number for each in exchanges}) == len(exchanges)
    assert {each.test for each in exchanges} == {"a test"}
    assert {each.attempt for each in exchanges} == {1}
    assert {f"{UPLOADS}-paced", f"{OTHERS}-paced", f"{UPLOADS}-flood", f"{OTHERS}-flood", "mix"} <= {
        each.phase for each in exchanges
    }


def test_where_others_use_the_account_nothing_is_concluded() -> None:
    with (
        serving(SERVERS["unlimited"][0], busy=True) as url,
        pytest.raises(Unproven, match="others use the account"),
    ):
        probed(url)


def test_the_mock_is_probed_unless_the_budget_leaves_no_room(tmp_path: Path) -> None:
    done = run_suite(tmp_path, "-m", "rates", "--rate-probe=auto", "--budget-requests=100")
    assert done.status == 6, done.said
    reasons = {row["reason"] for row in done.summary["clauses"] if row["id"].startswith("rates.")}
    assert all(reason.startswith("--budget-requests=100 leaves no room for") for reason in reasons)
    assert done.summary["totals"]["rate_probe"]["requests"] == 0


@pytest.mark.parametrize("arguments", [("--rate-probe=no",), ("--rate-probe=yes", "--profile=smoke")])
def test_where_it_is_not_wanted_there_is_no_probe(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert run_suite(tmp_path, "-m", "rates", *arguments).status == 5
