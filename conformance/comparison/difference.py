"""Difference: one thing that two sides do otherwise, as a value; its class says what it means."""

from dataclasses import dataclass
from enum import StrEnum

from conformance.comparison.facets import Facet


class Class(StrEnum):
    """What kind of difference it is; those of `COUNTED` are differences between the targets."""

    CONTRACT = "contract"
    UNDOCUMENTED = "undocumented"
    UNEXPLAINED = "unexplained"
    DOCUMENTED = "documented"
    TIMING = "timing"
    INFRASTRUCTURE = "infrastructure"
    ONCE = "once"


COUNTED = frozenset({Class.CONTRACT, Class.UNDOCUMENTED, Class.UNEXPLAINED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one side showed, how often, and in which exchanges of its first run."""

    value: str
    times: int = 0
    exchanges: tuple[int, ...] = ()
    # Whether the other side never showed it.
    alone: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that two sides do otherwise; `clause` names the one that it belongs to, if any."""

    facet: Facet
    cls: Class
    a: tuple[Told, ...]
    b: tuple[Told, ...]
    chapter: str
    clause: str = ""
    why: str = ""
    # A clause that must be proven.
    required: bool = False

    @property
    def counted(self) -> bool:
        """Whether the two targets are not alike by it."""
        return self.cls in COUNTED
