import pytest

from conformance import mock as mocks
from conformance.listings import trials_of
from conformance.mock import serve
from tests.benchmarks.counting import Counter
from tests.benchmarks.kills import Row, sample, scores
from tests.mock.client import Api


def row(contestant: str, *, killed: bool, requests: int, first: int | None = None) -> Row:
    return Row(contestant=contestant, breach="b", clause="c.d", killed=killed, requests=requests, first=first)


def test_a_sample_takes_turns_over_chapters_and_clauses() -> None:
    every = trials_of([])
    chapters = {trial.clauses[0].partition(".")[0] for trial in every}
    chosen = sample(every, 2 * len(chapters))
    assert {trial.clauses[0].partition(".")[0] for trial in chosen[: len(chapters)]} == chapters
    assert len({trial.name for trial in chosen}) == 2 * len(chapters)
    assert sample(every, 10_000) == sample(list(reversed(every)), 10_000)
    assert len(sample(every, 10_000)) == len(every)


def test_kills_are_counted_over_all_requests_of_all_trials() -> None:
    mine, other = scores(
        [
            row("gate", killed=True, requests=300, first=40),
            row("other", killed=False, requests=900),
            row("gate", killed=False, requests=200, first=None),
            row("other", killed=True, requests=1100),
        ]
    )
    assert (mine.killed, mine.trials, mine.requests, mine.first) == (1, 2, 500, 40)
    assert mine.rate == pytest.approx(2.0)
    assert other.rate == pytest.approx(0.5)
    assert other.first is None


def test_every_request_is_counted_where_it_arrives() -> None:
    counter = Counter()
    with counter.instead():
        with mocks.serve(seed=1) as mock, Api(mock) as api:
            assert api.get("files").status_code == 200
            assert api.get("nowhere").status_code == 404
            assert api.upload().status_code == 200
        assert mocks.serve != serve
    assert counter.requests == 3
    assert mocks.serve is serve
