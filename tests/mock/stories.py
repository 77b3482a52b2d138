"""Stories of requests, one a chapter, long enough that every breach of the chapter shows in what is heard."""

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from conformance.mock import Limits, Mock

NOON = 1_764_475_200  # 2025-11-30 12:00:00 in Beijing
SMALL = Limits(extract_bytes=4000, batch_bytes=3000, image_bytes=1500, account_files=60)
WIDE = replace(SMALL, extract_bytes=2 * 1024 * 1024, account_files=1000, test_batch_requests=9)
NAMES = (
    "n" * 196 + ".txt",
    "it's %22quoted%22.txt",
    "家 👩\u200d🚀 🚀.txt",
    "50%25 & more; 1+1=2 (a)[b]{c}#d.txt",
    ".HIDDEN.TXT",
)
BODIES = (
    *(b"x", b"x" * 65_535, b"x" * 65_536, b"x" * 65_537, b"x" * 1_048_576, "字\r\n\n".encode() * 30),
    *(b"\xef\xbb\xbfmarked", b" \nblank", b"a\r\n\r\nb", b"a\r\n--b"),
)
LINE = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "m"}}
FORMATS = ("txt", "docx", "pdf", "xlsx", "epub", "mobi", "md", "csv", "json", "bmp", "png", "jpg", "jpeg", "gif")  # fmt: skip

Story = Callable[["Teller"], None]


class Teller:
    """Sends requests and writes down what came back."""

    def __init__(self, mock: Mock) -> None:
        self.mock = mock
        self.manners: dict[str, str] = {}
        self.heard: list[object] = []
        self._base = urlsplit(mock.url)
        self._open()

    def _open(self) -> None:
        self._connection = http.client.HTTPConnection(self._base.hostname or "", self._base.port, timeout=10)

    def close(self) -> None:
        self._connection.close()

    def reconnect(self) -> None:
        """Go on over another connection."""
        self.close()
        self._open()

    def ask(
        self, method: str, path: str, body: bytes | None = None, key: str | None = "", **headers: str
    ) -> dict[str, object]:
        if key is not None:
            headers["authorization"] = f"Bearer {key or self.mock.keys[0]}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= self.manners
        try:
            self._connection.request(method, self._base.path + path, body=body, headers=sent)
            answer = self._connection.getresponse()
            content = answer.read()
        except (http.client.HTTPException, OSError) as error:
            self.heard.append((method, path, type(error).__name__))
            self.reconnect()
            return {}
        noted = {name.lower(): value for name, value in answer.getheaders()}
        for unsteady in ("date", "x-request-id", "content-length"):
            noted.pop(unsteady, None)
        text = content.decode(errors="replace").replace(answer.getheader("x-request-id") or "-", "")
        self.heard.append((method, path, answer.status, sorted(noted.items()), text))
        try:
            value = json.loads(content)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}

    def upload(
        self,
        name: str | None = "a.txt",
        body: bytes = b"hello",
        purpose: str | None = "file-extract",
        key: str | None = "",
        *,
        file_first: bool = False,
    ) -> str:
        parts = []
        if purpose is not None:
            parts.append(b'Content-Disposition: form-data; name="purpose"\r\n\r\n' + purpose.encode())
        if name is not None:
            head = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
            parts.append(head.encode() + body)
        if file_first:
            parts.reverse()
        form = b"".join(b"--x\r\n" + part + b"\r\n" for part in parts) + b"--x--\r\n"
        answer = self.ask("POST", "/files", form, key, content_type="multipart/form-data; boundary=x")
        file_id = answer.get("id")
        return file_id if isinstance(file_id, str) else "none"

    def list(self, **params: object) -> list[str]:
        query = "&".join(f"{name}={quote(str(value))}" for name, value in params.items())
        data = self.ask("GET", f"/files?{query}").get("data")
        items = data if isinstance(data, list) else []
        return [item["id"] for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)]

    def pages(self, limit: int, **params: object) -> None:
        after: dict[str, object] = {}
        for _ in range(12):
            ids = self.list(limit=limit, **after, **params)
            if not ids:
                return
            after = {"after": ids[-1]}


