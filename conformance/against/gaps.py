"""Where two shapes differ, place by place: members, items, and what holds on a condition only."""

import json
from collections.abc import Iterator
from dataclasses import replace

from conformance.against.pairs import NOTHING, Class, Gap, Pair, closed, in_words
from conformance.against.shapes import Shape, both, unconditional


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
                remark = "; ".join(filter(None, [_condition(condition), gap.remark]))
                yield replace(gap, remark=remark)


def _condition(condition: str) -> str:
    """Say a condition in words where it is that one member has one value."""
    properties = json.loads(condition).get("properties", {})
    said = [f"{name} is {inner['const']}" for name, inner in properties.items() if "const" in inner]
    return f"where {' and '.join(said)}" if said else "on a condition"


def _gaps(place: str, ours: Shape, theirs: Shape, *, answer: bool) -> Iterator[Gap]:
    pair = Pair(place, ours, theirs)
    if not ours.types & theirs.types:
        yield pair.clash()
        return
    own = pair.of_itself()
    yield from own
    if any(gap.cls is Class.CONTRADICTORY for gap in own):
        return
    if not answer:
        yield from pair.of_default()
    if "object" in ours.types & theirs.types:
        yield from _members(pair, answer=answer)
    if "array" in ours.types & theirs.types and (ours.items or theirs.items):
        yield from gaps(f"{place}[]", ours.items or Shape(), theirs.items or Shape(), answer=answer)


def _members(pair: Pair, *, answer: bool) -> Iterator[Gap]:
    ours, theirs = pair.ours, pair.theirs
    yield from pair.of_additional()
    for name in dict.fromkeys([*ours.properties, *theirs.properties]):
        inner = Pair(
            f"{pair.place}.{name}" if pair.place else name,
            ours.properties.get(name, Shape()),
            theirs.properties.get(name, Shape()),
        )
        if name not in theirs.properties and name not in theirs.required:
            if closed(theirs) and name in ours.required:
                yield inner.gap("required", Class.CONTRADICTORY, "required", "no such member is allowed")
            else:
                yield inner.gap("member", Class.MISSING, in_words(inner.ours), NOTHING, "required")
        elif name not in ours.properties:
            if closed(ours) and name in theirs.required:
                yield inner.gap("required", Class.CONTRADICTORY, "no such member is allowed", "required")
            else:
                yield inner.gap("member", Class.UNKNOWN, NOTHING, in_words(inner.theirs))
        else:
            if name in ours.required and name not in theirs.required:
                yield inner.gap("required", Class.LOOSER, "required", "may be left out")
            elif name in theirs.required and name not in ours.required:
                yield inner.gap("required", Class.STRICTER, "may be left out", "required")
            yield from gaps(inner.place, inner.ours, inner.theirs, answer=answer)
    if ours.additional and theirs.additional and not closed(ours) and not closed(theirs):
        yield from gaps(f"{pair.place}.*", ours.additional, theirs.additional, answer=answer)
