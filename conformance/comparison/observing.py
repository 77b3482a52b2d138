"""What a run shows of its target: every exchange read for the facets that it shows."""

import re
from collections.abc import Iterable, Iterator, Mapping
from string import ascii_lowercase, ascii_uppercase, digits

from conformance.batch_trace import BATCHES, RESULTS
from conformance.comparison.cases import answer, case
from conformance.comparison.facets import Facet, Kind, Notebook, Seen, Sights, ground
from conformance.comparison.members import ABSENT, PRESENT, bodies, members
from conformance.comparison.naming import Names, names_of
from conformance.exchange import Exchange
from conformance.runs import Run
from conformance.trace import FILES, read_page
from conformance.troubles import kind_of
from conformance.verdicts import Verdict

# What it records is seen on every page that shows files of two moments.
ORDER = "listing.order"
# Headers that say something of the moment, and nothing of the target.
MOMENTARY = frozenset({"date", "content-length", "age", "expires", "etag", "last-modified", "set-cookie"})
# Letters that an id is made of, from the fewest to the most.
ALPHABETS = (
    ("digits", digits),
    ("0-9 a-f", digits + "abcdef"),
    ("0-9 A-F", digits + "ABCDEF"),
    ("0-9 a-f A-F", digits + "abcdefABCDEF"),
    ("0-9 a-f -", digits + "abcdef-"),
    ("0-9 a-z", digits + ascii_lowercase),
    ("letters and digits", digits + ascii_lowercase + ascii_uppercase),
    ("letters, digits, - and _", digits + ascii_lowercase + ascii_uppercase + "-_"),
)
# What is drawn or measured within a header or a record: whatever holds a digit, as far as it goes.
VARYING = re.compile(r"[\w.-]*\d[\w.-]*")
# Words before a drawn id; what only has letters from a to f may be drawn itself.
PREFIX = re.compile(r"(?=[a-z_]*[g-z])(?:(?![a-f]{8}-)[a-z]+(?:_(?![a-f]{8}-)[a-z]+)*[-_])+")
LONG_AND_DRAWN = re.compile(r"(?=\D*\d)[\w-]{16,}")
DRAWN = re.compile(r"[0-9a-f]{8,}(?:-[0-9a-f]+)*|file-…", re.IGNORECASE)
# The tool's own business before and after the tests, which depends on what was left where.
HOUSEKEEPING = frozenset({"preflight", "clean-up", "sweep"})


def observe(run: Run) -> Sights:
    """Read a run."""
    book = Notebook()
    names = names_of(run.exchanges)
    calm = tuple(_calm(run.exchanges))
    for exchange in calm:
        subject = exchange.operation or "outside the contract"
        book.note(
            Facet(Kind.ANSWER, subject, case(exchange, names)), answer(exchange, names), exchange.number
        )
    _members(calm, names, book)
    _headers(calm, book)
    _ids(calm, names, book)
    _lists(calm, names, book)
    _records(run, book)
    sights = book.sights
    return {facet: _completed(facet, seen, sights) for facet, seen in sights.items()}


def _completed(facet: Facet, seen: Seen, sights: Sights) -> Seen:
    """Add where a field or a header was missing that was there elsewhere."""
    if facet.ground is None:
        return seen
    present = {number for numbers in seen.values() for number in numbers}
    missing = tuple(number for number in sights[facet.ground][PRESENT] if number not in present)
    return {**seen, ABSENT: missing} if missing else seen


def _calm(exchanges: Iterable[Exchange]) -> Iterator[Exchange]:
    """Go through the exchanges that met no trouble; those of the rate probe ask for it."""
    owners: dict[str, str] = {}
    for exchange in exchanges:
        if exchange.request.is_upload and isinstance(name := exchange.mapping().get("id"), str):
            owners.setdefault(name, exchange.account)
        usable = exchange.final and not exchange.phase and exchange.test not in HOUSEKEEPING
        if usable and not kind_of(exchange, owners):
            yield exchange


def _members(exchanges: Iterable[Exchange], names: Names, book: Notebook) -> None:
    """Note every field of every answer, and the objects that they are fields of."""
    for exchange in exchanges:
        subject = exchange.operation or "outside the contract"
        for root, value in bodies(exchange):
            for state, path, key, told in members(value, exchange, names, root):
                place = f"{exchange.status} {state}".strip()
                book.note(ground(subject, place, path), PRESENT, exchange.number)
                part = f"{path}.{key}" if path else key
                book.note(Facet(Kind.MEMBER, subject, place, part), told, exchange.number)


