"""Laws over a sequence of exchanges: pure functions from a Trace to Findings, each filed under a clause.

A law says `pass` where it had something to measure and it held, `fail` where it did not, and nothing
where the trace gives it no work. The suite's traffic is judged by them, and so is recorded traffic.
They speak of the files that the trace itself created, with the first account's key but for `isolation`; files
of others may come and go.

    identity   what upload said, retrieval and list repeat
    listing    pages and traversals
    filters    purposes and times
    life       what is deleted, and what is not
    lasting    what nobody deleted stays
    doubts     which reads to repeat when no lag excuses them any more
    status     the state of a file goes forward
    isolation  what one account uploaded, no other is shown
    refusals   server errors and secrets
    batches    batch tasks
    tasks      their list
    content    what they have written
    chat       what is asked and what is answered
    stream     an answer in pieces
    ruling     what a law is, and how it says what it found
"""

from conformance.laws import (
    batches,
    chat,
    content,
    filters,
    identity,
    isolation,
    lasting,
    life,
    listing,
    refusals,
    status,
    stream,
    tasks,
)
from conformance.laws.ruling import Law
from conformance.trace import Trace
from conformance.verdicts import Finding

LAWS: tuple[Law, ...] = tuple(
    value
    for module in (
        *(identity, listing, filters, life, lasting, status, isolation, refusals),
        *(batches, tasks, content, chat, stream),
    )
    for value in vars(module).values()
    if isinstance(value, Law)
)
CLAUSES = frozenset(clause for law in LAWS for clause in law.clauses)


def judge(trace: Trace) -> tuple[Finding, ...]:
    """Apply every law."""
    return tuple(finding for law in LAWS for finding in law.apply(trace))
