"""The chat's decisions: which models there are, what a conversation may be, and what is said to it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.mock import refusals
from conformance.mock.clock import SECOND
from conformance.mock.completions import Completion, chunks, events, spoken, whole
from conformance.mock.documents import QWEN_DOC_FORMATS, QWEN_LONG_FORMATS, Documents, Model, tokens
from conformance.mock.records import Body, Flow, Record

ROLES = ("system", "user", "assistant")
QWEN_DOC_INPUT_TOKENS = 253_952
MESSAGE_OVERHEAD_TOKENS = 4
QUOTED_LETTERS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message; `named` are the files that a system message names, None where it is text."""

    role: str
    content: str
    named: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One request to a model, understood."""

    model: Model
    messages: tuple[Message, ...]
    most_tokens: int | None
    is_stream: bool
    with_usage: bool

    @property
    def file_ids(self) -> list[str]:
        """Every file that is named, in order, and again where it is named again."""
        return [file_id for message in self.messages for file_id in message.named or ()]

    @property
    def texts(self) -> list[str]:
        """The documents that are given as text: what a system says after it has said who it is."""
        said = [message for message in self.messages if message.role == "system" and message.named is None]
        return [message.content for message in said[1:]]

    @property
    def question(self) -> str:
        """What was asked last."""
        return next(message.content for message in reversed(self.messages) if message.role == "user")


class Chats(Documents):
    """A server whose models answer."""

    def chat(self, account: str, body: Body) -> Body | Flow:
        """Answer a conversation, at once or as a stream."""
        conversation = self.conversation(body, self.chat_models())
        completion = self.complete(account, conversation)
        return self.stream(conversation, completion) if conversation.is_stream else self.whole(completion)

    def chat_models(self) -> Mapping[str, Model]:
        """List the models that read files; only Beijing has them."""
        if self.settings.region.name != "cn":
            return {}
        doc = Model(
            name="qwen-doc-turbo", files=1, formats=QWEN_DOC_FORMATS, input_tokens=QWEN_DOC_INPUT_TOKENS
        )
        long = {
            name: Model(
                name=name,
                files=self.limits.chat_files,
                formats=QWEN_LONG_FORMATS,
                input_tokens=self.limits.input_tokens,
            )
            for name in ("qwen-long", "qwen-long-latest")
        }
        return {**long, doc.name: doc}

    # -- what is asked

    def conversation(self, body: Body, models: Mapping[str, Model]) -> Conversation:
        """Read a request."""
        model = self.model(body.get("model"), models)
        messages = self.messages(body.get("messages"), model)
        is_stream = _flag(body, "stream")
        options = body.get("stream_options")
        if options is not None and (not isinstance(options, dict) or not is_stream):
            raise refusals.bad_parameter(
                "stream_options", "'stream_options' is an object, given together with stream = true"
            )
        return Conversation(
            model=model,
            messages=messages,
            most_tokens=_number(body, "max_tokens"),
            is_stream=is_stream,
            with_usage=isinstance(options, dict) and _flag(options, "include_usage"),
        )

    def model(self, name: object, models: Mapping[str, Model]) -> Model:
        """Find the model."""
        if not isinstance(name, str) or not name:
            raise refusals.no_model()
        if name not in models:
            raise refusals.no_such_model(name)
        return models[name]

    def messages(self, value: object, model: Model) -> tuple[Message, ...]:
        """Read the messages; there is something to answer among them."""
        if not isinstance(value, list):
            raise refusals.bad_input("'messages' is a required property")
        if not value:
            raise refusals.bad_input("[] is too short - 'messages'")
        messages = tuple(self.message(index, item, model) for index, item in enumerate(value))
        if not any(message.role == "user" for message in messages):
            raise refusals.bad_input("'messages' must contain a message of the role 'user'")
        return messages

    def message(self, index: int, value: object, model: Model) -> Message:
        """Read one message."""
        if not isinstance(value, dict) or value.get("role") not in ROLES:
            raise refusals.bad_input(f"'role' of message {index} must be one of {', '.join(ROLES)}")
        content = value.get("content")
        if not isinstance(content, str):
            raise refusals.not_text(index)
        named = self.named_files(content) if value["role"] == "system" and model.files else None
        return Message(role=value["role"], content=content, named=None if named is None else tuple(named))

    def check_length(self, conversation: Conversation, records: Iterable[Record]) -> int:
        """Refuse what is too long for the model; else count the tokens of all that is read."""
        with_files = bool(conversation.file_ids)
        counts = [tokens(message.content) for message in conversation.messages]
        for message, count in zip(conversation.messages, counts, strict=True):
            if count > self.message_limit(conversation.model, message, with_files=with_files):
                raise refusals.message_too_long(self.limits.message_tokens)
        total = sum(count + MESSAGE_OVERHEAD_TOKENS for count in counts)
        total += sum(self.document_tokens(record) for record in records)
        if total > conversation.model.input_tokens:
            raise refusals.input_too_long(conversation.model.input_tokens)
        return total

    def message_limit(self, model: Model, message: Message, *, with_files: bool) -> int:
        """Tell how long a message may be: beside a file, and in any case for the smaller model, not very."""
        is_short = with_files or model.files == 1
        is_bound = is_short and message.role != "assistant" and message.named is None
        return self.limits.message_tokens if is_bound else model.input_tokens

    # -- what is answered

    def complete(self, account: str, conversation: Conversation) -> Completion:
        """Answer: the same files and the same question get the same answer."""
        records = self.documents(account, conversation.model, conversation.file_ids)
        prompt_tokens = self.check_length(conversation, records)
        said, finish_reason = spoken(self.reply(conversation, records), conversation.most_tokens)
        return Completion(
            id=f"chatcmpl-{self.uuid()}",
            created_at=self.now() // SECOND,
            model=conversation.model.name,
            prompt_tokens=prompt_tokens,
            tokens=said,
            finish_reason=finish_reason,
        )

    def reply(self, conversation: Conversation, records: Iterable[Record]) -> str:
        """Say which documents were read, how each begins, and what the question was."""
        told = [f"[{number}] {self.retell(record)}" for number, record in enumerate(records, 1)]
        told += [f"[text] {text[:QUOTED_LETTERS]}" for text in conversation.texts]
        question = conversation.question[:QUOTED_LETTERS]
        return "\n".join((f"Documents read: {len(told)}.", *told, f"The question was: {question}"))

    def whole(self, completion: Completion) -> Body:
        """Show an answer as one object."""
        return whole(completion)

    def stream(self, conversation: Conversation, completion: Completion) -> Flow:
        """Send an answer as server-sent events."""
        events = [*self.events(conversation, completion), self.end_of_stream()]
        size = sum(len(event) for event in events)
        return Flow(pieces=events, size=size, is_open=True, media_type="text/event-stream")

    def events(self, conversation: Conversation, completion: Completion) -> list[bytes]:
        """Write every chunk as an event; a fault may want to see each."""
        ours = type(self)
        if ours.chunks is Chats.chunks and ours.event is Chats.event and ours.line is Chats.line:
            return events(completion, self.event, with_usage=conversation.with_usage)
        return [self.event(chunk) for chunk in self.chunks(conversation, completion)]

    def chunks(self, conversation: Conversation, completion: Completion) -> Iterable[Body]:
        """Show an answer as chunks."""
        return chunks(completion, with_usage=conversation.with_usage)

    def event(self, chunk: Body) -> bytes:
        """Write one chunk as an event."""
        return b"data: " + self.line(chunk) + b"\n\n"

    def end_of_stream(self) -> bytes:
        """Write the event that ends a stream."""
        return b"data: [DONE]\n\n"


def _flag(body: Mapping[str, object], name: str) -> bool:
    value = body.get(name)
    if value is None or isinstance(value, bool):
        return bool(value)
    raise refusals.bad_parameter(name, f"'{name}' must be true or false")


def _number(body: Mapping[str, object], name: str) -> int | None:
    value = body.get(name)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value
    raise refusals.bad_parameter(name, f"'{name}' must be a positive integer")
