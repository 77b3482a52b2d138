"""Where two documents differ, operation by operation. Which of them is right is not asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from conformance.against.gaps import gaps
from conformance.against.operations import JSON, Body, Operation, below, operations
from conformance.against.pairs import NOTHING, Class, Gap
from conformance.against.reading import Reader
from conformance.against.shapes import Shape
from conformance.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One gap, and the operation that it stands in."""

    operation: str
    gap: Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All differences, in the order of our document, and what is to be said of theirs as a whole."""

    differences: tuple[Difference, ...]
    remarks: tuple[str, ...]
    shared: int

    def of(self, cls: Class) -> tuple[Difference, ...]:
        """Give the differences of one class."""
        return tuple(each for each in self.differences if each.gap.cls is cls)


def compare(ours: dict[str, Any], theirs: dict[str, Any]) -> Comparison:
    """Compare another document with ours.

    Raises:
        UsageError: theirs is no document of OpenAPI 3.0 or 3.1.
    """
    if not str(theirs.get("openapi", "")).startswith(("3.0", "3.1")):
        raise UsageError("no document of OpenAPI 3.0 or 3.1: its field openapi does not say so.")
    reader = Reader(theirs)
    mine = {each.key: each for each in operations(Reader(ours))}
    yours = {each.key: each for each in below(operations(reader), tuple(mine.values()))}
    found = [
        Difference(operation=(mine.get(key) or yours[key]).name, gap=gap)
        for key in dict.fromkeys([*mine, *yours])
        for gap in _operation(mine.get(key), yours.get(key))
    ]
    return Comparison(
        differences=tuple(dict.fromkeys(found)),
        remarks=tuple(
            f"{remark} ({times} times)" if times > 1 else remark
            for remark, times in sorted(reader.remarks.items())
        ),
        shared=len(mine.keys() & yours.keys()),
    )


def _operation(ours: Operation | None, theirs: Operation | None) -> Iterator[Gap]:
    if ours and theirs:
        yield from _parameters(ours, theirs)
        yield from _request(ours, theirs)
        yield from _responses(ours, theirs)
    else:
        yield _presence("", "operation", ours, theirs, "operation", "operation")


def _presence(
    place: str, keyword: str, ours: object, theirs: object, told: str, other: str, clause: str = ""
) -> Gap:
    """Say that only one side has a thing at all."""
    return Gap(
        place=place,
        keyword=keyword,
        cls=Class.UNKNOWN if ours is None else Class.MISSING,
        ours=NOTHING if ours is None else told,
        theirs=NOTHING if theirs is None else other,
        clause=clause or getattr(ours, "clause", ""),
    )


def _parameters(ours: Operation, theirs: Operation) -> Iterator[Gap]:
    for key in dict.fromkeys([*ours.parameters, *theirs.parameters]):
        mine, yours = ours.parameters.get(key), theirs.parameters.get(key)
        if not mine or not yours:
            name = (mine or yours or ours.parameters[key]).name
            yield _presence(name, "parameter", mine, yours, "parameter", "parameter")
            continue
        yield from _required(mine.name, mine.required, yours.required, mine.clause)
        yield from gaps(mine.name, mine.shape, yours.shape)


def _required(place: str, ours: bool, theirs: bool, clause: str) -> Iterator[Gap]:  # noqa: FBT001  whether each side requires it
    if ours != theirs:
        told = {True: "required", False: "may be left out"}
        cls = Class.STRICTER if theirs else Class.LOOSER
        yield Gap(
            place=place, keyword="required", cls=cls, ours=told[ours], theirs=told[theirs], clause=clause
        )


def _request(ours: Operation, theirs: Operation) -> Iterator[Gap]:
    if ours.request and theirs.request:
        required = ours.request.required, theirs.request.required
        yield from _required("request", *required, ours.request.clause)
        yield from _contents("request", ours.request, theirs.request, answer=False)
    elif ours.request or theirs.request:
        yield _presence("request", "body", ours.request, theirs.request, "a body", "a body")


def _responses(ours: Operation, theirs: Operation) -> Iterator[Gap]:
    met: set[str] = set()
    for status, mine in ours.responses.items():
        others = [
            each
            for each in _answering(status, theirs.responses)
            if each == status or each not in ours.responses
        ]
        met |= set(others)
        if not others:
            yield _presence(status, "status", mine, None, f"status {status}", "")
        elif "X" in status and not {status, "default"} & set(others):
            listed = ", ".join(others)
            yield Gap(
                place=status,
                keyword="status",
                cls=Class.STRICTER,
                ours=f"status {status}",
                theirs=f"status {listed}",
                clause=mine.clause,
            )
        for other in others:
            place = other if "X" in status and other != "default" else status
            yield from _contents(f"{place}.body", mine, theirs.responses[other], answer=True)
    for status in theirs.responses:
        if status not in met and not _answering(status, ours.responses):
            yield _presence(status, "status", None, status, "", f"status {status}")


def _answering(status: str, responses: Iterable[str]) -> list[str]:
    """Find the statuses that speak of the same answers: itself, its class or its members, else the default."""
    named = list(responses)
    same = [status] if status in named else []
    wide = f"{status[:1]}XX"
    if status == wide:
        same += [each for each in named if each[:1] == status[:1] and each != status]
    elif not same:
        same += [wide] if wide in named else ["default"] if "default" in named else []
    return same or (["default"] if "default" in named else [])


def _contents(place: str, ours: Body, theirs: Body, *, answer: bool) -> Iterator[Gap]:
    for media in dict.fromkeys([*ours.contents, *theirs.contents]):
        mine, yours = _shape(ours, media), _shape(theirs, media)
        where = place if media in {JSON, "multipart/form-data", "*/*"} else f"{place}({media})"
        if mine is not None and yours is not None:
            yield from gaps(where, mine, yours, answer=answer)
        elif media != "*/*" or not (ours.contents and theirs.contents):
            yield _presence(where, "content", mine, yours, media, media, ours.clause)


def _shape(body: Body, media: str) -> Shape | None:
    found = body.contents.get(media)
    return body.contents.get("*/*") if found is None else found
