"""What `conformance sweep` does and prints."""

from collections.abc import Sequence
from pathlib import Path

from conformance import ledger, preflight
from conformance.errors import UsageError
from conformance.ledger import INTENTS, Found
from conformance.pacing import Pace
from conformance.resources import is_tag
from conformance.sweep import THINGS, Sweeper, Swept, Wanted, mine, wanting
from conformance.targets import Target
from conformance.verdicts import ExitStatus

# What is younger may be a living run's, on a machine that we do not know.
FEWEST_HOURS = 1


def sweep(
    target: Target,
    places: tuple[Path, ...],
    pace: Pace,
    *,
    tags: Sequence[str],
    hours: int | None,
    dry_run: bool,
) -> int:
    """Remove what earlier runs have left, or list it; give the exit status.

    Raises:
        UsageError: it asks for what may be a living run's, or for what is no run's.
        TargetError: the target cannot be used.
    """
    _check(target, tags, hours)
    with ledger.found(places, target) as journals:
        alive = frozenset(each.heading.tag for each in journals if each.file < 0)
        dead = tuple(each for each in journals if each.file >= 0)
    for tag in sorted(alive):
        if tag in tags:
            raise UsageError(f"The run {tag} is still at work on this machine: stop it first.")
        print(Swept(tag=tag, alive=True).told)
    by_name = bool(tags) or hours is not None
    if not dead and not by_name:
        print(f"No run on this machine has left anything at {target.base_url}.")
        return ExitStatus.PASSED
    sweeper = Sweeper(target, pace)
    try:
        preflight.check(sweeper.client)
        if dry_run:
            done = [_dry(each, target) for each in dead]
        else:
            done = [each for each in sweeper.finish(places) if not each.alive]
            _tell(done)
        if by_name:
            done += _by_name(
                sweeper, wanting(tags=frozenset(tags), hours=hours, spared=alive), dry_run=dry_run
            )
    finally:
        sweeper.close()
    return _status(done)


def _check(target: Target, tags: Sequence[str], hours: int | None) -> None:
    if target.builtin:
        raise UsageError("sweep is for cn, intl or a URL: what the built-in mock holds is gone with it.")
    for tag in tags:
        if not is_tag(tag):
            raise UsageError(f"--tag={tag} is no tag of a run: a run prints its own when it begins.")
    if hours is not None and hours < FEWEST_HOURS:
        raise UsageError(
            f"--older-than={hours} would take what a living run has made: give {FEWEST_HOURS} or more."
        )


def _dry(found: Found, target: Target) -> Swept:
    """List what a journal has entries of."""
    entries, foreign = mine(found, target)
    for kind, held in entries.items():
        for name in held:
            what = f"{THINGS[kind]} {name}" if kind in THINGS else f"whatever is named {name}"
            print(f"would remove {what}, of run {found.heading.tag}")
    doubtful = sum(len(entries[kind]) for kind in INTENTS)
    swept = Swept(tag=found.heading.tag, doubtful=doubtful, foreign=foreign)
    if foreign:
        print(swept.told)
    return swept


def _by_name(sweeper: Sweeper, wanted: Wanted, *, dry_run: bool) -> list[Swept]:
    """List what bears the tag of a run, then remove it."""
    book, lines = sweeper.marked(wanted)
    for line in lines:
        print(f"would remove {line}" if dry_run else line)
    if not lines:
        print("No name bears such a tag.")
    if dry_run or not lines:
        return []
    done = [sweeper.remove(book)]
    _tell(done)
    return done


def _tell(done: Sequence[Swept]) -> None:
    for swept in done:
        print(swept.told)


def _status(done: Sequence[Swept]) -> ExitStatus:
    """Say whether all is gone (0), something could not be removed (1), or could not be looked for (6)."""
    if any(swept.left or swept.trouble for swept in done):
        return ExitStatus.FAILED
    if any(swept.foreign or swept.doubtful for swept in done):
        return ExitStatus.UNPROVEN
    return ExitStatus.PASSED
