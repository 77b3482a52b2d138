"""Two shapes of one place, constraint by constraint: what theirs allow beyond ours, and ours beyond theirs."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conformance.against.regexes import Relation, relation
from conformance.against.shapes import ANY, GROUPS, LOWER, NUMBERS, UPPER, Shape

# The types that have few values.
FEW: Final = {"null": ("null",), "boolean": ("true", "false")}
NOTHING: Final = "·"
APART: Final = "no string fits both patterns"
UNTOLD: Final = "how the patterns stand to each other could not be told"


class Class(StrEnum):
    """What another contract's constraint is beside ours; the members stand from worst to mildest."""

    CONTRADICTORY = "contradictory"
    STRICTER = "stricter"
    LOOSER = "looser"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One constraint at one place; `place` is a path such as 200.body.data[].purpose."""

    place: str
    keyword: str
    cls: Class
    ours: str
    theirs: str
    clause: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two shapes of one place."""

    place: str
    ours: Shape
    theirs: Shape

    def gap(
        self, keyword: str, cls: Class, ours: str, theirs: str, clause: str = "", remark: str = ""
    ) -> Gap:
        """Make a gap here; the clause is ours for the keyword, or for another one that is named."""
        remarks = (
            [remark, *sorted(self.theirs.remarks)] if keyword in {"type", "pattern", "enum"} else [remark]
        )
        return Gap(
            place=self.place,
            keyword=keyword,
            cls=cls,
            ours=ours,
            theirs=theirs,
            clause=self.ours.clause(clause or keyword),
            remark="; ".join(filter(None, remarks)),
        )

    def _ordered(self, keyword: str, more: bool, less: bool, ours: str, theirs: str) -> Iterator[Gap]:  # noqa: FBT001  what theirs allow beyond ours, and ours beyond theirs
        if less:
            yield self.gap(keyword, Class.STRICTER, ours, theirs)
        if more:
            yield self.gap(keyword, Class.LOOSER, ours, theirs)

    def clash(self) -> Gap:
        """Say that the two have no type in common."""
        return self.gap("type", Class.CONTRADICTORY, _types(self.ours.types), _types(self.theirs.types))

    def of_itself(self) -> list[Gap]:
        """Give the gaps of the value itself; where no value is left, that alone."""
        found = [
            *self._of_types(),
            *self._of_values(),
            *self._of_limits(),
            *self._of_patterns(),
            *self._of_format(),
        ]
        fatal = [gap for gap in found if gap.cls is Class.CONTRADICTORY]
        return fatal[:1] or found

    def _of_types(self) -> Iterator[Gap]:
        mine, yours = self.ours.types, self.theirs.types
        # Where both sides name their values, these tell the types.
        if self.ours.values is None or self.theirs.values is None:
            yield from self._ordered(
                "type", bool(yours - mine), bool(mine - yours), _types(mine), _types(yours)
            )

    def _of_values(self) -> Iterator[Gap]:
        if self.ours.values is None and self.theirs.values is None:
            return
        mine, yours = _finite(self.ours), _finite(self.theirs)
        named = yours or () if mine is None else mine
        left = {text for text in named if self.ours.allows(text) and self.theirs.allows(text)}
        told = _values(mine), _values(yours)
        if not left:
            yield self.gap("enum", Class.CONTRADICTORY, *told)
            return
        more = yours is None or not left.issuperset(yours)
        less = mine is None or not left.issuperset(mine)
        keyword = "const" if mine is not None and len(mine) == 1 else "enum"
        yield from self._ordered(keyword, more, less, *told)

    def _of_limits(self) -> Iterator[Gap]:
        if self.ours.values is not None or self.theirs.values is not None:
            return
        common = self.ours.types & self.theirs.types
        for group, types in GROUPS.items():
            if not common & types:
                continue
            mine, yours = _range(self.ours, group), _range(self.theirs, group)
            if common <= types and (mine[0] > yours[1] or yours[0] > mine[1]):
                keyword = UPPER[group] if yours[0] > mine[1] else LOWER[group]
                yield self.gap(keyword, Class.CONTRADICTORY, _span(mine), _span(yours))
                return
            for end, keyword in ((0, LOWER[group]), (1, UPPER[group])):
                less = yours[end] > mine[end] if end == 0 else yours[end] < mine[end]
                more = yours[end] < mine[end] if end == 0 else yours[end] > mine[end]
                yield from self._ordered(keyword, more, less, _end(mine[end]), _end(yours[end]))
        for keyword in ("multipleOf", "uniqueItems"):
            step, other = self.ours.limits.get(keyword, 0), self.theirs.limits.get(keyword, 0)
            if step != other:
                less = bool(other and (not step or step % other))
                more = bool(step and (not other or other % step))
                yield from self._ordered(
                    keyword, more, less, _end(step or -math.inf), _end(other or -math.inf)
                )

    def _of_patterns(self) -> Iterator[Gap]:
        common = self.ours.types & self.theirs.types
        if "string" not in common or self.ours.values is not None or self.theirs.values is not None:
            return
        found = relation(self.ours.patterns, self.theirs.patterns)
        told = _patterns(self.ours), _patterns(self.theirs)
        if found is Relation.APART and common == {"string"}:
            yield self.gap("pattern", Class.CONTRADICTORY, *told, remark=APART)
            return
        across = found in {Relation.APART, Relation.ACROSS, Relation.UNTOLD}
        for cls, side in ((Class.STRICTER, Relation.INSIDE), (Class.LOOSER, Relation.AROUND)):
            if across or found is side:
                yield self.gap("pattern", cls, *told, remark=UNTOLD if found is Relation.UNTOLD else "")

    def _of_format(self) -> Iterator[Gap]:
        mine, yours = self.ours.format, self.theirs.format
        if mine != yours:
            yield from self._ordered("format", bool(mine), bool(yours), mine or NOTHING, yours or NOTHING)

    def of_default(self) -> Iterator[Gap]:
        """Give the gap of what counts where nothing is sent."""
        mine, yours = self.ours.default, self.theirs.default
        if mine == yours:
            return
        cls = Class.MISSING if not yours else Class.UNKNOWN if not mine else Class.CONTRADICTORY
        yield self.gap("default", cls, mine or NOTHING, yours or NOTHING)

    def of_additional(self) -> Iterator[Gap]:
        """Give the gap of the members that neither names."""
        mine, yours = openness(self.ours), openness(self.theirs)
        told = ("no others", "others of one kind", "any others")
        yield from self._ordered("additionalProperties", yours > mine, yours < mine, told[mine], told[yours])


