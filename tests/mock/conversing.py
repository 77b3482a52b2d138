"""Words of a conversation, and how to tell a batch's story without waiting."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from conformance.mock import Mock
from tests.mock.client import Api

TEST = "/v1/chat/ds-test"
CHAT = "/v1/chat/completions"
DAY = 24 * 3600


def user(text: str) -> dict[str, object]:
    return {"role": "user", "content": text}


def system(text: str) -> dict[str, object]:
    return {"role": "system", "content": text}


def files(*ids: str) -> dict[str, object]:
    return system(",".join(f"fileid://{file_id}" for file_id in ids))


def chat(api: Api, *messages: object, model: str = "qwen-long", **options: object) -> httpx.Response:
    return api.post("chat/completions", json={"model": model, "messages": messages, **options})


def said(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return str(answer.json()["choices"][0]["message"]["content"])


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["message"]


def line(
    custom_id: str, *, url: str = TEST, model: str = "batch-test-model", **body: object
) -> dict[str, object]:
    whole = {"model": model, "messages": [user("1+1?")], **body}
    return {"custom_id": custom_id, "method": "POST", "url": url, "body": whole}


def jsonl(lines: Iterable[Mapping[str, object]]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


def order(mock: Mock, *lines: Mapping[str, object], **changes: object) -> dict[str, object]:
    """Put an input into the account and write the request that makes a batch of it."""
    file_id = mock.plant("in.jsonl", jsonl(lines or [line("1")]), "batch")
    return {"input_file_id": file_id, "endpoint": TEST, "completion_window": "24h", **changes}


def create(api: Api, mock: Mock, *lines: Mapping[str, object], **changes: object) -> dict[str, Any]:
    answer = api.post("batches", json=order(mock, *lines, **changes))
    assert answer.status_code == 200, answer.text
    value: dict[str, Any] = answer.json()
    return value


def retrieve(api: Api, batch: Mapping[str, object]) -> dict[str, Any]:
    value: dict[str, Any] = api.get(f"batches/{batch['id']}").json()
    return value


def finished(api: Api, batch: Mapping[str, object]) -> tuple[list[str], dict[str, Any]]:
    """Ask a virtual clock's mock until nothing more happens: the statuses on the way, and the end."""
    seen = [str(batch["status"])]
    for _ in range(10):
        latest = retrieve(api, batch)
        if latest["status"] == seen[-1]:
            return seen, latest
        seen.append(latest["status"])
    raise AssertionError(f"the batch does not come to an end: {seen}")


def results(api: Api, file_id: str) -> list[dict[str, Any]]:
    answer = api.get(f"files/{file_id}/content")
    assert answer.status_code == 200, answer.text
    return [json.loads(row) for row in answer.text.splitlines()]


def batch_ids(api: Api, **params: object) -> list[str]:
    answer = api.get("batches", params={key: str(value) for key, value in params.items()})
    assert answer.status_code == 200, answer.text
    return [batch["id"] for batch in answer.json()["data"] or ()]
