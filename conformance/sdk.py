"""The official OpenAI SDK, speaking through our own client, or given once more what was answered before."""

import importlib
import importlib.util
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from conformance.chat import MOMENT
from conformance.client import Client, Raw
from conformance.contract import INFRASTRUCTURE
from conformance.entries import form
from conformance.exchange import MOST_VALUES, Answer, Exchange, Request, is_vast
from conformance.expect import Broken, Unproven, answered
from conformance.laws.ruling import broken, held
from conformance.replies import PATH, Hearing, most_pieces, read
from conformance.runs import Compatible
from conformance.uses import USES, Unusable, wants_stream
from conformance.verdicts import Finding

if TYPE_CHECKING:
    import openai

# What belongs to one connection, or to a body that has been unpacked since.
HOP = {"connection", "content-encoding", "content-length", "host", "keep-alive", "transfer-encoding"}
VAST = f"the answer holds more than {MOST_VALUES} values"
# Which clause says that the SDK's users can work with what an operation answers.
CLAUSES = {
    "uploadFile": "sdk.upload",
    "retrieveFile": "sdk.retrieve",
    "listFiles": "sdk.list",
    "deleteFile": "sdk.delete",
    "downloadFile": "sdk.content",
    "createBatch": "sdk.batches",
    "retrieveBatch": "sdk.batches",
    "cancelBatch": "sdk.batches",
    "listBatches": "sdk.batches",
    "createChatCompletion": "sdk.chat",
}
IN_A_STREAM = "sdk.chat-stream"
REFUSED = "sdk.errors"
JUDGED = frozenset({*CLAUSES.values(), IN_A_STREAM, REFUSED})


class Relay:
    """Sends what the SDK wants to send through our client, so that pace, evidence and clean-up see it."""

    def __init__(self, client: Client, account: str) -> None:
        self.exchanges: list[Exchange] = []
        self._client = client
        self._account = account

    def close(self) -> None:
        """Leave the connections to our client."""

    def handle_request(self, request: Any) -> Any:
        """Send one request as the SDK wrote it, but for the key and for what a connection adds."""
        base = urlsplit(self._client.target.base_url).path.rstrip("/")
        path, _, query = request.url.raw_path.decode().partition("?")
        own = HOP | {"authorization", "accept-encoding"}
        path, body = path.removeprefix(base), _raw(request)
        exchange = self._client.send(
            request.method,
            path,
            query=query,
            headers=tuple((name, value) for name, value in request.headers.multi_items() if name not in own),
            body=body,
            account=self._account,
            **(_listening(body) if body and path == PATH else {}),
        )
        self.exchanges.append(exchange)
        if exchange.answer is None:
            raise Unproven(f"infrastructure: {exchange.trouble}")
        if is_vast(exchange.answer.body):
            raise Unproven(f"infrastructure: {VAST}")
        return _response(exchange.answer)


