"""Single changes planted into a copy of our document: each is found, in its class, under its clause."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from conformance.against.differences import compare
from conformance.against.pairs import Class
from conformance.contract import contract

Node = dict[str, Any]
Steps = tuple[str | int, ...]


Change = Callable[[Node], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    name: str
    at: Steps
    cls: Class
    change: Change

    def __str__(self) -> str:
        return f"{self.name} at {'/'.join(map(str, self.at))}"


def at(document: Any, steps: Steps) -> Any:
    for step in steps:
        document = document[step]
    return document


def members(node: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Node]]:
    """Go through the members of all objects, with where they stand; conditions are left alone."""
    if isinstance(node, list):
        for number, item in enumerate(node):
            yield from members(item, (*steps, number))
    elif isinstance(node, dict):
        for name, inner in node.items():
            if name == "properties":
                for member, schema in inner.items():
                    if "$ref" not in schema:
                        yield (*steps, "properties", member), schema
            if name not in {"if", "then", "x-clause", "examples", "links"}:
                yield from members(inner, (*steps, name))


def of_member(steps: Steps, schema: Node, required: list[str]) -> Iterator[Plant]:
    owner, name = steps[:-2], str(steps[-1])

    def drop(parent: Node) -> None:
        del parent["properties"][name]
        parent["required"] = [each for each in parent.get("required", []) if each != name]

    def require(parent: Node) -> None:
        parent["required"] = [*parent.get("required", []), name]

    def add(own: Node) -> None:
        own.setdefault("properties", {})["new"] = {"type": "string"}

    yield Plant(name="a member dropped", at=owner, cls=Class.MISSING, change=drop)
    if name in required:
        optional: Change = lambda parent: parent["required"].remove(name)  # noqa: E731
        yield Plant(name="a member optional", at=owner, cls=Class.LOOSER, change=optional)
    else:
        yield Plant(name="a member required", at=owner, cls=Class.STRICTER, change=require)
    if "object" in kinds_of(schema):
        yield Plant(name="a member added", at=steps, cls=Class.UNKNOWN, change=add)
        yield put("closed", steps, Class.STRICTER, additionalProperties=False)
    yield from of_values(steps, schema)
    yield from of_limits(steps, schema)


def kinds_of(schema: Node) -> list[str]:
    types = schema.get("type", [])
    return types if isinstance(types, list) else [types]


def put(name: str, steps: Steps, cls: Class, **keywords: object) -> Plant:
    return Plant(name=name, at=steps, cls=cls, change=lambda own: own.update(keywords))


def without(name: str, steps: Steps, cls: Class, keyword: str) -> Plant:
    return Plant(name=name, at=steps, cls=cls, change=lambda own: own.pop(keyword))


def of_values(steps: Steps, schema: Node) -> Iterator[Plant]:
    kinds = kinds_of(schema)
    if "enum" in schema:
        values = schema["enum"]
        if len(values) > 1:
            yield put("a value dropped", steps, Class.STRICTER, enum=values[1:])
        yield put("a value added", steps, Class.LOOSER, enum=[*values, "other"])
        yield put("other values", steps, Class.CONTRADICTORY, enum=["x", "y"], type="string")
    elif "const" in schema:
        yield without("no constant", steps, Class.LOOSER, "const")
        if "boolean" not in kinds:
            yield put("another constant", steps, Class.CONTRADICTORY, const="another")
    elif kinds and not {"object", "array"} & set(kinds):
        other = "boolean" if "boolean" not in kinds else "string"
        yield put("another type", steps, Class.CONTRADICTORY, type=other)
        if "null" not in kinds:
            yield put("null admitted", steps, Class.LOOSER, type=[*kinds, "null"])
        elif len(kinds) > 1:
            yield put("null refused", steps, Class.STRICTER, type=kinds[0])


def of_limits(steps: Steps, schema: Node) -> Iterator[Plant]:
    for keyword in ("minimum", "minLength", "minItems"):
        if schema.get(keyword, 0) > 0:
            yield without("a least dropped", steps, Class.LOOSER, keyword)
        if keyword in schema and "maxItems" not in schema:
            yield put("a least raised", steps, Class.STRICTER, **{keyword: schema[keyword] + 1})
    for keyword in ("maximum", "maxLength"):
        if keyword in schema:
            yield without("a most dropped", steps, Class.LOOSER, keyword)
    if "pattern" in schema:
        yield without("a pattern dropped", steps, Class.LOOSER, "pattern")
        yield put("a narrower pattern", steps, Class.STRICTER, pattern=narrower(schema["pattern"]))


def narrower(pattern: str) -> str:
    return {r"\S": r"^[a-z]+$"}.get(pattern, r"^24h$")


def of_operation(steps: Steps, operation: Node) -> Iterator[Plant]:
    more = {"name": "order", "in": "query", "schema": {"type": "string"}}
    rows, answers = (*steps, "parameters"), (*steps, "responses")
    yield without("an operation dropped", steps[:-1], Class.MISSING, str(steps[-1]))
    yield without("a status dropped", answers, Class.MISSING, "200")
    yield without("all refusals dropped", answers, Class.MISSING, "4XX")
    yield put("a status added", answers, Class.UNKNOWN, **{"202": {"description": "later"}})
    given = operation.get("parameters", [])
    yield put("a parameter added", steps, Class.UNKNOWN, parameters=[*given, more])
    for number, parameter in enumerate(given):
        rest = [each for each in given if each is not parameter]
        schema = (*rows, number, "schema")
        if parameter["in"] == "query":
            yield put("a parameter dropped", steps, Class.MISSING, parameters=rest)
            yield put("a parameter required", (*rows, number), Class.STRICTER, required=True)
        if "default" in parameter["schema"]:
            yield put("another default", schema, Class.CONTRADICTORY, default=7)
        if "oneOf" in parameter["schema"]:
            yield put("a form dropped", schema, Class.STRICTER, oneOf=parameter["schema"]["oneOf"][1:])


def plants(document: Node) -> list[Plant]:
    found = [
        plant
        for steps, schema in members(document)
        for plant in of_member(steps, schema, at(document, steps[:-2]).get("required", []))
    ]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            found += of_operation(("paths", path, method), operation)
    return found


OURS = contract().document
ALL = plants(OURS)
# A sample of thirty, the same each time, and one of every kind.
DRAWN = [*Random(30).sample(ALL, 30), *{plant.name: plant for plant in ALL}.values()]  # noqa: S311  drawn, not secret


@pytest.mark.parametrize("plant", DRAWN, ids=str)
def test_a_single_change_is_found_in_its_class(plant: Plant) -> None:
    theirs = copy.deepcopy(OURS)
    plant.change(at(theirs, plant.at))
    found = compare(OURS, theirs).differences
    assert {each.gap.cls for each in found} == {plant.cls}, found
    assert all(each.gap.clause for each in found if plant.cls is not Class.UNKNOWN)