def _finite(shape: Shape) -> tuple[str, ...] | None:
    """Name all values of a shape, where its types alone leave few."""
    if shape.values is None and shape.types <= FEW.keys():
        return tuple(text for kind, texts in FEW.items() if kind in shape.types for text in texts)
    return shape.values


def _range(shape: Shape, group: str) -> tuple[float, float]:
    """Give the least and the greatest number or length; a bound that is out is the number beside it."""
    limits = shape.limits
    least = limits.get(LOWER[group], -math.inf if group == "number" else 0)
    greatest = limits.get(UPPER[group], math.inf)
    if group == "number":
        whole = shape.types & NUMBERS == {"integer"}
        above, below = limits.get("exclusiveMinimum", -math.inf), limits.get("exclusiveMaximum", math.inf)
        least = max(least, _beside(above, 1, whole=whole))
        greatest = min(greatest, _beside(below, -1, whole=whole))
        if whole:
            least = math.ceil(least) if math.isfinite(least) else least
            greatest = math.floor(greatest) if math.isfinite(greatest) else greatest
    return least, greatest


def _beside(bound: float, step: int, *, whole: bool) -> float:
    if not math.isfinite(bound):
        return bound
    return (
        math.floor(bound) + 1
        if whole and step > 0
        else math.ceil(bound) - 1
        if whole
        else math.nextafter(bound, step * math.inf)
    )


def _end(bound: float) -> str:
    return f"{bound:g}" if math.isfinite(bound) else NOTHING


def _span(ends: tuple[float, float]) -> str:
    return f"{_end(ends[0])} to {_end(ends[1])}"


def _types(types: frozenset[str]) -> str:
    if types == ANY:
        return "anything"
    named = {"number" if "fraction" in types and name == "integer" else name for name in types - {"fraction"}}
    return " or ".join(sorted(named, key=lambda name: (name == "null", name))) or "nothing at all"


def _values(values: tuple[str, ...] | None) -> str:
    return NOTHING if values is None else ", ".join(values)


def _patterns(shape: Shape) -> str:
    return " and ".join(" or ".join(each) for each in shape.patterns) or NOTHING


def in_words(shape: Shape) -> str:
    """Say what a shape is in a few words."""
    return _types(shape.types) if shape.values is None else _values(shape.values)


def closed(shape: Shape) -> bool:
    """Whether an object may have no other members."""
    return shape.additional is not None and not shape.additional.types


def openness(shape: Shape) -> int:
    """Say how many other members an object may have: none, those of one kind, or any."""
    return 0 if closed(shape) else 2 if shape.additional is None or shape.additional == Shape() else 1
