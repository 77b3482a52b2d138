"""Who tells a story: sends its requests to a mock, and writes down what is heard."""

import http.client
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote, urlsplit

from conformance.mock import Limits, Mock

# Seconds that pass with each request.
STEP = 0.3
NOON = 1_764_475_200  # 2025-11-30 12:00:00 in Beijing
SMALL = Limits(extract_bytes=4000, batch_bytes=3000, image_bytes=1500, account_files=60)
WIDE = replace(SMALL, extract_bytes=2 * 1024 * 1024, account_files=1000, test_batch_requests=9)
NAMES = (
    "n" * 196 + ".txt",
    "it's %22quoted%22.txt",
    "家 👩\u200d🚀 🚀.txt",
    "50%25 & more; 1+1=2 (a)[b]--{c}#d.txt",
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
