"""What no answer may be, whatever was asked: a lasting server error, or one that repeats the key."""

from collections import defaultdict
from collections.abc import Iterator
from urllib.parse import unquote

from conformance.exchange import Exchange
from conformance.laws.ruling import broken, held, law, measured
from conformance.recorder import ECHO
from conformance.replies import CHAT
from conformance.trace import FILES, LASTING, Trace
from conformance.verdicts import Finding

# What HTTP answers to a method that a server does not know anywhere.
NOT_IMPLEMENTED = 501


@law(
    "errors.no-server-error",
)
def no_lasting_server_error(trace: Trace) -> Iterator[Finding]:
    """No request gets a server error each time while others of its operation are answered."""
    answered = {e.operation for e in trace.exchanges if e.answer and e.answer.status < 500}
    attempts: dict[object, list[Exchange]] = defaultdict(list)
    for exchange in trace.exchanges:
        request = exchange.request
        shape = tuple((part.name, part.filename, part.size, part.text) for part in request.parts)
        sent = (request.method, request.path, request.query, shape, request.body, exchange.account)
        attempts[sent].append(exchange)
    for same in attempts.values():
        statuses = [exchange.status for exchange in same]
        errors = [each for each in same if (each.status or 0) >= 500 and each.status != NOT_IMPLEMENTED]
        if len(errors) >= LASTING and len(errors) == len(statuses):
            if not trace.sole and not _amid_answers(trace, same):
                continue
            # Where every request fails so, the service is down, which is no verdict.
            if same[0].operation in answered or (same[0].operation is None and answered):
                yield broken(
                    "errors.no-server-error", "any other answer", f"{statuses[-1]}, each time", *same
                )
        elif not errors and same[0].answer:
            yield held("errors.no-server-error", same[0])


def _amid_answers(trace: Trace, errors: list[Exchange]) -> bool:
    """Whether the service was up, and its gateway too, while a recorded request failed: others of its kind succeeded."""
    first, last = errors[0], errors[-1]
    up = any(
        each.succeeded and each.operation == first.operation and first.number < each.number < last.number
        for each in trace.exchanges
    )
    return up and all(each.status == 500 for each in errors)


@law(
    "authentication.error-code",
)
def a_wrong_key_is_refused_in_the_same_words(trace: Trace) -> Iterator[Finding]:
    """Whatever was asked of files with a wrong key, its refusal has the same code."""
    for exchange in trace.exchanges:
        error = exchange.mapping().get("error")
        is_meant = exchange.account == "wrong" and exchange.final and exchange.status == 401
        if is_meant and exchange.request.path.startswith(FILES) and isinstance(error, dict):
            yield measured("authentication.error-code", "invalid_api_key", error.get("code"), exchange)


@law(
    "authentication.bearer",
)
def a_valid_key_opens_every_operation(trace: Trace) -> Iterator[Finding]:
    """Nothing refuses the key each time it is asked while other requests, later, are still let in."""
    mine = [
        each
        for each in trace.exchanges
        if each.account == "first" and each.answer and each.operation and not _is_of_the_file(trace, each)
    ]
    asked: dict[object, list[Exchange]] = defaultdict(list)
    for exchange in mine:
        request = exchange.request
        asked[exchange.operation].append(exchange)
        asked[request.method, request.path, request.query, request.parts, request.body].append(exchange)
    for same in asked.values():
        # In the chat 403 speaks of the model.
        turned_away = {401} if same[0].operation == CHAT else {401, 403}
        refused = [exchange for exchange in same if exchange.status in turned_away]
        if len(refused) > 1 and len(refused) == len(same):
            # A key that was revoked meanwhile opens nothing any more.
            later = [each for each in mine if each.succeeded and each.number > refused[1].number]
            if later:
                said = f"{refused[0].status}, each time"
                yield broken("authentication.bearer", "the key to be let in", said, *refused[:2], later[0])
        elif not refused:
            yield held("authentication.bearer", same[0])


def _is_of_the_file(trace: Trace, exchange: Exchange) -> bool:
    """Whether a 403 may be the word on the file that a request names, for none of ours has that id."""
    path, query = exchange.request.path, dict(exchange.request.query)
    name = unquote(path.rpartition("/")[2]) if path.startswith(FILES + "/") else query.get("after")
    if exchange.status != 403 or name is None:
        return False
    return name not in trace.uploads or trace.doomed.get(name, exchange.number) < exchange.number


@law(
    "errors.key-not-echoed",
)
def no_key_is_repeated(trace: Trace) -> Iterator[Finding]:
    """No answer repeats the API key."""
    for exchange in trace.exchanges:
        if ECHO in exchange.notes:
            yield broken("errors.key-not-echoed", "an answer without the key", "the key", exchange)
        elif exchange.refused:
            yield held("errors.key-not-echoed", exchange)
