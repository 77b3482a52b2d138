"""How fast the mock is beside Prism, which serves our own openapi.yaml, and aimock; and what it holds in memory.

    python -m tests.benchmarks.mock [--rounds N] [--seconds S]

All servers are asked in turn, in each of the rounds, on the same core; the figures are medians. What is compared is
requests for each second of the server's own processor time: on a machine where others work, too, requests for each
second of the clock say more of the others, and a client written in Python is slower than what it asks.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.figures import TIMES, Figure, show
from tests.benchmarks.load import NUMBER, Load, Request, measured, until_open

ROOT = Path(__file__).parents[2]
NODE = ROOT / ".ci" / "node" / "node_modules" / ".bin"
KEY = "sk-benchmark-0"
# An account is full before the time is up; so there are many.
KEYS = [f"sk-benchmark-{number}" for number in range(40)]
BASE = "/compatible-mode/v1"
TYPE = "multipart/form-data; boundary=b"
QUESTION = "What does it say?"
# As many letters as the mock's tokens have, so that both streams have as many events.
LETTERS = 4
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_RATIO = 1.5
MOST_MEMORY = 80
# Our mock remembers what it answered: so it is also asked with a header that is new each time, and for what is new.
NEW_HEADER, NEW_QUESTION = ", each with a new header", ", each a new question"
WANTED = {
    ("retrieve", "Prism"): 5.0,
    ("list 20", "Prism"): 5.0,
    ("retrieve", "aimock"): 1.0,
    ("list 20", "aimock"): 1.0,
    ("chat stream", "aimock"): 1.0,
    ("upload", "aimock"): 1.0,
}


# For each question and each server: answers for a second of processor time, and for one of the clock.
Table = dict[str, dict[str, tuple[float, float]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One server that is asked, and what it is asked for."""

    name: str
    process: "subprocess.Popen[str]"
    port: int
    requests: dict[str, Request]

    def used(self) -> float:
        """Tell the processor time that it has used."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def peak(self) -> float:
        """The most memory that it has had, in megabytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024


def form(purpose: str, name: str) -> bytes:
    return (
        f'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\n{purpose}\r\n--b\r\nContent-Disposition: '
        f'form-data; name="file"; filename="{name}"\r\nContent-Type: text/plain\r\n\r\nhello world\r\n--b--\r\n'
    ).encode()


def send(port: int, method: str, path: str, body: bytes = b"", kind: str = TYPE) -> dict[str, object]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"authorization": f"Bearer {KEY}", **({"content-type": kind} if body else {})}
    connection.request(method, path, body or None, headers)
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status == 200, text
    value: dict[str, object] = json.loads(text)
    return value


def chat(file_id: str, *, stream: bool) -> bytes:
    system = {"role": "system", "content": "You are a helpful assistant."}
    named = {"role": "system", "content": f"fileid://{file_id}"}
    messages = [system, *([named] if file_id else []), {"role": "user", "content": QUESTION}]
    return json.dumps({"model": "qwen-long", "messages": messages, "stream": stream}).encode()


def pinned(command: list[str]) -> list[str]:
    """Let a server have the first core; the client takes another."""
    return (
        ["taskset", "-c", "0", *command] if shutil.which("taskset") and (os.cpu_count() or 1) > 1 else command
    )


@contextlib.contextmanager
def child(command: list[str]) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        pinned(command), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    )
    try:
        yield process
    finally:
        process.terminate()
        process.communicate()


def each_new(what: str, path: str) -> dict[str, Request]:
    return {
        f"{what}{NEW_HEADER}": Request.get([path], KEY, f"x-number: {NUMBER}"),
        f"{what}{NEW_QUESTION}": Request.get([f"{path}number={NUMBER}"], KEY),
    }


