"""Lawful ways for a chat to be different, streams that break off, and models that err."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.chat import Conversation
from conformance.mock.clock import SECOND
from conformance.mock.completions import Completion
from conformance.mock.documents import Model
from conformance.mock.faults import weather
from conformance.mock.lawful import Lawful, World
from conformance.mock.records import Answer, Body, Call, Fate, Flow, Record
from conformance.mock.refusals import Refusal

PARSING = 2 * SECOND
DRIP_SECONDS = 0.02
STREAM = "text/event-stream"
MODELS = {"qwen-long": "qwen-long-2025-01-25"}


@weather
class CutStreams(Lawful):
    """Each second stream of events ends in its middle."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._streams = 0

    def finish(self, answer: Answer, call: Call) -> Answer:
        finished = super().finish(answer, call)
        if not finished.media_type.startswith(STREAM):
            return finished
        self._streams += 1
        return finished if self._streams % 2 else replace(finished, fate=Fate.CUT)


@weather
class SlowStreams(Lawful):
    """The events of a stream come one by one, a fiftieth of a second apart."""

    def stream(self, conversation: Conversation, completion: Completion) -> Flow:
        return replace(super().stream(conversation, completion), pause=DRIP_SECONDS)


@weather
class NewerChunks(Lawful):
    """Chunks have the members that newer samples show."""

    def chunks(self, conversation: Conversation, completion: Completion) -> Iterable[Body]:
        for chunk in super().chunks(conversation, completion):
            usage = chunk["usage"]
            if isinstance(usage, dict):
                details = {"audio_tokens": None, "cached_tokens": 0}
                yield {**chunk, "usage": {**usage, "prompt_tokens_details": details}}
            else:
                yield chunk


@weather
class ParsingAfterProcessed(Lawful):
    """For two seconds a chat says that a file is being parsed, though its status is processed."""

    def check_parsed(self, record: Record) -> None:
        if self.now() - record.created < PARSING:
            raise refusals.still_parsing()
        super().check_parsed(record)


@weather
class LeanChunks(Lawful):
    """Chunks leave out what is null, and the last text says why the stream ends."""

    def chunks(self, conversation: Conversation, completion: Completion) -> Iterable[Body]:
        chunks = list(super().chunks(conversation, completion))
        *said, end = [_lean(chunk) for chunk in chunks if chunk["choices"]]
        counted = [_lean(chunk) for chunk in chunks if not chunk["choices"]]
        return (
            [*said[:-1], _with_reason(said[-1], end), *counted] if len(said) > 1 else [*said, end, *counted]
        )


def _lean(chunk: Body) -> Body:
    choices = chunk["choices"]
    kept = {name: value for name, value in chunk.items() if value is not None}
    if isinstance(choices, list):
        kept["choices"] = [{k: v for k, v in choice.items() if v is not None} for choice in choices]
    return kept


def _with_reason(chunk: Body, end: Body) -> Body:
    choices, last = chunk["choices"], end["choices"]
    if not isinstance(choices, list) or not isinstance(last, list):
        return chunk
    return {**chunk, "choices": [{**choices[0], "finish_reason": last[0]["finish_reason"]}]}


@weather
class RoleInEachChunk(Lawful):
    """Each chunk that has a choice says again who speaks."""

    def chunks(self, conversation: Conversation, completion: Completion) -> Iterable[Body]:
        for chunk in super().chunks(conversation, completion):
            choices = chunk["choices"]
            if isinstance(choices, list):
                told = [{**each, "delta": {**each["delta"], "role": "assistant"}} for each in choices]
                yield {**chunk, "choices": told}


@weather
class KeepAlives(Lawful):
    """Streams have comments between their events, other line ends, and no space behind the colon."""

    def event(self, chunk: Body) -> bytes:
        return b": keep-alive\r\n\r\ndata:" + self.line(chunk) + b"\r\n\r\n"


@weather
class CarriageReturns(Lawful):
    """The lines of a stream end with a carriage return alone, the last one, too."""

    def event(self, chunk: Body) -> bytes:
        return super().event(chunk).replace(b"\n", b"\r")

    def end_of_stream(self) -> bytes:
        return super().end_of_stream().replace(b"\n", b"\r")


@weather
class OneEventStreams(Lawful):
    """The whole text comes in one piece."""

    def chunks(self, conversation: Conversation, completion: Completion) -> Iterable[Body]:
        whole = replace(completion, tokens=(completion.text,)) if completion.text else completion
        return (
            {**chunk, "usage": completion.usage} if chunk["usage"] else chunk
            for chunk in super().chunks(conversation, whole)
        )


@weather
class DatedModels(Lawful):
    """Answers name the version of the model that answered."""

    def complete(self, account: str, conversation: Conversation) -> Completion:
        completion = super().complete(account, conversation)
        return replace(completion, model=MODELS.get(completion.model, completion.model))


@weather
class MaskedIds(Lawful):
    """The refusal of a file hides the letters of its id, as the error page does."""

    def document(self, account: str, file_id: str) -> Record:
        try:
            return super().document(account, file_id)
        except Refusal:
            raise refusals.invalid_file("file-fe-****") from None


@weather
class MissingFilesInChat(Lawful):
    """A file that does not exist gets 404 in the chat, too."""

    def document(self, account: str, file_id: str) -> Record:
        try:
            return super().document(account, file_id)
        except Refusal as refusal:
            raise replace(refusal, status=404) from None


@weather
class ForgetfulModels(Lawful):
    """Each third question about documents gets an answer that knows nothing of them."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._questions = 0

    def reply(self, conversation: Conversation, records: Iterable[Record]) -> str:
        self._questions += 1
        return "I do not know." if self._questions % 3 == 0 else super().reply(conversation, records)


@weather
class ShoutingModels(Lawful):
    """Answers are in small letters, with emphasis of Markdown."""

    def reply(self, conversation: Conversation, records: Iterable[Record]) -> str:
        return f"**{super().reply(conversation, records).lower()}**"


@weather
class StreamsEndInErrors(Lawful):
    """Each fourth stream ends in its middle with an event that tells of an error."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._streams = 0

    def stream(self, conversation: Conversation, completion: Completion) -> Flow:
        flow = super().stream(conversation, completion)
        self._streams += 1
        if self._streams % 4:
            return flow
        events = list(flow.pieces)
        error = self.event({"error": self.error(refusals.overloaded())})
        return replace(flow, pieces=[*events[: len(events) // 2], error], size=None)


@weather
class LateDocuments(Lawful):
    """For a second after its upload a chat does not know a file yet."""

    def document(self, account: str, file_id: str) -> Record:
        if self.store.seen(account, file_id, as_of=self.now() - SECOND) is None:
            raise refusals.invalid_file(file_id)
        return super().document(account, file_id)


@weather
class ModelsWithoutDocuments(Lawful):
    """Qwen-Doc-Turbo is not open to the account."""

    def model(self, name: object, models: Mapping[str, Model]) -> Model:
        if name == "qwen-doc-turbo":
            raise Refusal(status=403, message="Model access denied.", code="Model.AccessDenied")
        return super().model(name, models)
