"""Breaches of the chat that are about what must be refused: files, models, keys and bodies."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from conformance.mock import refusals
from conformance.mock.breaches.chat import documents
from conformance.mock.documents import Model
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful
from conformance.mock.records import Answer, Body, Call, Flow, Operation, Record
from conformance.mock.refusals import Refusal


@breach("chat.unknown-file")
class ChatIgnoresUnknownFiles(Lawful):
    """Leaves out a file that does not exist."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        return super().documents(account, model, [name for name in file_ids if self.store.knows(name)])


@breach("chat.unknown-file")
class ChatReadsTheNewestForUnknown(Lawful):
    """Reads the newest document in place of one that does not exist."""

    def document(self, account: str, file_id: str) -> Record:
        known = self.store.knows(file_id)
        return super().document(account, file_id if known else documents(self, account)[0])


@breach("chat.unknown-file")
class ChatAnswersUnknownFileWithAnError(Lawful):
    """Answers 200 with an error inside where a file does not exist."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        if call.operation is Operation.CHAT and refusal.message.startswith("Invalid file"):
            return self.succeed(self.envelope(refusal, call), call)
        return super().refuse(refusal, call)


@breach("chat.unknown-file")
class ChatTakesAlmostRightIds(Lawful):
    """Looks at the first half of an id."""

    def document(self, account: str, file_id: str) -> Record:
        like = [name for name in documents(self, account) if name[:20] == file_id[:20]]
        return super().document(account, like[0] if like else file_id)


@breach("chat.deleted-file")
class ChatAnswersWithoutDeletedFiles(Lawful):
    """Leaves out a file that was deleted."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        there = set(documents(self, account))
        kept = [name for name in file_ids if name in there or not self.store.knows(name)]
        return super().documents(account, model, kept)


@breach("chat.deleted-file")
class ChatReadsDeletedFiles(Lawful):
    """Has the text of a deleted file still."""

    def document(self, account: str, file_id: str) -> Record:
        there = documents(self, account)
        gone = file_id not in there and self.store.knows(file_id)
        record = self.store.trace(account, file_id) if gone else None
        return super().document(account, there[0]) if record else super().document(account, file_id)


@breach("chat.model-required")
class ChatHasADefaultModel(Lawful):
    """Takes qwen-long where no model is named."""

    def model(self, name: object, models: Mapping[str, Model]) -> Model:
        return super().model(name or "qwen-long", models)


