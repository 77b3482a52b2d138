"""What the caps of a run leave room for: the tests of what is most binding first, each with what it would cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from conformance.budget import Caps
from conformance.clauses import Level
from conformance.plan import Cost, together

RANKS = tuple(Level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A test that would be run: the levels of its clauses, and under which names its requests were rehearsed.

    Names that several tests share, such as the corpus, cost once.
    """

    name: str
    levels: tuple[str, ...]
    costs: tuple[str, ...]

    @property
    def rank(self) -> int:
        """Its place among the levels, the most binding first."""
        return min((RANKS.index(level) for level in self.levels), default=0)


def left_out(
    candidates: Sequence[Candidate], rehearsed: Mapping[str, Cost], caps: Caps, always: Iterable[str]
) -> Mapping[str, str]:
    """Give the tests that there is no room for, each with the sentence that says so.

    `always` names what is sent whatever is run. Each upload takes the request that deletes it along.
    """
    paid = set(always)
    spent = together(rehearsed[name] for name in paid if name in rehearsed)
    found: dict[str, str] = {}
    for candidate in sorted(candidates, key=lambda each: each.rank):
        new = [name for name in dict.fromkeys(candidate.costs) if name not in paid and name in rehearsed]
        after = together((spent, *(rehearsed[name] for name in new)))
        if over := _over(after, caps):
            found[candidate.name] = f"{over} leaves no room for it: what binds more comes first"
        else:
            spent = after
            paid.update(new)
    return found


def _over(cost: Cost, caps: Caps) -> str:
    counts = (
        ("requests", cost.requests + cost.uploads, caps.requests),
        ("uploads", cost.uploads, caps.uploads),
        ("bytes", cost.bytes_sent, caps.bytes),
        ("tokens", cost.tokens, caps.tokens),
    )
    return next((f"--budget-{name}={cap}" for name, n, cap in counts if cap is not None and n > cap), "")
