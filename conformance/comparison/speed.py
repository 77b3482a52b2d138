"""Whether two samples of times differ by more than noise: a rank test, and by how much."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, median

# Fewer answers than this say nothing of a distribution.
FEWEST = 8
# How improbable chance must be; many operations are tested at once.
CHANCE = 0.001
# What a user of the API could notice: so many times as long, and so many seconds more.
FACTOR, NOTICED = 1.5, 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The times of one side in seconds."""

    count: int
    least: float
    median: float
    p90: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """The times of both sides, and how probable it is that chance alone sets them so far apart."""

    name: str
    a: Spread
    b: Spread
    chance: float

    @property
    def differs(self) -> bool:
        """Whether the difference is more than noise, and large enough to be noticed."""
        if min(self.a.count, self.b.count) < FEWEST or self.chance >= CHANCE:
            return False
        fast, slow = sorted((self.a.median, self.b.median))
        return slow >= FACTOR * fast and slow - fast >= NOTICED


def race(name: str, a: Sequence[float], b: Sequence[float]) -> Race | None:
    """Set two samples beside each other; nothing where one is empty."""
    if not a or not b:
        return None
    return Race(name=name, a=spread(a), b=spread(b), chance=chance(a, b))


def spread(times: Sequence[float]) -> Spread:
    """Describe a sample."""
    ordered = sorted(times)
    return Spread(
        count=len(ordered),
        least=ordered[0],
        median=median(ordered),
        p90=ordered[math.ceil(0.9 * len(ordered)) - 1],
    )


def chance(a: Sequence[float], b: Sequence[float]) -> float:
    """Give the two-sided probability of Mann and Whitney's U, by its normal approximation with ties."""
    together = sorted([(value, 0) for value in a] + [(value, 1) for value in b])
    ranks: dict[float, float] = {}
    ties = Counter(value for value, _ in together)
    place = 0
    for value, count in sorted(ties.items()):
        ranks[value] = place + (count + 1) / 2
        place += count
    n, m = len(a), len(b)
    all_ = n + m
    u = sum(ranks[value] for value in a) - n * (n + 1) / 2
    tied = sum(count**3 - count for count in ties.values())
    variance = n * m / 12 * ((all_ + 1) - tied / (all_ * (all_ - 1))) if all_ > 1 else 0.0
    if variance <= 0:
        return 1.0
    z = max(0.0, abs(u - n * m / 2) - 0.5) / math.sqrt(variance)
    return 2 * (1 - NormalDist().cdf(z))
