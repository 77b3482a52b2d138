"""Every test is of exactly one shard, and tests that share what they make stay together."""

import subprocess
import sys
from pathlib import Path

import pytest

from conformance.errors import UsageError
from conformance.shards import SHARES, parse
from tests.runs_of_the_suite import environment


def collected(*options: str) -> set[str]:
    command = [sys.executable, "-m", "pytest", "--pyargs", "conformance.suite", "--collect-only", "-q"]
    done = subprocess.run(
        [*command, "--target=mock-cn", "-p", "no:cacheprovider", *options],
        cwd=Path(__file__).parents[1],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return {line for line in done.stdout.splitlines() if "::" in line}


def test_shards_share_all_tests_out_and_none_twice() -> None:
    parts = files, batches, chat = [collected(f"--shard={at}/{SHARES}") for at in range(1, SHARES + 1)]
    every = collected()
    assert set.union(*parts) == every
    assert sum(map(len, parts)) == len(every)
    assert not [name for name in files if "test_batches" in name or "test_chat" in name]
    assert [name for name in batches if "test_content" in name]
    assert [name for name in chat if "test_documents" in name]


@pytest.mark.parametrize("text", ["0/1", "2/1", "1", "1/2/3", "a/b", "1/4", "١/٢", ""])
def test_what_is_no_shard_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--shard="):
        parse(text)


def test_a_shard_is_written_as_it_is_read() -> None:
    assert str(parse("2/3")) == "2/3"
