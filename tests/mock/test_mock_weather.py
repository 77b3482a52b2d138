"""Every weather can be chatted in and have batches run in it, and the same story is told the same twice."""

import json

import pytest

from conformance.mock import WEATHER, VirtualClock, serve
from tests.mock.conversing import CHAT, TEST, files, jsonl, line, user
from tests.mock.teller import NOON, Teller


def tell(teller: Teller) -> None:
    """Speak to every operation once or more; an answer that did not come is an id that nobody has."""

    def post(path: str, body: object) -> dict[str, object]:
        return teller.ask("POST", path, json.dumps(body).encode(), content_type="application/json")

    document = teller.upload("a.txt", b"zebra")
    for options in ({}, {"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}):
        for messages in ([files(document), user("?")], [files("file-fe-none"), user("?")], []):
            post("/chat/completions", {"model": "qwen-long", "messages": messages, **options})
    for endpoint, lines in (
        (TEST, [line("1"), line("2")]),
        (CHAT, [line("1", url=CHAT, model="qwen-plus"), line("2", url=CHAT, model="qwen-plus", messages=[])]),
        (TEST, [line("")]),
    ):
        source = teller.mock.plant("in.jsonl", jsonl(lines), "batch")
        order = {"input_file_id": source, "endpoint": endpoint, "completion_window": "24h"}
        batch_id = post("/batches", order).get("id", "batch_none")
        for _ in range(5):
            batch = teller.ask("GET", f"/batches/{batch_id}")
        for name in ("output_file_id", "error_file_id"):
            teller.ask("GET", f"/files/{batch.get(name) or 'file-batch_output-none'}/content")
        post("/batches", {**order, "completion_window": "1h"})
        cancelled = post("/batches", order).get("id", "batch_none")
        for path in (f"/batches/{cancelled}/cancel", f"/batches/{batch_id}/cancel"):
            teller.ask("POST", path)
        teller.ask("GET", f"/batches/{cancelled}")
    for query in ("", "?limit=1", "?status=failed", "?after=batch_none", "?ds_name=x"):
        teller.ask("GET", f"/batches{query}")
    teller.ask("GET", f"/files/{document}/content")


def told(weather: str) -> list[object]:
    clock = VirtualClock(start=NOON)
    with serve(region="cn", seed=7, clock=clock, weather=[weather] if weather else []) as mock:
        teller = Teller(mock)
        try:
            tell(teller)
        finally:
            teller.close()
        assert mock.crashes == ()
        return teller.heard


def test_the_story_is_told_the_same_twice() -> None:
    assert told("") == told("")


@pytest.mark.parametrize("name", sorted(WEATHER))
def test_weather_can_be_lived_in(name: str) -> None:
    assert told(name)
