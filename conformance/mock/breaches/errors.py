"""Breaches of the errors chapter: how a refusal looks, and what must never be an answer."""

import json
from collections.abc import Callable
from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Answer, Body, Call, Operation, Record
from conformance.mock.refusals import Refusal
from conformance.mock.settings import BASE_PATH

Meant = Callable[[Call, int], bool]


def _all(_: Call, __: int) -> bool:
    return True


def _status(status: int) -> Meant:
    return lambda _, found: found == status


def _operation(operation: Operation) -> Meant:
    return lambda call, _: call.operation is operation


SCOPES: tuple[tuple[str, str, Meant], ...] = (
    ("", "", _all),
    ("-for-keys", " when a key is refused", _status(401)),
    ("-for-unknown-files", " when there is no such file", _status(404)),
    ("-in-uploads", " in answer to uploads", _operation(Operation.UPLOAD)),
    ("-in-the-list", " in answer to the list", _operation(Operation.LIST)),
)
EVERYWHERE = SCOPES[:1]


def _enter_shape(
    clause: str, name: str, description: str, change: Callable[[Body], object], scope: tuple[str, str, Meant]
) -> None:
    suffix, when, is_meant = scope

    @breach(clause, name=name + suffix, description=f"A refusal {description}{when}.")
    class Misshapen(Lawful):
        def refuse(self, refusal: Refusal, call: Call) -> Answer:
            answer = super().refuse(refusal, call)
            if isinstance(answer.body, dict) and is_meant(call, answer.status):
                return replace(answer, body=change(answer.body))
            return answer


def inner(body: Body) -> Body:
    """Find the error in its envelope."""
    error = body.get("error")
    return error if isinstance(error, dict) else {}


def _flat(body: Body) -> Body:
    return {
        "request_id": body.get("request_id"),
        "code": "InvalidParameter",
        "message": inner(body).get("message"),
    }


ENVELOPES: tuple[tuple[str, str, Callable[[Body], object]], ...] = (
    ("error-flat", "is flat, as the native API's are,", _flat),
    ("error-as-text", "has a sentence for its error", lambda body: {**body, "error": inner(body).get("message")}),
    ("error-as-array", "has an array for its error", lambda body: {**body, "error": [inner(body)]}),
    ("error-null", "has null for its error", lambda body: {**body, "error": None}),
    ("error-as-json-in-text", "has its error as JSON in a string", lambda body: {**body, "error": json.dumps(inner(body))}),
    ("error-named-errors", "calls its error errors", lambda body: {"errors": [inner(body)]}),
    ("error-as-detail", "says detail, as FastAPI does,", lambda body: {"detail": inner(body).get("message")}),
    ("error-body-empty-object", "is an empty object", lambda _: {}),
    ("error-body-array", "is an array", lambda body: [body]),
    ("error-body-null", "is null", lambda _: None),
    ("error-body-empty", "has no body", lambda _: ""),
    ("error-body-not-json", "is a line of text that calls itself JSON", lambda _: "Bad Request"),
)  # fmt: skip

for envelope in ENVELOPES:
    for number, place in enumerate(SCOPES):
        if number == 0 or envelope[0] in {"error-flat", "error-as-text"}:
            _enter_shape("errors.envelope", *envelope, place)


def _without(key: str) -> Callable[[Body], Body]:
    return lambda body: {
        **body,
        "error": {name: value for name, value in inner(body).items() if name != key},
    }


def _with(key: str, value: object) -> Callable[[Body], Body]:
    return lambda body: {**body, "error": {**inner(body), key: value}}


