"""Recordings of real traffic: the official SDK speaks with the mock through a proxy that writes down what it sees."""

import base64
import contextlib
import datetime as dt
import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import Any

import httpx
import openai
import yaml

from conformance.exchange import Pairs
from conformance.mock import serve

HOST = "https://dashscope-intl.aliyuncs.com"
KEY = "sk-canary-0123456789abcdef"
NAMES = ("one.txt", "zwei.txt", "三.txt", "four.txt", "five.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One exchange as it went through the proxy, to the byte."""

    method: str
    path: str
    headers: Pairs
    body: bytes
    status: int
    answer_headers: Pairs
    answer: bytes
    started: float
    seconds: float


@contextlib.contextmanager
def proxy(upstream: str) -> Iterator[tuple[str, list[Seen]]]:
    """Pass on what comes, and give the origin of the proxy with what it has seen."""
    seen: list[Seen] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            started = time.time()
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = tuple((name.lower(), value) for name, value in self.headers.items())
            own = [(name, value) for name, value in headers if name not in {"host", "accept-encoding"}]
            answer = httpx.request(self.command, upstream + self.path, headers=own, content=body)
            got = tuple(
                (name, value)
                for name, value in answer.headers.multi_items()
                if name not in {"content-length", "transfer-encoding", "connection"}
            )
            self.send_response_only(answer.status_code)
            for name, value in (*got, ("content-length", str(len(answer.content)))):
                self.send_header(name, value)
            self.end_headers()
            seen.append(
                Seen(
                    method=self.command,
                    path=self.path,
                    headers=headers,
                    body=body,
                    status=answer.status_code,
                    answer_headers=got,
                    answer=answer.content,
                    started=started,
                    seconds=time.time() - started,
                )
            )
            self.wfile.write(answer.content)

        do_GET = do_POST = do_DELETE = _pass_on  # noqa: N815  http.server's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def session(*breaches: str) -> list[Seen]:
    """Let the SDK do a day's work on a mock with those faults; give what went through the proxy."""
    with (
        serve(region="intl", keys=(KEY,), breaches=breaches) as mock,
        proxy(mock.url.removesuffix("/compatible-mode/v1")) as (origin, seen),
        openai.OpenAI(api_key=KEY, base_url=f"{origin}/compatible-mode/v1", max_retries=0) as sdk,
    ):
        mock.plant(filename="a stranger's.txt", body=b"not yours", purpose="file-extract")
        work(sdk)
    return seen


def work(sdk: openai.OpenAI) -> None:
    """Upload, look, list page by page, filter, delete, ask for what is not there; a refusal ends nothing."""
    made = [
        str(_try(sdk.files.create, file=(name, name.encode() * 9), purpose="file-extract")) for name in NAMES
    ]
    for name in (*made, *made):
        _try(sdk.files.retrieve, name)
    for _ in range(2):
        _try(lambda: list(islice(sdk.files.list(limit=2), 12)))
        _try(sdk.files.list)
        _try(sdk.files.list, purpose="file-extract")
    _try(sdk.files.delete, made[0])
    _try(sdk.files.retrieve, made[0])
    _try(sdk.files.retrieve, "file-fe-000000000000000000000000")
    _try(sdk.files.list)
    _try(sdk.files.create, file=("x.exe", b"MZ"), purpose="assistants")


def _try(call: Any, *arguments: Any, **named: Any) -> object:
    try:
        found = call(*arguments, **named)
    except (openai.OpenAIError, ValueError, TypeError, AttributeError):
        return ""
    return getattr(found, "id", "")


def mitmproxy(seen: Sequence[Seen]) -> str:
    """Write a HAR as mitmproxy does: whole bodies, base64 where they are no text."""
    return _har("mitmproxy", [_entry(each) for each in seen])


def firefox(seen: Sequence[Seen]) -> str:
    """Write a HAR as Firefox does, out of order and with fields of its own."""
    rows = [_entry(each) | {"_securityState": "secure", "pageref": "page_1"} for each in seen]
    return "\ufeff" + _har("Firefox", rows[::-1])


def chrome(seen: Sequence[Seen]) -> str:
    """Write a HAR as Chrome does: over HTTP/2, no keys, forms without their files, some bodies gone."""
    rows = []
    for number, each in enumerate(seen):
        row = _entry(each)
        request = row["request"]
        hidden = [("authorization", KEY), (":method", each.method)]
        kept = [pair for pair in each.headers if pair[0] not in {"authorization", "content-length"}]
        request["headers"] = _records((*hidden[1:], *kept))
        request["httpVersion"] = "http/2.0"
        if each.body and b"filename=" in each.body:
            request["postData"]["text"] = "------boundary\r\n------boundary--\r\n"
            request["bodySize"] = len(request["postData"]["text"])
        if number % 7 == 6:
            row["response"]["content"] = {"size": 0, "mimeType": "application/json"}
        rows.append(row | {"_resourceType": "fetch", "_priority": "High"})
    return _har("WebInspector", rows)


def cassette(seen: Sequence[Seen]) -> str:
    """Write a cassette as VCR.py does, with the key filtered out."""
    rows = [
        {
            "request": {
                "method": each.method,
                "uri": HOST + each.path,
                "headers": _lists((name, value) for name, value in each.headers if name != "authorization"),
                "body": each.body or None,
            },
            "response": {
                "status": {"code": each.status, "message": "?"},
                "headers": _lists(each.answer_headers),
                "body": {"string": each.answer},
            },
        }
        for each in seen
    ]
    return str(yaml.safe_dump({"interactions": rows, "version": 1}, allow_unicode=True))


def _har(creator: str, rows: Sequence[dict[str, Any]]) -> str:
    return json.dumps(
        {"log": {"version": "1.2", "creator": {"name": creator, "version": "1"}, "entries": rows}}
    )


def _entry(each: Seen) -> dict[str, Any]:
    kind = dict(each.headers).get("content-type", "")
    request: dict[str, Any] = {
        "method": each.method,
        "url": HOST + each.path,
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _records(each.headers),
        "queryString": [],
        "headersSize": -1,
        "bodySize": len(each.body),
    }
    if each.body:
        request["postData"] = {"mimeType": kind, "text": each.body.decode("utf-8", "surrogateescape")}
    return {
        "startedDateTime": dt.datetime.fromtimestamp(each.started, dt.UTC).isoformat(timespec="milliseconds"),
        "time": each.seconds * 1000,
        "request": request,
        "response": {
            "status": each.status,
            "statusText": "",
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": _records(each.answer_headers),
            "content": {
                "size": len(each.answer),
                "mimeType": dict(each.answer_headers).get("content-type", ""),
                "text": base64.b64encode(each.answer).decode(),
                "encoding": "base64",
            },
            "redirectURL": "",
            "headersSize": -1,
            "bodySize": -1,
        },
        "cache": {},
        "timings": {"send": 0, "wait": each.seconds * 1000, "receive": 0},
    }


def _records(pairs: Pairs) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _lists(pairs: Iterator[tuple[str, str]] | Pairs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
