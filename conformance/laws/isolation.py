"""What one account uploaded, no other is shown."""

from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from conformance.exchange import Exchange
from conformance.laws.ruling import broken, held, law
from conformance.trace import FILES, Trace, read_page
from conformance.verdicts import Finding

ACCOUNTS = ("first", "second")
# Whoever sets two keys of one account must see at once that nothing leaks.
UNLESS = "unless DASHSCOPE_SECOND_API_KEY is a key of the same main account, for it must be of another"
# Refusals that the key, the balance or the pace explains.
UNTOLD = {402, 408, 429}


@law(
    "isolation.retrieve",
    "isolation.list",
)
def accounts_are_apart(trace: Trace) -> Iterator[Finding]:
    """Neither a list nor a retrieval shows an account the file of another."""
    owners = _owners(trace)
    seen: set[str] = set()
    for exchange in trace.exchanges:
        asked = _asked(exchange)
        if asked is None or exchange.account not in ACCOUNTS or not exchange.final:
            continue
        clause = "isolation.retrieve" if asked else "isolation.list"
        shown = _shown(exchange, asked)
        others = {name for name, account in owners.items() if account != exchange.account}
        # A file that its owner does not see yet is hidden from nobody.
        hidden = others & seen & ({asked} if asked else others)
        if leaked := sorted(others & shown):
            yield broken(clause, "no file of another account", f"{leaked[0]} is shown, {UNLESS}", exchange)
        elif hidden and (
            exchange.succeeded or (asked and exchange.refused and exchange.status not in UNTOLD)
        ):
            yield held(clause, exchange)
        seen |= shown - others


def _owners(trace: Trace) -> Mapping[str, str]:
    """Give the account of each uploaded file, but of ids that both accounts got."""
    found: dict[str, set[str]] = {}
    for exchange in trace.exchanges:
        name = exchange.mapping().get("id") if exchange.request.is_upload and exchange.succeeded else None
        if isinstance(name, str) and exchange.account in ACCOUNTS:
            found.setdefault(name, set()).add(exchange.account)
    return {name: next(iter(accounts)) for name, accounts in found.items() if len(accounts) == 1}


def _asked(exchange: Exchange) -> str | None:
    """Give the id that a retrieval names, nothing for the list, and None for any other request."""
    head, _, name = exchange.request.path.partition(f"{FILES}/")
    if exchange.request.method != "GET" or head not in {"", FILES} or "/" in name:
        return None
    return unquote(name)


def _shown(exchange: Exchange, asked: str) -> set[str]:
    """Give the ids that an answer shows."""
    page = read_page(exchange) if exchange.succeeded and not asked else None
    return set(page.ids) if page else {asked} if asked and exchange.succeeded else set()
