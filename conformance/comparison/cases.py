"""An exchange as a case and its answer, both in words that another run of the same cases would use too."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from conformance.comparison.naming import Names
from conformance.exchange import Exchange

LONG = 60
DIGITS = re.compile(r"\d+")


def case(exchange: Exchange, names: Names) -> str:
    """Say what was asked, and by whom where it was not the account's own key."""
    request = exchange.request
    path = "/".join(
        names.of(step, exchange) or _step(step, exchange, names) for step in request.path.split("/")
    )
    asked = [f"{key}={_parameter(key, value, exchange, names)}" for key, value in sorted(request.query)]
    asked += [_part(part.name, part.filename, part.size, part.text) for part in request.parts]
    asked += list(_body(request.json(), exchange, names)) or (["a body"] * bool(request.body))
    whose = "" if exchange.account == "first" else f" [key: {exchange.account}]"
    return f"{request.method} {path}" + "".join(f" {word}" for word in asked) + whose


def answer(exchange: Exchange, names: Names) -> str:
    """Say what was answered: the status, and of a refusal its type, code, parameter and text."""
    if exchange.answer is None:
        return "no answer"
    if exchange.answer.ok:
        return str(exchange.status)
    error = exchange.mapping().get("error")
    if not isinstance(error, dict):
        error = exchange.mapping()
    words = [f"{key}={_scalar(error[key])}" for key in ("type", "code", "param") if key in error]
    message = error.get("message")
    text = names.plain(message, exchange) if isinstance(message, str) else ""
    return " ".join([str(exchange.status), *words, *([f"“{text}”"] if text else [])])


def _step(step: str, exchange: Exchange, names: Names) -> str:
    return names.of(unquote(step), exchange) or names.plain(step, exchange)


def _parameter(key: str, value: str, exchange: Exchange, names: Names) -> str:
    if key == "limit" and value.isascii() and value.isdigit() and 2 <= int(value) < 100:
        return "<2 to 99>"
    return names.value(value, exchange)


def _part(name: str, filename: str | None, size: int, text: str | None) -> str:
    if filename is None:
        shown = text if text is not None and len(text) <= LONG else "…"
        return f"{name}={shown}"
    plain = DIGITS.sub("N", re.sub(r"^conformance-[0-9a-f]{12} ", "", filename))
    return f"{name}=@{plain}{' (empty)' if not size else ''}"


def _body(value: Any, exchange: Exchange, names: Names, path: str = "") -> Iterator[str]:
    """Go through the members of a JSON body in words; of long texts only that they are there."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from _body(value[key], exchange, names, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for item in value:
            yield from _body(item, exchange, names, f"{path}[]")
    elif isinstance(value, str):
        told = names.value(value, exchange)
        if path.startswith("metadata.") or len(told) > LONG or "content" in path:
            told = ",".join(sorted(set(re.findall(r"<[^>]+>", told)))) or "…"
        yield f"{path}={told}"
    else:
        yield f"{path}={_scalar(value)}"


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
