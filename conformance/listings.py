"""What `conformance clauses` and `conformance breaches` print."""

import textwrap
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from random import Random

from conformance import matrix
from conformance.attestations import attested
from conformance.clauses import Clause, Level, Profile, registry
from conformance.errors import UsageError
from conformance.verdicts import ExitStatus

# Where every chapter is offered.
FULLEST = "cn"
# The weathers in which the rate probe is tried, too: those that touch what it measures.
AT_SPEED = (
    "dropped-connections",
    "eventual-consistency",
    "latency",
    "lost-answers",
    "sporadic-throttling",
    "sporadic-unavailability",
    "strangers",
)

ATTEMPTS = 2


def clauses(name: str) -> int:
    """List the clauses; one alone with everything that it cites."""
    known = registry()
    chosen = [clause for clause in known if not name or name in {clause.id, clause.chapter}]
    if not chosen:
        raise UsageError(
            f"No chapter and no clause is called {name!r}: the chapters are {_words(known.chapters())}."
        )
    seen = {clause.id: _live(clause) for clause in chosen}
    width = max(map(len, seen.values()))
    for clause in chosen:
        print(f"{clause.id:34} {clause.level:9} live: {seen[clause.id]:{width}}  {clause.text}")
        if clause.untestable:
            print(f"{'':34} untestable: {clause.untestable}")
    if len(chosen) == 1:
        _cite(chosen[0])
    print(f"{len(chosen)} of {len(known.clauses)} clauses, contract {known.digest}")
    return ExitStatus.PASSED


def _live(clause: Clause) -> str:
    """Say when live runs last saw a clause hold, and where they have seen since that it did not."""
    told = [
        f"{each.region} {each.held[:10] or 'never'}" + (" (contradicted)" if each.contradicted else "")
        for each in attested().get(clause.id, ())
    ]
    return _words(told) or "never"


