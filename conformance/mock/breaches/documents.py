"""Breaches of Qwen-Doc-Turbo: what it reads of the one file, and what it refuses."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.mock import refusals
from conformance.mock.breaches.chat import documents
from conformance.mock.chat import Conversation
from conformance.mock.completions import Completion
from conformance.mock.documents import Model
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Body, Flow, Record
from conformance.mock.refusals import Refusal

DOC = "qwen-doc-turbo"


@breach("documents.answered")
class DocSaysNothing(Lawful):
    """Answers with an empty text."""

    def reply(self, conversation: Conversation, records: Iterable[Record]) -> str:
        return "" if conversation.model.name == DOC else super().reply(conversation, records)


@breach("documents.answered")
class DocRefusesEveryQuestion(Lawful):
    """Refuses each question."""

    def chat(self, account: str, body: Body) -> Body | Flow:
        answer = super().chat(account, body)
        if body.get("model") == DOC:
            raise refusals.bad_input("Input error.")
        return answer


@breach("documents.answered")
class DocIsUnknown(Lawful):
    """Does not know the model."""

    def chat_models(self) -> Mapping[str, Model]:
        return {name: model for name, model in super().chat_models().items() if name != DOC}


@breach("documents.file-read")
class DocReadsTheNewest(Lawful):
    """Reads the newest document, whichever is named."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        named = super().documents(account, model, file_ids)
        if model.name == DOC and named:
            return [self.document(account, documents(self, account)[0])]
        return named


@breach("documents.file-read")
class DocReadsNothing(Lawful):
    """Takes the id and reads nothing."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        named = super().documents(account, model, file_ids)
        return [] if model.name == DOC else named


@breach("documents.file-read")
class DocReadsEveryFile(Lawful):
    """Reads all documents of the account."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        named = super().documents(account, model, file_ids)
        if model.name != DOC or not named:
            return named
        return [self.document(account, name) for name in documents(self, account)]


@breach("documents.stream")
class DocNeverStreams(Lawful):
    """Answers with one object where a stream was asked for."""

    def stream(self, conversation: Conversation, completion: Completion) -> Any:
        if conversation.model.name == DOC:
            return self.whole(completion)
        return super().stream(conversation, completion)


@breach("documents.stream")
class DocStreamsWithoutTheFile(Lawful):
    """Reads the file only where no stream was asked for."""

    def reply(self, conversation: Conversation, records: Iterable[Record]) -> str:
        is_blind = conversation.model.name == DOC and conversation.is_stream
        return super().reply(conversation, [] if is_blind else records)


@breach("documents.stream")
class DocRefusesStreams(Lawful):
    """Refuses to stream."""

    def stream(self, conversation: Conversation, completion: Completion) -> Flow:
        if conversation.model.name == DOC:
            raise refusals.bad_parameter("stream", "'stream' is not supported")
        return super().stream(conversation, completion)


@breach("documents.unknown-file")
class DocIgnoresUnknownFiles(Lawful):
    """Leaves out a file that does not exist."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        known = [name for name in file_ids if self.store.knows(name)]
        return super().documents(account, model, known if model.name == DOC else file_ids)


@breach("documents.unknown-file")
class DocAnswersUnknownFileWithAnError(Lawful):
    """Answers 200 with an error inside where a file does not exist."""

    def chat(self, account: str, body: Body) -> Body | Flow:
        try:
            return super().chat(account, body)
        except Refusal as refusal:
            if body.get("model") != DOC or not refusal.message.startswith("Invalid file"):
                raise
            return {"error": self.error(refusal)}


@breach("documents.one-file")
class DocTakesTwoFiles(Lawful):
    """Reads as many files as are named."""

    def check_count(self, model: Model, file_ids: Sequence[str]) -> None:
        super().check_count(replace(model, files=100), file_ids)


@breach("documents.one-file")
class DocReadsTheFirst(Lawful):
    """Reads the first of two files and says nothing of the other."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        return super().documents(account, model, file_ids[:1] if model.name == DOC else file_ids)


@breach("documents.model")
class DocCallsItselfQwenLong(Lawful):
    """Names the model qwen-long in its answers."""

    def complete(self, account: str, conversation: Conversation) -> Completion:
        completion = super().complete(account, conversation)
        return replace(completion, model="qwen-long") if completion.model == DOC else completion


@breach("documents.model")
class DocHidesItsName(Lawful):
    """Names in its answers the model that works behind it."""

    def complete(self, account: str, conversation: Conversation) -> Completion:
        completion = super().complete(account, conversation)
        return replace(completion, model="qwen3-internal") if completion.model == DOC else completion
