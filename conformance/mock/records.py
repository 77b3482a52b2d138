"""The frozen values that pass between the routes, the behaviour and the store."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from conformance.mock.clock import SECOND

Body = dict[str, object]


class Operation(StrEnum):
    """What a request asks for."""

    UPLOAD = "upload"
    LIST = "list"
    RETRIEVE = "retrieve"
    DELETE = "delete"
    CONTENT = "content"
    CHAT = "chat"
    CREATE_BATCH = "create-batch"
    LIST_BATCHES = "list-batches"
    RETRIEVE_BATCH = "retrieve-batch"
    CANCEL_BATCH = "cancel-batch"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request, as far as it is known before its body is read."""

    operation: Operation
    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    request_id: str
    peer: str = ""
    file_id: str = ""
    batch_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One file as the store remembers it."""

    id: str
    account: str
    purpose: str
    filename: str
    bytes: int
    created: int
    digest: str = ""
    sequence: int = 0

    @property
    def created_at(self) -> int:
        """The second of creation; the store itself counts finer."""
        return self.created // SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One form, received whole: its file lies on disk."""

    purpose: str
    filename: str
    bytes: int
    digest: str
    overhead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question to the list; moments are exclusive on both sides."""

    limit: int
    after: str | None = None
    purpose: str | None = None
    created_after: int | None = None
    created_before: int | None = None
    oldest_first: bool = False
    as_of: int | None = None
    with_deleted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer of the list."""

    records: tuple[Record, ...]
    has_more: bool


class Fate(StrEnum):
    """What becomes of an answer on its way."""

    WHOLE = "whole"
    CUT = "cut"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A body in pieces: `size` bytes together, if that is known, and `pause` seconds apart.

    An open one does not say beforehand how long it will be.
    """

    pieces: Iterable[bytes]
    size: int | None
    is_open: bool = False
    media_type: str = "application/octet-stream"
    pause: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; text is sent as it is, a flow piece by piece, any other body as JSON."""

    status: int
    body: object
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"
    fate: Fate = Fate.WHOLE
