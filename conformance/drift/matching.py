"""Which line of one edition is which of another: the same, moved, reworded, parted, or gone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from conformance.drift.lines import Fact, Kind, Line
from conformance.drift.wording import alike, within

# Below this two lines have no more in common than any two of one subject.
ALIKE: Final = 0.45
ALIKE_WITH_FACTS: Final = 0.3
WITHIN: Final = 0.8
# More lines than that without a counterpart are another page.
MOST_PAIRS: Final = 1_000_000
# A sketch of a few characters is in any other by chance.
FEWEST_BITS: Final = 6
LOOSE: Final = frozenset({Kind.PROSE, Kind.CELL, Kind.HEADING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A line of each edition that say the same, or nearly."""

    old: Line
    new: Line
    same: bool = False
    moved: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """Two editions line by line; a line may be in several pairs where one was parted or joined."""

    pairs: tuple[Pair, ...]
    gone: tuple[Line, ...]
    new: tuple[Line, ...]


class _Matching:
    """What is matched so far."""

    def __init__(self, old: Sequence[Line], new: Sequence[Line]) -> None:
        self.old, self.new = old, new
        self.olds, self.news = set(range(len(old))), set(range(len(new)))
        self.pairs: list[tuple[int, int, bool, bool]] = []

    def take(self, one: int, other: int, *, same: bool = False, moved: bool = False) -> None:
        self.olds.discard(one)
        self.news.discard(other)
        self.pairs.append((one, other, same, moved))


def match(old: Sequence[Line], new: Sequence[Line]) -> Match:
    """Find for each line of an older edition what became of it."""
    matching = _Matching(old, new)
    gaps = _same(matching)
    for olds, news in gaps:
        _in_gap(matching, olds, news)
    _moved(matching)
    for olds, news in gaps:
        _reworded(matching, [n for n in olds if n in matching.olds], [n for n in news if n in matching.news])
    _reworded(matching, sorted(matching.olds), sorted(matching.news))
    _parted(matching)
    pairs = tuple(
        Pair(old=old[one], new=new[other], same=same, moved=moved)
        for one, other, same, moved in sorted(matching.pairs)
    )
    return Match(
        pairs=pairs,
        gone=tuple(old[n] for n in sorted(matching.olds)),
        new=tuple(new[n] for n in sorted(matching.news)),
    )


def _same(matching: _Matching) -> list[tuple[range, range]]:
    """Take what stands in the same order in both, and give what stands between."""
    old_keys, new_keys = [line.key for line in matching.old], [line.key for line in matching.new]
    gaps = []
    for tag, a, b, c, d in SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_opcodes():
        if tag == "equal":
            for one, other in zip(range(a, b), range(c, d), strict=True):
                matching.take(one, other, same=True)
        else:
            gaps.append((range(a, b), range(c, d)))
    return gaps


def _in_gap(matching: _Matching, olds: Iterable[int], news: Iterable[int]) -> None:
    """Pair the cells of one row and the values of one place in a sample that differ where all around is the same."""
    for one in [n for n in olds if n in matching.olds]:
        line = matching.old[one]
        place = _place(line)
        if place is None:
            continue
        for other in sorted(matching.news & set(news)):
            if _place(matching.new[other]) == place:
                matching.take(one, other, same=line.key == matching.new[other].key)
                break


def _place(line: Line) -> tuple[str, ...] | None:
    """Say which slot of a table or a sample a line fills; sentences and code fill none."""
    if len(line.facts) >= 1 and line.facts[0].kind in {"sample", "type", "required", "example"}:
        return (line.facts[0].kind, line.facts[0].subject)
    return None


def _moved(matching: _Matching) -> None:
    """Pair what says the same elsewhere; cells and values of samples only under their own name."""
    waiting: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number in sorted(matching.news):
        waiting[_identity(matching.new[number])].append(number)
    for number in sorted(matching.olds):
        if candidates := waiting[_identity(matching.old[number])]:
            matching.take(number, candidates.pop(0), same=True, moved=True)


def _identity(line: Line) -> tuple[str, str]:
    return (line.key, line.facts[0].subject if _place(line) else "")


def _reworded(matching: _Matching, olds: Sequence[int], news: Sequence[int]) -> None:
    """Pair the most alike first."""
    if len(olds) * len(news) > MOST_PAIRS:
        return
    scored = []
    for one in olds:
        for other in news:
            score = _score(matching.old[one], matching.new[other])
            if score > 0:
                scored.append((-score, abs(one - other), one, other))
    for _, _, one, other in sorted(scored):
        if one in matching.olds and other in matching.news:
            matching.take(one, other)


def _score(old: Line, new: Line) -> float:
    if not _comparable(old, new) or old.key == new.key:
        return float(old.key == new.key and _place(old) == _place(new))
    likeness = alike(old.sketch, new.sketch)
    shared, told = _values(old) & _values(new), _values(old) | _values(new)
    if likeness >= ALIKE:
        return likeness + 0.2 * (len(shared) / len(told) if told else 0)
    if told and likeness >= ALIKE_WITH_FACTS and len(shared) / len(told) >= 0.5:
        return likeness
    return 0


def _comparable(old: Line, new: Line) -> bool:
    if old.kind is not new.kind and not (old.kind in LOOSE and new.kind in LOOSE):
        return False
    # A type becomes no sentence, and a value of a sample none of another field.
    return _place(old) == _place(new)


def _values(line: Line) -> set[tuple[str, str]]:
    return {(fact.kind, fact.value) for fact in line.facts if fact.kind != "sense"}


def _parted(matching: _Matching) -> None:
    """Find old lines within longer new ones, and new ones within longer old ones: joined and parted sentences."""
    for one in sorted(matching.olds):
        line = matching.old[one]
        if (other := _holder(line, matching.new, matching.news, matching)) is not None:
            matching.pairs.append((one, other, False, False))
            matching.olds.discard(one)
    taken = {other for _, other, _, _ in matching.pairs}
    matching.news -= taken
    for other in sorted(matching.news):
        line = matching.new[other]
        loose = [one for one, _, same, _ in matching.pairs if not same]
        for one in loose:
            if _inside(line, matching.old[one]):
                matching.pairs.append((one, other, False, False))
                matching.news.discard(other)
                break


def _holder(line: Line, others: Sequence[Line], free: set[int], matching: _Matching) -> int | None:
    loose = sorted(free | {other for _, other, same, _ in matching.pairs if not same})
    return next((number for number in loose if _inside(line, others[number])), None)


def _inside(part: Line, whole: Line) -> bool:
    return (
        part.kind in LOOSE
        and whole.kind in LOOSE
        and part.sketch.bit_count() >= FEWEST_BITS
        and whole.sketch.bit_count() > part.sketch.bit_count()
        and within(part.sketch, whole.sketch) >= WITHIN
    )


def facts_of(lines: Iterable[Line]) -> list[Fact]:
    """Give the facts of several lines."""
    return [fact for line in lines for fact in line.facts]
