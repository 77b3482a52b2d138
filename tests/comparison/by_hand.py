"""Small runs made by hand: a few files uploaded, retrieved, listed and deleted, by a target that can be bent."""

import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from conformance.exchange import Answer, Exchange, Part, Request
from conformance.runs import ClauseRow, Footer, Header, Run, Totals
from conformance.verdicts import Finding, Verdict

START = 1_795_000_000.0
Bend = Callable[[dict[str, Any]], dict[str, Any]]


def plain(body: dict[str, Any]) -> dict[str, Any]:
    return body


def made(seed: int = 0, *, target: str = "mock", bend: Bend = plain, seconds: float = 0.01) -> Run:
    """Make a run; two seeds draw other ids, names and times, and nothing else."""
    exchanges: list[Exchange] = []

    def send(method: str, path: str, operation: str, status: int, body: dict[str, Any], **more: Any) -> None:
        number = len(exchanges) + 1
        headers = (("content-type", "application/json"), ("x-request-id", f"{seed:04x}{number:028x}"))
        exchanges.append(
            Exchange(
                number=number,
                request=Request(method=method, path=path, **more),
                answer=Answer(status=status, headers=headers, body=json.dumps(bend(body)).encode()),
                operation=operation,
                test=f"test_{operation}",
                started=START + 1000 * seed + number,
                seconds=seconds,
            )
        )

    ids = [f"file-fe-{seed:04x}{n:018x}a1" for n in range(4)]
    objects = []
    for n, name in enumerate(ids):
        filename = f"report-{seed}-{n}.txt"
        objects.append(
            {
                "id": name,
                "object": "file",
                "bytes": 10 + n,
                "created_at": int(START + 1000 * seed + n + 1),
                "filename": filename,
                "purpose": "file-extract",
                "status": "processed",
            }
        )
        parts = (
            Part(name="purpose", size=12, text="file-extract"),
            Part(name="file", filename=filename, size=10 + n),
        )
        send("POST", "/files", "uploadFile", 200, objects[-1], parts=parts)
    for each in objects:
        send("GET", f"/files/{each['id']}", "retrieveFile", 200, each)
    for _ in range(3):
        stranger = {"id": f"file-fe-{seed:03x}ffffffffffffffffffff1", "object": "file", "odd": seed}
        send("GET", "/files", "listFiles", 200, {"data": [*objects[::-1], stranger], "has_more": False})
    for name in ids:
        send("DELETE", f"/files/{name}", "deleteFile", 200, {"id": name, "object": "file", "deleted": True})
    for name in ids:
        error = {"message": f"No such File object: {name}", "type": "invalid_request_error", "code": None}
        send("GET", f"/files/{name}", "retrieveFile", 404, {"error": error})
    return Run(
        header=header(target),
        exchanges=tuple(exchanges),
        findings=(),
        clauses=(
            row("retrieval.object"),
            row("uploads.object"),
            row("chat.answered", verdict=Verdict.ABSENT),
        ),
        conflicts=(),
        footer=Footer(
            exit_status=0, totals=Totals(requests=len(exchanges), uploads=4, bytes_sent=0, seconds=1.0)
        ),
    )


def header(target: str, **more: Any) -> Header:
    given: dict[str, Any] = {
        "target": target,
        "region": "intl",
        "base_url": "http://127.0.0.1:1/compatible-mode/v1",
        "started": "2026-11-22T12:00:00+00:00",
        "contract": "sha256:0123456789abcdef",
        "version": "0.1.0",
        "profile": "standard",
        "lane": "gate",
        "seed": 0,
        "pace": "off",
    }
    return Header(**{**given, **more})


def row(name: str, *, verdict: Verdict = Verdict.PASS, reason: str = "", **more: Any) -> ClauseRow:
    given: dict[str, Any] = {
        "level": "must",
        "text": f"The sentence of {name}.",
        "applies": ("retrieveFile",),
        "regions": ("cn", "intl"),
        "sources": (),
        "needs": (),
        "untestable": "",
        "required": True,
    }
    return ClauseRow(id=name, verdict=verdict, reason=reason, **{**given, **more})


def ruled(run: Run, rows: Iterable[ClauseRow], findings: Iterable[Finding] = ()) -> Run:
    """Give a run other rows for some clauses, and findings."""
    others = {each.id: each for each in rows}
    kept = [others.pop(each.id, each) for each in run.clauses]
    return replace(run, clauses=(*kept, *others.values()), findings=tuple(findings))


def broken(clause: str, *exchanges: int) -> Finding:
    return Finding(clause=clause, verdict=Verdict.FAIL, actual="it came otherwise", exchanges=exchanges)
