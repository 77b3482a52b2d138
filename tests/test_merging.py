"""Joining the parts of a run: all of them, once each, and of one run."""

from dataclasses import replace

import pytest

from conformance.errors import UsageError
from conformance.merging import merged
from conformance.runs import Run
from conformance.verdicts import Verdict

from .report.run_by_hand import build


def part(shard: str, **header: str) -> Run:
    run = build()
    return replace(run, header=replace(run.header, shard=shard, **header))  # type: ignore[arg-type]


def test_exchanges_are_numbered_anew_and_findings_follow_them() -> None:
    one, two = part("1/2"), part("2/2")
    run = merged([one, two])
    assert [each.number for each in run.exchanges] == list(range(1, 2 * len(one.exchanges) + 1))
    moments = [each.started for each in run.exchanges]
    assert moments == sorted(moments)
    known = {each.number for each in run.exchanges}
    assert all(set(finding.exchanges) <= known for finding in run.findings)
    assert run.footer.totals.requests == 2 * one.footer.totals.requests
    assert run.footer.totals.seconds == one.footer.totals.seconds


def test_what_one_part_left_unproven_another_may_prove() -> None:
    one, two = part("1/2"), part("2/2")
    held = next(row for row in one.clauses if row.verdict is Verdict.PASS)
    without = replace(
        two,
        findings=tuple(each for each in two.findings if each.clause != held.id),
        clauses=tuple(
            replace(row, verdict=Verdict.UNPROVEN, required=False) if row.id == held.id else row
            for row in two.clauses
        ),
    )
    joined = next(row for row in merged([one, without]).clauses if row.id == held.id)
    proves = any(each.clause == held.id for each in one.findings)
    assert joined.verdict is (Verdict.PASS if proves else held.verdict)


@pytest.mark.parametrize(
    ("shards", "said"),
    [
        (["1/2"], "The shard 2/2 is missing"),
        (["1/3", "3/3"], "The shard 2/3 is missing"),
        (["1/2", "1/2"], "the shard 1/2 is among them more than once"),
        (["1/2", "2/3"], "they are the shards 1/2, 2/3"),
        (["", ""], "a run that is no shard is among them more than once"),
        (["", "1/2"], "they are the shards"),
    ],
)
def test_what_is_not_all_of_one_run_is_refused(shards: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        merged([part(shard) for shard in shards])


@pytest.mark.parametrize("name", ["contract", "region", "base_url", "profile"])
def test_parts_of_different_runs_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match=f"{name} is"):
        merged([part("1/2"), part("2/2", **{name: "another"})])


def test_parts_that_each_started_a_mock_of_their_own_are_one_run() -> None:
    one, two = (part(f"{at}/2", target="mock", base_url=f"http://127.0.0.1:{at}/v1") for at in (1, 2))
    assert merged([one, two]).header.shard == ""
