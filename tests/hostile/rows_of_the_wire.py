"""What is wrong below the words: connections, HTTP, bodies, and whoever stands in between."""

import gzip
import json

from tests.hostile import acts
from tests.hostile.acts import (
    EVIL,
    JSON,
    MIB,
    drips,
    encoded,
    endless,
    falls_silent,
    now_and_then,
    refuses,
    resets,
    says,
)
from tests.hostile.row import Row, clauses
from tests.hostile.server import lists, retrievals

UNREAD = clauses("retrieval", "found")

ROWS = (
    # Connections
    Row(does="refuses the connection", url="http://127.0.0.1:1"),
    Row(does="has a name that nobody knows", url="http://files.invalid"),
    Row(does="has a certificate that nobody signed", url="https://127.0.0.1:{port}", tls=True),
    Row(does="speaks HTTP where TLS was asked for", url="https://127.0.0.1:{port}"),
    Row(does="accepts and says nothing", act=falls_silent()),
    Row(does="hangs up without a word", act=says()),
    Row(does="resets each connection", act=resets()),
    Row(
        does="resets in the midst of each list",
        rare=True,
        act=resets(JSON + b"Content-Length: 999\r\n\r\n{"),
        on=lists,
        since=2,
    ),
    Row(does="resets one request in four", act=now_and_then(resets(), 4), status=0),
    Row(
        does="goes silent after ten requests",
        rare=True,
        leaves=True,
        act=falls_silent(),
        since=10,
        timeout=0.5,
    ),
    # Not HTTP
    Row(does="answers with garbage", act=says(bytes(range(256)) * 64)),
    Row(does="answers as HTTP 0.9 did", act=says(b'{"object":"list","data":[],"has_more":false}')),
    Row(does="answers the status 000", act=says(b"HTTP/1.1 000 Nothing\r\nContent-Length: 2\r\n\r\n{}")),
    Row(does="answers the status 999", act=says(b"HTTP/1.1 999 No\r\nContent-Length: 2\r\n\r\n{}")),
    Row(does="says 100 Continue for ever", act=endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n")),
    Row(
        does="changes the protocol",
        act=says(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n\x81\x05hello"
        ),
    ),
    Row(does="sends headers without end", act=endless(b"HTTP/1.1 200 OK\r\n", b"X-More: and more\r\n" * 100)),
    Row(does="sends a header of a mebibyte", act=says(JSON + b"X-Long: " + b"x" * MIB + b"\r\n\r\n{}")),
    Row(
        does="sends a media type of 60 KB",
        rare=True,
        guilty=clauses("errors", "documented-status", "media-type"),
        act=acts.adds("Content-Type: " + "x" * 60_000, without="content-type"),
        status=1,
    ),
    Row(
        does="writes control characters into its media type",
        act=refuses(200, kind=f"text/{EVIL[:90]}".replace("\x00", "")),
    ),
    Row(does="drips its headers", act=drips(b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x")),
    # Bodies
    Row(does="drips each body", act=drips(JSON + b"\r\n", b" ")),
    Row(
        does="drips the lists from the third on",
        act=drips(JSON + b"\r\n", b" "),
        on=lists,
        since=2,
        timeout=0.5,
    ),
    Row(
        does="sends bodies without end",
        act=endless(JSON + b"\r\n", b'{"object":"list",' * 4096),
    ),
    Row(
        does="sends chunks without end",
        act=endless(JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65_536 + b"\r\n"),
    ),
    Row(
        does="lists 100 MB",
        rare=True,
        act=endless(JSON + b"Content-Length: 104857600\r\n\r\n", b'"x",' * 16_384),
        on=lists,
        since=2,
    ),
    Row(
        does="answers each retrieval with new megabytes",
        guilty=UNREAD,
        act=lambda asked: asked.said.written(body=json.dumps({"x": str(asked.nth) + "x" * 7 * MIB}).encode()),
        on=retrievals,
        status=1,
    ),
    Row(
        does="lists a million empty objects",
        rare=True,
        guilty=clauses("listing", "object"),
        act=encoded(lambda _: b'{"object":"list","has_more":false,"data":[' + b"{}," * 999_999 + b"{}]}"),
        on=lists,
        since=2,
        status=1,
    ),
    Row(
        does="sends a bomb of gzip",
        act=lambda asked: asked.said.written("Content-Encoding: gzip", body=acts.bomb()),
        on=lists,
        since=2,
    ),
    Row(
        does="says gzip and sends something else",
        act=encoded(lambda body: body, "Content-Encoding: gzip"),
        on=lists,
        since=2,
    ),
    Row(
        does="says deflate and sends half of it",
        rare=True,
        act=encoded(lambda body: gzip.compress(body)[:-20], "Content-Encoding: deflate"),
        on=lists,
        since=2,
    ),
    Row(
        does="packs with what nobody asked for",
        rare=True,
        act=encoded(lambda body: body, "Content-Encoding: br"),
        on=lists,
        since=2,
    ),
    Row(
        does="promises more bytes than it sends",
        act=lambda asked: says(JSON + b"Content-Length: 9999\r\n\r\n" + asked.said.body)(asked),
        on=retrievals,
    ),
    Row(
        does="sends more bytes than it promised",
        guilty=UNREAD,
        act=lambda asked: says(JSON + b"Content-Length: 20\r\n\r\n" + asked.said.body)(asked),
        on=retrievals,
        status=1,
    ),
    Row(
        does="cuts a chunk",
        rare=True,
        act=says(JSON + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"),
        on=retrievals,
    ),
    Row(
        does="lies about the size of a chunk",
        rare=True,
        act=says(JSON + b"Transfer-Encoding: chunked\r\n\r\n-5\r\n{}\r\nzz\r\n"),
        on=retrievals,
    ),
    Row(
        does="sends trailers",
        act=lambda asked: says(
            JSON
            + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\nX-Trailer: 1\r\n\r\n"
            % (len(asked.said.body), asked.said.body)
        )(asked),
        on=retrievals,
        status=0,
    ),
    # Account and weather
    *(Row(does=f"answers {status} to everything", act=refuses(status)) for status in (401, 402, 403)),
    Row(does="answers 429 to everything", act=refuses(429, "Retry-After: 86400")),
    Row(
        does="answers 429 from the tenth request on",
        act=refuses(429, "Retry-After: -1"),
        since=10,
        leaves=True,
    ),
    Row(
        does="answers 429 with dates and garbage",
        rare=True,
        act=lambda asked: refuses(
            429, f"Retry-After: {('Wed, 21 Oct 2015 07:28:00 GMT', 'soon', '9' * 5000)[asked.nth % 3]}"
        )(asked),
        on=retrievals,
    ),
    Row(does="denies from the tenth request on", rare=True, act=refuses(402), since=10, leaves=True),
    Row(does="answers 500 and HTML to everything", act=refuses(500)),
    Row(does="answers 502 and HTML one time in ten", act=now_and_then(refuses(502), 10), status=0),
)
