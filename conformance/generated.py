"""Requests that schemathesis derives from openapi.yaml, sent through our own client."""

from functools import cache
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from conformance.client import FormFile
from conformance.contract import contract
from conformance.exchange import Exchange
from conformance.files import Files
from conformance.resources import segment

# Those that cost nothing.
OPERATIONS = tuple(
    operation.id
    for operation in contract().operations
    if "files" in contract().document["paths"][operation.template][operation.method.lower()]["tags"]
)


@cache
def _schema() -> Any:
    return schemathesis.openapi.from_dict(contract().document)


def cases(operation: str, mode: str) -> st.SearchStrategy[Case[Any]]:
    """Draw cases of one operation: `positive` ones keep its schemas, `negative` ones break them."""
    found = next(each for each in contract().operations if each.id == operation)
    strategy: st.SearchStrategy[Case[Any]] = _schema()[found.template][found.method].as_strategy(
        generation_mode=GenerationMode(mode)
    )
    return strategy


def send(files: Files, case: Case[Any]) -> Exchange:
    """Send a case's method, path, query and form as they were drawn; key and pace are the client's."""
    path = case.path
    for name, value in (case.path_parameters or {}).items():
        path = path.replace(f"{{{name}}}", segment(_text(value)))
    query = tuple((name, _text(item)) for name, value in (case.query or {}).items() for item in _many(value))
    body = case.body if isinstance(case.body, dict) else {}
    form = tuple(
        (name, _text(item)) for name, value in body.items() if name != "file" for item in _many(value)
    )
    file = None
    if "file" in body:
        content = _bytes(body["file"])
        file = FormFile(filename="conformance-generated.bin", content=content, size=len(content))
    if case.method.upper() == "POST":
        return files.send_form(form, file)
    return files.client.send(case.method.upper(), path, query=query)


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
