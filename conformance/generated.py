"""Requests that schemathesis derives from openapi.yaml, sent through our own client.

Its phases one by one: `cases` fuzzes, `covered` walks the examples and the boundaries of every schema, `links`
are the document's own transitions from one operation to the next.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import unquote

import requests
import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.generation.coverage import GenerationSession
from schemathesis.generation.hypothesis.examples import generate_one
from schemathesis.generation.stateful.state_machine import StepOutput
from schemathesis.specs.openapi.stateful.links import OpenApiLink

from conformance.client import FormFile
from conformance.contract import contract
from conformance.corpus import name_of
from conformance.exchange import Exchange, Pairs
from conformance.files import Files
from conformance.resources import segment

# Those that cost nothing.
OPERATIONS = tuple(
    operation.id
    for operation in contract().operations
    if "files" in contract().document["paths"][operation.template][operation.method.lower()]["tags"]
)
# Both are the client's own, and another test's matter.
CREDENTIALS = frozenset({"authorization"})
# What `purpose` says decides what a server takes a file for; any other content is refused unread.
EXTENSIONS = {"batch": "jsonl", "file-extract": "txt"}

Given = Mapping[str, Mapping[str, Any]]


@cache
def _schema() -> Any:
    return schemathesis.openapi.from_dict(contract().document)


@cache
def _operation(name: str) -> Any:
    found = next(each for each in contract().operations if each.id == name)
    return _schema()[found.template][found.method]


def cases(operation: str, mode: str) -> st.SearchStrategy[Case[Any]]:
    """Draw cases of one operation: `positive` ones keep its schemas, `negative` ones break them."""
    strategy: st.SearchStrategy[Case[Any]] = _operation(operation).as_strategy(
        generation_mode=GenerationMode(mode)
    )
    return strategy


@cache
def covered(operation: str) -> tuple[Case[Any], ...]:
    """Give the cases of the phases examples and coverage, always the same; those without the key are left out."""
    found, schema = _operation(operation), _schema()
    config = schema.config.generation_for(operation=found, phase="coverage")
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    walked = [
        case
        for mode in modes
        for case in schema.iter_coverage_cases(
            found, generation_modes=[mode], generation_config=config, session=GenerationSession()
        )
        if any(name.lower() in CREDENTIALS for name in case.headers or {})
        # What a careless server would make of it is not for an account with files to find out.
        and (case.method.upper(), case.path) != ("DELETE", "/files")
    ]
    return (*map(generate_one, found.get_strategies_from_examples()), *walked)


@cache
def links(operation: str) -> tuple[OpenApiLink, ...]:
    """Give the links that the document draws from the answers of an operation."""
    found = _operation(operation)
    return tuple(
        OpenApiLink(name, status, definition, found)
        for status, response in found.responses.items()
        for name, definition in response.iter_links()
    )


def target(link: OpenApiLink) -> str:
    """Name the operation that a link leads to."""
    return next(name for name in OPERATIONS if _operation(name).label == link.target.label)


def follow(link: OpenApiLink, exchange: Exchange) -> Given:
    """Give what a link takes from an answer, by container and name; nothing where the answer has it not."""
    answer = exchange.answer
    if answer is None or str(answer.status) != link.status_code:
        return {}
    response = schemathesis.Response(
        status_code=answer.status,
        headers={name: [value] for name, value in answer.headers},
        content=answer.body,
        request=requests.Request(exchange.request.method, "http://localhost").prepare(),
        elapsed=exchange.seconds,
        verify=True,
    )
    taken = link.extract_parameters(StepOutput(response, link.source.Case()))
    return {
        container: {
            name: parameter.value.ok()
            for name, parameter in parameters.items()
            if isinstance(parameter.value, Ok) and isinstance(parameter.value.ok(), str)
        }
        for container, parameters in taken.items()
    }


def send(files: Files, case: Case[Any], given: Given | None = None) -> Exchange:
    """Send a case's method, path, query and form as they were drawn; key and pace are the client's.

    What a link has `given` takes the place of what was drawn.
    """
    over = given or {}
    path = case.path
    # schemathesis draws what stands in a path as it is to be sent; what a link gives is the value itself.
    named = {name: unquote(_text(value)) for name, value in (case.path_parameters or {}).items()}
    for name, value in {**named, **over.get("path_parameters", {})}.items():
        path = path.replace(f"{{{name}}}", segment(_text(value)))
    drawn = {**(case.query or {}), **over.get("query", {})}
    query = tuple((name, _text(item)) for name, value in drawn.items() for item in _many(value))
    method = case.method.upper()
    if method == "POST" and case.path == "/files":
        return files.send_form(*_form(case.body if isinstance(case.body, dict) else {}, files.tag))
    headers = tuple(
        (name, _text(value))
        for name, value in (case.headers or {}).items()
        if name.lower() not in CREDENTIALS
    )
    return files.client.send(method, path, query=query, headers=headers)


def _form(body: Mapping[str, Any], tag: str) -> tuple[Pairs, FormFile | None]:
    form = tuple(
        (name, _text(item)) for name, value in body.items() if name != "file" for item in _many(value)
    )
    if "file" not in body:
        return form, None
    content = _bytes(body["file"])
    kind = EXTENSIONS.get(dict(form).get("purpose", ""), "bin")
    return form, FormFile(filename=name_of(tag, "generated", kind), content=content, size=len(content))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value).encode("utf-8", "replace").decode()


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return bytes(getattr(value, "data", b"")) or _text(value).encode()