class Replay:
    """Gives the SDK an answer that came before, whatever it asks for."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def close(self) -> None:
        """There is nothing to close."""

    def handle_request(self, request: Any) -> Any:  # noqa: ARG002 - there is but one answer
        """Give the answer."""
        return _response(self._answer)


@cache
def installed() -> bool:
    """Whether the official SDK is there; it comes with the extra `test`."""
    return importlib.util.find_spec("openai") is not None


@contextmanager
def speaking(client: Client, *, account: str = "first") -> Iterator[tuple["openai.OpenAI", list[Exchange]]]:
    """Give the SDK with our client below it, and the exchanges that it makes.

    Raises:
        Unproven: the SDK is not installed, or an answer never came.
        Broken: the SDK raised what its user would have to catch, or gave what nobody can use.
    """
    if not installed():
        raise Unproven("the official SDK is not installed: install model-studio-conformance[test]")
    relay = Relay(client, account)
    with _sdk(client.target.base_url, relay) as sdk:
        try:
            yield sdk, relay.exchanges
        except _troubles() as error:
            if relay.exchanges:
                answered(relay.exchanges[-1])
            if _in_a_stream(error):
                raise Unproven(f"infrastructure: the stream ended with an error: {_words(error)}") from None
            raise Broken("an answer that the SDK can use", _words(error), relay.exchanges) from None


def _troubles() -> tuple[type[BaseException], ...]:
    """Name what an answer can make the SDK, or the code of its user, stumble over."""
    import openai

    return Unusable, openai.OpenAIError, RuntimeError, ValueError, TypeError, AttributeError, LookupError


def _in_a_stream(error: BaseException) -> bool:
    """Whether it is the error that came as an event, in the midst of a success."""
    import openai

    return type(error) is openai.APIError


def _words(error: BaseException) -> str:
    return str(error) if isinstance(error, Unusable) else f"{type(error).__name__}: {error}"[:200]


def _sdk(base_url: str, transport: Relay | Replay) -> "openai.OpenAI":
    import openai

    # Repeating is our client's business; its keys stay there too.
    http: Any = openai.DefaultHttpxClient(transport=transport)  # type: ignore[arg-type]
    return openai.OpenAI(api_key="replaced", base_url=base_url, max_retries=0, http_client=http)


def replaying(answer: Answer) -> "openai.OpenAI":
    """Give the SDK with an answer that came before, whatever it asks for."""
    return _sdk("http://replayed/v1", Replay(answer))


def unusable(exchange: Exchange) -> str:
    """Say why the SDK's user cannot work with an answer; nothing where it can, or where no sample uses it.

    An accepted answer must give what the samples read; a refusal must come as the SDK's own error.
    """
    import openai

    use = USES.get(exchange.operation or "")
    if use is None or exchange.answer is None or exchange.answer.status >= 500:
        return ""
    if is_vast(exchange.answer.body):
        return VAST
    with replaying(exchange.answer) as sdk:
        try:
            use(sdk, exchange)
        except openai.APIStatusError as error:
            return _unreadable(error.body)
        except _troubles() as error:
            return _unreadable(getattr(error, "body", None)) if _in_a_stream(error) else _words(error)
    return ""


class Compatibility:
    """The second layer of a run's verdicts, beside the strict one: what the SDK's users can work with.

    Of answers of one shape one is tried: values alone make no difference to the SDK.
    """

    def __init__(self) -> None:
        self._reasons: dict[object, str] = {}

    def unusable(self, exchange: Exchange) -> str:
        """See the function of that name."""
        answer = exchange.answer
        said = _said(exchange)
        if answer is None or said is None:
            return unusable(exchange)
        asked = exchange.operation, wants_stream(exchange)
        kind = *asked, answer.status, answer.header("content-type"), shape(said)
        if kind not in self._reasons:
            self._reasons[kind] = unusable(exchange)
        return self._reasons[kind]

    def judge(self, exchange: Exchange) -> Iterator[Finding]:
        """Say of an answer whether it can be used, under the clause of its operation."""
        clause = _clause_of(exchange)
        if not clause or not installed() or not exchange.final or not is_whole(exchange):
            return
        if reason := self.unusable(exchange):
            yield broken(clause, "an answer that the SDK can use", reason, exchange)
        else:
            yield held(clause, exchange)

    def of(self, exchanges: Iterable[Exchange]) -> bool | None:
        """Whether all of these can be used; None where the SDK is asked for none of them."""
        tried = [exchange for exchange in exchanges if is_tried(exchange)]
        return not any(map(self.unusable, tried)) if tried else None

    def count(self, exchanges: Iterable[Exchange]) -> Compatible | None:
        """Count the answers that the SDK was given, and those that can be used; None where it was given none."""
        tried = [exchange for exchange in exchanges if is_tried(exchange)]
        usable = sum(not self.unusable(exchange) for exchange in tried)
        return Compatible(answers=len(tried), usable=usable) if tried else None


def _clause_of(exchange: Exchange) -> str:
    if exchange.status in INFRASTRUCTURE:
        return ""
    if exchange.refused and exchange.operation in CLAUSES:
        return REFUSED
    if exchange.succeeded and wants_stream(exchange):
        return IN_A_STREAM
    return CLAUSES.get(exchange.operation or "", "") if exchange.succeeded else ""


def shape(said: object) -> object:
    """Give what is left of a JSON value without its values: names, types, truth, and which texts are empty."""
    if isinstance(said, dict):
        return frozenset((name, shape(value)) for name, value in said.items())
    if isinstance(said, list):
        return list, frozenset(map(shape, said))
    if isinstance(said, str):
        return str, bool(said.strip())
    return said if isinstance(said, bool) else type(said)


def is_whole(exchange: Exchange) -> bool:
    """Whether an answer is there to its end: of a stream that was left, or cut off, nothing can be said."""
    answer, reply = exchange.answer, read(exchange)
    if answer is None or answer.cut:
        return False
    return reply is None or not reply.streamed or (not reply.endless and (reply.done or reply.delimited))


def is_tried(exchange: Exchange) -> bool:
    """Whether an answer is one that the SDK's user would meet: the target's own word on a known operation."""
    own = (
        exchange.answer is not None and exchange.answer.status < 500 and exchange.status not in INFRASTRUCTURE
    )
    return installed() and exchange.final and exchange.operation in USES and own and is_whole(exchange)


def _said(exchange: Exchange) -> object:
    """Give what an answer says, as JSON: of a stream its pieces; None where it cannot be read so."""
    reply = read(exchange)
    if reply is not None and reply.streamed:
        return list(reply.pieces) if reply.sound else None
    return exchange.value()


def _unreadable(said: object) -> str:
    """Say why a refusal tells the SDK's user nothing; the SDK takes the member error off by itself."""
    error = said if isinstance(said, dict) else {}
    message, code = error.get("message"), error.get("code")
    if not isinstance(message, str) or not message.strip():
        return f"the refusal holds no message: {said!r:.80}"
    # The SDK writes any code as text, which its user then compares.
    return f"the code of the refusal is {code!r:.80}" if isinstance(code, dict | list) else ""


def _response(answer: Answer) -> Any:
    import openai

    # The SDK has changed its HTTP library before; its answers must be that library's.
    library = openai.DefaultHttpxClient.__mro__[1].__module__.partition(".")[0]
    # As bytes: the library reads letters beyond ASCII from the wire, and takes none as text.
    headers = [(name.encode(), value.encode()) for name, value in answer.headers if name.lower() not in HOP]
    return importlib.import_module(library).Response(answer.status, headers=headers, content=answer.body)


def _listening(body: Raw) -> dict[str, Any]:
    """Say how the chat is listened to: as our own questions are, up to the end of a stream."""
    wanted = Request(method="POST", path=PATH, body=body.text).json()
    return {"enough": Hearing(most_pieces(wanted)), "linger": MOMENT, "again": True}


def _raw(request: Any) -> Raw | None:
    content = request.read()
    kind = request.headers.get("content-type", "")
    if not content:
        return None
    if kind.startswith("multipart/"):
        return Raw(content=content, parts=form(kind, content) or ())
    return Raw(content=content, text=content.decode("utf-8", "replace"))
