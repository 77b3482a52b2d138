"""Work: a history of batch tasks written by hand; lawful unless a test says otherwise."""

import json
from collections.abc import Sequence
from typing import Any

from conformance.exchange import Answer, Exchange, Request

from .history import History

OPERATIONS = {
    ("POST", "/batches"): "createBatch",
    ("GET", "/batches"): "listBatches",
}


class Work(History):
    """Creations, looks, lists and downloads, a tenth of a second apart."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: dict[str, dict[str, Any]] = {}

    def create(self, name: str, *, said: Any = None, asked: Any = None, **fields: Any) -> str:
        """Create a task, and give its id; `said` and `asked` are what answer and request say otherwise."""
        asked = {
            "input_file_id": "file-batch-in",
            "endpoint": "/v1/chat/ds-test",
            "completion_window": "24h",
            "metadata": {"ds_name": f"conformance-0 {name}"},
            **(asked or {}),
        }
        task = {
            **asked,
            "id": f"batch_{name}",
            "object": "batch",
            "status": "validating",
            "created_at": int(self.now),
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "errors": None,
            "output_file_id": None,
            "error_file_id": None,
        }
        self.tasks[task["id"]] = task
        self.say("POST", "/batches", {**task, **(said or {})}, body=json.dumps(asked), **fields)
        return str(task["id"])

    def look(self, task: str, *, lasting: bool = False, **said: Any) -> Exchange:
        """Retrieve a task; with `lasting` it stays as it is told."""
        told = {**self.tasks[task], **said}
        if lasting:
            self.tasks[task] = told
        return self.say("GET", f"/batches/{task}", told)

    def come(self, task: str, status: str, **said: Any) -> Exchange:
        """Let a task come to a state at this moment, and retrieve it."""
        return self.look(task, lasting=True, status=status, **{f"{status}_at": int(self.now)}, **said)

    def complete(self, task: str, lines: int = 2) -> Exchange:
        """Let a task complete."""
        counts = {"total": lines, "completed": lines, "failed": 0}
        return self.come(task, "completed", request_counts=counts, output_file_id=f"file-batch_output-{task}")

    def tasks_page(
        self, ids: Sequence[str], *, more: Any = False, said: Any = None, **query: Any
    ) -> Exchange:
        """Show one page of the list of tasks; `said` is what the page says otherwise."""
        ends = {"first_id": ids[0], "last_id": ids[-1]} if ids else {"first_id": None, "last_id": None}
        data = [self.tasks[name] for name in ids] or None
        pairs = tuple((key, str(value)) for key, value in query.items())
        body = {"object": "list", "data": data, "has_more": more, **ends, **(said or {})}
        return self.say("GET", "/batches", body, query=pairs)

    def tasks_walk(self, *pages: Sequence[str], **query: Any) -> None:
        """Show pages that follow one another, has_more and cursors as they should be."""
        after: dict[str, str] = {}
        for number, ids in enumerate(pages, 1):
            self.tasks_page(ids, more=number < len(pages), **query, **after)
            after = {"after": ids[-1]} if ids else {}

    def download(self, name: str, body: bytes) -> Exchange:
        """Download a file."""
        return self.say("GET", f"/files/{name}/content", body)

    def say(self, method: str, path: str, told: Any, **fields: Any) -> Exchange:
        """Add one exchange with a JSON body."""
        raw = told if isinstance(told, bytes) else json.dumps(told).encode()
        request = Request(
            method=method, path=path, query=fields.pop("query", ()), body=fields.pop("body", None)
        )
        exchange = Exchange(
            **{
                "number": len(self.exchanges) + 1,
                "request": request,
                "answer": Answer(status=200, headers=(("content-type", "application/json"),), body=raw),
                "operation": OPERATIONS.get((method, path)),
                "started": self.now,
                "seconds": 0.05,
                **fields,
            }
        )
        self.exchanges.append(exchange)
        self.now += 0.1
        return exchange


def lines(*names: str, **said: Any) -> bytes:
    """Write the lines of a result file."""
    response = {"status_code": 200, "request_id": "r", "body": {}}
    rows = [
        {"id": f"r-{name}", "custom_id": name, "response": response, "error": None, **said} for name in names
    ]
    return "".join(json.dumps(row) + "\n" for row in rows).encode()