def _headers(exchanges: Iterable[Exchange], book: Notebook) -> None:
    """Note which headers answers carry, and what they say without its digits."""
    for exchange in exchanges:
        subject, state = exchange.operation or "outside the contract", str(exchange.status)
        book.note(ground(subject, state, "headers"), PRESENT, exchange.number)
        for name, value in exchange.answer.headers if exchange.answer else ():
            if name.lower() not in MOMENTARY:
                facet = Facet(Kind.HEADER, subject, state, name.lower())
                book.note(facet, _plain(value), exchange.number)


def _plain(value: str) -> str:
    """Write a header's value without what is drawn or counted in it, its members in order."""
    if LONG_AND_DRAWN.fullmatch(value):
        return "#"
    return ", ".join(sorted(part.strip() for part in VARYING.sub("#", value).split(",")))


def _ids(exchanges: Iterable[Exchange], names: Names, book: Notebook) -> None:
    """Note how ids are made: what they begin with, how long the rest is, and of which letters."""
    for sort, ids in _drawn(exchanges, names).items():
        shapes: dict[tuple[str, int], list[str]] = {}
        for name in ids:
            prefix = _prefix(name)
            shapes.setdefault((prefix, len(name) - len(prefix)), []).append(name)
        for (prefix, length), alike in shapes.items():
            letters = {letter for name in alike for letter in name[len(prefix) :]}
            told = f"{prefix}… and {length} of {_alphabet(letters)}"
            for name in alike:
                book.note(Facet(Kind.ID, sort), told, ids[name])


def _drawn(exchanges: Iterable[Exchange], names: Names) -> Mapping[str, Mapping[str, int]]:
    """Collect what the target drew, by sort, with the exchange that showed each first."""
    drawn: dict[str, dict[str, int]] = {}
    for exchange in exchanges:
        said = exchange.mapping()
        sorts = {"request id in the body": said.get("request_id")}
        if exchange.answer:
            sorts["x-request-id"] = exchange.answer.header("x-request-id")
        for key in ("id", *RESULTS):
            name = said.get(key)
            if isinstance(name, str) and name in names.things:
                sorts[f"{names.things[name].kind} id"] = name
        for sort, name in sorts.items():
            if isinstance(name, str) and name:
                drawn.setdefault(sort, {}).setdefault(name, exchange.number)
    return drawn


def _prefix(name: str) -> str:
    """Give what stands before the drawn part of an id: words of letters with their dashes."""
    found = PREFIX.match(name)
    return found[0] if found and len(found[0]) < len(name) else ""


def _alphabet(letters: set[str]) -> str:
    return next((name for name, known in ALPHABETS if letters <= set(known)), "any characters")


def _lists(exchanges: Iterable[Exchange], names: Names, book: Notebook) -> None:
    """Note in which order lists come, and how long a page is where nobody says."""
    for exchange in exchanges:
        page = read_page(exchange) if exchange.succeeded and exchange.request.method == "GET" else None
        if page is None or exchange.request.path not in {FILES, BATCHES}:
            continue
        subject = exchange.operation or ""
        moments = [item.get("created_at") for item in page.items if item["id"] in names.things]
        known = [moment for moment in moments if isinstance(moment, int)]
        if len(set(known)) > 1:
            book.note(Facet(Kind.ORDER, subject), _order(known), exchange.number)
        if page.has_more is True and "limit" not in page.query:
            book.note(Facet(Kind.PAGE, subject), f"{page.length} on a page", exchange.number)


def _order(moments: list[int]) -> str:
    if moments == sorted(moments, reverse=True):
        return "newest first"
    return "oldest first" if moments == sorted(moments) else "neither newest nor oldest first"


def _records(run: Run, book: Notebook) -> None:
    """Note what observed clauses recorded; rates are numbers, and compared as such."""
    for row in run.clauses:
        apart = row.chapter == "rates" or row.id == ORDER
        if row.verdict is Verdict.OBSERVED and row.reason and not apart:
            told = DRAWN.sub("…", row.reason)
            for number in row.exchanges or (0,):
                book.note(Facet(Kind.RECORD, row.id), told, number)


def chapters_of(run: Run) -> Mapping[str, str]:
    """Say to which chapter an operation belongs: the one most of whose clauses speak of it alone."""
    shares: dict[str, dict[str, float]] = {}
    for row in run.clauses:
        for operation in row.applies:
            share = shares.setdefault(operation, {})
            share[row.chapter] = share.get(row.chapter, 0.0) + 1 / len(row.applies)
    return {name: max(sorted(share), key=lambda each: share[each]) for name, share in shares.items()}
