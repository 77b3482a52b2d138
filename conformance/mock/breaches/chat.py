"""Breaches of the chat that are about what is read: which files, which texts."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from conformance.mock import refusals
from conformance.mock.chat import Conversation, Message
from conformance.mock.documents import MARK, Model
from conformance.mock.faults import breach
from conformance.mock.lawful import Lawful, World
from conformance.mock.records import Body, Flow, Record


@breach("chat.answered")
class ChatSaysNothing(Lawful):
    """Answers with an empty text."""

    def reply(self, conversation: Conversation, records: Iterable[Record]) -> str:
        return ""


@breach("chat.answered")
class ChatSaysSpaces(Lawful):
    """Answers with blanks."""

    def reply(self, conversation: Conversation, records: Iterable[Record]) -> str:
        return "   \n"


@breach("chat.answered")
class ChatAnswersErrorAsSuccess(Lawful):
    """Answers 200 with an error inside."""

    def chat(self, account: str, body: Body) -> Body | Flow:
        super().chat(account, body)
        return {"error": self.error(refusals.overloaded())}


@breach("chat.answered")
class ChatRefusesEveryQuestion(Lawful):
    """Refuses each question as too long."""

    def chat(self, account: str, body: Body) -> Body | Flow:
        super().chat(account, body)
        raise refusals.input_too_long(1)


@breach("chat.answered")
class ChatNeverThere(Lawful):
    """Says that the models are overloaded whenever it could answer, and refuses all else as it should."""

    def chat(self, account: str, body: Body) -> Body | Flow:
        super().chat(account, body)
        raise refusals.broken()


# -- which files are read


@breach("chat.file-read")
class ChatReadsTheNewest(Lawful):
    """Reads the newest document, whichever is named."""

    def document(self, account: str, file_id: str) -> Record:
        return super().document(account, documents(self, account)[0])


@breach("chat.file-read")
class ChatReadsTheOldest(Lawful):
    """Reads the oldest document, whichever is named."""

    def document(self, account: str, file_id: str) -> Record:
        return super().document(account, documents(self, account)[-1])


@breach("chat.file-read")
class ChatReadsTheFirstForEver(Lawful):
    """Goes on reading the first document that was ever named."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._first = ""

    def document(self, account: str, file_id: str) -> Record:
        record = super().document(account, file_id)
        self._first = self._first or record.id
        return super().document(account, self._first)


@breach("chat.file-read")
class ChatReadsNoFile(Lawful):
    """Takes the ids and reads nothing."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        super().documents(account, model, file_ids)
        return []


@breach("chat.file-read")
class ChatReadsEveryFile(Lawful):
    """Reads all documents of the account beside the one that is named."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        named = super().documents(account, model, file_ids)
        if not named:
            return named
        return [super(ChatReadsEveryFile, self).document(account, name) for name in documents(self, account)]


@breach("chat.file-read")
class ChatReadsNamesOnly(Lawful):
    """Knows of a document its name and nothing that it says."""

    def retell(self, record: Record) -> str:
        return f"{record.filename} ({record.id})"


@breach("chat.file-read")
class ChatKnowsNoFile(Lawful):
    """Calls every file invalid."""

    def document(self, account: str, file_id: str) -> Record:
        raise refusals.invalid_file(file_id)


@breach("chat.file-read")
class ChatTakesTheMarkForText(Lawful):
    """Takes the message that names a file for text."""

    def named_files(self, content: str) -> list[str] | None:
        return None


@breach("chat.files-comma")
class ChatTakesAListForOneId(Lawful):
    """Takes ids with commas between for one id."""

    def named_files(self, content: str) -> list[str] | None:
        named = super().named_files(content)
        return named if named is None else [content.strip().removeprefix(MARK)]


@breach("chat.files-comma")
class ChatReadsTheFirstOfAList(Lawful):
    """Reads the first of the ids in one message."""

    def named_files(self, content: str) -> list[str] | None:
        named = super().named_files(content)
        return named if named is None else named[:1]


@breach("chat.files-comma")
class ChatReadsTheLastOfAList(Lawful):
    """Reads the last of the ids in one message."""

    def named_files(self, content: str) -> list[str] | None:
        named = super().named_files(content)
        return named if named is None else named[-1:]


@breach("chat.files-comma")
class ChatReadsTwoOfAList(Lawful):
    """Reads two of the ids in one message."""

    def named_files(self, content: str) -> list[str] | None:
        named = super().named_files(content)
        return named if named is None else named[:2]


@breach("chat.files-messages")
class ChatReadsTheFirstMessage(Lawful):
    """Reads the files of the first message that names any, unless something was said in between."""

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        return _keeping(super().conversation(body, models), of_neighbours=slice(0, 1))


