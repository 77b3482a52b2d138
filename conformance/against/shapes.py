"""Shape: which JSON values a schema allows, and how shapes are joined. Where the values come from is `reading`'s matter."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from conformance.against.regexes import Alternatives

# A number that is whole is an integer, whatever it is written like; a fraction is any other.
NUMBERS: Final = frozenset({"integer", "fraction"})
ANY: Final = frozenset({"null", "boolean", "string", "array", "object"}) | NUMBERS
GROUPS: Final[Mapping[str, frozenset[str]]] = {
    "number": NUMBERS,
    "string": frozenset({"string"}),
    "array": frozenset({"array"}),
    "object": frozenset({"object"}),
}
LOWER: Final = {"number": "minimum", "string": "minLength", "array": "minItems", "object": "minProperties"}
UPPER: Final = {"number": "maximum", "string": "maxLength", "array": "maxItems", "object": "maxProperties"}
GROUP_OF: Final = {
    **{keyword: group for group, keyword in LOWER.items()},
    **{keyword: group for group, keyword in UPPER.items()},
    "exclusiveMinimum": "number",
    "exclusiveMaximum": "number",
    "multipleOf": "number",
    "uniqueItems": "array",
}
LEAST: Final = frozenset({*LOWER.values(), "exclusiveMinimum"})
JOINED: Final = "alternatives are read as one schema that allows what any of them allows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a value may be. Everything that is left out allows everything.

    `values` are texts of JSON. Each of `patterns` must match, by one of its alternatives. `additional` is what other
    members of an object may be. `conditions` hold for the values that fit their first part, a
    text of JSON. `marks` names the clause of each keyword.
    """

    types: frozenset[str] = ANY
    values: tuple[str, ...] | None = None
    limits: Mapping[str, float] = field(default_factory=dict)
    patterns: tuple[Alternatives, ...] = ()
    format: str = ""
    default: str = ""
    properties: Mapping[str, "Shape"] = field(default_factory=dict)
    required: frozenset[str] = frozenset()
    additional: "Shape | None" = None
    items: "Shape | None" = None
    conditions: tuple[tuple[str, "Shape"], ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    remarks: frozenset[str] = frozenset()

    def clause(self, keyword: str) -> str:
        """Name the clause that a constraint rests on, or the one of the whole."""
        return self.marks.get(keyword) or self.marks.get("type", "")

    def allows(self, text: str) -> bool:
        """Whether a scalar value, as JSON, may stand here; of what objects and arrays hold nothing is asked."""
        value = json.loads(text)
        kind = type_of(value)
        if kind not in self.types or (self.values is not None and text not in self.values):
            return False
        if kind == "string" and not all(
            any(re.search(one, value) for one in pattern) for pattern in self.patterns
        ):
            return False
        size = value if kind in NUMBERS else len(value) if kind in GROUPS else 0
        return all(
            _keeps(keyword, bound, size)
            for keyword, bound in self.limits.items()
            if kind in GROUPS[GROUP_OF[keyword]]
        )


def as_text(value: Any) -> str:
    """Write a value so that equal values are equal texts."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def type_of(value: Any) -> str:
    """Name the type of a JSON value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "integer" if float(value).is_integer() else "fraction"
    return "string" if isinstance(value, str) else "array" if isinstance(value, list) else "object"


def _keeps(keyword: str, bound: float, size: float) -> bool:
    kept: Mapping[str, Callable[[], bool]] = {
        "exclusiveMinimum": lambda: size > bound,
        "exclusiveMaximum": lambda: size < bound,
        "multipleOf": lambda: size % bound == 0,
        "uniqueItems": lambda: True,
    }
    return kept.get(keyword, lambda: size >= bound if keyword in LEAST else size <= bound)()


def both(a: Shape, b: Shape) -> Shape:
    """Allow what both allow; where both name a clause, the first one's counts."""
    limits = dict(a.limits)
    for keyword, bound in b.limits.items():
        tighter = max if keyword in LEAST or keyword in {"multipleOf", "uniqueItems"} else min
        limits[keyword] = tighter(limits.get(keyword, bound), bound)
    values = a.values if b.values is None else b.values
    if a.values is not None and b.values is not None:
        values = tuple(text for text in a.values if text in b.values)
    return Shape(
        types=a.types & b.types,
        values=values,
        limits=limits,
        patterns=tuple(dict.fromkeys([*a.patterns, *b.patterns])),
        format=a.format or b.format,
        default=a.default or b.default,
        properties={
            **{name: both(a.properties[name], b.properties.get(name, Shape())) for name in a.properties},
            **{name: shape for name, shape in b.properties.items() if name not in a.properties},
        },
        required=a.required | b.required,
        additional=_both(a.additional, b.additional),
        items=_both(a.items, b.items),
        conditions=(*a.conditions, *b.conditions),
        marks={**b.marks, **a.marks},
        remarks=a.remarks | b.remarks,
    )


def either(a: Shape, b: Shape) -> Shape:
    """Allow what one of them allows, and a little more where no single shape says just that."""
    shared = {group for group, types in GROUPS.items() if a.types & types and b.types & types}
    loose = _loose(a, b) if shared else False
    return Shape(
        types=a.types | b.types,
        values=_values(a, b),
        limits=_limits(a, b, shared),
        patterns=_patterns(a, b, shared),
        format=a.format if a.format == b.format else "" if shared else a.format or b.format,
        default=a.default or b.default,
        properties=_properties(a, b),
        required=a.required & b.required if "object" in shared else a.required | b.required,
        additional=a.additional if a.additional == b.additional else None,
        items=either(a.items, b.items) if a.items and b.items else _one("array", a, b, a.items, b.items),
        conditions=tuple(each for each in a.conditions if each in b.conditions),
        marks={**b.marks, **a.marks},
        remarks=a.remarks | b.remarks | ({JOINED} if loose else set()),
    )


def unconditional(shape: Shape) -> Shape:
    """Leave the conditions out."""
    return replace(shape, conditions=())


def _groups(shape: Shape) -> set[str]:
    return {group for group, types in GROUPS.items() if shape.types & types}


def _both(a: Shape | None, b: Shape | None) -> Shape | None:
    return both(a, b) if a and b else a or b


def _loose(a: Shape, b: Shape) -> bool:
    return a.values is None and b.values is None and (a.limits != b.limits or a.properties != b.properties)


def _values(a: Shape, b: Shape) -> tuple[str, ...] | None:
    known = [shape.values if shape.values is not None else _only_null(shape) for shape in (a, b)]
    if known[0] is None or known[1] is None:
        return None
    return tuple(dict.fromkeys([*known[0], *known[1]]))


def _only_null(shape: Shape) -> tuple[str, ...] | None:
    return ("null",) if shape.types == {"null"} else None


def _one(group: str, a: Shape, b: Shape, of_a: Any, of_b: Any) -> Any:
    """Give what the one says of a group of types that the other does not allow at all."""
    mine, yours = group in _groups(a), group in _groups(b)
    return of_a if mine and not yours else of_b if yours and not mine else None


def _limits(a: Shape, b: Shape, shared: set[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for keyword in {**a.limits, **b.limits}:
        group = GROUP_OF[keyword]
        if group not in shared:
            limit = _one(group, a, b, a.limits.get(keyword), b.limits.get(keyword))
            found |= {keyword: limit} if limit is not None else {}
        elif keyword in a.limits and keyword in b.limits:
            looser = min if keyword in LEAST or keyword in {"multipleOf", "uniqueItems"} else max
            found[keyword] = looser(a.limits[keyword], b.limits[keyword])
    return found


def _patterns(a: Shape, b: Shape, shared: set[str]) -> tuple[Alternatives, ...]:
    if "string" not in shared:
        return tuple(_one("string", a, b, a.patterns, b.patterns) or ())
    if len(a.patterns) == 1 and len(b.patterns) == 1:
        return ((*a.patterns[0], *b.patterns[0]),)
    return ()


def _properties(a: Shape, b: Shape) -> dict[str, Shape]:
    return {
        name: either(a.properties[name], b.properties[name])
        if name in a.properties and name in b.properties
        else a.properties.get(name) or b.properties[name]
        for name in {**a.properties, **b.properties}
    }
