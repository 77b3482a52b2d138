"""A run over several hosts: one account's pace by Redis, shards, one joined run; and a region from each host."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from conformance import runs
from conformance.merging import merged
from conformance.mock import serve
from conformance.options import STRANGERS, settle
from conformance.pacing import OTHERS_PER_SECOND, UPLOADS_PER_SECOND
from conformance.runs import Run

from .hosts import hosts
from .redis_server import started
from .runs_of_the_suite import Done, run_command, run_suite

KEY = "sk-canary-0123456789abcdef"
# Something of each share that waits for nothing.
CHAPTERS = "retrieval or deletion or documents or content"


def log_of(done: Done) -> Run:
    assert done.status in {0, 6}, done.said
    [folder] = done.folder.iterdir()
    return runs.read(folder / "run.jsonl")


def test_shards_on_three_hosts_keep_one_accounts_pace_and_join_to_one_run(tmp_path: Path) -> None:
    with (
        hosts(3) as net,
        started(tmp_path, net.here) as redis,
        serve(region="cn", keys=(KEY,), rate_limits=True, host=net.here) as mock,
        ThreadPoolExecutor(3) as pool,
    ):
        settle(mock, STRANGERS)
        before = mock.files()

        def share(at: int) -> Done:
            home = tmp_path / f"host-{at}"
            home.mkdir()
            return run_suite(
                home / "reports",
                *(f"--target={mock.url}", "--region=cn", "--billable=yes", "-m", CHAPTERS),
                *(f"--shard={at}/3", f"--pace-store={redis.url}"),
                key=KEY,
                # No host sees the disk of another.
                more={"XDG_STATE_HOME": str(home / "state"), "XDG_CACHE_HOME": str(home / "cache")},
                on=net.commands[at - 1],
                timeout=400,
            )

        parts = [log_of(done) for done in pool.map(share, (1, 2, 3))]
        assert mock.files() == before
    whole = merged(parts)
    assert not [row.id for row in whole.clauses if row.verdict in {"fail", "warn", "error"}]
    proven = {row.chapter for row in whole.clauses if row.verdict == "pass"}
    assert {"retrieval", "deletion", "documents", "content"} <= proven
    assert {each.answer.status for each in whole.exchanges if each.answer} & {429} == set()
    uploads = sorted(each.started for each in whole.exchanges if each.request.is_upload)
    others = sorted(
        each.started
        for each in whole.exchanges
        if each.operation in {"listFiles", "retrieveFile", "deleteFile"}
    )
    for moments, rate in ((uploads, UPLOADS_PER_SECOND), (others, OTHERS_PER_SECOND)):
        assert len(moments) > 2 * rate
        assert (len(moments) - 1) / (moments[-1] - moments[0]) <= rate


def test_each_region_is_judged_from_a_host_of_its_own_and_the_two_are_compared(tmp_path: Path) -> None:
    with hosts(2) as net, ThreadPoolExecutor(2) as pool, ExitStack() as serving:

        def judge(region: str, on: Sequence[str]) -> Path:
            mock = serving.enter_context(serve(region=region, keys=(KEY,), host=net.here))
            settle(mock, STRANGERS)
            (tmp_path / region).mkdir()
            options = (f"--target={mock.url}", f"--region={region}", "--profile=smoke", "--pace=off")
            done = run_suite(tmp_path / region / "reports", *options, key=KEY, on=on)
            assert done.status == 0, done.said
            return next(done.folder.iterdir())

        logs = list(pool.map(judge, ("cn", "intl"), net.commands))
    told = run_command("compare", *map(str, logs), f"--report-dir={tmp_path / 'compared'}")
    # Two regions of one mock, by the same cases: what differs is what the documents say does.
    assert told.status == 0, told.said
