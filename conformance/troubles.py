"""Which exchanges met trouble that says nothing of a clause, of which kind, and what came of asking again."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from conformance.exchange import Exchange

# What an account may be told whose key, balance or permission is at fault, and a proxy's own word.
STATUSES = frozenset({401, 402, 403, 407, 429})
# What stands in the HTTP library's words, by kind; the first that is found decides.
WORDS = (
    ("dns", ("name or service not known", "nodename nor servname", "name resolution", "getaddrinfo")),
    ("dns", ("no address associated", "nameresolutionerror")),
    ("tls", ("ssl", "tls", "certificate")),
    ("timeout", ("no answer in time", "timed out")),
    ("truncated", ("incomplete", "without sending complete")),
    ("unreachable", ("cannot connect",)),
    ("unreadable", ("unreadable answer",)),
)

# Beside the statuses.
KINDS = frozenset({kind for kind, _ in WORDS} | {"reset", "html"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Infrastructure:
    """How many of a run's exchanges met trouble; the rate probe's, which asks for it, are not among them.

    `kinds` counts each kind, a status or one of `KINDS`, the most frequent first. `repeated` says how many of them
    were repeated with success.
    """

    exchanges: int
    troubled: int
    kinds: tuple[tuple[str, int], ...] = ()
    repeated: int = 0


def count(exchanges: Iterable[Exchange]) -> Infrastructure:
    """Count the trouble of a run."""
    kinds: Counter[str] = Counter()
    repeated = sent = 0
    pending: Counter[tuple[object, ...]] = Counter()
    owners: dict[str, str] = {}
    for exchange in exchanges:
        if exchange.phase:
            continue
        sent += 1
        if exchange.request.is_upload and isinstance(name := exchange.mapping().get("id"), str):
            owners.setdefault(name, exchange.account)
        kind = kind_of(exchange, owners)
        kinds[kind] += bool(kind)
        request = exchange.request
        same = (
            exchange.test,
            exchange.account,
            request.method,
            request.path,
            request.query,
            request.parts,
            request.body,
        )
        if not exchange.final:
            pending[same] += bool(kind)
        elif met := pending.pop(same, 0):
            repeated += 0 if kind else met
    del kinds[""]
    return Infrastructure(
        exchanges=sent,
        troubled=sum(kinds.values()),
        kinds=tuple(sorted(kinds.items(), key=lambda row: (-row[1], row[0]))),
        repeated=repeated,
    )


def kind_of(exchange: Exchange, owners: dict[str, str] | None = None) -> str:
    """Name the kind of trouble that an exchange met, or give nothing.

    `owners` tells whose account a file belongs to: a stranger who is refused has met no trouble.
    """
    if exchange.trouble is not None:
        return kind_of_words(exchange.trouble)
    answer = exchange.answer
    if answer is None:
        return "reset"
    if answer.status >= 500 or (answer.status in STATUSES and _is_own(exchange, owners or {})):
        return str(answer.status)
    if answer.cut:
        return "truncated"
    download = exchange.request.path.rstrip("/").endswith("/content")
    return "html" if answer.media_type == "text/html" and answer.status < 400 and not download else ""


def kind_of_words(trouble: str) -> str:
    """Name the kind of a trouble by the words that the client has for it."""
    words = trouble.lower()
    return next((kind for kind, signs in WORDS if any(sign in words for sign in signs)), "reset")


def _is_own(exchange: Exchange, owners: dict[str, str]) -> bool:
    """Whether an account that should be let in asked for what is its own."""
    if exchange.answer is not None and exchange.answer.status in {407, 429}:
        return True
    if exchange.account != "first":
        return False
    return all(owners.get(part, "first") == "first" for part in exchange.request.path.split("/"))