@breach("chat.files-messages")
class ChatReadsTheLastMessage(Lawful):
    """Reads the files of the last of several messages in a row."""

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        return _keeping(super().conversation(body, models), of_neighbours=slice(-1, None))


@breach("chat.files-messages")
class ChatRefusesSeveralMessages(Lawful):
    """Refuses a second message in a row that names files."""

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        conversation = super().conversation(body, models)
        if _keeping(conversation, of_neighbours=slice(0, 1)) != conversation:
            raise refusals.bad_input("Input error.")
        return conversation


@breach("chat.files-added")
class ChatIgnoresAddedFiles(Lawful):
    """Reads the files that are named before the first question."""

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        conversation = super().conversation(body, models)
        return _only(conversation, conversation.messages[: _asked_first(conversation)])


@breach("chat.files-added")
class ChatForgetsEarlierFiles(Lawful):
    """Reads only what was added, once anything was."""

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        conversation = super().conversation(body, models)
        later = conversation.messages[_asked_first(conversation) :]
        return _only(conversation, later) if any(message.named for message in later) else conversation


@breach("chat.files-added")
class ChatRefusesAddedFiles(Lawful):
    """Refuses a system message behind a question."""

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        conversation = super().conversation(body, models)
        if any(each.role == "system" for each in conversation.messages[_asked_first(conversation) :]):
            raise refusals.bad_input("Role must be in [user, assistant].")
        return conversation


@breach("chat.files-most")
class ChatTakesFiftyFiles(Lawful):
    """Refuses more than fifty files."""

    def check_count(self, model: Model, file_ids: Sequence[str]) -> None:
        super().check_count(replace(model, files=min(50, model.files)), file_ids)


@breach("chat.files-most")
class ChatReadsTenOfMany(Lawful):
    """Takes a hundred files and reads ten."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        return super().documents(account, model, file_ids)[:10]


@breach("chat.files-too-many")
class ChatTakesAnyNumberOfFiles(Lawful):
    """Takes as many files as are named."""

    def check_count(self, model: Model, file_ids: Sequence[str]) -> None:
        super().check_count(model, file_ids if model.files == 1 else file_ids[:1])


@breach("chat.files-too-many")
class ChatReadsTheFirstHundred(Lawful):
    """Reads the first hundred of more files and says nothing of the others."""

    def documents(self, account: str, model: Model, file_ids: Sequence[str]) -> list[Record]:
        return super().documents(account, model, file_ids if model.files == 1 else file_ids[: model.files])


@breach("chat.plain-text")
class ChatIgnoresPlainText(Lawful):
    """Reads no document that stands in a message, unless it is JSON."""

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        conversation = super().conversation(body, models)
        return _without(conversation, [text for text in conversation.texts if not _is_json(text)])


@breach("chat.plain-text")
class ChatRefusesPlainText(Lawful):
    """Refuses a document that stands in a message, unless it is JSON."""

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        conversation = super().conversation(body, models)
        if not all(map(_is_json, conversation.texts)):
            raise refusals.bad_input("Input error.")
        return conversation


@breach("chat.json-text")
class ChatIgnoresJsonText(Lawful):
    """Reads no document that is written as JSON."""

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        conversation = super().conversation(body, models)
        return _without(conversation, [text for text in conversation.texts if _is_json(text)])


@breach("chat.json-text")
class ChatRefusesJsonText(Lawful):
    """Refuses a document that is written as JSON."""

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        conversation = super().conversation(body, models)
        if any(map(_is_json, conversation.texts)):
            raise refusals.bad_input("Input error.")
        return conversation


def documents(behaviour: Lawful, account: str) -> list[str]:
    """List the ids of an account's documents, newest first."""
    ids = behaviour.store.ids(account)
    return [name for name in ids if name.startswith("file-fe-")]


def _asked_first(conversation: Conversation) -> int:
    return next(at for at, message in enumerate(conversation.messages) if message.role == "user")


def _only(conversation: Conversation, kept: Sequence[Message]) -> Conversation:
    """Leave out the messages that name files and are not among those kept."""
    messages = (each for each in conversation.messages if not each.named or each in kept)
    return replace(conversation, messages=tuple(messages))


def _keeping(conversation: Conversation, *, of_neighbours: slice) -> Conversation:
    """Keep some of each row of messages that name files, one behind the other."""
    rows: list[list[Message]] = []
    for message in conversation.messages:
        if message.named and rows and rows[-1][-1].named:
            rows[-1].append(message)
        else:
            rows.append([message])
    return replace(
        conversation, messages=tuple(each for row in rows for each in row[of_neighbours] or row[:1])
    )


def _without(conversation: Conversation, texts: Sequence[str]) -> Conversation:
    """Leave out the messages that say one of these texts."""
    messages = (each for each in conversation.messages if each.content not in texts)
    return replace(conversation, messages=tuple(messages))


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), (dict, list))
    except ValueError:
        return False
