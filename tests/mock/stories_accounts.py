"""The stories of accounts, one a chapter: their keys, their limits, their rates, what is refused, who sees what."""

import json

from tests.mock.teller import FORMATS, Teller, lines, some_files


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
        teller.ask("GET", "/files?purpose=batch", key=key)
        teller.ask("GET", f"/files/{ids[0]}", key=key)
        teller.ask("GET", f"/files/{ids[-2]}", key=key)
        teller.upload("a.txt", b"x", key=key)
        teller.list()
    for header in (first, f"Basic {first}", f"Token {first}", f"api-key: {first}", "Bearer", "nonsense"):
        teller.ask("GET", "/files", key=None, authorization=header)
    for number, key in enumerate((None, "sk-wrong", teller.mock.other_region_key, "")):
        teller.ask("DELETE", f"/files/{ids[number]}", key=key)
        teller.ask("DELETE", f"/files/{ids[-2]}", key=key)
        teller.list()


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


def tell_isolation(teller: Teller) -> None:
    first, second = teller.mock.keys
    mine, yours = (
        some_files(teller),
        [teller.upload(key=second), teller.upload("b.jsonl", lines({}), "batch", key=second)],
    )
    queries = ["", "purpose=batch", "purpose=file-extract", "create_after=20250101", "create_before=20270101"]
    for key, own, foreign in ((first, mine, yours), (second, yours, mine)):
        for query in (
            *queries,
            f"after={own[-1]}",
            f"after={foreign[-1]}&purpose=batch",
            f"after={own[-1]}&purpose=batch",
            "limit=1",
        ):
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
