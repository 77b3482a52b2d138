"""What is wrong with the words: JSON, values, texts, pages, addresses, secrets and streams."""

from urllib.parse import quote

from tests.hostile import acts
from tests.hostile.acts import (
    EVIL,
    MIB,
    STREAM,
    drips,
    echoes,
    edited,
    encoded,
    endless,
    item,
    member,
    redirects,
    says,
    written_member,
)
from tests.hostile.row import Row, clauses
from tests.hostile.server import each_list, lists, on, retrievals, streams, uploads

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
        rare=True,
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
        rare=True,
        guilty=UNREAD,
        act=written_member("bytes", b"1e400"),
        on=retrievals,
        status=1,
    ),
    Row(
        does="sends a size of five thousand digits",
        rare=True,
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
        status=1,
    ),
    Row(
        does="sends keys twice",
        rare=True,
        guilty=UNREAD,
        act=encoded(lambda body: b'{"id":"file-fe-0","id":"file-fe-1",' + body[1:]),
        on=retrievals,
        status=1,
    ),
    Row(
        does="sends lone surrogates",
        rare=True,
        guilty=UNREAD,
        act=written_member("filename", b'"\\ud800"'),
        on=retrievals,
        status=1,
    ),
    Row(
        does="nests a hundred thousand times",
        rare=True,
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
        rare=True,
        guilty=SIZES,
        act=written_member("bytes", b"5.0"),
        status=1,
    ),
    *(
        Row(
            does=f"says that files were created {name}",
            guilty=TIMES,
            rare=name != "at 10^18",
            act=written_member("created_at", literal),
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
        rare=True,
        may=clauses("deletion", "deleted", "not-listed") | clauses("listing", "after") | UNREAD,
        guilty=clauses("ids", "unique", "batch-prefix"),
        act=member("id", "file-fe-000000000000000000000001"),
        status=1,
        leaves=True,
    ),
    *(
        Row(
            does=f"gives ids with {name}",
            rename=rename,
            status=status,
            leaves=status == 6,
            rare=name != "a way up",
        )
        for name, rename, status in (
            ("a way up", lambda name: f"{name}/../../../../admin", 0),
            ("an escaped way up", lambda name: f"{name}..%2F..%2fadmin%00", 0),
            ("line breaks and quotes", lambda name: f"{name}'\"\r\nX-Evil: 1\r\n\r\n", 0),
            ("a query and a fragment", lambda name: f"{name}?limit=1#x", 0),
            ("32 KB", lambda name: name + "x" * 32_768, 0),
            ("128 KB", lambda name: name + "x" * 131_072, 6),
        )
    ),
    # Texts
    Row(
        does="writes markup into names and ids",
        guilty=NAMES,
        act=member("filename", EVIL),
        rename=lambda name: name + EVIL,
        status=1,
    ),
    Row(
        does="writes ways up into names",
        rare=True,
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
        guilty=clauses("authentication", "error-code"),
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
    Row(
        does="lists new files without end",
        rare=True,
        guilty=clauses("listing", "complete", "limit-caps")
        | clauses("filters", "create-after-sound", "purpose-sound"),
        act=acts.new_pages,
        on=each_list,
        status=1,
    ),
    Row(
        does="lists two thousand items of 10 KB",
        rare=True,
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
        rare=True,
        guilty=clauses("listing", "limit-one")
        | clauses("authentication", "bearer")
        | clauses("errors", "documented-status"),
        act=redirects(301, lambda _: "../../elsewhere"),
        on=lists,
        since=2,
        status=1,
    ),
    Row(
        does="sets cookies and a date of nowhere",
        rare=True,
        act=acts.adds(
            "Set-Cookie: session=1; Path=/", "Set-Cookie: evil=\x01", "Date: the day after tomorrow"
        ),
        status=0,
    ),
    # Secrets
    *(
        Row(
            does=f"repeats the key {name}", guilty=ECHOED, rare=name != "plainly", act=echoes(spell), status=1
        )
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
        guilty=clauses("chat", "stream-ends"),
        may=clauses(
            "chat",
            "created",
            "id",
            "index",
            "model",
            "object",
            "stream",
            "stream-role",
            "stream-text",
            "choices",
            "delta",
        ),
        act=endless(STREAM, b'data: {"choices":[{"delta":{"content":"x"}}]}\n\n' * 100),
        on=streams,
        region="cn",
        arguments=CHAT,
        status=1,
    ),
    Row(
        does="streams an event of 50 MB",
        guilty=clauses("chat", "chunk", "stream"),
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
    # Tasks
    Row(
        does="never ends a task",
        may=clauses("batches", "state-time"),
        rare=True,
        act=member("status", "in_progress"),
        on=on("GET", "/batches"),
        arguments=("--billable=yes", "--clause=batches.completes", "--clause=batches.created"),
        seconds=240,
    ),
)
