"""Which tests a run takes, and in which order."""

import argparse

import pytest

from conformance import rehearsal
from conformance.budget import Caps
from conformance.clauses import registry
from conformance.errors import SpecsError
from conformance.outcomes import clauses_of
from conformance.priorities import left_out
from conformance.session import Session
from conformance.shards import Shard
from conformance.verdicts import Finding, Verdict

# What costs money is asked for when what costs nothing has been; whatever may delete a file comes when no test
# needs it any more, judgement of all traffic when all was sent.
LAST = (
    "test_chat",
    "test_documents",
    "test_isolation",
    "test_authentication",
    "test_deletion",
    "test_generated",
    "test_lifecycle",
    "test_sdk",
    "test_rates",
    "test_explore",
    "test_traffic",
)
# What judges traffic, whoever sent it.
TRAFFIC = "test_traffic"
# Of these, the tests that can do without the corpus are there for the time that its uploads take.
EARLY = (
    "test_authentication",
    "test_errors",
    "test_filters",
    "test_generated",
    "test_listing",
    "test_retrieval",
)

Items = list[pytest.Item]


def selected(
    items: Items, option: argparse.Namespace, session: Session, shard: Shard | None
) -> tuple[Items, Items]:
    """Mark each test with its chapter; give those that the run takes, in their order, and the others.

    Raises:
        pytest.UsageError: a clause that was asked for does not exist.
    """
    try:
        chosen = {registry()[name].id for name in option.clause}
    except SpecsError as error:
        raise pytest.UsageError(f"--clause: {error}") from None
    kept: Items = []
    others: Items = []
    for item in items:
        clauses = clauses_of(item)
        for clause in clauses:
            item.add_marker(clause.chapter)
            if item.nodeid not in session.tests[clause.id]:
                session.tests[clause.id].append(item.nodeid)
        exercised = [
            clause
            for clause in clauses
            if not session.in_scope(clause) and session.target.region in clause.regions
        ]
        wanted = (
            _in_lane(item, option)
            and (item.path.stem == TRAFFIC or not session.recorded)
            and (not chosen or chosen & {clause.id for clause in clauses})
            and (shard is None or shard.takes(item))
        )
        (kept if wanted and (exercised or not clauses) else others).append(item)
    return sorted(kept, key=_turn), others


def within_caps(items: Items, config: pytest.Config, session: Session) -> tuple[Items, Items]:
    """Give the tests that the caps leave room for, and the others, of whose clauses it is said: what binds less goes first."""
    caps = session.settings.caps
    if caps == Caps():
        return items, []
    candidates = [rehearsal.candidate(item, [(c.id, c.level) for c in clauses_of(item)]) for item in items]
    reasons = left_out(candidates, rehearsal.rehearsed(config), caps, rehearsal.ALWAYS)
    cut = [item for item in items if item.nodeid in reasons]
    for item in cut:
        for clause in clauses_of(item):
            reason = reasons[item.nodeid]
            session.findings.append(
                Finding(clause=clause.id, verdict=Verdict.UNPROVEN, reason=reason, test=item.nodeid)
            )
    return [item for item in items if item.nodeid not in reasons], cut


def _in_lane(item: pytest.Item, option: argparse.Namespace) -> bool:
    """Whether a test belongs to the lane; of one case of an exploration, nothing else does."""
    explores = item.path.stem == "test_explore"
    return explores if option.case else not explores or option.lane == "explore"


def _turn(item: pytest.Item) -> tuple[int, bool]:
    """Give a test's place: a full account is the last thing that any other test would like to meet.

    What costs money comes behind what does not: its files would only make the lists of the others longer.
    """
    billable = any(clause.billable for clause in clauses_of(item))
    needs = getattr(item, "fixturenames", ())
    if "corpus" not in needs and item.path.stem in EARLY and not billable:
        return -2, False
    if "full" in needs:
        return LAST.index("test_traffic"), billable
    if item.path.stem not in LAST:
        return -1, billable
    return LAST.index(item.path.stem) + (item.path.stem == "test_traffic"), False
