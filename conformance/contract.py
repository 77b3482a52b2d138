"""Does an exchange agree with openapi.yaml? The only reader of that document.

A defect is filed under the clause that the broken constraint names (`x-clause`), a missing property
under the clause of that property, whichever test happened to send the request.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice, takewhile
from typing import Any

import jsonschema_rs
import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from conformance import events, specs
from conformance.exchange import Answer, Exchange, NotJson, Request
from conformance.verdicts import Finding, Verdict, shown

METHODS = ("get", "post", "put", "patch", "delete")
# Answers that say more of the account and the weather than of the contract.
INFRASTRUCTURE = frozenset({402, 403, 429})
UNDOCUMENTED = "errors.documented-status"
# A list of thousands that are all wrong in one way needs not be told thousands of times.
MOST_ERRORS = 60
MOST_KINDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation of the document; `path` is a pattern over paths below the base URL."""

    id: str
    method: str
    path: re.Pattern[str]
    template: str
    responses: Mapping[str, Any]

    def response_for(self, status: int) -> dict[str, Any] | None:
        """Find what the document says of a status: itself, else its class, else the default."""
        for key in (str(status), f"{status // 100}XX", "default"):
            if key in self.responses:
                found: dict[str, Any] = self.responses[key]
                return found
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one exchange shows: the defects, and the clauses whose constraints it was measured by."""

    violations: tuple[Finding, ...] = ()
    measured: frozenset[str] = frozenset()


class Contract:
    """openapi.yaml, ready to judge."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.operations = tuple(_operations(document))
        self._compiled: dict[str, tuple[jsonschema_rs.Draft202012Validator, Draft202012Validator]] = {}

    def clauses(self) -> frozenset[str]:
        """Name the clauses that some answer can be measured by."""
        found: set[str] = {UNDOCUMENTED}
        pending: list[Any] = [self.document["paths"], self.document["components"]]
        while pending:
            node = pending.pop()
            if isinstance(node, dict):
                mark = node.get("x-clause", {})
                found |= set(mark.values() if isinstance(mark, dict) else [mark])
                pending += [
                    value
                    for key, value in node.items()
                    if key not in {"parameters", "requestBody", "securitySchemes", "x-clause"}
                ]
            elif isinstance(node, list):
                pending += node
        return frozenset(found)

    def operation(self, request: Request) -> Operation | None:
        """Find the operation that a request addresses."""
        return next(
            (
                operation
                for operation in self.operations
                if operation.method == request.method and operation.path.fullmatch(request.path)
            ),
            None,
        )

    def judge(self, exchange: Exchange) -> Judgement:
        """Measure one answer by the document; trouble and server errors are no matter of the contract."""
        answer = exchange.answer
        if answer is None or answer.cut or answer.status in INFRASTRUCTURE or answer.status >= 500:
            return Judgement()
        operation = self.operation(exchange.request)
        if operation is None:
            return Judgement()
        response = operation.response_for(answer.status)
        if response is None:
            documented = ", ".join(operation.responses)
            return _defect(exchange, UNDOCUMENTED, f"one of the statuses {documented}", f"{answer.status}")
        return self._judge_body(exchange, answer, response)

    def _judge_body(self, exchange: Exchange, answer: Answer, response: dict[str, Any]) -> Judgement:
        contents = response["content"]
        content = contents.get(answer.media_type) or contents.get("*/*")
        if content is None:
            actual = answer.header("content-type") or "no Content-Type"
            clause = next(iter(contents.values()))["x-clause"]
            return _defect(exchange, clause, f"the media type {' or '.join(contents)}", actual)
        measured = {UNDOCUMENTED, content["x-clause"], response["x-clause"]}
        # A body without a schema is whatever was stored.
        if "schema" not in content:
            return Judgement(measured=frozenset(measured))
        schema = self._resolve(content["schema"])
        try:
            values = _values(answer)
        except NotJson as error:
            clause = clause_of(schema, "type") or UNDOCUMENTED
            return _defect(exchange, clause, "a body that is one JSON value", str(error))
        violations: dict[Finding, None] = {}
        for value in values:
            violations |= dict.fromkeys(self._violations(exchange, content["schema"]["$ref"], value))
            measured |= set(self._measured(schema, value))
        return Judgement(violations=tuple(violations), measured=frozenset(measured))

    def _violations(self, exchange: Exchange, reference: str, value: Any) -> Iterator[Finding]:
        fast, precise = self._validators(reference)
        if not fast.is_valid(value):
            # jsonschema gives one error a missing property without naming it: _named names them all.
            for error in sorted(islice(precise.iter_errors(value), MOST_ERRORS), key=_place):
                yield from _named(exchange, error)

    def _validators(self, reference: str) -> tuple[jsonschema_rs.Draft202012Validator, Draft202012Validator]:
        """Give a quick validator, for most answers are lawful, and one that says what is wrong and where."""
        if reference not in self._compiled:
            schema = {"$ref": reference, "components": self.document["components"]}
            self._compiled[reference] = (
                jsonschema_rs.Draft202012Validator(schema),
                Draft202012Validator(schema),
            )
        return self._compiled[reference]

    def _resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        found = schema
        while "$ref" in found:
            node: Any = self.document
            for step in found["$ref"].removeprefix("#/").split("/"):
                node = node[step]
            found = node
        return found

    def _measured(self, schema: dict[str, Any], value: Any) -> Iterator[str]:
        """Name the clauses whose constraints a value meets on its way through a schema."""
        schema = self._resolve(schema)
        mark = schema.get("x-clause")
        yield from mark.values() if isinstance(mark, dict) else filter(None, [mark])
        for branch in schema.get("allOf", ()):
            yield from self._measured(branch, value)
        if "if" in schema and Draft202012Validator(schema["if"]).is_valid(value):
            yield from self._measured(schema["then"], value)
        if isinstance(value, dict):
            for name, inner in schema.get("properties", {}).items():
                if name in value:
                    yield from self._measured(inner, value[name])
                elif name not in schema.get("required", ()) or _two_clauses(inner):
                    # Leaving it out is one of the lawful ways to keep it, or breaks another clause.
                    yield from filter(None, [clause_of(inner, "type")])
        if isinstance(value, list) and "items" in schema:
            # Items of one kind are measured by one set of clauses.
            kinds = {
                (repr(item.get("purpose")), *item) if isinstance(item, dict) else (): item for item in value
            }
            for item in islice(kinds.values(), MOST_KINDS):
                yield from self._measured(schema["items"], item)


