"""Breaches that a user of the official SDK meets, though curl may not; the SDK names itself in its headers."""

from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Answer, Call, Operation


def is_sdk(call: Call) -> bool:
    """Whether the official SDK sent it."""
    return "x-stainless-lang" in call.headers


class TurnsTheSdkAway(Lawful):
    """Refuses one operation to clients with headers that it does not know."""

    operation = Operation.NONE

    def admit(self, account: str, call: Call) -> None:
        super().admit(account, call)
        if is_sdk(call) and call.operation is self.operation:
            raise refusals.wrong_method(call.method, "")


@breach("sdk.upload")
class SdkUploadRefused(TurnsTheSdkAway):
    """Refuses the uploads of the SDK."""

    operation = Operation.UPLOAD


@breach("sdk.retrieve")
class SdkRetrievalRefused(TurnsTheSdkAway):
    """Refuses the retrievals of the SDK."""

    operation = Operation.RETRIEVE


@breach("sdk.list")
class SdkListRefused(TurnsTheSdkAway):
    """Refuses the list to the SDK."""

    operation = Operation.LIST


@breach("sdk.delete")
class SdkDeletionRefused(TurnsTheSdkAway):
    """Refuses the deletions of the SDK."""

    operation = Operation.DELETE


class SaysOtherwise(Lawful):
    """Answers the SDK's successes otherwise."""

    operation = Operation.NONE

    def said(self, body: dict[str, object]) -> object:
        return body

    def succeed(self, body: object, call: Call) -> Answer:
        if is_sdk(call) and call.operation is self.operation and isinstance(body, dict):
            body = self.said(body)
        return super().succeed(body, call)


@breach("sdk.list")
class SdkPagesRefused(Lawful):
    """Refuses the SDK every page but the first."""

    def admit(self, account: str, call: Call) -> None:
        super().admit(account, call)
        if is_sdk(call) and "after" in call.query:
            raise refusals.bad_parameter("after", "'after' is not known")


@breach("sdk.wait")
class SdkWaitsForEver(SaysOtherwise):
    """Shows the SDK a file that is processing for ever."""

    operation = Operation.RETRIEVE

    def said(self, body: dict[str, object]) -> object:
        return {**body, "status": "processing"}


@breach("sdk.wait")
class ProcessedInCapitals(SaysOtherwise):
    """Writes the state as PROCESSED, which the SDK's waiting does not know."""

    operation = Operation.RETRIEVE

    def said(self, body: dict[str, object]) -> object:
        return {**body, "status": str(body["status"]).upper()}


@breach("sdk.errors")
class RefusalsInAnotherCharset(Lawful):
    """Says of its refusals that they were UTF-16, which the SDK believes."""

    def finish(self, answer: Answer, call: Call) -> Answer:
        finished = super().finish(answer, call)
        if not 400 <= answer.status < 500:
            return finished
        return replace(finished, media_type="application/json; charset=utf-16")
