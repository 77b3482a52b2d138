"""The samples of a page: each value with its place, and what openapi.yaml says of the whole."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from jsonschema import Draft202012Validator

from conformance.contract import contract
from conformance.drift.words import say
from conformance.verdicts import shown

PIECE: Final = re.compile(
    r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|[{}\[\]:,]|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|True|False|None|\S"
)
WORDS: Final = {"True": "true", "False": "false", "None": "null"}
OPEN, CLOSE = frozenset("{["), frozenset("}]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One value of a sample: the way to it, itself, and the line of the sample that it stands on."""

    path: str
    value: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the contract does not know or forbids in a sample."""

    place: str
    said: str


def starts(text: str) -> bool:
    """Whether a line opens a sample: a brace or bracket before a name in quotes, or before nothing."""
    return re.match(r"\s*(?:\[\s*)?\{\s*(?:[\"'][A-Za-z_]\w*[\"']\s*:|$)", text) is not None


def depth(text: str) -> int:
    """Say how many braces and brackets a line opens more than it closes."""
    pieces = [found[0] for found in PIECE.finditer(text)]
    return sum(piece in OPEN for piece in pieces) - sum(piece in CLOSE for piece in pieces)


def leaves(text: str) -> Iterator[Leaf]:
    """Walk through a sample, however it is laid out, and whether or not it is whole."""
    path: list[str] = []
    key = ""
    for number, line in enumerate(text.split("\n")):
        pieces = [found[0] for found in PIECE.finditer(line)]
        for place, piece in enumerate(pieces):
            if piece in OPEN:
                if key:
                    steps = [step for step in (*path, key) if step]
                    yield Leaf(
                        path=".".join(steps), value=piece + ("]" if piece == "[" else "}"), line=number
                    )
                path.append(key + ("[]" if piece == "[" else ""))
                key = ""
            elif piece in CLOSE:
                key = ""
                if path:
                    path.pop()
            elif piece == ",":
                key = ""
            elif pieces[place + 1 : place + 2] == [":"]:
                key = piece.strip("\"'")
            elif piece != ":":
                steps = [step for step in (*path, key) if step]
                yield Leaf(path=".".join(steps).replace(".[]", "[]"), value=_value(piece), line=number)


def _value(piece: str) -> str:
    if piece[0] in "\"'":
        inner = piece[1:-1]
        # No sentence of a page is kept, whatever its language.
        kept = inner.isascii() and len(inner) <= 80 and inner.count(" ") < 3
        return json.dumps(inner) if kept else '"…"'
    return WORDS.get(piece, piece)


def values(text: str) -> Iterator[Any]:
    """Give the samples that a piece of a page holds: one, or one a line."""
    whole = _value_of(text)
    if whole is not None:
        yield whole
        return
    for line in text.split("\n"):
        if (value := _value_of(line)) is not None:
            yield value


def _value_of(text: str) -> Any:
    text = re.sub(r",\s*$", "", text.strip())
    if not text or text[0] not in "{[":
        return None
    try:
        return json.loads(text)
    except ValueError:
        try:
            value = ast.literal_eval(re.sub(r"\b(?:null|true|false)\b", lambda f: _python(f[0]), text))
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return None
    return value if isinstance(value, dict | list) else None


def _python(word: str) -> str:
    return {"null": "None", "true": "True", "false": "False"}[word]


def problems(value: Any) -> tuple[Problem, ...]:
    """Hold a sample to the schema that it is a sample of; a value of no known kind has no problems."""
    if isinstance(value, list):
        return tuple(found for item in value for found in problems(item))
    name = _schema(value)
    if name is None:
        return ()
    document = contract().document
    root = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    found = [
        Problem(
            place="/".join(map(str, error.absolute_path)) or say("sample.whole"),
            said=shown(error.message, 120),
        )
        for error in Draft202012Validator(root).iter_errors(value)
        if not (error.validator == "pattern" and _placeholder(error.instance))
    ]
    found += [
        Problem(place=path, said=say("sample.unknown"))
        for path in _unknown(document["components"]["schemas"][name], value, "")
    ]
    return tuple(dict.fromkeys(found))


def _placeholder(value: object) -> bool:
    """Whether a page abbreviates an id here."""
    return isinstance(value, str) and re.search(r"xxx|yyy|zzz|\*\*|\.\.\.|…|abc|123", value) is not None


def _schema(value: Any) -> str | None:
    """Tell which schema a sample is of, by what it says of itself."""
    if not isinstance(value, dict):
        return None
    kind, known = value.get("object"), contract().document["components"]["schemas"]
    if isinstance(value.get("error"), dict) and "custom_id" not in value:
        name = "ErrorResponse"
    elif "custom_id" in value and ("response" in value or "error" in value):
        name = "BatchOutputLine"
    elif kind == "file" and "deleted" in value:
        name = "DeletedFile"
    elif kind == "list":
        rows = value.get("data") or []
        first = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}
        name = "BatchList" if first.get("object") == "batch" else "FileList"
    else:
        name = {
            "file": "RetrievedFile",
            "batch": "Batch",
            "chat.completion": "ChatCompletion",
            "chat.completion.chunk": "ChatChunk",
        }.get(str(kind), "")
        if not name and {"bytes", "filename", "purpose"} <= set(value):
            name = "RetrievedFile"
    return name if name in known else None


def _unknown(schema: dict[str, Any], value: Any, place: str) -> Iterator[str]:
    """Name every field that no branch of a schema has."""
    branches = list(_branches(schema))
    if isinstance(value, dict):
        named = {key: inner for branch in branches for key, inner in branch.get("properties", {}).items()}
        for key, inner in value.items():
            here = f"{place}.{key}".lstrip(".")
            if key in named:
                yield from _unknown(named[key], inner, here)
            elif named:
                yield here
    elif isinstance(value, list):
        for branch in branches:
            if "items" in branch:
                for item in value:
                    yield from _unknown(branch["items"], item, f"{place}[]")
                return


def _branches(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    while "$ref" in schema:
        schema = contract().document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield schema
    for word in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(word, ()):
            yield from _branches(branch)
    for word in ("if", "then", "else"):
        if word in schema:
            yield from _branches(schema[word])