@cache
def contract() -> Contract:
    """Read openapi.yaml once."""
    text = (specs.root() / "openapi.yaml").read_text(encoding="utf-8")
    return Contract(yaml.safe_load(text))


def clause_of(schema: Mapping[str, Any], keyword: str) -> str | None:
    """Give the clause that a constraint rests on: of its keyword, else of its schema."""
    mark = schema.get("x-clause")
    if isinstance(mark, dict):
        return mark.get(keyword) or mark.get("type")
    return mark


def _two_clauses(schema: Mapping[str, Any]) -> bool:
    """Whether it is one clause that a property is there and another what it is."""
    return clause_of(schema, "required") != clause_of(schema, "type")


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    shared = document["components"]["responses"]
    for template, item in document["paths"].items():
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)))
        for method in METHODS:
            if method in item:
                responses = {
                    status: shared[response["$ref"].rpartition("/")[2]] if "$ref" in response else response
                    for status, response in item[method]["responses"].items()
                }
                yield Operation(
                    id=item[method]["operationId"],
                    method=method.upper(),
                    path=pattern,
                    template=template,
                    responses=responses,
                )


def _values(answer: Answer) -> Iterable[Any]:
    """Give the JSON values that a body holds: one, or those of its events up to the one that says done.

    Raises:
        NotJson: one of them is not.
    """
    if answer.media_type != events.MEDIA_TYPE:
        return (answer.json(),)
    found, _ = events.events(answer.body)
    return [event.value() for event in takewhile(lambda event: not event.done, found)]


def _named(exchange: Exchange, error: ValidationError) -> Iterator[Finding]:
    schema: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in error.absolute_path)
    place = "".join(steps).lstrip(".") or "the answer"
    if error.validator == "required":
        present: Any = error.instance
        for name in schema["required"]:
            if name not in present:
                inner = schema.get("properties", {}).get(name, {})
                clause = clause_of(inner, "required") or UNDOCUMENTED
                yield _finding(exchange, clause, f"{place} has {name}", f"{name} is missing")
        return
    clause = clause_of(schema, str(error.validator)) or UNDOCUMENTED
    expected = f"{place}: {error.validator} {shown(repr(error.validator_value), 120)}"
    yield _finding(exchange, clause, expected, shown(repr(error.instance), 120))


def _place(error: ValidationError) -> str:
    return "/".join(str(step) for step in error.absolute_path)


def _defect(exchange: Exchange, clause: str, expected: str, actual: str) -> Judgement:
    return Judgement(violations=(_finding(exchange, clause, expected, actual),), measured=frozenset({clause}))


def _finding(exchange: Exchange, clause: str, expected: str, actual: str) -> Finding:
    return Finding(
        clause=clause,
        verdict=Verdict.FAIL,
        reason=f"{exchange.request.method} {exchange.request.path} answered otherwise than openapi.yaml says",
        expected=expected,
        actual=actual,
        exchanges=(exchange.number,),
        test=exchange.test,
    )
