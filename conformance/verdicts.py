"""Verdict, Finding, Ruling: what a run says of a clause, and how several findings become one ruling."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Verdict(StrEnum):
    """What a run says of a clause; the members stand from best to worst."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    OBSERVED = "observed"
    ABSENT = "absent"
    UNPROVEN = "unproven"
    KNOWN = "known"
    WARN = "warn"
    FAIL = "fail"
    ERROR = "error"


class ExitStatus(IntEnum):
    """What the process's exit status means; 2 to 5 are pytest's own."""

    PASSED = 0
    FAILED = 1
    INTERRUPTED = 2
    INTERNAL = 3
    USAGE = 4
    EMPTY = 5
    UNPROVEN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing a run saw of one clause.

    `verdict` is pass, fail, observed, unproven or error: the clause's level has not been weighed yet.
    `expected` and `actual` are short sentences; `exchanges` are numbers in the run log.
    """

    clause: str
    verdict: Verdict
    reason: str = ""
    expected: str = ""
    actual: str = ""
    exchanges: tuple[int, ...] = ()
    test: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The one verdict of a run on one clause; `required` says whether leaving it unproven costs the green.

    `strict` is what the verdict would be without the clause's deviation, where one changed it.
    """

    clause: str
    level: str
    verdict: Verdict
    reason: str = ""
    required: bool = True
    findings: tuple[Finding, ...] = ()
    strict: Verdict | None = None


# Did not hold, and no deviation excuses it; did not hold, excused or not; was exercised and judged.
BROKEN = frozenset({Verdict.FAIL, Verdict.WARN})
NOT_HELD = BROKEN | {Verdict.KNOWN}
JUDGED = NOT_HELD | {Verdict.PASS}
# So many exchanges a finding cites at most: a reader follows no more.
CITED = 12
WORST_FIRST = (Verdict.ERROR, Verdict.FAIL, Verdict.OBSERVED, Verdict.PASS, Verdict.UNPROVEN)


def weigh(level: str, findings: Iterable[Finding]) -> tuple[Verdict, str]:
    """Make one verdict and its reason of all findings on a clause of that level.

    One violation outweighs any number of passes; a pass outweighs what could not be exercised.
    A violation of a should is a warning; an observed clause is never judged.
    """
    found = list(findings)
    for verdict in WORST_FIRST:
        matching = [finding for finding in found if finding.verdict is verdict]
        if not matching:
            continue
        reason = next((finding.reason for finding in matching if finding.reason), "")
        if level == "observed" and verdict in {Verdict.FAIL, Verdict.PASS}:
            return Verdict.OBSERVED, reason
        if verdict is Verdict.FAIL and level == "should":
            return Verdict.WARN, reason
        return verdict, reason
    return Verdict.UNPROVEN, "no test exercised it"


def exit_status(rulings: Iterable[Ruling]) -> ExitStatus:
    """Give the exit status that the rulings deserve: 0, 1, 3, 5 or 6."""
    found = list(rulings)
    verdicts = {ruling.verdict for ruling in found}
    if not found:
        return ExitStatus.EMPTY
    if Verdict.ERROR in verdicts:
        return ExitStatus.INTERNAL
    if Verdict.FAIL in verdicts:
        return ExitStatus.FAILED
    if any(ruling.verdict is Verdict.UNPROVEN and ruling.required for ruling in found):
        return ExitStatus.UNPROVEN
    return ExitStatus.PASSED


def shown(value: object, most: int = 300) -> str:
    """Write what was seen, text as it stands, and no more of it than that."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= most else text[: most - 3] + "..."