def unconfirmed(region: str) -> str:
    """Name what the mock does of which no live run in its region has shown that the service does so too."""
    judged = [clause for clause in registry() if region in clause.regions and clause.level != Level.OBSERVED]
    held = {
        name for name, rows in attested().items() if any(row.region == region and row.held for row in rows)
    }
    left = [clause.id for clause in judged if clause.id not in held]
    lines = [
        f"No live run in {region} has confirmed what the mock does of {len(left)} of {len(judged)} clauses"
    ]
    lines += [
        textwrap.fill(_words(ids), 110, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
        for _, ids in groupby(left, key=_chapter)
    ]
    return "\n".join(lines)


def _cite(clause: Clause) -> None:
    for citation in clause.citations:
        source = citation.source
        about = "about " if source.about else ""
        print(f"  {source.title}, {about}{source.date}, {citation.section}\n    {source.url}")


def breaches(
    names: Sequence[str],
    *,
    only_list: bool,
    weather: bool,
    one_a_clause: bool,
    pairs: int,
    seed: int,
    jobs: int,
) -> int:
    """Run the faults that were asked for and print, row by row, which clauses noticed."""
    trials = weathers(names) if weather else trials_of(names)
    if one_a_clause:
        trials = list({trial.clauses: trial for trial in reversed(trials)}.values())[::-1]
    if pairs:
        trials = pairs_of(trials, pairs, seed)
    if only_list:
        for trial in trials:
            print(f"{trial.name:46} {_words(trial.clauses)}")
        print(f"{len(trials)} {'weathers' if weather else 'breaches'}")
        return ExitStatus.PASSED
    outcomes = []
    for outcome in matrix.run(trials, jobs=jobs):
        outcomes.append(_settled(outcome))
        print(_row(outcomes[-1]), flush=True)
    print(_total(outcomes, weather=weather))
    if not weather and not names and not pairs:
        print(_uncovered(outcomes))
    return ExitStatus.PASSED if all(map(_good, outcomes)) else ExitStatus.FAILED


def _settled(outcome: matrix.Outcome) -> matrix.Outcome:
    """What a busy machine disturbed is told from what the suite cannot see by asking again, alone."""
    for _ in range(ATTEMPTS):
        if _good(outcome):
            break
        outcome = next(matrix.run([outcome.trial], jobs=1))
    return outcome


def trials_of(names: Sequence[str]) -> list[matrix.Trial]:
    """Give the breaches of those names, chapters or clauses; all where none is named."""
    from conformance.mock.breaches import BREACHES

    known = registry()
    rows = [
        matrix.Trial(
            names=(breach.name,),
            clauses=(breach.clause,),
            region=known[breach.clause].regions[-1],
            billable=known[breach.clause].billable,
            profile=max(Profile.STANDARD, known[breach.clause].profile, key=list(Profile).index),
        )
        for breach in BREACHES.values()
    ]
    return _chosen(rows, names, lambda row: {row.name, *row.clauses, *map(_chapter, row.clauses)})


def pairs_of(trials: Sequence[matrix.Trial], count: int, seed: int) -> list[matrix.Trial]:
    """Draw pairs of breaches of two clauses, to be planted together; each breach comes at most once.

    Raises:
        UsageError: there are not so many.
    """
    single = [trial for trial in trials if trial.profile == Profile.STANDARD]
    Random(seed).shuffle(single)  # noqa: S311 - which faults meet is no secret
    found: list[matrix.Trial] = []
    while single and len(found) < count:
        one = single.pop()
        mates = (each for each in single if each.clauses != one.clauses and each.region == one.region)
        other = next(mates, None)
        if other is None:
            break
        single.remove(other)
        found.append(
            matrix.Trial(
                names=one.names + other.names, clauses=one.clauses + other.clauses, region=one.region
            )
        )
    if len(found) < count:
        raise UsageError(f"--pairs={count} are more than {len(trials)} breaches give.")
    return found


def weathers(names: Sequence[str]) -> list[matrix.Trial]:
    """Give the weathers of those names; all where none is named."""
    from conformance.mock.weather import WEATHER

    rows = [matrix.Trial(names=(name,), option="--weather", region=FULLEST) for name in WEATHER]
    rows += [matrix.Trial(names=(name,), option="--weather", at_speed=True) for name in AT_SPEED]
    return _chosen(rows, names, lambda row: {row.name, *row.names})


def _chosen(
    rows: list[matrix.Trial], names: Sequence[str], words: Callable[[matrix.Trial], set[str]]
) -> list[matrix.Trial]:
    for name in names:
        if not any(name in words(row) for row in rows):
            raise UsageError(f"Nothing is called {name!r}: see `conformance breaches --list`.")
    return [row for row in rows if not names or words(row) & set(names)]


def _good(outcome: matrix.Outcome) -> bool:
    return outcome.killed if outcome.trial.clauses else outcome.innocent


def _row(outcome: matrix.Outcome) -> str:
    trial = outcome.trial
    beside = [name for name in outcome.detected if name not in trial.clauses]
    beside += [f"error in {name}" for name in outcome.errors]
    if not trial.clauses:
        beside += [f"{name} unproven" for name in outcome.unproven]
        head = f"{'clear' if outcome.innocent else 'ACCUSED':8} {trial.name:46} {outcome.requests:4} requests"
    else:
        first = min((outcome.detected[name] for name in outcome.owners), default=0)
        told = f"{first:4} of {outcome.requests} requests by {_words(outcome.owners)}" if first else "by none"
        head = f"{'killed' if outcome.killed else 'SURVIVED':8} {trial.name:46} {told}"
        beside += [f"{name} unproven" for name in trial.clauses if name in outcome.unproven]
    return head + (textwrap.shorten(f"; also {_words(beside)}", 300) if beside else "")


def _total(outcomes: Sequence[matrix.Outcome], *, weather: bool) -> str:
    if weather:
        clear = sum(outcome.innocent for outcome in outcomes)
        return f"{clear} of {len(outcomes)} weathers left every clause standing"
    lines = []
    levels = {row.trial.name: [registry()[name].level for name in row.trial.clauses] for row in outcomes}
    for level in (Level.MUST, Level.SHOULD):
        mine = [row for row in outcomes if level in levels[row.trial.name]]
        lines += [f"{level}: {sum(row.killed for row in mine)} of {len(mine)} killed" for _ in mine[:1]]
    killed = [row for row in outcomes if row.killed]
    survivors = [row.trial.name for row in outcomes if not row.killed]
    first = sorted(min(row.detected[name] for name in row.owners) for row in killed)
    if first:
        lines.append(
            f"requests to the first detection: {first[len(first) // 2]} in the median, {first[-1]} at most; "
            f"{1000 * len(killed) / sum(row.requests for row in outcomes):.2f} kills in 1,000 requests"
        )
    lines.append(f"survived: {_words(survivors) or 'none'}")
    lines.append(f"{len(killed)} of {len(outcomes)} breaches killed")
    return "\n".join(lines)


def _uncovered(outcomes: Iterable[matrix.Outcome]) -> str:
    aimed = {clause for outcome in outcomes for clause in outcome.trial.clauses}
    missing = [
        clause.id
        for clause in registry()
        if clause.level != "observed" and not clause.untestable and clause.id not in aimed
    ]
    return f"clauses without a breach: {_words(missing) or 'none'}"


def _chapter(clause: str) -> str:
    return clause.partition(".")[0]


def _words(names: Iterable[str]) -> str:
    return ", ".join(names)
