"""Shards: which tests one of several processes or machines takes, so that together they send what one would.

Tests that share what they upload or set to work stay together: so there are only so many shares.
"""

import re
from dataclasses import dataclass

import pytest

from conformance.errors import UsageError
from conformance.outcomes import clauses_of

# The shares: all that needs the corpus, batch tasks, and the chat with the rate probe, which needs no file of theirs.
FILES, BATCHES, CHAT = range(3)
SHARES = 3
# Of what costs money to make, whoever asks for it makes it.
MADE = {"tasks": BATCHES, "workload": BATCHES, "memo": CHAT, "chat": CHAT}
MODULES = {"test_content": BATCHES, "test_chat": CHAT, "test_documents": CHAT, "test_rates": CHAT}
OPERATIONS = {
    BATCHES: {"createBatch", "retrieveBatch", "listBatches", "cancelBatch", "downloadFile"},
    CHAT: {"createChatCompletion"},
}


@dataclass(frozen=True, slots=True)
class Shard:
    """One of so many shards, counted from 1."""

    number: int
    count: int

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def takes(self, item: pytest.Item) -> bool:
        """Whether a test is this shard's."""
        return share_of(item) % self.count == self.number - 1


def parse(text: str) -> Shard:
    """Read --shard.

    Raises:
        UsageError: it is no shard of any.
    """
    found = re.fullmatch(r"([1-9]\d?)/([1-9]\d?)", text, re.ASCII)
    shard = Shard(int(found[1]), int(found[2])) if found else None
    if shard is None or shard.number > shard.count:
        raise UsageError(f"--shard={text} is not understood: give I/N, such as 1/{SHARES}.")
    if shard.count > SHARES:
        raise UsageError(f"--shard={text}: a run falls into at most {SHARES} shards.")
    return shard


def share_of(item: pytest.Item) -> int:
    """Give the share of a test."""
    module = item.path.stem
    made = [share for name, share in MADE.items() if name in getattr(item, "fixturenames", ())]
    if made:
        return made[0]
    if module in {"test_traffic", "test_sdk"}:
        return _share_of_traffic(item)
    return BATCHES if module.startswith("test_batches") else MODULES.get(module, FILES)


def _share_of_traffic(item: pytest.Item) -> int:
    """Give the share whose traffic shows what a clause says; what all of it shows, that of the files does."""
    operations = {operation for clause in clauses_of(item) for operation in clause.applies}
    return next((share for share, its in OPERATIONS.items() if operations and operations <= its), FILES)
