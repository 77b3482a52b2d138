"""A schema of OpenAPI 3.0 or 3.1, read as a shape: references followed, alternatives joined, what means nothing remarked."""

from collections import Counter
from functools import reduce
from typing import Any, Final

from conformance.against.shapes import ANY, GROUP_OF, NUMBERS, Shape, as_text, both, either, type_of
from conformance.contract import clause_of
from conformance.errors import UsageError

NULLABLE: Final = "nullable: true means nothing in OpenAPI 3.1, where null is a type"
CIRCLE: Final = "a schema that holds itself is followed once"
FOREIGN: Final = "a reference to another document is not followed"
UNCOMPARED: Final = (
    "not",
    "contains",
    "prefixItems",
    "patternProperties",
    "propertyNames",
    "dependentRequired",
    "dependentSchemas",
    "unevaluatedProperties",
    "unevaluatedItems",
)
# References and aliases can make a small document endless.
MOST: Final = 100_000
# They say how wide a number is stored, which no answer shows.
WIDTHS: Final = frozenset({"int64", "float", "double"})


class Reader:
    """One document; `remarks` counts what it says that means nothing, or that is not compared."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.old = str(document["openapi"]).startswith("3.0")
        self.remarks: Counter[str] = Counter()
        self._read = 0

    def resolve(self, node: Any) -> Any:
        """Follow the reference that stands in a node's place, if one does.

        Raises:
            UsageError: it leads nowhere, or round in a circle.
        """
        seen: list[str] = []
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            if node["$ref"] in seen:
                raise UsageError(f"the reference {node['$ref']} leads back to itself.")
            seen.append(node["$ref"])
            node = self._at(node["$ref"])
        return node

    def shape(self, schema: Any, seen: tuple[str, ...] = ()) -> Shape:
        """Read a schema.

        Raises:
            UsageError: it is none, or a reference leads nowhere.
        """
        if schema is True or schema is None:
            return Shape()
        if schema is False:
            return Shape(types=frozenset())
        if not isinstance(schema, dict):
            raise UsageError(f"{as_text(schema)[:60]} stands where a schema should.")
        self._read += 1
        if self._read > MOST:
            raise UsageError(f"its operations hold more than {MOST:,} schemas.")
        reference = schema.get("$ref")
        if not isinstance(reference, str):
            return self._schema(schema, seen)
        if reference in seen or not reference.startswith("#"):
            remark = CIRCLE if reference in seen else FOREIGN
            self.remarks[remark] += 1
            return Shape(remarks=frozenset({remark}))
        target = self.shape(self._at(reference), (*seen, reference))
        # Beside a reference, 3.0 reads nothing.
        beside = {} if self.old else {key: value for key, value in schema.items() if key != "$ref"}
        return both(self._schema(beside, seen), target) if beside else target

    def _at(self, reference: str) -> Any:
        if not reference.startswith("#"):
            raise UsageError(f"the reference {reference} leads out of the document.")
        node: Any = self.document
        for step in filter(None, reference[1:].split("/")):
            name = step.replace("~1", "/").replace("~0", "~")
            try:
                node = node[int(name)] if isinstance(node, list) else node[name]
            except (KeyError, IndexError, ValueError, TypeError):
                raise UsageError(f"the reference {reference} leads nowhere.") from None
        return node

    def _schema(self, schema: dict[str, Any], seen: tuple[str, ...]) -> Shape:
        shape = self._own(schema, seen)
        for branch in _list(schema, "allOf"):
            shape = both(shape, self.shape(branch, seen))
        for keyword in ("anyOf", "oneOf"):
            if branches := [self.shape(branch, seen) for branch in _list(schema, keyword)]:
                shape = both(shape, reduce(either, branches))
        return shape

    def _own(self, schema: dict[str, Any], seen: tuple[str, ...]) -> Shape:
        """Read what a schema says itself, without what it is put together from."""
        remarks = self._remarks(schema)
        values = _values(schema)
        types = _types(schema, nullable=self.old and schema.get("nullable") is True)
        if values is not None:
            types &= {type_of(value) for value in values}
        properties = schema.get("properties") or {}
        return Shape(
            types=types,
            values=None if values is None else tuple(dict.fromkeys(map(as_text, values))),
            limits=_limits(schema),
            patterns=((schema["pattern"],),) if isinstance(schema.get("pattern"), str) else (),
            format=_format(schema),
            default=as_text(schema["default"]) if "default" in schema else "",
            properties={str(name): self.shape(inner, seen) for name, inner in _pairs(properties)},
            required=frozenset(map(str, _list(schema, "required"))),
            additional=self._inner(schema, "additionalProperties", seen),
            items=self._inner(schema, "items", seen),
            conditions=tuple(self._conditions(schema, seen)),
            marks=_marks(schema),
            remarks=remarks,
        )

    def _inner(self, schema: dict[str, Any], keyword: str, seen: tuple[str, ...]) -> Shape | None:
        said = schema.get(keyword, True)
        return None if said is True else self.shape(said, seen)

    def _conditions(self, schema: dict[str, Any], seen: tuple[str, ...]) -> list[tuple[str, Shape]]:
        if "if" not in schema:
            return []
        found = (
            [(as_text(_alike(schema["if"])), self.shape(schema["then"], seen))] if "then" in schema else []
        )
        if "else" in schema:
            found.append((as_text({"not": _alike(schema["if"])}), self.shape(schema["else"], seen)))
        return found

    def _remarks(self, schema: dict[str, Any]) -> frozenset[str]:
        found = [f"{keyword} is not compared" for keyword in UNCOMPARED if keyword in schema]
        if schema.get("nullable") is True and not self.old:
            found.append(NULLABLE)
        self.remarks.update(found)
        return frozenset(found)


def _types(schema: dict[str, Any], *, nullable: bool) -> frozenset[str]:
    if "type" not in schema:
        # A file in a form, as 3.1 writes it.
        return frozenset({"string"}) if "contentMediaType" in schema else ANY
    given = schema["type"]
    named = {each if isinstance(each, str) else as_text(each) for each in _row(given)}
    if unknown := named - ANY - {"number"}:
        raise UsageError(f"{min(unknown)[:60]} is no type of a schema.")
    named |= NUMBERS if "number" in named else set()
    return frozenset(named - {"number"} | ({"null"} if nullable else set()))


def _values(schema: dict[str, Any]) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return _list(schema, "enum") if "enum" in schema else None


def _limits(schema: dict[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for keyword in GROUP_OF:
        bound = schema.get(keyword)
        if keyword == "uniqueItems":
            found |= {keyword: 1} if bound is True else {}
        elif isinstance(bound, int | float) and not isinstance(bound, bool):
            found[keyword] = bound
    for open_end, end in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        # 3.0 says with a boolean beside the bound that the bound itself is out.
        if schema.get(open_end) is True and end in found:
            found[open_end] = found.pop(end)
    return found


def _format(schema: dict[str, Any]) -> str:
    if "contentMediaType" in schema or schema.get("contentEncoding") == "binary":
        return "binary"
    named = schema.get("format")
    return named if isinstance(named, str) and named not in WIDTHS else ""


def _marks(schema: dict[str, Any]) -> dict[str, str]:
    """Name the clause of each keyword; a member that is left out goes to the clause of `required`."""
    named = {keyword: clause_of(schema, keyword) for keyword in (*schema, "type", "required")}
    return {keyword: clause for keyword, clause in named.items() if isinstance(clause, str)}


def _list(schema: dict[str, Any], keyword: str) -> list[Any]:
    found = schema.get(keyword)
    return found if isinstance(found, list) else []


def _alike(condition: Any) -> Any:
    """Write a condition so that equal ones are equal: a single value in one way, and nothing that conditions nothing."""
    if not isinstance(condition, dict):
        return condition
    kept = {key: _alike(value) for key, value in condition.items() if key not in {"x-clause", "description"}}
    if len(_list(kept, "enum")) == 1:
        kept["const"] = kept.pop("enum")[0]
    return kept


def _row(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _pairs(properties: Any) -> list[tuple[Any, Any]]:
    if not isinstance(properties, dict):
        raise UsageError(f"{as_text(properties)[:60]} stands where properties should.")
    return list(properties.items())
