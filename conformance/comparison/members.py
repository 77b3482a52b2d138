"""The fields of an answer: of each its type, and what it refers to or which of a few words it holds."""

from collections.abc import Iterator
from typing import Any

from conformance.batch_trace import CANCELLED, RESULTS
from conformance.comparison.naming import NEAR, Names, Thing
from conformance.events import MEDIA_TYPE, Events
from conformance.exchange import Exchange, NotJson, decode

# Fields whose few words are part of the contract.
WORDS = frozenset(
    {"object", "status", "purpose", "role", "finish_reason", "endpoint", "completion_window", "deleted"}
)
# How far a task had come when it was cancelled is chance, and with it which of these it has.
REACHED = frozenset({"in_progress_at", "finalizing_at", *RESULTS})
ABSENT, PRESENT = "absent", "present"
SECONDS = "integer, a time in seconds"


def bodies(exchange: Exchange) -> Iterator[tuple[str, Any]]:
    """Go through the JSON values of an answer: its body, or the events of a stream, or the lines of a download."""
    answer = exchange.answer
    if answer is None or answer.cut:
        return
    if answer.media_type == MEDIA_TYPE:
        events = Events()
        try:
            for event in events.feed(answer.body):
                if not event.done:
                    yield "event", event.value()
        except NotJson:
            yield "event", "unreadable"
    elif exchange.operation == "downloadFile" and answer.ok:
        for line in answer.body.splitlines():
            try:
                yield "line", decode(line)
            except NotJson:
                yield "line", "unreadable"
    else:
        yield "", exchange.value()


def state_of(value: Any, names: Names) -> str:
    """Say what an object is and in which status, as far as it tells."""
    said = value if isinstance(value, dict) else {}
    thing = names.things.get(said["id"]) if isinstance(said.get("id"), str) else None
    status = said.get("status")
    return " ".join(word for word in (thing.kind if thing else "", status) if isinstance(word, str) and word)


def _stateless(value: dict[str, Any], names: Names) -> str:
    return state_of({"id": value.get("id")}, names)


def _passes(value: dict[str, Any], names: Names) -> bool:
    """Whether an object goes through its states so fast that which were seen is chance."""
    thing = names.things.get(value["id"]) if isinstance(value.get("id"), str) else None
    return thing is None or thing.kind == "task"


def members(
    value: Any, exchange: Exchange, names: Names, root: str = ""
) -> Iterator[tuple[str, str, str, str]]:
    """Go through all fields below an object: the state and the path of the object, the field, and what it holds.

    Of lists of files and tasks, only those that the run made: what strangers have is no matter of the target.
    """
    yield from _object(value, exchange, names, root, state_of(value, names), {})


def _object(
    value: Any, exchange: Exchange, names: Names, path: str, state: str, about: dict[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    if not isinstance(value, dict):
        return
    about = {**about, **value} if "id" in value else about
    for key, item in value.items():
        told = described(key, item, about, exchange, names)
        if key == "status" and isinstance(item, str):
            # A status makes the state; in which states things were seen is told of the object without one.
            yield _stateless(value, names), path, key, "string" if _passes(value, names) else told
        yield state, path, key, told
        below = f"{path}.{key}" if path else key
        if isinstance(item, dict):
            # Strangers choose the keys of their metadata.
            if key != "metadata":
                yield from _object(item, exchange, names, below, state, about)
        elif isinstance(item, list):
            for each in item:
                if isinstance(each, dict) and (key != "data" or _own(each, names)):
                    yield from _object(
                        each, exchange, names, f"{below}[]", state_of(each, names) or state, about
                    )


def _own(item: dict[str, Any], names: Names) -> bool:
    name = item.get("id")
    return isinstance(name, str) and name in names.things


def described(key: str, value: Any, about: dict[str, Any], exchange: Exchange, names: Names) -> str:
    """Say what one field holds."""
    thing = names.things.get(about["id"]) if isinstance(about.get("id"), str) else None
    if key in REACHED and about.get("status") in CANCELLED and _is_sound(key, value, names):
        return "as far as it came"
    if isinstance(value, bool):
        return f"boolean {str(value).lower()}" if key in WORDS else "boolean"
    if isinstance(value, int):
        return _number(key, value, thing)
    if isinstance(value, str):
        return _text(key, value, thing, exchange, names)
    return {type(None): "null", float: "number", list: "list"}.get(type(value), "object")


def _is_sound(key: str, value: Any, names: Names) -> bool:
    if key in RESULTS:
        return value is None or (isinstance(value, str) and names.kind(value) == "<result file>")
    return value is None or (type(value) is int and _time(value) == SECONDS)


def _number(key: str, value: int, thing: Thing | None) -> str:
    if key == "bytes" and thing and thing.size is not None:
        return "integer, its size" if value == thing.size else "integer, not its size"
    if key == "created_at" and thing and thing.at:
        return "integer, the time of its making" if abs(value - thing.at) <= NEAR else _time(value)
    return _time(value) if key.endswith("_at") or key == "created" else "integer"


def _time(value: int) -> str:
    if 10**9 <= value < 4 * 10**9:
        return SECONDS
    return "integer, a time in milliseconds" if 10**12 <= value < 4 * 10**12 else "integer, no time"


def _text(key: str, value: str, thing: Thing | None, exchange: Exchange, names: Names) -> str:
    if not value:
        return "empty string"
    if known := names.kind(value):
        return f"string {known}"
    if thing and key in thing.asked:
        return "string, as asked" if value == thing.asked[key] else "string, not as asked"
    if key in WORDS:
        return f"string {names.plain(value, exchange)}"
    if key == "filename" and thing and thing.filename:
        return "string, its file name" if value == thing.filename else "string, not its file name"
    return "string of digits" if value.isdigit() else "string"