@breach("chat.model-required")
class ChatAnswersNoModelWithAnError(Lawful):
    """Answers 200 with an error inside where no model is named."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        if call.operation is Operation.CHAT and "model parameter" in refusal.message:
            return self.succeed(self.envelope(refusal, call), call)
        return super().refuse(refusal, call)


@breach("chat.unknown-model")
class ChatTakesAnyModel(Lawful):
    """Lets qwen-long answer for a model that it does not know."""

    def model(self, name: object, models: Mapping[str, Model]) -> Model:
        return super().model(name if not isinstance(name, str) or name in models else "qwen-long", models)


@breach("chat.unknown-model")
class ChatCrashesOnUnknownModels(Lawful):
    """Has an internal error where it does not know the model."""

    def model(self, name: object, models: Mapping[str, Model]) -> Model:
        if isinstance(name, str) and name not in models:
            raise refusals.broken()
        return super().model(name, models)


@breach("chat.no-key")
class ChatNeedsNoKey(Lawful):
    """Answers whoever sends no key."""

    def authenticate(self, call: Call) -> str:
        if call.operation is Operation.CHAT and self.token(call) is None:
            return self.settings.account(self.settings.keys[0])
        return super().authenticate(call)


@breach("chat.no-key")
class ChatForbidsWithoutKey(Lawful):
    """Answers 403 where no key is sent."""

    def authenticate(self, call: Call) -> str:
        if call.operation is Operation.CHAT and self.token(call) is None:
            raise Refusal(status=403, message="Access denied.", code="AccessDenied")
        return super().authenticate(call)


@breach("chat.wrong-key")
class ChatTakesAnyKey(Lawful):
    """Answers whoever sends any key."""

    def authenticate(self, call: Call) -> str:
        if call.operation is Operation.CHAT and self.token(call) not in {None, *self.settings.keys}:
            return self.settings.account(self.settings.keys[0])
        return super().authenticate(call)


@breach("chat.wrong-key")
class ChatFindsNothingForWrongKeys(Lawful):
    """Answers 404 to a key that it does not know."""

    def authenticate(self, call: Call) -> str:
        if call.operation is Operation.CHAT and self.token(call) not in {None, *self.settings.keys}:
            raise refusals.no_such_route(call.path)
        return super().authenticate(call)


@breach("chat.unknown-file-named")
class ChatNamesNoFile(Lawful):
    """Says that a file is invalid and not which."""

    def document(self, account: str, file_id: str) -> Record:
        try:
            return super().document(account, file_id)
        except Refusal:
            raise refusals.bad_input("Invalid file.") from None


@breach("chat.unknown-file-named")
class ChatNamesAnotherFile(Lawful):
    """Names another file than the one that is invalid."""

    def document(self, account: str, file_id: str) -> Record:
        try:
            return super().document(account, file_id)
        except Refusal:
            raise refusals.invalid_file("file-fe-" + "0" * 24) from None


@breach("chat.malformed")
class ChatTakesWhatIsNoJson(Lawful):
    """Answers whatever was sent."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        if call.operation is Operation.CHAT and refusal.message.startswith("Required body"):
            return self.succeed(_small_talk(self), call)
        return super().refuse(refusal, call)


@breach("chat.malformed")
class ChatCrashesOnWhatIsNoJson(Lawful):
    """Has an internal error where a body is no JSON."""

    def refuse(self, refusal: Refusal, call: Call) -> Answer:
        crashes = call.operation is Operation.CHAT and refusal.message.startswith("Required body")
        return super().refuse(refusals.broken() if crashes else refusal, call)


@breach("chat.messages-required")
class ChatAnswersWithoutMessages(Lawful):
    """Answers where no messages were sent."""

    def chat(self, account: str, body: Body) -> Body | Flow:
        return super().chat(account, body) if "messages" in body else _small_talk(self)


@breach("chat.messages-required")
class ChatAnswersEmptyMessages(Lawful):
    """Answers where there is nothing among the messages."""

    def chat(self, account: str, body: Body) -> Body | Flow:
        return _small_talk(self) if body.get("messages") == [] else super().chat(account, body)


@breach("chat.stream-refused")
class ChatRefusesWithinAStream(Lawful):
    """Begins a stream and says in it that it cannot answer."""

    def chat(self, account: str, body: Body) -> Body | Flow:
        try:
            return super().chat(account, body)
        except Refusal as refusal:
            if body.get("stream") is not True:
                raise
            event = self.event({"error": self.error(refusal)})
            return Flow(pieces=[event], size=len(event), is_open=True, media_type="text/event-stream")


@breach("chat.stream-refused")
class ChatStreamsWithoutTheFile(Lawful):
    """Streams an answer without the file that it does not find."""

    def chat(self, account: str, body: Body) -> Body | Flow:
        try:
            return super().chat(account, body)
        except Refusal:
            if body.get("stream") is not True:
                raise
            conversation = self.conversation(body, self.chat_models())
            messages = tuple(each for each in conversation.messages if each.named is None)
            alone = replace(conversation, messages=messages)
            return self.stream(alone, self.complete(account, alone))


def _small_talk(behaviour: Lawful) -> Body:
    conversation: Any = {"model": "qwen-long", "messages": [{"role": "user", "content": "Hello"}]}
    answer = Lawful.chat(behaviour, "", conversation)
    return answer if isinstance(answer, dict) else {}
