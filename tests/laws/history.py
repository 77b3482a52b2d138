"""History: a run written by hand, exchange by exchange; lawful unless a test says otherwise.

It is no server: each answer is what its test writes down, so that a trace shows one sin and no other.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from conformance.clauses import registry
from conformance.exchange import Answer, Exchange, Part, Request
from conformance.laws import LAWS
from conformance.laws.doubts import doubts
from conformance.trace import Trace
from conformance.verdicts import Finding, Verdict

NOW = 1_764_499_365
PREFIXES = {"file-extract": "file-fe-", "batch": "file-batch-", "batch_output": "file-batch_output-"}


class History:
    """Exchanges in the order in which they were sent, a tenth of a second apart."""

    def __init__(self, *, zone: float | None = None) -> None:
        self.zone = zone
        self.now: float = NOW
        self.exchanges: list[Exchange] = []
        self.files: dict[str, dict[str, Any]] = {}
        # Whose key is sent from here on.
        self.account = "first"

    def upload(
        self,
        name: str,
        *,
        purpose: str = "file-extract",
        size: int = 7,
        filename: str = "",
        parts: tuple[Part, ...] = (),
        said: Mapping[str, Any] | None = None,
    ) -> str:
        """Upload a file, and give its id; `said` is what the answer says otherwise than it should."""
        filename = filename or f"{name}.txt"
        file = described(name, purpose=purpose, size=size, created_at=int(self.now), filename=filename)
        self.files.setdefault(file["id"], file)
        parts = parts or (
            Part(name="purpose", size=len(purpose), text=purpose),
            Part(name="file", filename=filename, size=size),
        )
        self.add("POST", "/files", {**file, **(said or {})}, parts=parts)
        return str(file["id"])

    def stranger(self, name: str, *, purpose: str = "file-extract") -> str:
        """Let somebody else upload a file, and give its id."""
        file = described(name, purpose=purpose, created_at=int(self.now), filename=f"{name}.txt")
        self.files[file["id"]] = file
        return str(file["id"])

    def page(
        self,
        ids: Iterable[str],
        *,
        more: Any = False,
        said: Any = None,
        **query: Any,
    ) -> Exchange:
        """Show one page of the list; `said` is what it says of each file otherwise than it should."""
        data = [{**self.files[name], **(said or {})} for name in ids]
        pairs = tuple((key, str(value)) for key, value in query.items())
        body = {"object": "list", "data": data, "has_more": more}
        return self.add("GET", "/files", body, query=pairs)

    def walk(self, *pages: Sequence[str], **query: Any) -> None:
        """Show pages that follow one another, has_more and cursors as they should be."""
        after: dict[str, str] = {}
        for number, ids in enumerate(pages, 1):
            self.page(ids, more=number < len(pages), **query, **after)
            after = {"after": ids[-1]} if ids else {}

    def retrieve(self, name: str, *, http: int = 200, **said: Any) -> Exchange:
        """Retrieve a file; `http` is the answer's status."""
        return self.add("GET", path(name), {**self.files.get(name, {"id": name}), **said}, http=http)

    def delete(self, name: str, *, http: int = 200, final: bool = True, **said: Any) -> Exchange:
        """Delete a file."""
        body = {"object": "file", "deleted": True, "id": name, **said}
        return self.add("DELETE", path(name), body, http=http, final=final)

    def add(
        self,
        method: str,
        where: str,
        body: Mapping[str, Any] | bytes,
        *,
        http: int = 200,
        **fields: Any,
    ) -> Exchange:
        """Add one exchange; a refusal says what refusals say."""
        if http >= 400:
            body = {"error": {"message": "no", "type": "invalid_request_error", "param": None, "code": None}}
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        request = Request(
            method=method, path=where, query=fields.pop("query", ()), parts=fields.pop("parts", ())
        )
        answer = Answer(status=http, headers=(("content-type", "application/json"),), body=raw)
        exchange = Exchange(
            **{
                "number": len(self.exchanges) + 1,
                "request": request,
                "answer": answer,
                "operation": operation(method, where),
                "account": self.account,
                "started": self.now,
                "seconds": 0.05,
                **fields,
            }
        )
        self.exchanges.append(exchange)
        self.now += 0.1
        return exchange

    def findings(self) -> tuple[Finding, ...]:
        """Judge the history; whatever a law files, it files under a clause of its own that specs/ knows."""
        trace = Trace(tuple(self.exchanges), self.zone)
        found: list[Finding] = []
        for law in LAWS:
            for finding in law.apply(trace):
                assert finding.clause in law.clauses, f"{law.name} files under {finding.clause}"
                assert finding.clause in registry().clauses, f"{finding.clause} is no clause"
                assert finding.verdict in {Verdict.PASS, Verdict.FAIL}
                assert finding.exchanges, f"{law.name} names no evidence"
                assert set(finding.exchanges) <= {exchange.number for exchange in self.exchanges}
                found.append(finding)
        return tuple(found)

    def accused(self) -> set[str]:
        """Name the clauses that some law says are broken."""
        return {finding.clause for finding in self.findings() if finding.verdict is Verdict.FAIL}

    def proven(self) -> set[str]:
        """Name the clauses that some law says were measured and held."""
        return {finding.clause for finding in self.findings() if finding.verdict is Verdict.PASS}


def described(
    name: str, *, purpose: str = "file-extract", size: int = 7, created_at: int = NOW, filename: str = ""
) -> dict[str, Any]:
    """Describe a file as a lawful server does; `name` is the last part of its id."""
    return {
        "id": PREFIXES.get(purpose, "file-") + name,
        "object": "file",
        "bytes": size,
        "filename": filename or f"{name}.txt",
        "purpose": purpose,
        "status": "processed",
        "created_at": created_at,
    }


def doubted(history: History) -> list[str]:
    """Give the paths that are to be asked for once more, and let the time go by after which no lag excuses them."""
    found = doubts(Trace(tuple(history.exchanges)))
    if found:
        history.now = max(found.values()) + 0.1
    return [request.path for request in found]


def path(name: str) -> str:
    """Give a file's path."""
    return f"/files/{quote(name, safe='')}"


def operation(method: str, where: str) -> str | None:
    """Name the operation of a request."""
    kind = "one" if where.startswith("/files/") else "all"
    return {
        ("POST", "all"): "uploadFile",
        ("GET", "all"): "listFiles",
        ("GET", "one"): "retrieveFile",
        ("DELETE", "one"): "deleteFile",
    }.get((method, kind))
