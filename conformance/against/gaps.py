"""Where two shapes differ: each constraint that one side has and the other has not, or has otherwise."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from conformance.against.regexes import Relation, relation
from conformance.against.shapes import ANY, GROUPS, LOWER, NUMBERS, UPPER, Shape, both, unconditional

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


def gaps(place: str, ours: Shape, theirs: Shape, *, answer: bool = False) -> Iterator[Gap]:
    """Go through all constraints of two shapes; an answer's defaults mean nothing."""
    plain = list(_gaps(place, unconditional(ours), unconditional(theirs), answer=answer))
    mine, yours = dict(ours.conditions), dict(theirs.conditions)
    # What speaks of its members under a condition only knows them all the same.
    known = {
        f"{place}.{name}"
        for shape in (ours, theirs)
        if not shape.properties
        for _, then in shape.conditions
        for name in then.properties
    }
    plain = [gap for gap in plain if gap.keyword != "member" or gap.place not in known]
    yield from plain
    told = {(gap.place, gap.keyword, gap.cls) for gap in plain}
    absent = {gap.place for gap in plain if gap.keyword == "member"}
    for condition in dict.fromkeys([*mine, *yours]):
        first = both(unconditional(ours), mine.get(condition, Shape()))
        second = both(unconditional(theirs), yours.get(condition, Shape()))
        for gap in _gaps(place, first, second, answer=answer):
            if gap.place not in absent and (gap.place, gap.keyword, gap.cls) not in told:
                yield _on(condition, gap)


def _on(condition: str, gap: Gap) -> Gap:
    return Gap(
        place=gap.place,
        keyword=gap.keyword,
        cls=gap.cls,
        ours=gap.ours,
        theirs=gap.theirs,
        clause=gap.clause,
        remark="; ".join(filter(None, [_condition(condition), gap.remark])),
    )


def _condition(condition: str) -> str:
    """Say a condition in words where it is that one member has one value."""
    properties = json.loads(condition).get("properties", {})
    said = [f"{name} is {inner['const']}" for name, inner in properties.items() if "const" in inner]
    return f"where {' and '.join(said)}" if said else "on a condition"


def _gaps(place: str, ours: Shape, theirs: Shape, *, answer: bool) -> Iterator[Gap]:
    pair = _Pair(place, ours, theirs)
    if not ours.types & theirs.types:
        yield pair.gap("type", Class.CONTRADICTORY, _types(ours.types), _types(theirs.types))
        return
    own = [*pair.of_types(), *pair.of_values(), *pair.of_limits(), *pair.of_patterns(), *pair.of_format()]
    if fatal := [gap for gap in own if gap.cls is Class.CONTRADICTORY]:
        yield from fatal[:1]
        return
    yield from own
    if not answer:
        yield from pair.of_default()
    if "object" in ours.types & theirs.types:
        yield from _members(pair, answer=answer)
    if "array" in ours.types & theirs.types and (ours.items or theirs.items):
        yield from gaps(f"{place}[]", ours.items or Shape(), theirs.items or Shape(), answer=answer)


def _members(pair: "_Pair", *, answer: bool) -> Iterator[Gap]:
    ours, theirs = pair.ours, pair.theirs
    yield from pair.of_additional()
    for name in dict.fromkeys([*ours.properties, *theirs.properties]):
        inner = _Pair(
            f"{pair.place}.{name}" if pair.place else name,
            ours.properties.get(name, Shape()),
            theirs.properties.get(name, Shape()),
        )
        if name not in theirs.properties and name not in theirs.required:
            if _closed(theirs) and name in ours.required:
                yield inner.gap("required", Class.CONTRADICTORY, "required", "no such member is allowed")
            else:
                yield inner.gap("member", Class.MISSING, _in_words(inner.ours), NOTHING, "required")
        elif name not in ours.properties:
            if _closed(ours) and name in theirs.required:
                yield inner.gap("required", Class.CONTRADICTORY, "no such member is allowed", "required")
            else:
                yield inner.gap("member", Class.UNKNOWN, NOTHING, _in_words(inner.theirs))
        else:
            if name in ours.required and name not in theirs.required:
                yield inner.gap("required", Class.LOOSER, "required", "may be left out")
            elif name in theirs.required and name not in ours.required:
                yield inner.gap("required", Class.STRICTER, "may be left out", "required")
            yield from gaps(inner.place, inner.ours, inner.theirs, answer=answer)
    if ours.additional and theirs.additional and not _closed(ours) and not _closed(theirs):
        yield from gaps(f"{pair.place}.*", ours.additional, theirs.additional, answer=answer)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two shapes of one place."""

    place: str
    ours: Shape
    theirs: Shape

    def gap(
        self, keyword: str, cls: Class, ours: str, theirs: str, clause: str = "", remark: str = ""
    ) -> Gap:
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

    def ordered(self, keyword: str, more: bool, less: bool, ours: str, theirs: str) -> Iterator[Gap]:  # noqa: FBT001  what theirs allow beyond ours, and ours beyond theirs
        if less:
            yield self.gap(keyword, Class.STRICTER, ours, theirs)
        if more:
            yield self.gap(keyword, Class.LOOSER, ours, theirs)

    def of_types(self) -> Iterator[Gap]:
        mine, yours = self.ours.types, self.theirs.types
        # Where both sides name their values, these tell the types.
        if self.ours.values is None or self.theirs.values is None:
            yield from self.ordered(
                "type", bool(yours - mine), bool(mine - yours), _types(mine), _types(yours)
            )

    def of_values(self) -> Iterator[Gap]:
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
        yield from self.ordered(keyword, more, less, *told)

    def of_limits(self) -> Iterator[Gap]:
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
                yield from self.ordered(keyword, more, less, _end(mine[end]), _end(yours[end]))
        for keyword in ("multipleOf", "uniqueItems"):
            step, other = self.ours.limits.get(keyword, 0), self.theirs.limits.get(keyword, 0)
            if step != other:
                less = bool(other and (not step or step % other))
                more = bool(step and (not other or other % step))
                yield from self.ordered(
                    keyword, more, less, _end(step or -math.inf), _end(other or -math.inf)
                )

    def of_patterns(self) -> Iterator[Gap]:
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

    def of_format(self) -> Iterator[Gap]:
        mine, yours = self.ours.format, self.theirs.format
        if mine != yours:
            yield from self.ordered("format", bool(mine), bool(yours), mine or NOTHING, yours or NOTHING)

    def of_default(self) -> Iterator[Gap]:
        mine, yours = self.ours.default, self.theirs.default
        if mine == yours:
            return
        cls = Class.MISSING if not yours else Class.UNKNOWN if not mine else Class.CONTRADICTORY
        yield self.gap("default", cls, mine or NOTHING, yours or NOTHING)

    def of_additional(self) -> Iterator[Gap]:
        mine, yours = _openness(self.ours), _openness(self.theirs)
        told = ("no others", "others of one kind", "any others")
        yield from self.ordered("additionalProperties", yours > mine, yours < mine, told[mine], told[yours])


def _closed(shape: Shape) -> bool:
    return shape.additional is not None and not shape.additional.types


def _openness(shape: Shape) -> int:
    """Say how many other members an object may have: none, those of one kind, or any."""
    return 0 if _closed(shape) else 2 if shape.additional is None or shape.additional == Shape() else 1


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


def _in_words(shape: Shape) -> str:
    return _types(shape.types) if shape.values is None else _values(shape.values)
