"""Every misbehaviour, on which requests it comes, and what a run must make of it."""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from tests.hostile import acts
from tests.hostile.acts import (
    JSON,
    MIB,
    STREAM,
    drips,
    echoes,
    edited,
    encoded,
    endless,
    falls_silent,
    item,
    member,
    now_and_then,
    redirects,
    refuses,
    resets,
    says,
    written_member,
)
from tests.hostile.server import Act, On, always, each_list, lists, retrievals, streams, uploads

NOTHING: frozenset[str] = frozenset()
SMOKE = ("--profile=smoke", "--billable=no")
EVIL = (
    "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>"
    "\x1b]0;pwned\x07\x1b[31mred \u202egnp.exe\u2066 \x00\x7f\x9b31m `|](javascript:window.pwned=1) ${7*7} {{7*7}}"
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One misbehaviour. `guilty` are the clauses that must not hold, `may` those that need not; all others are innocent.

    It begins with the `since`th request that it is about. `leaves` says that the target keeps us from deleting.
    """

    does: str
    act: Act = lambda asked: asked.said.written()
    on: On = always
    since: int = 1
    url: str = ""
    tls: bool = False
    status: int = 6
    guilty: frozenset[str] = NOTHING
    may: frozenset[str] = NOTHING
    arguments: tuple[str, ...] = SMOKE
    timeout: float = 1.0
    region: str = "intl"
    seconds: float = 20.0
    leaves: bool = False
    rename: Callable[[str], str] | None = None
    says: str = ""


def clauses(chapter: str, *names: str) -> frozenset[str]:
    """Name clauses of one chapter."""
    return frozenset(f"{chapter}.{name}" for name in names)


UNREAD = clauses("retrieval", "found")
SIZES = clauses("uploads", "bytes") | clauses("retrieval", "bytes") | clauses("listing", "item-bytes")
TIMES = (
    clauses("uploads", "created-at")
    | clauses("retrieval", "created-at")
    | clauses("listing", "item-created-at")
)
NAMES = (
    clauses("uploads", "filename", "filename-unicode")
    | clauses("retrieval", "filename")
    | clauses("listing", "item-filename")
)
ECHOED = clauses("errors", "key-not-echoed")
CHAT = (
    "--billable=yes",
    *(f"--clause=chat.{name}" for name in ("answered", "stream", "stream-ends", "usage")),
)

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
        act=resets(JSON + b"Content-Length: 999\r\n\r\n{"),
        on=lists,
        since=2,
    ),
    Row(does="resets one request in four", act=now_and_then(resets(), 4), status=0),
    Row(does="goes silent after ten requests", act=falls_silent(), since=10, timeout=0.5),
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
        does="sends bodies without end", act=endless(JSON + b"\r\n", b'{"object":"list",' * 4096), seconds=30
    ),
    Row(
        does="sends chunks without end",
        act=endless(JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65_536 + b"\r\n"),
        seconds=30,
    ),
    Row(
        does="lists 100 MB",
        act=endless(JSON + b"Content-Length: 104857600\r\n\r\n", b'"x",' * 16_384),
        on=lists,
        since=2,
        seconds=30,
    ),
    Row(
        does="answers each retrieval with new megabytes",
        guilty=UNREAD,
        act=lambda asked: asked.said.written(body=json.dumps({"x": str(asked.nth) + "x" * 7 * MIB}).encode()),
        on=retrievals,
        status=1,
        seconds=30,
    ),
    Row(
        does="lists a million empty objects",
        guilty=clauses("listing", "object"),
        act=encoded(lambda _: b'{"object":"list","has_more":false,"data":[' + b"{}," * 999_999 + b"{}]}"),
        on=lists,
        since=2,
        status=1,
        seconds=30,
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
        act=encoded(lambda body: gzip.compress(body)[:-20], "Content-Encoding: deflate"),
        on=lists,
        since=2,
    ),
    Row(
        does="packs with what nobody asked for",
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
    Row(does="cuts a chunk", act=says(JSON + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"), on=retrievals),
    Row(
        does="lies about the size of a chunk",
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
        act=lambda asked: refuses(
            429, f"Retry-After: {('Wed, 21 Oct 2015 07:28:00 GMT', 'soon', '9' * 5000)[asked.nth % 3]}"
        )(asked),
        on=retrievals,
    ),
    Row(does="denies from the tenth request on", act=refuses(402), since=10, leaves=True),
    Row(does="answers 500 and HTML to everything", act=refuses(500)),
    Row(does="answers 502 and HTML one time in ten", act=now_and_then(refuses(502), 10), status=0),
    # Not JSON
    Row(
        does="sends what is no UTF-8",
        guilty=UNREAD,
        act=encoded(lambda body: body.replace(b'"', b'"\xff\xfe', 1)),
        on=retrievals,
        status=1,
    ),
    Row(
        does="begins with a byte order mark",
        guilty=UNREAD,
        act=encoded(lambda body: b"\xef\xbb\xbf" + body),
        on=retrievals,
        status=1,
    ),
    Row(
        does="sends NaN for a size",
        guilty=clauses("uploads", "object", "batch-accepted", "file-extract-accepted"),
        act=written_member("bytes", b"NaN"),
        on=uploads,
        status=1,
    ),
    Row(
        does="sends a size of 1e400",
        guilty=UNREAD,
        act=written_member("bytes", b"1e400"),
        on=retrievals,
        status=1,
    ),
    Row(
        does="sends a size of five thousand digits",
        guilty=clauses("listing", "object"),
        act=written_member("bytes", b"9" * 5000),
        on=lists,
        since=2,
        status=1,
    ),
    Row(
        does="sends a size of three hundred digits",
        guilty=SIZES,
        act=written_member("bytes", b"9" * 300),
        on=always,
        status=1,
    ),
    Row(
        does="sends keys twice",
        guilty=UNREAD,
        act=encoded(lambda body: b'{"id":"file-fe-0","id":"file-fe-1",' + body[1:]),
        on=retrievals,
        status=1,
    ),
    Row(
        does="sends lone surrogates",
        guilty=UNREAD,
        act=written_member("filename", b'"\\ud800"'),
        on=retrievals,
        status=1,
    ),
    Row(
        does="nests a hundred thousand times",
        guilty=UNREAD,
        act=encoded(lambda _: b"[" * 100_000 + b"]" * 100_000),
        on=retrievals,
        status=1,
    ),
    Row(
        does="nests nine hundred times",
        guilty=UNREAD,
        act=written_member("status", b'{"a":[' * 450 + b"]}" * 450),
        on=retrievals,
        status=1,
    ),
    # Values
    Row(
        does="writes sizes as fractions",
        guilty=SIZES,
        act=written_member("bytes", b"5.0"),
        on=always,
        status=1,
    ),
    *(
        Row(
            does=f"says that files were created {name}",
            guilty=TIMES,
            act=written_member("created_at", literal),
            on=always,
            status=1,
        )
        for name, literal in (
            ("at 10^18", b"1000000000000000000"),
            ("before the epoch", b"-99999999999"),
            ("at a text", b'"yesterday"'),
            ("at 10^290", b"1" + b"0" * 290),
        )
    ),
    Row(
        does="gives all files one id",
        guilty=clauses("ids", "unique", "batch-prefix"),
        act=member("id", "file-fe-000000000000000000000001"),
        status=1,
        leaves=True,
    ),
    *(
        Row(does=f"gives ids with {name}", rename=rename, status=status, guilty=guilty)
        for name, rename, status, guilty in (
            ("a way up", lambda name: f"{name}/../../../../admin", 0, NOTHING),
            ("an escaped way up", lambda name: f"{name}..%2F..%2fadmin%00", 0, NOTHING),
            ("line breaks and quotes", lambda name: f"{name}'\"\r\nX-Evil: 1\r\n\r\n", 0, NOTHING),
            ("a query and a fragment", lambda name: f"{name}?limit=1#x", 0, NOTHING),
            ("32 KB", lambda name: name + "x" * 32_768, 0, NOTHING),
            ("128 KB", lambda name: name + "x" * 131_072, 6, NOTHING),
            ("markup", lambda name: name + EVIL, 0, NOTHING),
        )
    ),
    # Texts
    Row(does="writes markup into names", guilty=NAMES, act=member("filename", EVIL), status=1, leaves=True),
    Row(
        does="writes ways up into names",
        guilty=NAMES,
        act=member("filename", "../../../../tmp/pwned\x00C:\\Windows\\pwned.txt"),
        status=1,
        leaves=True,
    ),
    Row(
        does="writes markup into messages",
        act=edited(
            lambda said, _: (
                {**said, "error": {**said["error"], "message": EVIL, "code": EVIL, "type": EVIL}}
                if "error" in said
                else said
            )
        ),
        status=0,
    ),
    # Pages
    Row(
        does="promises more behind each page",
        guilty=clauses("listing", "has-more-false"),
        act=edited(lambda said, _: {**said, "has_more": True}),
        on=lists,
        since=2,
        status=1,
    ),
    Row(does="lists new files without end", act=acts.new_pages, on=each_list, status=1, seconds=40),
    Row(
        does="lists two thousand items of 10 KB",
        act=lambda asked: asked.said.written(
            body=acts.page(*(item(f"file-fe-{at:024x}", status_details="x" * 10_000) for at in range(2000)))
        ),
        on=lists,
        since=2,
    ),
    # Elsewhere
    *(
        Row(does=f"redirects to another host with {status}", act=redirects(status, acts.elsewhere))
        for status in (301, 302, 307, 308)
    ),
    Row(
        does="redirects uploads to another host",
        guilty=clauses("uploads", "batch-accepted", "file-extract-accepted")
        | clauses("errors", "documented-status"),
        act=redirects(307, acts.elsewhere),
        on=uploads,
        status=1,
    ),
    Row(does="redirects to itself", act=redirects(302, acts.itself)),
    Row(does="redirects to a file", act=redirects(302, lambda _: "file:///etc/passwd")),
    Row(
        does="redirects the lists to a relative path",
        guilty=clauses("authentication", "bearer") | clauses("errors", "documented-status"),
        act=redirects(301, lambda _: "../../elsewhere"),
        on=lists,
        since=2,
        status=1,
    ),
    Row(
        does="sets cookies and a date of nowhere",
        act=acts.adds(
            "Set-Cookie: session=1; Path=/", "Set-Cookie: evil=\x01", "Date: the day after tomorrow"
        ),
        status=0,
    ),
    # Secrets
    *(
        Row(does=f"repeats the key {name}", guilty=ECHOED, act=echoes(spell), status=1)
        for name, spell in (
            ("plainly", str),
            ("in a URL's letters", lambda key: quote(key, safe="")),
            ("in Base64", acts.in_base64),
            ("in JSON's letters", acts.in_json),
            ("in capitals", str.upper),
        )
    ),
    Row(does="repeats the key in headers", guilty=ECHOED, act=acts.everywhere, status=1),
    Row(
        does="repeats the key in the names of files",
        guilty=ECHOED | NAMES - clauses("listing", "item-filename"),
        act=edited(lambda said, asked: {**said, "filename": asked.key} if "filename" in said else said),
        status=1,
    ),
    # Streams
    Row(
        does="streams comments without end",
        act=endless(STREAM, b": still there\n\n" * 1000),
        on=streams,
        region="cn",
        arguments=CHAT,
    ),
    Row(
        does="streams pieces without end",
        act=endless(STREAM, b'data: {"choices":[{"delta":{"content":"x"}}]}\n\n' * 100),
        on=streams,
        region="cn",
        arguments=CHAT,
        status=1,
    ),
    Row(
        does="streams an event of 50 MB",
        act=says(STREAM, b"data: ", *([b"x" * MIB] * 50)),
        on=streams,
        region="cn",
        arguments=CHAT,
        status=1,
    ),
    Row(
        does="drips a stream",
        act=drips(STREAM, b"data: {"),
        on=streams,
        region="cn",
        arguments=CHAT,
        timeout=0.5,
    ),
    Row(
        does="cuts a stream within a letter",
        act=says(STREAM, b'data: {"choices":[{"delta":{"content":"\xe7\xbb'),
        on=streams,
        region="cn",
        arguments=CHAT,
    ),
)


def named(does: str) -> Row:
    """Give the row of that name."""
    return next(row for row in ROWS if row.does == does)
