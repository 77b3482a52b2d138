"""Which operation a method and a path ask for. A path with a slash too many is another path."""

import re
from dataclasses import dataclass
from functools import lru_cache

from conformance.mock import refusals
from conformance.mock.records import Operation
from conformance.mock.refusals import Refusal
from conformance.mock.settings import BASE_PATH

PATHS: tuple[tuple[str, dict[str, Operation]], ...] = (
    ("/files", {"GET": Operation.LIST, "POST": Operation.UPLOAD}),
    (r"/files/(?P<file_id>[^/]+)", {"GET": Operation.RETRIEVE, "DELETE": Operation.DELETE}),
    (r"/files/(?P<file_id>[^/]+)/content", {"GET": Operation.CONTENT}),
    ("/chat/completions", {"POST": Operation.CHAT}),
    ("/batches", {"GET": Operation.LIST_BATCHES, "POST": Operation.CREATE_BATCH}),
    (r"/batches/(?P<batch_id>[^/]+)", {"GET": Operation.RETRIEVE_BATCH}),
    (r"/batches/(?P<batch_id>[^/]+)/cancel", {"POST": Operation.CANCEL_BATCH}),
)
ROUTES = tuple((re.compile(re.escape(BASE_PATH) + path), operations) for path, operations in PATHS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a request asks for; where nothing of ours, why it is refused."""

    operation: Operation
    file_id: str = ""
    batch_id: str = ""
    refusal: Refusal | None = None


@lru_cache(maxsize=256)
def route(method: str, path: str) -> Route:
    """Find what a request asks for; HEAD is GET without a body."""
    for pattern, operations in ROUTES:
        if matched := pattern.fullmatch(path):
            operation = operations.get("GET" if method == "HEAD" else method)
            if operation is not None:
                named = matched.groupdict()
                file_id, batch_id = named.get("file_id", ""), named.get("batch_id", "")
                return Route(operation=operation, file_id=file_id, batch_id=batch_id)
            allowed = sorted({*operations, "HEAD"} if "GET" in operations else operations)
            return Route(operation=Operation.NONE, refusal=refusals.wrong_method(method, ", ".join(allowed)))
    return Route(operation=Operation.NONE, refusal=refusals.no_such_route(path))