def lines(*changes: Mapping[str, object]) -> bytes:
    return b"".join(
        json.dumps({**LINE, "custom_id": str(n), **change}).encode() + b"\n"
        for n, change in enumerate(changes)
    )


def some_files(teller: Teller) -> list[str]:
    return [
        teller.upload("a.txt", b"one"),
        teller.upload("a.txt", b"one"),
        teller.upload("report 第一季度 é.md", b"# two"),
        teller.upload("in.jsonl", lines({}, {}), "batch"),
        teller.upload("in.jsonl", lines({}), "batch"),
        teller.upload("b.txt", b"one"),
    ]


def odd_files(teller: Teller) -> list[str]:
    """Upload files of odd names and sizes, which some breaches need to show."""
    return [
        *(teller.upload(name) for name in NAMES),
        *(teller.upload(f"s{number}.txt", body) for number, body in enumerate(BODIES)),
    ]


def tell_uploads(teller: Teller) -> None:
    ids = some_files(teller)
    odd_files(teller)
    for _ in range(2):
        teller.ask("GET", f"/files/{ids[0]}")
    teller.list()
    for name, purpose in (
        (None, "file-extract"),
        (None, "batch"),
        ("a.txt", None),
        ("in.jsonl", None),
        ("a.txt", ""),
    ):
        teller.upload(name, lines({}), purpose)
    for purpose in ("assistants", "user_data", "BATCH", "batch_output", "nonsense"):
        teller.upload("a.txt", b"x", purpose)
    teller.upload(file_first=True)
    changes: list[dict[str, object]] = [{"custom_id": 1}, {"method": "GET"}, {"url": None}, {"body": "x"}]
    for change in changes:
        teller.upload("in.jsonl", lines({}, change), "batch")
    for bad in (b"", b"not json\n", lines({}) + b"{\n", b"[]\n", lines({}, {"custom_id": "0"})):
        teller.upload("in.jsonl", bad, "batch")


def tell_retrieval(teller: Teller) -> None:
    image = teller.upload("a.png")
    for name in (image, f"{image}x", image[:-1], image[:8] + image[8:].swapcase()):
        teller.ask("GET", f"/files/{name}")
    for file_id in (*odd_files(teller), *some_files(teller)):
        for _ in range(3):
            teller.ask("GET", f"/files/{file_id}")
    teller.ask("GET", "/files/file-fe-000000000000000000000000")


