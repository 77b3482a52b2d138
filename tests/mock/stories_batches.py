"""The stories of batches: tasks from their creation to their end, their list, and what they leave to download."""

import json
from collections.abc import Mapping

from tests.mock.conversing import CHAT, TEST, jsonl, line, user
from tests.mock.teller import STEP, Teller

UNKNOWN = "batch_00000000-0000-4000-8000-000000000000"
NO_FILE = "file-batch-000000000000000000000000"
WINDOWS = ("2d", "336h", "23h", "337h", "15d", "36.5h", "day")
NAMES = ("n" * 100, "n" * 101, "Alpha one", "another", "alpha two")
DESCRIPTIONS = ("d" * 200, "d" * 201)
LIMITS = ("1", "2", "5", "100", "101", "0", "-5", "abc", "")


def tell_batches(teller: Teller) -> None:
    good = upload(teller, *(line(f"test-{number}") for number in range(9)), name="an input test.jsonl")
    other = upload(teller, line("test-1"))
    first = create(teller, good)
    teller.ask("GET", "/batches")
    _follow(teller, first)
    failed = create(teller, upload(teller, *_faulty()), endpoint=CHAT, metadata={"ds_name": "alpha zero"})
    partial = create(teller, upload(teller, *_half_good()), endpoint=CHAT)
    too_long = create(teller, upload(teller, *(line(str(number)) for number in range(10))))
    for batch in (failed, partial, too_long):
        _follow(teller, batch)
    stopped = create(teller, good)
    for batch in (stopped, first, failed, UNKNOWN, _almost(first)):
        cancel(teller, batch)
        _follow(teller, batch)
    cancel(teller, stopped)
    _ask_for_too_much(teller, good, other)
    _list(teller, good, other)
    early = create(teller, good)
    # While it is being validated, which takes less than a step of the clock.
    teller.mock.clock.advance(-STEP)
    cancel(teller, early)


def _faulty() -> tuple[Mapping[str, object], ...]:
    return (
        line("1", url=CHAT, model="qwen-plus"),
        line("1", url=CHAT, model="qwen-plus"),
        line("2", url=CHAT, model="qwen-max"),
        line("3", url=CHAT, model="no-such-model"),
        line("4", url=CHAT),
        line("test-5"),
    )


def _half_good() -> tuple[Mapping[str, object], ...]:
    return tuple(
        line(str(number), url=CHAT, model="qwen-plus", messages=[user("?")] if number % 2 else [])
        for number in range(4)
    )


def _ask_for_too_much(teller: Teller, good: str, other: str) -> None:
    order: dict[str, object] = {"input_file_id": good, "endpoint": TEST, "completion_window": "24h"}
    for missing in order:
        send(teller, {name: value for name, value in order.items() if name != missing})
    gone = upload(teller, line("test-1"))
    teller.ask("DELETE", f"/files/{gone}")
    for unfit in (NO_FILE, gone, teller.upload()):
        create(teller, unfit)
    for endpoint in ("/v1/nonsense", "nonsense", CHAT):
        create(teller, good, endpoint=endpoint)
    for window in WINDOWS:
        create(teller, other, completion_window=window)
    for name in NAMES:
        create(teller, other, metadata={"ds_name": name, "ds_description": "whatever"})
    for description in DESCRIPTIONS:
        create(teller, other, metadata={"ds_description": description})
    for _ in range(16):
        create(teller, other)


def _list(teller: Teller, good: str, other: str) -> None:
    last = str(_page(teller, limit="1").get("last_id"))
    for limit in LIMITS:
        _page(teller, limit=limit)
    after: dict[str, str] = {}
    for _ in range(6):
        end = _page(teller, limit="7", **after).get("last_id")
        if not end:
            break
        after = {"after": str(end)}
    for wanted in (
        {},
        {"after": UNKNOWN},
        {"ds_name": "alpha"},
        {"ds_name": "nothing"},
        {"input_file_ids": good},
        {"input_file_ids": f"{good},{other}"},
        {"input_file_ids": good, "limit": "3"},
        {"input_file_ids": good, "after": last},
        {"input_file_ids": ",".join([good] * 21)},
        {"status": "failed"},
        {"status": "failed,cancelled"},
        {"status": "nonsense"},
        {"create_after": "20251130120005"},
        {"create_before": "20251130120005"},
        {"create_after": "20251130120002", "create_before": "20251130120006"},
        {"create_after": "2025-11-30"},
        {"ds_name": "alpha", "status": "failed"},
        {"ds_name": "alpha", "input_file_ids": good},
        {"status": "failed", "input_file_ids": good},
    ):
        _page(teller, **wanted)


def tell_content(teller: Teller) -> None:
    good = upload(teller, line("1"), line("2"), line("3"))
    document = teller.upload()
    batches = (create(teller, good), create(teller, upload(teller, *_half_good()), endpoint=CHAT))
    outputs = [name for batch in batches for name in _follow(teller, batch)]
    for purpose in ("", "?purpose=batch_output"):
        teller.ask("GET", f"/files{purpose}")
    for name in (*outputs, good, document, NO_FILE, *map(_almost, outputs)):
        teller.ask("GET", f"/files/{name}")
        for _ in range(2):
            download(teller, name)
    for key in (None, "sk-wrong", teller.mock.keys[1]):
        for name in (*outputs[:1], good, NO_FILE):
            download(teller, name, key=key)
    for name in outputs[:1]:
        teller.ask("DELETE", f"/files/{name}")
        download(teller, name)


def tell_isolation_of_batches(teller: Teller) -> None:
    first, second = teller.mock.keys
    mine, yours = (upload(teller, line("1"), key=key) for key in (first, second))
    batches = [create(teller, mine), create(teller, yours, key=second)]
    create(teller, mine, key=second)
    for key in (first, second):
        teller.ask("GET", "/batches", key=key)
        for batch in batches:
            teller.ask("GET", f"/batches/{batch}", key=key)
            cancel(teller, batch, key=key)


def upload(teller: Teller, *lines: Mapping[str, object], name: str = "in.jsonl", key: str = "") -> str:
    return teller.upload(name, jsonl(lines), "batch", key)


def create(teller: Teller, file_id: str, *, key: str = "", **changes: object) -> str:
    body = {"input_file_id": file_id, "endpoint": TEST, "completion_window": "24h", **changes}
    return send(teller, body, key)


def send(teller: Teller, body: Mapping[str, object], key: str = "") -> str:
    answer = teller.ask("POST", "/batches", json.dumps(body).encode(), key, content_type="application/json")
    return str(answer.get("id"))


def cancel(teller: Teller, batch: str, key: str = "") -> None:
    teller.ask("POST", f"/batches/{batch}/cancel", b"", key)


def download(teller: Teller, file_id: str, key: str | None = "") -> None:
    teller.ask("GET", f"/files/{file_id}/content", key=key)


def _follow(teller: Teller, batch: str) -> list[str]:
    """Look at a task until it has ended, and once more; then at what it has written, whose ids are given."""
    shown: dict[str, object] = {}
    for _ in range(3):
        shown = teller.ask("GET", f"/batches/{batch}")
    written = [str(shown[kind]) for kind in ("output_file_id", "error_file_id") if shown.get(kind)]
    for name in written:
        download(teller, name)
    return written


def _page(teller: Teller, **wanted: str) -> dict[str, object]:
    return teller.ask("GET", "/batches?" + "&".join(f"{name}={value}" for name, value in wanted.items()))


def _almost(name: str) -> str:
    return name[:-4] + "0000"