@contextlib.contextmanager
def ours(files: int, name: str = "ours") -> Iterator[Server]:
    """Serve our mock with so many files."""
    flags = ["--port", "0", "--rate-limits", "off", "--region", "cn"]
    flags += [f"--api-key={key}" for key in KEYS]
    with tempfile.TemporaryDirectory() as folder:
        for number in range(files):
            (Path(folder) / f"{number:05}.txt").write_text(f"hello {number}")
        command = [sys.executable, "-m", "conformance", "mock", *flags, "--plant", folder]
        with child(command) as process:
            assert process.stdout is not None
            greeted = process.stdout.readline()
            port = int(re.findall(r":(\d+)/", greeted)[0])
            page = send(port, "GET", f"{BASE}/files?limit=100")["data"]
            assert isinstance(page, list)
            ids = [each["id"] for each in page]
            yield Server(
                name=name,
                process=process,
                port=port,
                requests={
                    "retrieve": Request.get([f"{BASE}/files/{each}" for each in ids], KEY),
                    "list 20": Request.get([f"{BASE}/files?limit=20"], KEY),
                    **each_new("retrieve", f"{BASE}/files/{ids[0]}?"),
                    **each_new("list 20", f"{BASE}/files?limit=20&"),
                    "chat stream": Request.post(
                        f"{BASE}/chat/completions", [KEY], "application/json", chat(ids[0], stream=True)
                    ),
                    "upload": Request.post(f"{BASE}/files", KEYS[1:], TYPE, form("file-extract", "a.txt")),
                },
            )


def said(server: Server) -> str:
    """Give what our mock answers, so that the other may say the same."""
    request = server.requests["chat stream"].variants[0].partition(b"\r\n\r\n")[2]
    asked = json.loads(request) | {"stream": False}
    body = json.dumps(asked).encode()
    answer = send(server.port, "POST", f"{BASE}/chat/completions", body, "application/json")
    text: str = answer["choices"][0]["message"]["content"]  # type: ignore[index]
    return text


@contextlib.contextmanager
def aimock(text: str, port: int = 4391) -> Iterator[Server]:
    """Serve aimock with 100 files, and with one answer."""
    with tempfile.TemporaryDirectory() as folder:
        fixture = {"match": {"userMessage": QUESTION}, "response": {"content": text}, "chunkSize": LETTERS}
        (Path(folder) / "fixtures.json").write_text(json.dumps({"fixtures": [fixture]}))
        command = ["node", str(NODE / "llmock"), "-p", str(port), "-f", folder, "--log-level", "silent"]
        with child(command) as process:
            until_open(port)
            made = [send(port, "POST", "/v1/files", form("batch", "a.jsonl")) for _ in range(100)]
            yield Server(
                name="aimock",
                process=process,
                port=port,
                requests={
                    "retrieve": Request.get([f"/v1/files/{each['id']}" for each in made], KEY),
                    "list 20": Request.get(["/v1/files?limit=20"], KEY),
                    "chat stream": Request.post(
                        "/v1/chat/completions", [KEY], "application/json", chat("", stream=True)
                    ),
                    "upload": Request.post("/v1/files", [KEY], TYPE, form("batch", "a.jsonl")),
                },
            )


@contextlib.contextmanager
def prism(port: int = 4392) -> Iterator[Server]:
    """Serve openapi.yaml; Prism knows its paths without the servers' base."""
    command = ["node", str(NODE / "prism"), "mock", "-p", str(port), "-v", "silent", "specs/openapi.yaml"]
    with child(command) as process:
        until_open(port)
        file_id = "file-fe-0123456789abcdef01234567"
        yield Server(
            name="Prism",
            process=process,
            port=port,
            requests={
                "retrieve": Request.get([f"/files/{file_id}"], KEY),
                "list 20": Request.get(["/files?limit=20"], KEY),
            },
        )


def rounds(servers: list[Server], whats: list[str], count: int, seconds: float) -> Table:
    """Ask every server for everything, round after round; medians of a second of processor time, and of the clock."""
    figures: dict[tuple[str, str], list[Load]] = defaultdict(list)
    for number in range(count + 1):
        for what in whats:
            for server in servers:
                if what in server.requests:
                    load = measured(server.port, server.requests[what], seconds, server.used)
                    # The first round warms them up.
                    if number:
                        figures[server.name, what].append(load)
    table: Table = defaultdict(dict)
    for (name, what), loads in figures.items():
        processor = statistics.median(load.answers / max(load.processor, 1 / TICKS) for load in loads)
        table[what][name] = processor, statistics.median(load.answers / load.clock for load in loads)
    return table