def tell_listing(teller: Teller) -> None:
    for number in range(110):
        teller.mock.plant(f"p{number}.txt", b"old", created_at=NOON - 86400 - number // 3)
    ids = some_files(teller)
    odd_files(teller)
    for limit in (
        "1",
        "2",
        "3",
        "50",
        "101",
        "1500",
        "2000",
        "0",
        "-1",
        "-5",
        "2001",
        "9999",
        str(2**32 + 1),
        "abc",
        "1.5",
        "10abc",
        "",
    ):
        teller.list(limit=limit)
    teller.list()
    for count in (2, 50):
        teller.pages(count)
    for last in (teller.list(limit=2000)[-1:], teller.list()[-1:]):
        teller.list(after="".join(last), limit=127)
        teller.list(after="".join(last))
    teller.list(limit=127)
    teller.list(limit=1, after="".join(teller.list(limit=2000)[-2:-1]))
    cursor = "".join(teller.list(limit=3)[-1:])
    teller.upload("between.txt")
    teller.list(limit=3, after=cursor)
    after = {"after": ids[4], "limit": 3}
    times = {"create_after": "20250101", "create_before": "20270101"}
    for params in (
        {**after, "purpose": "batch"},
        {**after, **times},
        times,
        {"purpose": "batch", **times},
        {**after, **times, "purpose": "batch"},
        {"create_after": "20990101"},
    ):
        teller.list(**params)


def tell_filters(teller: Teller) -> None:
    for hours in (1, 3, 11, 13, 20, 30, 50):
        teller.mock.plant("p.txt", b"old", created_at=NOON - hours * 3600 + 90)
    teller.mock.plant("p.jsonl", lines({}), "batch", created_at=NOON - 3 * 3600)
    some_files(teller)
    times = [
        "20251130090000",
        "2025-11-30 09:00:00",
        "2025-11-30",
        "20251130",
        "2025-11-29",
        "20251129153012",
        "2025-11-30 12:00:30",
    ]
    for time in times:
        teller.list(create_after=time)
        teller.list(create_before=time)
    for purpose in ("file-extract", "batch", "nonsense", "batch_output"):
        teller.list(purpose=purpose)
        teller.list(purpose=purpose, create_after=times[0], limit=4)
        teller.list(purpose=purpose, create_before=times[0])
        teller.pages(2, purpose=purpose)
    teller.pages(2, create_after=times[0])
    teller.list(create_after="20251129", create_before="20251130090000")
    for bad in ("yesterday", "2025-13-01", "20251301", "2025-11-31", "1764475200"):
        teller.list(create_after=bad)
        teller.list(create_before=bad)
    teller.list(create_after="20990101")


def tell_deletion(teller: Teller) -> None:
    ids = some_files(teller)
    for file_id in (ids[1], ids[3], f"{ids[0]}x", "file-fe-000000000000000000000000"):
        teller.ask("DELETE", f"/files/{file_id}")
        teller.ask("GET", f"/files/{file_id}")
        teller.ask("DELETE", f"/files/{file_id}")
        teller.list()
        teller.list(purpose="batch")
        teller.list(create_after="20250101")
        teller.list(limit=9)
    tell_limits(teller)


def tell_errors(teller: Teller) -> None:
    ids = some_files(teller)
    teller.list()
    for path in (f"/files/{ids[0]}", "/files/file-fe-000000000000000000000000"):
        teller.ask("GET", path)
        for method in ("PUT", "PATCH", "POST"):
            teller.ask(method, path)
    teller.ask("DELETE", "/files")
    for params in ({"limit": 0}, {"limit": "abc"}, {"after": "file-fe-0"}, {"create_after": "x"}):
        teller.list(**params)
    teller.upload("a.txt", b"x", "nonsense")
    teller.upload(None)
    teller.upload("a.zip")
    teller.upload("in.jsonl", b"x", "batch")
    teller.ask("GET", "/files", key=None)
    teller.ask("GET", "/files", key="sk-wrong-key")
    teller.ask("DELETE", "/files/file-fe-000000000000000000000000")
    teller.ask("DELETE", f"/files/{ids[0]}")


def tell_authentication(teller: Teller) -> None:
    ids = some_files(teller)
    first = teller.mock.keys[0]
    keys = (
        None,
        "",
        "sk-wrong",
        "wrong",
        first + "x",
        first[:-1],
        first.upper(),
        teller.mock.other_region_key,
    )
    for key in keys:
        teller.ask("GET", "/files", key=key)
        teller.ask("GET", f"/files/{ids[0]}", key=key)
        teller.upload("a.txt", b"x", key=key)
        teller.list()
    for header in (first, f"Basic {first}", f"Token {first}", f"api-key: {first}", "Bearer", "nonsense"):
        teller.ask("GET", "/files", key=None, authorization=header)
    for number, key in enumerate((None, "sk-wrong", teller.mock.other_region_key, "")):
        teller.ask("DELETE", f"/files/{ids[number]}", key=key)
        teller.list()


def tell_limits(teller: Teller) -> None:
    teller.upload("one.txt", b"x")
    for kind in FORMATS:
        teller.upload(f"a.{kind}")
    for kind in ("zip", "exe", "mp3", "doc", "jsonl"):
        teller.upload(f"a.{kind}")
    for kind in ("json", "txt", "jsonl", "png"):
        teller.upload(f"a.{kind}", lines({}), "batch")
    for size in (3900, 4000, 4001, 9000):
        teller.upload("a.txt", b"x" * size)
    for size in (1400, 1500, 1501, 4100):
        teller.upload("a.png", b"x" * size)
    for size in (2900, 3000, 3001, 7000):
        teller.upload(
            "in.jsonl", lines({}).replace(b"POST", b"POST") + b" " * (size - len(lines({}))), "batch"
        )
    for number in range(40):
        teller.upload(f"n{number % 7}.txt", b"x")
    for file_id in teller.list(limit=3):
        teller.ask("DELETE", f"/files/{file_id}")
    teller.upload("more.txt", b"x")


def tell_isolation(teller: Teller) -> None:
    first, second = teller.mock.keys
    mine, yours = (
        some_files(teller),
        [teller.upload(key=second), teller.upload("b.jsonl", lines({}), "batch", key=second)],
    )
    queries = ["", "purpose=batch", "purpose=file-extract", "create_after=20250101", "create_before=20270101"]
    for key, own, foreign in ((first, mine, yours), (second, yours, mine)):
        for query in (*queries, f"after={own[-1]}", "limit=1"):
            teller.ask("GET", f"/files?{query}", key=key)
        for file_id in (*own, *foreign):
            teller.ask("GET", f"/files/{file_id}", key=key)
        for file_id in (own[0], foreign[0]):
            named = [{"role": "system", "content": f"fileid://{file_id}"}, {"role": "user", "content": "?"}]
            question = json.dumps({"model": "qwen-long", "messages": named}).encode()
            teller.ask("POST", "/chat/completions", question, key, content_type="application/json")
        for file_id in (foreign[0], foreign[1]):
            teller.ask("DELETE", f"/files/{file_id}", key=key)
        teller.list()
        teller.ask("GET", "/files", key=second)


def tell_lifecycle(teller: Teller) -> None:
    ids = some_files(teller)
    for file_id in ids:
        for _ in range(3):
            teller.ask("GET", f"/files/{file_id}")
    teller.list()
    for number in range(25):
        teller.upload(f"p{number}.txt", b"many")
    for _ in range(120):
        teller.ask("GET", f"/files/{ids[0]}")
    teller.list()
    for file_id in (ids[1], ids[3], ids[1]):
        teller.ask("DELETE", f"/files/{file_id}")
        for kept in ids:
            teller.ask("GET", f"/files/{kept}")
        teller.list()
    for _ in range(30):
        teller.ask("GET", f"/files/{ids[1]}")
    teller.upload("again.txt", b"one")
    teller.ask("DELETE", f"/files/{ids[4]}")
    for _ in range(30):
        teller.ask("GET", f"/files/{ids[1]}")
    teller.list()


def tell_rates(teller: Teller) -> None:
    file_id = teller.upload()
    for pause in (0.0, 0.5, 1.0, 1.0, 10.0, 60.0, 120.0, 400.0):
        teller.mock.clock.advance(pause)
        for number in range(24):
            path = f"/files/{file_id}" if number % 2 else "/files"
            teller.ask("GET", path)
            if number % 4 == 0:
                teller.ask("DELETE", "/files/file-fe-000000000000000000000000")
        for _ in range(24):
            teller.upload()
        teller.list()
        teller.upload(key=teller.mock.keys[1])
        teller.ask("GET", "/files", key=teller.mock.keys[1])
        teller.reconnect()
        for _ in range(3):
            teller.ask("GET", "/files")


STORIES: dict[str, Story] = {
    "uploads": tell_uploads,
    "ids": tell_uploads,
    "retrieval": tell_retrieval,
    "listing": tell_listing,
    "filters": tell_filters,
    "deletion": tell_deletion,
    "errors": tell_errors,
    "authentication": tell_authentication,
    "limits": tell_limits,
    "isolation": tell_isolation,
    "lifecycle": tell_lifecycle,
    "rates": tell_rates,
}