FIELDS: tuple[tuple[str, str, str, Callable[[Body], Body], tuple[tuple[str, str, Meant], ...]], ...] = (
    ("errors.message", "message-empty", "has an empty message", _with("message", ""), SCOPES),
    ("errors.message", "message-null", "has null for its message", _with("message", None), SCOPES),
    ("errors.message", "message-missing", "has no message", _without("message"), EVERYWHERE),
    ("errors.message", "message-as-object", "has its message in two languages", _with("message", {"en": "Bad", "zh": "错误"}), EVERYWHERE),
    ("errors.message", "message-as-array", "has an array of messages", _with("message", ["Bad"]), EVERYWHERE),
    ("errors.message", "message-named-msg", "calls its message msg", lambda body: {**body, "error": {"msg": inner(body).get("message"), **inner(_without("message")(body))}}, EVERYWHERE),
    ("errors.type", "type-null", "has null for its type", _with("type", None), SCOPES),
    ("errors.type", "type-missing", "has no type", _without("type"), EVERYWHERE),
    ("errors.type", "type-empty", "has an empty type", _with("type", ""), EVERYWHERE),
    ("errors.type", "type-number", "has a number for its type", _with("type", 1), EVERYWHERE),
    ("errors.code", "code-number", "has a number for its code", _with("code", 400), SCOPES),
    ("errors.code", "code-boolean", "has a boolean for its code", _with("code", value=False), EVERYWHERE),
    ("errors.code", "code-object", "has an object for its code", _with("code", {}), EVERYWHERE),
    ("errors.code-present", "code-missing", "has no code", _without("code"), SCOPES),
    ("errors.param", "param-array", "has an array for its param", _with("param", []), EVERYWHERE),
    ("errors.param", "param-object", "has an object for its param", _with("param", {"name": "limit"}), EVERYWHERE),
    ("errors.param", "param-false", "has false for its param", _with("param", value=False), EVERYWHERE),
    ("errors.param", "param-number", "has a number for its param", _with("param", 0), SCOPES[1:]),
)  # fmt: skip

for field_clause, field_name, field_description, field_change, field_scopes in FIELDS:
    for place in field_scopes:
        _enter_shape(field_clause, field_name, field_description, field_change, place)


@breach("errors.code-present")
class CodeLeftOutWhenNull(Lawful):
    """A refusal that has no code leaves the member out."""

    def error(self, refusal: Refusal) -> Body:
        body = super().error(refusal)
        return {key: value for key, value in body.items() if key != "code" or value is not None}


def _enter_media(name: str, media_type: str, scope: tuple[str, str, Meant]) -> None:
    suffix, when, is_meant = scope

    @breach("errors.media-type", name=name + suffix, description=f"A refusal is sent as {media_type}{when}.")
    class Mislabelled(Lawful):
        def refuse(self, refusal: Refusal, call: Call) -> Answer:
            answer = super().refuse(refusal, call)
            return replace(answer, media_type=media_type) if is_meant(call, answer.status) else answer


for place in SCOPES:
    _enter_media("error-as-plain-text", "text/plain", place)
_enter_media("error-as-problem", "application/problem+json", SCOPES[0])
_enter_media("error-as-html", "text/html; charset=utf-8", SCOPES[0])
_enter_media("error-as-binary", "application/octet-stream", SCOPES[0])