def upload_of(megabytes: int) -> float:
    """Give the most memory that a mock has had which took a file of that size, in megabytes."""
    with ours(1) as server:
        line = json.dumps(
            {"custom_id": "1", "method": "POST", "url": "/v1/x", "body": {"text": "x" * 1_000_000}}
        )
        before, piece = form("batch", "a.jsonl").partition(b"hello world")[0], line.encode() + b"\n"
        count = megabytes * 1024 * 1024 // len(piece)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        connection.putrequest("POST", f"{BASE}/files")
        length = len(before) + count * len(piece) + len(b"\r\n--b--\r\n")
        for name, value in (
            ("authorization", f"Bearer {KEY}"),
            ("content-type", TYPE),
            ("content-length", length),
        ):
            connection.putheader(name, str(value))
        connection.endheaders(before)
        for _ in range(count):
            connection.send(piece)
        connection.send(b"\r\n--b--\r\n")
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        return server.peak


def compared(table: Table) -> Iterator[Figure]:
    """Give our answers a second beside those of each other server, and alone where no other has them."""
    for what, row in table.items():
        mine, clock = row["ours"]
        name = f"{what}: answers a second of processor time ({clock:,.0f} of the clock)"
        # Others read every request, whether they have seen it before or not.
        beside = table[what.partition(", ")[0]]
        if set(beside) == {"ours"}:
            yield Figure(chapter="mock", name=name, value=mine, unit="/s")
        for other, (theirs, _) in beside.items():
            wanted = WANTED.get((what, other))
            if other != "ours":
                yield Figure(
                    chapter="mock",
                    name=name,
                    value=mine,
                    unit="/s",
                    ratio=mine / theirs,
                    beside=f"{other} ({theirs:,.0f})",
                    wanted=f">= {wanted:g} times" if wanted else "",
                    holds=wanted is None or mine / theirs >= wanted,
                )


def figures(_folder: Path, count: int = TIMES, seconds: float = 1.0) -> Iterator[Figure]:
    """Measure answers a second, what a page of a full account costs, and what a large upload holds in memory."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(ours(100))]
        if (NODE / "prism").exists():
            servers.append(stack.enter_context(prism()))
        if (NODE / "llmock").exists():
            servers.append(stack.enter_context(aimock(said(servers[0]))))
        # Uploads come last: others have one account alone, and what fills it makes their lists slow.
        reads = [what for what in servers[0].requests if what != "upload"]
        table = rounds(servers, reads, count, seconds)
        table |= rounds(servers, ["upload"], count, seconds)
    yield from compared(table)
    with ours(100) as few, ours(10_000, "ours of 10,000") as many:
        what = f"list 20{NEW_QUESTION}"
        paged = rounds([few, many], [what], count, seconds)[what]
    pages = paged["ours"][0] / paged["ours of 10,000"][0]
    yield Figure(
        chapter="mock",
        name="a page of 20 from 10,000 files",
        value=1000 / paged["ours of 10,000"][0],
        unit="ms",
        ratio=pages,
        beside="one from 100",
        wanted=f"<= {PAGE_RATIO:g} times",
        holds=pages <= PAGE_RATIO,
    )
    memory = upload_of(500)
    yield Figure(
        chapter="mock",
        name="memory with an upload of 500 MB",
        value=memory,
        unit="MB",
        wanted=f"< {MOST_MEMORY} MB",
        holds=memory < MOST_MEMORY,
    )


def main() -> int:
    """Print one table; 1 where something is missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mock")
    parser.add_argument("--rounds", type=int, default=TIMES)
    parser.add_argument("--seconds", type=float, default=1.0)
    options = parser.parse_args()
    found = list(figures(Path(), options.rounds, options.seconds))
    show(found)
    return 0 if all(figure.holds for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main())
