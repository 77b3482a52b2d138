"""Forty exchanges made by hand: hostile names and answers, refusals, bodies that are no text, trouble."""

from dataclasses import replace

from conformance.exchange import Answer, Exchange, Part, Request

MARKUP = '</script><script>alert("planted")</script><img src=x onerror=alert(1)>'
HOSTILE_NAMES = (
    f"{MARKUP}.txt",
    "invoice\u202efdp.exe",
    "../../.ssh/id_rsa",
    'it\'s $(touch planted) `id` "quoted" \\ end.txt',
    "semi;colon,comma=equals.pdf",
    "new\nline\r\x1b]0;title\x07.txt",
    "报告（终稿）.docx",
    "-rf --all",
    "a" * 3000 + ".txt",
    "Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308algo.txt",
    "",
)
KEY = (("authorization", "Bearer sk-***"), ("user-agent", "conformance/0.1.0"), ("accept", "*/*"))
FILE = (
    '{"id":"file-fe-%024x","bytes":%d,"created_at":1764000000,"filename":%s,"object":"file",'
    '"purpose":"file-extract","status":"processed","status_details":null,"ratio":1.0}'
)


REFUSAL = (
    b'{"error":{"message":"Incorrect API key.","type":"invalid_request_error","param":null,'
    b'"code":"invalid_api_key"},"request_id":"r"}'
)


def exchange(number: int) -> Exchange:
    """One of the forty: uploads first, then listings, trouble, and refusals by account."""
    if number <= len(HOSTILE_NAMES):
        return upload(number, HOSTILE_NAMES[number - 1])
    return odd(number) if number >= 30 and number != 35 else listing(number)


def upload(number: int, name: str) -> Exchange:
    shown = name.encode("unicode_escape").decode().replace("\\", "\\\\").replace('"', '\\"')
    body = (FILE % (number, 120, f'"{shown}"')).encode()
    parts = (Part(name="purpose", size=12, text="file-extract"), Part(name="file", filename=name, size=120))
    return made(number, "POST", "/files", "uploadFile", body, parts=parts)


def listing(number: int) -> Exchange:
    files = ",".join(FILE % (n, n * 10, f'"{n}.txt"') for n in range(12))
    body = f'{{"object":"list","data":[{files}],"has_more":false}}'.encode()
    query = (("limit", str(number - 12)), ("after", f"file-fe-{number:024x}"), ("purpose", "a b&c"))
    return made(number, "GET", "/files", "listFiles", body, query=query)


def odd(number: int) -> Exchange:
    if number == 30:
        return made(number, "GET", "/files/file-fe-1", "retrieveFile", b"\xc4\xe3\xba\xc3 \xff\x00 binary")
    if number == 31:
        page = b"<html><script>alert('planted')</script>" + b"<b>" * 400_000
        return made(number, "GET", "/files", "listFiles", page, status=502, media="text/html")
    if number in {32, 33}:
        lost = made(number, "GET", "/files", "listFiles", b"")
        trouble = f"the connection was closed {MARKUP}"
        return replace(lost, answer=None, trouble=trouble, attempt=number - 31, final=number == 33)
    if number == 34:
        return made(number, "GET", "/models", None, b"", status=404)
    account = ("none", "wrong", "second", "other-region", "first")[number - 36]
    return replace(
        made(number, "DELETE", "/files/file-fe-1", "deleteFile", REFUSAL, status=401), account=account
    )


def made(
    number: int,
    method: str,
    path: str,
    operation: str | None,
    body: bytes,
    *,
    status: int = 200,
    media: str = "application/json",
    query: tuple[tuple[str, str], ...] = (),
    parts: tuple[Part, ...] = (),
) -> Exchange:
    return Exchange(
        number=number,
        request=Request(
            method=method, path=path, query=query, headers=KEY, parts=parts, body_bytes=132 if parts else 0
        ),
        answer=Answer(
            status=status,
            headers=(
                ("content-type", media),
                ("x-request-id", f"00000000-{number:04}"),
                ("server", MARKUP[:60]),
            ),
            body=body,
        ),
        operation=operation,
        test=f"conformance/suite/test_{path[1:6]}.py::test_{number}",
        started=1764000000.0 + number * 0.37,
        seconds=0.031 * (1 + number % 7),
        notes=("polled twice",) if number == 12 else (),
    )
