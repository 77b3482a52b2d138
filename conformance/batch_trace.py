"""What a sequence of exchanges shows of batch tasks: creations, looks, pages of their list, downloads."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import unquote

from conformance.exchange import Exchange, NotJson, decode
from conformance.trace import FILES, Page, Traversal, first_shown, joined, listed_at

BATCHES = "/batches"
DEFAULT_LIMIT, LARGEST_LIMIT = 20, 100
# The members of a task that name what it has written.
RESULTS = ("output_file_id", "error_file_id")
# What has come to one of these stays so. No set: a target may say what cannot be looked up in one.
ENDS = ("completed", "failed", "expired", "cancelled")
CANCELLED = ("cancelling", "cancelled")
# What may follow a state, at once or after others that nobody saw.
NEXT: Mapping[str, frozenset[str]] = {
    "validating": frozenset({"in_progress", "finalizing", "cancelling", *ENDS}),
    "in_progress": frozenset({"finalizing", "cancelling", *ENDS}),
    # A cancellation may have begun before the results were gathered.
    "finalizing": frozenset({"cancelling", *ENDS}),
    # What was done by then may be all there was to do.
    "cancelling": frozenset({"finalizing", "cancelled", "completed", "expired", "failed"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """One accepted creation: what was asked for, and what the answer said."""

    exchange: Exchange
    id: str
    asked: Mapping[str, Any]
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What one answer said of one task; `teller` is create, retrieve, cancel or list, `asked` the id in the path."""

    exchange: Exchange
    teller: str
    said: Mapping[str, Any]
    asked: str | None = None

    @property
    def id(self) -> str:
        """The task that it is about."""
        return self.asked or str(self.said["id"])

    @property
    def status(self) -> str:
        """The state that it tells, or nothing where it tells none that is known."""
        status = self.said.get("status")
        return status if isinstance(status, str) and (status in NEXT or status in ENDS) else ""


@dataclass(frozen=True, kw_only=True)
class BatchPage(Page):
    """One page of the list of tasks."""

    @cached_property
    def limit(self) -> int | None:
        """The limit that was asked for, where it is a number within its range."""
        text = self.query.get("limit", str(DEFAULT_LIMIT))
        return int(text) if text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST_LIMIT else None

    @property
    def said(self) -> Mapping[str, Any]:
        """The whole answer."""
        return self.exchange.mapping()


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """One file that was given back, with the JSON objects of its lines as far as they are any."""

    exchange: Exchange
    file_id: str
    body: bytes

    @property
    def lines(self) -> tuple[dict[str, Any] | None, ...]:
        """The lines that are not blank; None for one that is no JSON object."""
        return tuple(_line(raw) for raw in self.body.split(b"\n") if raw.strip())


@dataclass(frozen=True)
class BatchTrace:
    """What the exchanges of one account show of tasks."""

    finals: tuple[Exchange, ...]

    @cached_property
    def creations(self) -> Mapping[str, Creation]:
        """The accepted creations by the id of the task; where an id came twice, the first."""
        found: dict[str, Creation] = {}
        for creation in self.each_creation():
            found.setdefault(creation.id, creation)
        return found

    def each_creation(self) -> Iterator[Creation]:
        """Go through the accepted creations, whatever their ids."""
        for exchange in self.finals:
            said = exchange.mapping()
            if is_creation(exchange) and exchange.succeeded and isinstance(said.get("id"), str):
                asked = exchange.request.json()
                yield Creation(exchange=exchange, id=said["id"], asked=asked, said=said)

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """Everything that was said of any task, in order."""
        return tuple(look for exchange in self.finals for look in looks_of(exchange))

    @cached_property
    def own(self) -> tuple[Look, ...]:
        """What was said of the tasks that these exchanges created."""
        return tuple(look for look in self.looks if look.id in self.creations)

    @cached_property
    def pages(self) -> tuple[BatchPage, ...]:
        """Every page of the list that came and can be read."""
        return tuple(listed_at(BATCHES, self.finals, read_batches))

    @cached_property
    def traversals(self) -> tuple[Traversal, ...]:
        """The pages joined into traversals, each page in exactly one."""
        return joined(self.pages)

    @cached_property
    def shown(self) -> Mapping[str, int]:
        """The number of the first page that showed each task."""
        return first_shown(self.pages)

    @cached_property
    def downloads(self) -> tuple[Download, ...]:
        """Every file that was given back whole."""
        return tuple(found for exchange in self.finals if (found := download_of(exchange)) is not None)


def is_creation(exchange: Exchange) -> bool:
    """Whether an exchange was to create a task."""
    return exchange.request.method == "POST" and exchange.request.path == BATCHES


def looks_of(exchange: Exchange) -> Iterator[Look]:
    """Read what an answer says of tasks."""
    request, said = exchange.request, exchange.mapping()
    head, _, rest = request.path.partition(f"{BATCHES}/")
    if not exchange.succeeded:
        return
    if request.path == BATCHES and request.method == "GET":
        page = read_batches(exchange)
        for item in page.items if page else ():
            yield Look(exchange=exchange, teller="list", said=item)
    elif is_creation(exchange) and isinstance(said.get("id"), str):
        yield Look(exchange=exchange, teller="create", said=said)
    elif not head and rest and said:
        name, _, verb = rest.partition("/")
        teller = {("GET", ""): "retrieve", ("POST", "cancel"): "cancel"}.get((request.method, verb))
        if teller:
            yield Look(exchange=exchange, teller=teller, said=said, asked=unquote(name))


def read_batches(exchange: Exchange) -> BatchPage | None:
    """Read a page of the list of tasks, or give None where it is none; without tasks its data may be null."""
    said = exchange.mapping()
    data = [] if said.get("data", ...) is None else said.get("data")
    if not isinstance(data, list):
        return None
    items = tuple(item for item in data if isinstance(item, dict) and isinstance(item.get("id"), str))
    return BatchPage(exchange=exchange, items=items, length=len(data), has_more=said.get("has_more"))


def download_of(exchange: Exchange) -> Download | None:
    """Read a download, or give None where an exchange is none that came whole."""
    request, answer = exchange.request, exchange.answer
    head, _, rest = request.path.partition(f"{FILES}/")
    name, _, verb = rest.partition("/")
    if request.method != "GET" or head or verb != "content" or answer is None or not answer.ok or answer.cut:
        return None
    return Download(exchange=exchange, file_id=unquote(name), body=answer.body)


def name_of(task: Mapping[str, Any]) -> str:
    """Give the ds_name in the metadata of a task, or nothing where it has none."""
    metadata = task.get("metadata")
    name = metadata.get("ds_name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""


def ids_of(lines: Iterable[Mapping[str, Any] | None]) -> tuple[str, ...]:
    """Give the custom_id of each line that has one."""
    found = (line.get("custom_id") for line in lines if line)
    return tuple(name for name in found if isinstance(name, str))


def _line(raw: bytes) -> dict[str, Any] | None:
    try:
        value = decode(raw)
    except NotJson:
        return None
    return value if isinstance(value, dict) else None
