"""Batch tasks: what was asked is repeated, the state goes forward, times, counts and files agree with it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from conformance.batch_trace import ENDS, NEXT, RESULTS, BatchTrace, Look
from conformance.exchange import Exchange
from conformance.laws.isolation import ACCOUNTS
from conformance.laws.ruling import broken, held, law, measured
from conformance.times import HOUR
from conformance.trace import CLOCK_TOLERANCE, Trace, is_now, long_after
from conformance.verdicts import Finding

WINDOW = re.compile(r"(\d{1,5})([hd])", re.ASCII)
# Each chain of times in the order in which they come to pass.
CHAINS = (
    ("created_at", "in_progress_at", "finalizing_at", "completed_at"),
    ("created_at", "in_progress_at", "cancelled_at"),
    ("created_at", "cancelling_at", "cancelled_at"),
    ("created_at", "in_progress_at", "expired_at"),
    ("created_at", "failed_at"),
    ("created_at", "expires_at"),
)
TIMES = tuple(dict.fromkeys(name for chain in CHAINS for name in chain))
TIMED = (*ENDS, "in_progress")


@law(
    "batches.id",
)
def tasks_have_ids_of_their_own(trace: Trace) -> Iterator[Finding]:
    """Each creation gives a new id, and a task that is asked for by its id has it."""
    batches = BatchTrace(trace.finals)
    seen: dict[str, Exchange] = {}
    for creation in batches.each_creation():
        first = seen.setdefault(creation.id, creation.exchange)
        if first is not creation.exchange:
            yield broken("batches.id", "an id of its own", creation.id, first, creation.exchange)
    for look in batches.looks:
        if look.asked is not None:
            yield measured("batches.id", look.asked, look.said.get("id"), look.exchange)


@law(
    "batches.endpoint",
    "batches.input-file-id",
    "batches.completion-window",
    "batches.metadata",
)
def tasks_repeat_what_was_asked(trace: Trace) -> Iterator[Finding]:
    """A task is described with what it was created with, whoever describes it."""
    batches = BatchTrace(trace.finals)
    for look in batches.own:
        asked = batches.creations[look.id].asked
        for name in ("endpoint", "input_file_id"):
            if isinstance(asked.get(name), str):
                clause = f"batches.{name.replace('_', '-')}"
                yield measured(clause, asked[name], look.said.get(name), look.exchange)
        yield from _same_window(asked.get("completion_window"), look)
        yield from _same_metadata(asked.get("metadata"), look)


def _same_window(asked: object, look: Look) -> Iterator[Finding]:
    said = look.said.get("completion_window")
    if isinstance(asked, str):
        # Two weeks may be told in hours.
        if hours(asked) is not None and hours(asked) == hours(said):
            yield held("batches.completion-window", look.exchange)
        else:
            yield measured("batches.completion-window", asked, said, look.exchange)


def _same_metadata(asked: object, look: Look) -> Iterator[Finding]:
    said = look.said.get("metadata")
    if isinstance(asked, dict) and asked:
        # A server may add words of its own.
        told = {key: said.get(key) for key in asked} if isinstance(said, dict) else said
        yield measured("batches.metadata", asked, told, look.exchange)


@law(
    "batches.created-at",
)
def creation_is_now_and_stays(trace: Trace) -> Iterator[Finding]:
    """created_at is the time of the creation, and does not move."""
    batches = BatchTrace(trace.finals)
    for creation in batches.creations.values():
        if is_now(creation.said.get("created_at"), creation.exchange):
            yield held("batches.created-at", creation.exchange)
        else:
            wanted = f"a time within {CLOCK_TOLERANCE} s of {int(creation.exchange.started)}"
            yield broken("batches.created-at", wanted, creation.said.get("created_at"), creation.exchange)
    for look in batches.own:
        creation = batches.creations[look.id]
        if look.teller != "create" and is_now(creation.said.get("created_at"), creation.exchange):
            expected, actual = creation.said["created_at"], look.said.get("created_at")
            yield measured("batches.created-at", expected, actual, creation.exchange, look.exchange)


@law(
    "batches.status-forward",
)
def states_go_forward(trace: Trace) -> Iterator[Finding]:
    """A state is followed by one that it can come to; between two ends there is no way at all."""
    for looks in _by_task(trace).values():
        told = [look for look in looks if look.status]
        for place, look in enumerate(told):
            wrong = next((before for before in told[:place] if _cannot_follow(before, look)), None)
            if wrong:
                wanted = f"what can follow {wrong.status}"
                yield broken("batches.status-forward", wanted, look.status, wrong.exchange, look.exchange)
                break
        else:
            for before, look in pairwise(told):
                yield held("batches.status-forward", before.exchange, look.exchange)


def _cannot_follow(before: Look, look: Look) -> bool:
    if look.status == before.status or look.status in NEXT.get(before.status, ()):
        return False
    # One reader may lag behind another, but none is ahead of what never comes.
    return (before.status in ENDS and look.status in ENDS) or long_after(before.exchange, look.exchange)


@law(
    "batches.timestamps",
    "batches.state-time",
)
def times_follow_the_states(trace: Trace) -> Iterator[Finding]:
    """Times are in order, do not lie ahead, do not move, and a state that was reached has its own."""
    for looks in _by_task(trace).values():
        known: dict[str, tuple[int, Exchange]] = {}
        for look in looks:
            times = {name: said for name in TIMES if isinstance(said := look.said.get(name), int)}
            yield _in_order(look, times)
            for name, moment in times.items():
                first, exchange = known.setdefault(name, (moment, look.exchange))
                if first != moment:
                    wanted = f"{name} to stay {first}"
                    yield broken("batches.timestamps", wanted, moment, exchange, look.exchange)
            if look.status in TIMED:
                name = f"{look.status}_at"
                if look.said.get(name) is None:
                    yield broken(
                        "batches.state-time", f"{name}, for it is {look.status}", None, look.exchange
                    )
                else:
                    yield held("batches.state-time", look.exchange)


def _in_order(look: Look, times: Mapping[str, int]) -> Finding:
    latest = look.exchange.started + look.exchange.seconds + CLOCK_TOLERANCE
    for chain in CHAINS:
        for one, other in pairwise([name for name in chain if name in times]):
            if times[other] < times[one]:
                wanted, came = f"{other} from {times[one]} ({one}) on", times[other]
                return broken("batches.timestamps", wanted, came, look.exchange)
    for end in ENDS if look.status in TIMED else ():
        if end != look.status and f"{end}_at" in times:
            name = f"{end}_at"
            return broken("batches.timestamps", f"no {name}: it is {look.status}", times[name], look.exchange)
    window = hours(look.said.get("completion_window"))
    if window and "created_at" in times and "expires_at" in times:
        end_of_window = times["created_at"] + window * HOUR - CLOCK_TOLERANCE
        if times["expires_at"] < end_of_window:
            wanted, came = f"expires_at from {end_of_window} on", times["expires_at"]
            return broken("batches.timestamps", wanted, came, look.exchange)
    for name, moment in times.items():
        if name not in {"created_at", "expires_at"} and moment > latest:
            return broken("batches.timestamps", f"{name} not ahead of now", moment, look.exchange)
    return held("batches.timestamps", look.exchange)


@law(
    "batches.counts",
    "batches.counts-end",
)
def counts_add_up(trace: Trace) -> Iterator[Finding]:
    """What is done is never more than there is, and all of it in the end."""
    for look in BatchTrace(trace.finals).own:
        numbers = _counts(look)
        if numbers is None:
            continue
        total, done = numbers[0], numbers[1] + numbers[2]
        if done > total:
            yield broken("batches.counts", f"at most {total} requests done", done, look.exchange)
            continue
        yield held("batches.counts", look.exchange)
        if look.status == "completed":
            yield measured("batches.counts-end", total, done, look.exchange)


@law(
    "batches.counts-end",
)
def counts_do_not_fall(trace: Trace) -> Iterator[Finding]:
    """What was counted stays counted for as long as the state stays: at its end a task may count anew."""
    for looks in _by_task(trace).values():
        told = [(look, numbers) for look in looks if look.status and (numbers := _counts(look))]
        for place, (look, numbers) in enumerate(told):
            for before, others in told[:place]:
                # One reader may lag behind another, but of what has ended both know the same.
                known = look.status in ENDS or long_after(before.exchange, look.exchange)
                fell = any(one > other for one, other in zip(others, numbers, strict=True))
                if fell and known and look.status == before.status:
                    wanted = f"no less than {others} (total, completed, failed)"
                    yield broken("batches.counts-end", wanted, numbers, before.exchange, look.exchange)
                    break


def _counts(look: Look) -> tuple[int, int, int] | None:
    """Give total, completed and failed, where they are numbers at all."""
    counts = look.said.get("request_counts")
    match counts:
        case {"total": int(total), "completed": int(completed), "failed": int(failed)}:
            return total, completed, failed
    return None


@law(
    "batches.output-file-id",
    "batches.error-file-id",
    "batches.errors",
)
def ends_leave_something(trace: Trace) -> Iterator[Finding]:
    """What has completed names a file of its own that stays the same, and what has failed names an error."""
    owners: dict[str, tuple[str, Exchange]] = {}
    for name, looks in _by_task(trace).items():
        for kind in RESULTS:
            yield from _one_file(name, kind, looks, owners)
        ended = [look for look in looks if look.status in {"completed", "failed"}]
        if not ended:
            continue
        first, last = ended[0], ended[-1]
        clause, wanted, there = _outcome(last)
        if there:
            yield held(clause, last.exchange)
        elif last.status == "failed" or long_after(first.exchange, last.exchange):
            # What is written down last may come to light a moment later.
            yield broken(clause, wanted, "none", first.exchange, last.exchange)


def _outcome(look: Look) -> tuple[str, str, bool]:
    if look.status == "failed":
        errors = look.said.get("errors")
        return "batches.errors", "at least one error", bool(isinstance(errors, dict) and errors.get("data"))
    files = look.said.get("output_file_id") or look.said.get("error_file_id")
    return "batches.output-file-id", "a file of results or of errors", bool(files)


def _one_file(
    task: str, kind: str, looks: list[Look], owners: dict[str, tuple[str, Exchange]]
) -> Iterator[Finding]:
    clause = f"batches.{kind.replace('_', '-')}"
    told = [(look, found) for look in looks if isinstance(found := look.said.get(kind), str) and found]
    for look, found in told:
        owner, exchange = owners.setdefault(found, (f"{task} {kind}", look.exchange))
        first = told[0]
        if found == look.said.get("input_file_id") or owner != f"{task} {kind}":
            yield broken(clause, "a file of its own", found, exchange, look.exchange)
        elif found != first[1]:
            yield broken(clause, f"{first[1]} to stay", found, first[0].exchange, look.exchange)
        else:
            yield held(clause, look.exchange)


@law(
    "batches.expiry",
)
def nothing_expires_early(trace: Trace) -> Iterator[Finding]:
    """What has expired was given its whole window."""
    for look in BatchTrace(trace.finals).looks:
        window, said = hours(look.said.get("completion_window")), look.said
        created, expired = said.get("created_at"), said.get("expired_at")
        if look.status == "expired" and window and isinstance(created, int) and isinstance(expired, int):
            end = created + window * HOUR
            if expired < end - CLOCK_TOLERANCE:
                yield broken("batches.expiry", f"not before {end}", expired, look.exchange)
            else:
                yield held("batches.expiry", look.exchange)


def hours(text: Any) -> int | None:
    """Read a completion window in hours, or give None where it is none."""
    matched = WINDOW.fullmatch(text) if isinstance(text, str) else None
    return int(matched[1]) * (24 if matched[2] == "d" else 1) if matched else None


def _by_task(trace: Trace) -> Mapping[str, list[Look]]:
    found: dict[str, list[Look]] = defaultdict(list)
    for look in BatchTrace(trace.finals).own:
        found[look.id].append(look)
    return found


@law(
    "isolation.batch",
)
def tasks_are_apart(trace: Trace) -> Iterator[Finding]:
    """No account is told of the task of another."""
    exchanges = [exchange for exchange in trace.exchanges if exchange.final and exchange.account in ACCOUNTS]
    owners: dict[str, set[str]] = defaultdict(set)
    for creation in BatchTrace(tuple(exchanges)).each_creation():
        owners[creation.id].add(creation.exchange.account)
    for look in BatchTrace(tuple(exchanges)).looks:
        theirs = owners.get(look.id)
        if theirs and look.exchange.account not in theirs:
            yield broken(
                "isolation.batch", "no task of another account", f"{look.id} is shown", look.exchange
            )
