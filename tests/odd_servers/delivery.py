"""Delivery: how an answer travels, whatever it says."""

import gzip
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from .manners import Manners

PIECE = 700
ADDED = {
    "Server": "istio-envoy",
    "Via": "1.1 proxy, 1.1 another",
    "X-Envoy-Upstream-Service-Time": "3",
    "Req-Arrive-Time": "1764499365000",
    "Cache-Control": "no-store",
    "Vary": "Accept-Encoding, Origin",
    "Strict-Transport-Security": "max-age=1",
    "Set-Cookie": "acw_tc=0123; Path=/; HttpOnly",
    "Deprecation": "false",
    "X-Region": "华北2",
}


def deliver(response: Response, request: Request, manners: Manners) -> Response:
    """Send an answer in the way that a server has."""
    if manners.proxied:
        for name, value in ADDED.items():
            # Written as they are: a server need not write its names in small letters.
            response.raw_headers.append((name.encode(), value.encode()))
    if manners.delivery == "close":
        response.headers["connection"] = "close"
    elif manners.delivery == "gzip" and "gzip" in request.headers.get("accept-encoding", ""):
        return _again(response, gzip.compress(bytes(response.body)), ("content-encoding", "gzip"))
    elif manners.delivery == "chunked":
        body = bytes(response.body)
        pieces = [body[at : at + PIECE] for at in range(0, len(body), PIECE)]
        streamed = StreamingResponse(_each(pieces), response.status_code)
        streamed.raw_headers = [pair for pair in response.raw_headers if pair[0] != b"content-length"]
        return streamed
    return response


def _again(response: Response, body: bytes, header: tuple[str, str]) -> Response:
    again = Response(body, response.status_code)
    others = [pair for pair in response.raw_headers if pair[0] != b"content-length"]
    again.raw_headers = [*others, (b"content-length", str(len(body)).encode())]
    again.headers.append(*header)
    return again


async def _each(pieces: list[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