@breach("errors.media-type")
class ErrorIsAPage(Lawful):
    """A refusal is an HTML page, as a gateway sends it."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        answer = super().refuse(refusal, call)
        page = f"<html><body><h1>{answer.status}</h1></body></html>"
        return replace(answer, body=page, media_type="text/html")


def _enter_crash(name: str, description: str, status: int, is_meant: Callable[[Call, Refusal], bool]) -> None:
    @breach("errors.no-server-error", name=name, description=f"Answers {status} {description}.")
    class Crashing(Lawful):
        def refuse(self, refusal: Refusal, call: Call) -> Answer:
            broken = replace(refusals.broken(), status=status)
            return super().refuse(broken if is_meant(call, refusal) else refusal, call)


CRASHES: tuple[tuple[str, str, int, Callable[[Call, Refusal], bool]], ...] = (
    ("crash-on-limit", "to a limit out of range or no integer", 500, lambda _, refusal: refusal.param == "limit"),
    ("crash-on-limit-zero", "to limit=0", 500, lambda call, _: call.query.get("limit") == "0"),
    ("crash-on-letters-in-limit", "to a limit that is no number", 500, lambda call, refusal: refusal.param == "limit" and not call.query["limit"].lstrip("-").isdecimal()),
    ("crash-on-unknown-file", "to retrieve of an unknown id", 500, lambda call, refusal: call.operation is Operation.RETRIEVE and refusal.status == 404),
    ("crash-on-unknown-deletion", "to the deletion of an unknown id", 500, lambda call, refusal: call.operation is Operation.DELETE and refusal.status == 404),
    ("crash-on-unknown-cursor", "to a cursor that names no file", 500, lambda _, refusal: refusal.param == "after"),
    ("crash-on-bad-time", "to a time that is none", 500, lambda _, refusal: (refusal.param or "").startswith("create_")),
    ("crash-on-bad-purpose", "to a purpose that is none of those listed", 500, lambda call, refusal: call.operation is Operation.UPLOAD and refusal.param == "purpose"),
    ("crash-on-missing-file", "to a form without a file", 500, lambda _, refusal: refusal.param == "file" and refusal.code == "invalid_parameter_error" and "required" in refusal.message),
    ("crash-on-bad-format", "to a file of a kind that is not taken", 500, lambda _, refusal: refusal.code == "BadRequestException"),
    ("crash-on-bad-line", "to a bad line of a batch input", 500, lambda _, refusal: refusal.message.startswith("Line ")),
    ("crash-on-missing-key", "to a request without a key", 500, lambda call, refusal: refusal.status == 401 and "authorization" not in call.headers),
    ("crash-on-wrong-key", "to a wrong key", 500, lambda call, refusal: refusal.status == 401 and "authorization" in call.headers),
    ("gateway-fails-on-unknown-file", "to retrieve of an unknown id", 502, lambda call, refusal: call.operation is Operation.RETRIEVE and refusal.status == 404),
    ("unavailable-on-bad-purpose", "to a purpose that is none of those listed", 503, lambda call, refusal: call.operation is Operation.UPLOAD and refusal.param == "purpose"),
    ("timeout-on-bad-time", "to a time that is none", 504, lambda _, refusal: (refusal.param or "").startswith("create_")),
    ("crash-on-other-method", "to a method that an address does not know", 500, lambda _, refusal: refusal.status == 405),
)  # fmt: skip

for crash in CRASHES:
    _enter_crash(*crash)


def _enter_method(
    name: str, description: str, methods: tuple[str, ...], body: Callable[[Lawful, Call], Body]
) -> None:
    @breach("errors.method", name=name, description=description)
    class Obliging(Lawful):
        def stray(self, account: str, call: Call, refusal: Refusal) -> Body:
            if refusal.status == 405 and call.method in methods:
                return body(self, call)
            return super().stray(account, call, refusal)


OTHER_METHODS = ("PUT", "PATCH", "POST", "DELETE", "OPTIONS", "TRACE")

METHODS: tuple[tuple[str, str, tuple[str, ...], Callable[[Lawful, Call], Body]], ...] = (
    ("any-method-is-welcome", "Answers any method with 200 and an empty object.", OTHER_METHODS, lambda *_: {}),
    ("put-is-welcome", "Answers PUT with 200.", ("PUT",), lambda *_: {"object": "file"}),
    ("patch-is-welcome", "Answers PATCH with 200.", ("PATCH",), lambda *_: {"object": "file"}),
    ("post-and-delete-are-welcome", "Answers POST and DELETE with 200 where they are not known.", ("POST", "DELETE"), lambda *_: {"object": "list", "data": [], "has_more": False}),
)  # fmt: skip

for method in METHODS:
    _enter_method(*method)


def _key(lawful: Lawful, call: Call) -> str:
    return lawful.token(call) or ""


@breach("errors.key-not-echoed")
class KeyInTheRefusal(Lawful):
    """Repeats a refused key in the message."""

    def envelope(self, refusal: Refusal, call: Call) -> Body:
        told = f"{refusal.message} You sent {_key(self, call)}."
        return super().envelope(replace(refusal, message=told) if refusal.status == 401 else refusal, call)


@breach("errors.key-not-echoed")
class KeyInEveryRefusal(Lawful):
    """Repeats the request's headers in a refusal."""

    def envelope(self, refusal: Refusal, call: Call) -> Body:
        return {**super().envelope(refusal, call), "headers": dict(call.headers)}


