"""Breaches that a user of the official SDK meets, though curl may not; the SDK names itself in its headers."""

from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.behaviour import World
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Answer, Body, Call, Flow, Operation, Query, Record


def is_sdk(call: Call) -> bool:
    """Whether the official SDK sent it."""
    return "x-stainless-lang" in call.headers


def is_accepted(media_type: str, call: Call) -> bool:
    """Whether a client says that it takes such an answer."""
    wanted = call.headers.get("accept", "*/*")
    return "*/*" in wanted or media_type in wanted


def _enter_turning_away(clause: str, name: str, operation: Operation, description: str) -> None:
    """Enter a breach that refuses one operation to clients with headers that it does not know."""

    @breach(f"sdk.{clause}", name=name, description=description)
    class TurnsTheSdkAway(Lawful):
        def admit(self, account: str, call: Call) -> None:
            super().admit(account, call)
            if is_sdk(call) and call.operation is operation:
                raise refusals.wrong_method(call.method, "")


TURNED_AWAY: tuple[tuple[str, str, Operation, str], ...] = (
    ("upload", "sdk-upload-refused", Operation.UPLOAD, "Refuses the uploads of the SDK."),
    ("retrieve", "sdk-retrieval-refused", Operation.RETRIEVE, "Refuses the retrievals of the SDK."),
    ("list", "sdk-list-refused", Operation.LIST, "Refuses the list to the SDK."),
    ("delete", "sdk-deletion-refused", Operation.DELETE, "Refuses the deletions of the SDK."),
    ("chat", "sdk-chat-refused", Operation.CHAT, "Refuses the questions of the SDK."),
    ("batches", "sdk-task-refused", Operation.RETRIEVE_BATCH, "Refuses to show the SDK a task."),
    ("batches", "sdk-tasks-refused", Operation.LIST_BATCHES, "Refuses the list of tasks to the SDK."),
    ("content", "sdk-download-refused", Operation.CONTENT, "Refuses the downloads of the SDK."),
)

for row in TURNED_AWAY:
    _enter_turning_away(*row)


def _enter_hesitating(clause: str, name: str, operation: Operation, description: str) -> None:
    """Enter a breach that refuses the SDK one operation when it first asks, and never again."""

    @breach(f"sdk.{clause}", name=name, description=description)
    class HesitatesOnce(Lawful):
        def __init__(self, world: World) -> None:
            super().__init__(world)
            self._met = False

        def admit(self, account: str, call: Call) -> None:
            super().admit(account, call)
            if not self._met and is_sdk(call) and call.operation is operation:
                self._met = True
                raise refusals.bad_parameter("x-stainless-lang", "the client is not known")


HESITATING: tuple[tuple[str, str, Operation, str], ...] = (
    ("retrieve", "sdk-retrieval-refused-once", Operation.RETRIEVE, "Refuses the first retrieval of the SDK."),
    ("delete", "sdk-deletion-refused-once", Operation.DELETE, "Refuses the first deletion of the SDK."),
)

for row in HESITATING:
    _enter_hesitating(*row)


def _enter_taking_accept_literally(clause: str, name: str, operation: Operation, description: str) -> None:
    """Enter a breach that refuses what flows to clients that do not ask for its very media type."""

    @breach(f"sdk.{clause}", name=name, description=description)
    class TakesAcceptLiterally(Lawful):
        def succeed(self, body: object, call: Call) -> Answer:
            kind = body.media_type if isinstance(body, Flow) else ""
            if call.operation is not operation or is_accepted(kind, call):
                return super().succeed(body, call)
            refusal = refusals.bad_parameter("Accept", f"{kind} is not acceptable")
            return self.refuse(replace(refusal, status=406), call)


ACCEPTED: tuple[tuple[str, str, Operation, str], ...] = (
    ("chat-stream", "streams-as-accepted", Operation.CHAT, "Streams only to those who accept streams, as the SDK does not say."),
    ("content", "downloads-as-accepted", Operation.CONTENT, "Gives downloads only to those who accept their media type; the SDK accepts another."),
)  # fmt: skip

for row in ACCEPTED:
    _enter_taking_accept_literally(*row)


@breach("sdk.chat-stream")
class EventsNamedAsThreads(Lawful):
    """Names the events of a stream as an assistant's thread does, which makes the SDK wrap what they say."""

    def event(self, chunk: Body) -> bytes:
        return b"event: thread.message.delta\n" + super().event(chunk)


@breach("sdk.content")
class DownloadsInAnotherCharset(Lawful):
    """Says of its downloads that they were UTF-16, which the SDK believes."""

    def content_type(self, record: Record) -> str:
        return f"{super().content_type(record)}; charset=utf-16"


@breach("sdk.batches")
class SdkTaskPagesRefused(Lawful):
    """Refuses the SDK every page of the tasks but the first."""

    def admit(self, account: str, call: Call) -> None:
        super().admit(account, call)
        if is_sdk(call) and call.operation is Operation.LIST_BATCHES and "after" in call.query:
            raise refusals.bad_parameter("after", "'after' is not known")


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
        if is_sdk(call) and call.operation is Operation.LIST and "after" in call.query:
            raise refusals.bad_parameter("after", "'after' is not known")


@breach("sdk.list")
class PlusIsNoSpace(Lawful):
    """Takes the plus sign for itself that the SDK writes in the place of a space."""

    def query(self, call: Call) -> Query:
        if is_sdk(call):
            asked = {name: text.replace(" ", "+") for name, text in call.query.items()}
            call = replace(call, query=asked)
        return super().query(call)


@breach("listing.no-gap")
class SdkWalksLoseOnce(Lawful):
    """Leaves the first two files out of a second page once, where the SDK asks."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._met = False

    def succeed(self, body: object, call: Call) -> Answer:
        follows = is_sdk(call) and "after" in call.query and call.operation is Operation.LIST
        if follows and not self._met and isinstance(body, dict):
            self._met = True
            body = {**body, "data": body["data"][2:]}
        return super().succeed(body, call)


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
