"""What `conformance clauses` and `conformance breaches` print."""

import textwrap
from collections.abc import Callable, Iterable, Sequence

from conformance import matrix
from conformance.clauses import Clause, Profile, registry
from conformance.errors import UsageError
from conformance.verdicts import ExitStatus


def clauses(name: str) -> int:
    """List the clauses; one alone with everything that it cites."""
    known = registry()
    chosen = [clause for clause in known if not name or name in {clause.id, clause.chapter}]
    if not chosen:
        raise UsageError(
            f"No chapter and no clause is called {name!r}: the chapters are {_words(known.chapters())}."
        )
    for clause in chosen:
        print(f"{clause.id:34} {clause.level:9} {clause.text}")
        if clause.untestable:
            print(f"{'':34} untestable: {clause.untestable}")
    if len(chosen) == 1:
        _cite(chosen[0])
    print(f"{len(chosen)} of {len(known.clauses)} clauses, contract {known.digest}")
    return ExitStatus.PASSED


def _cite(clause: Clause) -> None:
    for citation in clause.citations:
        source = citation.source
        about = "about " if source.about else ""
        print(f"  {source.title}, {about}{source.date}, {citation.section}\n    {source.url}")


def breaches(names: Sequence[str], *, only_list: bool, weather: bool, jobs: int) -> int:
    """Run the faults that were asked for and print, row by row, which clauses noticed."""
    trials = weathers(names) if weather else trials_of(names)
    if only_list:
        for trial in trials:
            print(f"{trial.name:46} {trial.clause}")
        print(f"{len(trials)} {'weathers' if weather else 'breaches'}")
        return ExitStatus.PASSED
    outcomes = []
    for outcome in matrix.run(trials, jobs=jobs):
        # What a busy machine disturbed is told from what the suite cannot see by asking once more, alone.
        settled = outcome if _good(outcome, weather=weather) else next(matrix.run([outcome.trial], jobs=1))
        outcomes.append(settled)
        print(_row(settled, weather=weather), flush=True)
    good = sum(_good(outcome, weather=weather) for outcome in outcomes)
    print(
        f"{good} of {len(outcomes)} {'weathers left every clause standing' if weather else 'breaches killed'}"
    )
    if not weather and not names:
        print(_uncovered(outcomes))
    return ExitStatus.PASSED if good == len(outcomes) else ExitStatus.FAILED


def trials_of(names: Sequence[str]) -> list[matrix.Trial]:
    """Give the breaches of those names, chapters or clauses; all where none is named."""
    from conformance.mock.breaches import BREACHES

    known = registry()
    rows = [
        matrix.Trial(
            name=breach.name,
            clause=breach.clause,
            profile=max(Profile.STANDARD, known[breach.clause].profile, key=list(Profile).index),
        )
        for breach in BREACHES.values()
    ]
    return _chosen(rows, names, lambda row: {row.name, row.clause, row.clause.partition(".")[0]})


def weathers(names: Sequence[str]) -> list[matrix.Trial]:
    """Give the weathers of those names; all where none is named."""
    from conformance.mock.weather import WEATHER

    rows = [matrix.Trial(name=name, clause="", option="--weather") for name in WEATHER]
    return _chosen(rows, names, lambda row: {row.name})


def _chosen(
    rows: list[matrix.Trial], names: Sequence[str], words: Callable[[matrix.Trial], set[str]]
) -> list[matrix.Trial]:
    for name in names:
        if not any(name in words(row) for row in rows):
            raise UsageError(f"Nothing is called {name!r}: see `conformance breaches --list`.")
    return [row for row in rows if not names or words(row) & set(names)]


def _good(outcome: matrix.Outcome, *, weather: bool) -> bool:
    return outcome.innocent if weather else outcome.killed


def _row(outcome: matrix.Outcome, *, weather: bool) -> str:
    good = _good(outcome, weather=weather)
    others = [name for name in outcome.caught_by if name != outcome.trial.clause]
    word = ("clear" if good else "ACCUSED") if weather else ("killed" if good else "SURVIVED")
    line = f"{word:8} {outcome.trial.name:46} {outcome.trial.clause:32} {outcome.requests:4} requests"
    beside = [*others, *(f"error in {name}" for name in outcome.errors)]
    if weather and outcome.unproven:
        beside.append(f"unproven: {_words(outcome.unproven)}")
    return line + (textwrap.shorten(f", also {_words(beside)}", 300) if beside else "")


def _uncovered(outcomes: Iterable[matrix.Outcome]) -> str:
    aimed = {outcome.trial.clause for outcome in outcomes}
    missing = [
        clause.id
        for clause in registry()
        if clause.level != "observed" and not clause.untestable and clause.id not in aimed
    ]
    return f"clauses without a breach: {_words(missing) or 'none'}"


def _words(names: Iterable[str]) -> str:
    return ", ".join(names)