@breach("errors.key-not-echoed")
class KeyInAHeader(Lawful):
    """Repeats the Authorization header in the answer."""

    def finish(self, answer: Answer, call: Call) -> Answer:
        finished = super().finish(answer, call)
        # What cannot stand in a header is left out; this is about keys.
        told = call.headers.get("authorization", "").encode("ascii", "replace").decode()
        return replace(finished, headers={**finished.headers, "x-authorization": told})


@breach("errors.key-not-echoed")
class KeyOfTheOwner(Lawful):
    """Shows under which key a file was uploaded."""

    def describe(self, record: Record, operation: Operation) -> Body:
        owners = {self.settings.account(key): key for key in self.settings.keys}
        return {**super().describe(record, operation), "owner": owners.get(record.account)}


@breach("errors.key-not-echoed")
class KeyInTheListLink(Lawful):
    """Gives the list a link that carries the key."""

    def succeed(self, body: object, call: Call) -> Answer:
        if call.operation is Operation.LIST and isinstance(body, dict):
            body = {**body, "url": f"{BASE_PATH}/files?api_key={_key(self, call)}"}
        return super().succeed(body, call)


def _enter_success(
    name: str, description: str, operation: Operation, change: Callable[[Answer], Answer]
) -> None:
    @breach("errors.documented-status", name=name, description=description)
    class Unheard(Lawful):
        def succeed(self, body: object, call: Call) -> Answer:
            answer = super().succeed(body, call)
            return change(answer) if call.operation is operation else answer


def _answered(status: int) -> Callable[[Answer], Answer]:
    return lambda answer: replace(answer, status=status)


_enter_success("upload-answered-201", "Answers an upload with 201.", Operation.UPLOAD, _answered(201))
_enter_success("upload-answered-202", "Answers an upload with 202.", Operation.UPLOAD, _answered(202))
_enter_success("list-answered-206", "Answers the list with 206.", Operation.LIST, _answered(206))
_enter_success("retrieve-answered-203", "Answers retrieve with 203.", Operation.RETRIEVE, _answered(203))
_enter_success("deletion-answered-202", "Answers a deletion with 202.", Operation.DELETE, _answered(202))
for work in (Operation.UPLOAD, Operation.LIST, Operation.RETRIEVE, Operation.DELETE):
    _enter_success(
        f"{work}-as-plain-text",
        f"Sends the answer to {work} as text/plain.",
        work,
        lambda answer: replace(answer, media_type="text/plain; charset=utf-8"),
    )


@breach("errors.documented-status")
class DeletionAnswersNothing(Lawful):
    """Answers a deletion with 204 and no body."""

    def succeed(self, body: object, call: Call) -> Answer:
        answer = super().succeed(body, call)
        return replace(answer, status=204, body="") if call.operation is Operation.DELETE else answer


@breach("errors.documented-status")
class UnknownFileRedirects(Lawful):
    """Sends who asks for an unknown id to the documentation."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        answer = super().refuse(refusal, call)
        if call.operation is not Operation.RETRIEVE or answer.status != 404:
            return answer
        return replace(answer, status=302, headers={**answer.headers, "location": BASE_PATH + "/help"})
