"""A document of OpenAPI 3.0 or 3.1 as its operations, whatever stands before their paths."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from conformance.against.reading import Reader
from conformance.against.shapes import Shape
from conformance.contract import clause_of
from conformance.errors import UsageError

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
# OpenAPI says that parameters of these names count for nothing.
IGNORED: Final = frozenset({"accept", "content-type", "authorization"})
JSON: Final = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter; `name` has the place where it goes before it, as in query.limit."""

    name: str
    required: bool
    shape: Shape
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is sent or answered, by media type; `required` is said of what is sent."""

    contents: Mapping[str, Shape] = field(default_factory=dict)
    required: bool = False
    clause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path; parameters of the path are known by their place, not by their name."""

    method: str
    path: str
    clause: str
    parameters: Mapping[str, Parameter]
    request: Body | None
    responses: Mapping[str, Body]

    @property
    def name(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"

    @property
    def key(self) -> tuple[str, str]:
        """Method and path without the names of its parameters."""
        return self.method, re.sub(r"\{[^}]*\}", "{}", self.path)


def operations(reader: Reader) -> tuple[Operation, ...]:
    """Read all operations of a document.

    Raises:
        UsageError: something in it is not what OpenAPI wants there.
    """
    paths = {
        path: _mapping(reader.resolve(item), path)
        for path, item in _mapping(reader.document.get("paths"), "paths").items()
    }
    return tuple(
        _operation(reader, path, method, _mapping(item[method], path), item)
        for path, item in paths.items()
        for method in METHODS
        if method in item
    )


def below(theirs: tuple[Operation, ...], ours: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """Cut off what stands before their paths, such as /compatible-mode/v1: what most of ours have before them there."""
    prefixes: Counter[str] = Counter()
    for known in ours:
        for each in theirs:
            (_, path), (_, end) = each.key, known.key
            if each.method == known.method and path.endswith(end) and "{" not in path.removesuffix(end):
                prefixes[path.removesuffix(end)] += 1
    # Of as many, the shortest: /x/files may be a path of its own beside /files.
    best = min(prefixes, key=lambda prefix: (-prefixes[prefix], len(prefix)), default="")
    return tuple(replace(each, path=each.path.removeprefix(best) or "/") for each in theirs)


def _operation(
    reader: Reader, path: str, method: str, given: dict[str, Any], item: dict[str, Any]
) -> Operation:
    parameters: dict[str, Parameter] = {}
    for each in (*_sequence(item, "parameters"), *_sequence(given, "parameters")):
        row = _mapping(reader.resolve(each), f"a parameter of {path}")
        place, name = str(row.get("in", "")), str(row.get("name", ""))
        if place == "header" and name.lower() in IGNORED:
            continue
        key = _key(path, place, name)
        parameters[key] = Parameter(
            name=f"{place}.{name}",
            required=row.get("required") is True or place == "path",
            shape=_content(reader, row),
            clause=clause_of(row, "required") or "",
        )
    request = reader.resolve(given.get("requestBody"))
    responses = _mapping(given.get("responses") or {}, f"the responses of {path}")
    return Operation(
        method=method.upper(),
        path=path,
        clause=clause_of(given, "operation") or "",
        parameters=parameters,
        request=None if request is None else _body(reader, _mapping(request, f"the body of {path}")),
        responses={
            str(status).upper().replace("DEFAULT", "default"): _body(
                reader, _mapping(reader.resolve(each), f"the response {status} of {path}")
            )
            for status, each in responses.items()
            if not str(status).startswith("x-")
        },
    )


def _key(path: str, place: str, name: str) -> str:
    if place != "path":
        return f"{place}.{name.lower() if place == 'header' else name}"
    names = re.findall(r"\{([^}]*)\}", path)
    return f"path {names.index(name)}" if name in names else f"path.{name}"


def _content(reader: Reader, row: dict[str, Any]) -> Shape:
    """Read a parameter's schema, which may stand in a content of its own."""
    contents = row.get("content")
    if isinstance(contents, dict) and contents:
        row = _mapping(next(iter(contents.values())), "a content")
    return reader.shape(row.get("schema", True))


def _body(reader: Reader, given: dict[str, Any]) -> Body:
    contents = _mapping(given.get("content") or {}, "a content")
    return Body(
        contents={
            str(media).partition(";")[0].strip().lower(): reader.shape(
                _mapping(each, "a content").get("schema", True)
            )
            for media, each in contents.items()
        },
        required=given.get("required") is True,
        clause=clause_of(given, "content") or "",
    )


def _mapping(node: Any, where: str) -> dict[str, Any]:
    if not isinstance(node, dict):
        raise UsageError(f"{where} is no object.")
    return node


def _sequence(node: dict[str, Any], name: str) -> list[Any]:
    found = node.get(name)
    return found if isinstance(found, list) else []
