"""Before a run: is the target there, does it let us in, and is it this API? One sentence where it is not."""

import dataclasses

from conformance import diagnosis
from conformance.batch_trace import BATCHES
from conformance.cleaning import NO_ROUTE
from conformance.client import Client
from conformance.contract import INFRASTRUCTURE
from conformance.errors import TargetError
from conformance.exchange import Exchange, NotJson
from conformance.files import LARGEST_LIMIT
from conformance.replies import PATH
from conformance.resources import path_of
from conformance.trace import FILES

# Seconds that one question of the preflight may take.
PATIENCE = 12.0
NOBODY = "file-fe-000000000000000000000000"


def check(client: Client) -> tuple[Exchange, ...]:
    """Ask up to three harmless questions; one answer that makes sense is enough to begin. Give the answers.

    Raises:
        TargetError: none made sense; the sentence says why and what to do.
    """
    usual = client.timing
    # A person is waiting: what does not answer now is not asked three times for a minute each.
    client.timing = dataclasses.replace(
        usual, whole=min(usual.whole, PATIENCE), attempts=min(usual.attempts, 2)
    )
    try:
        return _ask(client)
    finally:
        client.timing = usual


def lacking(client: Client) -> dict[str, str]:
    """Name the operations, each with its sentence, that a server of somebody's own does not have at all.

    A server that serves files alone is told so once, not accused clause by clause. The service itself has them all.
    """
    if "://" not in client.target.name:
        return {}
    batches = client.send("GET", BATCHES, query=(("limit", "1"),))
    chat = client.send("POST", PATH, body='{"max_tokens": 1}')
    found = {"createBatch": batches, "createChatCompletion": chat}
    return {
        operation: f"the target has no route {exchange.request.path} ({exchange.status})"
        for operation, exchange in found.items()
        # An unknown model gets 404 as well; then the route is there.
        if exchange.status in NO_ROUTE and b"model" not in (exchange.answer.body if exchange.answer else b"")
    }


def _ask(client: Client) -> tuple[Exchange, ...]:
    answers: list[Exchange] = []
    # The longest page tells most of the account.
    for path, query in ((FILES, (("limit", str(LARGEST_LIMIT)),)), (FILES, ()), (path_of(NOBODY), ())):
        exchange = client.send("GET", path, query=query)
        answers.append(exchange)
        if exchange.answer is None:
            raise TargetError(diagnosis.unusable(client.target, exchange.trouble or ""))
        if _speaks(exchange):
            break
    if all(exchange.status in NO_ROUTE for exchange in answers):
        raise TargetError(
            f"{client.target.base_url} has no route /files: give --target the base URL below which it is."
        )
    if not any(_speaks(exchange) for exchange in answers):
        if all(exchange.answer and exchange.answer.cut for exchange in answers):
            raise TargetError(
                f"{client.target.base_url} answers without end: give more time by --timeout, or check --target."
            )
        raise TargetError(_why(client, answers[0]))
    return tuple(answers)


def _speaks(exchange: Exchange) -> bool:
    """Whether an answer is JSON and the target's own word on the request."""
    answer = exchange.answer
    if answer is None or answer.cut or answer.status in INFRASTRUCTURE | {401} or answer.status >= 500:
        return False
    try:
        answer.json()
    except NotJson:
        return False
    # A file that nobody has is refused with 404: that too is the word of a server that let us in.
    return answer.ok or answer.status == (400 if exchange.request.path == FILES else 404)


def _why(client: Client, exchange: Exchange) -> str:
    target, answer = client.target, exchange.answer
    assert answer is not None
    if answer.status == 401:
        return diagnosis.refused_key(target)
    if 300 <= answer.status < 400:
        return f"{target.base_url} redirects elsewhere ({answer.status}): give --target the final base URL."
    if answer.status in {402, 403}:
        return (
            f"{target.base_url} denies the account ({answer.status}): check its permissions and its balance."
        )
    if answer.status == 429:
        return f"{target.base_url} is throttling the account (429): wait a minute, or stop its other clients."
    if answer.status >= 500:
        return f"{target.base_url} answers with a server error ({answer.status}): try again later."
    kind = answer.media_type[:80] or "no media type"
    return f"{target.base_url} does not speak this API ({answer.status}, {kind}, no JSON): check --target."
