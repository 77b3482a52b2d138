"""The stories of files, one a chapter: uploaded, retrieved, listed, filtered, deleted, and what lasts."""

from tests.mock.stories_accounts import tell_limits
from tests.mock.teller import NOON, Teller, lines, odd_files, some_files


def tell_uploads(teller: Teller) -> None:
    ids = some_files(teller)
    odd_files(teller)
    for _ in range(2):
        teller.ask("GET", f"/files/{ids[0]}")
    teller.list()
    for name, purpose in (
        (None, "file-extract"),
        (None, "batch"),
        ("a.txt", None),
        ("in.jsonl", None),
        ("a.txt", ""),
    ):
        teller.upload(name, lines({}), purpose)
    for purpose in ("assistants", "user_data", "BATCH", "batch_output", "nonsense"):
        teller.upload("a.txt", b"x", purpose)
    teller.upload(file_first=True)
    changes: list[dict[str, object]] = [{"custom_id": 1}, {"method": "GET"}, {"url": None}, {"body": "x"}]
    for change in changes:
        teller.upload("in.jsonl", lines({}, change), "batch")
    for bad in (b"", b"not json\n", lines({}) + b"{\n", b"[]\n", lines({}, {"custom_id": "0"})):
        teller.upload("in.jsonl", bad, "batch")


def tell_retrieval(teller: Teller) -> None:
    image = teller.upload("a.png")
    for name in (image, f"{image}x", image[:-1], image[:8] + image[8:].swapcase()):
        teller.ask("GET", f"/files/{name}")
    for file_id in (*odd_files(teller), *some_files(teller)):
        for _ in range(3):
            teller.ask("GET", f"/files/{file_id}")
    teller.ask("GET", "/files/file-fe-000000000000000000000000")


def tell_listing(teller: Teller) -> None:
    for number in range(110):
        teller.mock.plant(f"p{number}.txt", b"old", created_at=NOON - 86400 - number // 3)
    ids = some_files(teller)
    odd_files(teller)
    for limit in (
        "1",
        "2",
        "3",
        "50",
        "101",
        "1500",
        "2000",
        "0",
        "-1",
        "-5",
        "2001",
        "9999",
        str(2**32 + 1),
        "abc",
        "1.5",
        "10abc",
        "",
    ):
        teller.list(limit=limit)
    teller.list()
    for count in (2, 50):
        teller.pages(count)
    for last in (teller.list(limit=2000)[-1:], teller.list()[-1:]):
        teller.list(after="".join(last), limit=127)
        teller.list(after="".join(last))
    teller.list(limit=127)
    teller.list(limit=1, after="".join(teller.list(limit=2000)[-2:-1]))
    cursor = "".join(teller.list(limit=3)[-1:])
    teller.list(after=cursor)
    teller.upload("between.txt")
    teller.list(limit=3, after=cursor)
    # The official SDK goes from page to page, too.
    teller.ask("GET", f"/files?limit=3&after={cursor}", x_stainless_lang="python")
    after = {"after": ids[4], "limit": 3}
    times = {"create_after": "20250101", "create_before": "20270101"}
    for params in (
        {**after, "purpose": "batch"},
        {**after, **times},
        times,
        {"purpose": "batch", **times},
        {**after, **times, "purpose": "batch"},
        {"create_after": "20990101"},
    ):
        teller.list(**params)


def tell_filters(teller: Teller) -> None:
    for hours in (1, 3, 11, 13, 20, 30, 50):
        teller.mock.plant("p.txt", b"old", created_at=NOON - hours * 3600 + 90)
    teller.mock.plant("p.jsonl", lines({}), "batch", created_at=NOON - 3 * 3600)
    some_files(teller)
    times = [
        "20251130090000",
        "2025-11-30 09:00:00",
        "2025-11-30",
        "20251130",
        "2025-11-29",
        "20251129153012",
        "2025-11-30 12:00:30",
    ]
    for time in times:
        teller.list(create_after=time)
        teller.list(create_before=time)
    for purpose in ("file-extract", "batch", "nonsense", "batch_output"):
        teller.list(purpose=purpose)
        teller.list(purpose=purpose, create_after=times[0], limit=4)
        teller.list(purpose=purpose, create_before=times[0])
        teller.pages(2, purpose=purpose)
    teller.pages(2, create_after=times[0])
    teller.list(create_after="20251129", create_before="20251130090000")
    for bad in ("yesterday", "2025-13-01", "20251301", "2025-11-31", "1764475200"):
        teller.list(create_after=bad)
        teller.list(create_before=bad)
    teller.list(create_after="20990101")


def tell_deletion(teller: Teller) -> None:
    ids = some_files(teller)
    for file_id in (ids[1], ids[3], f"{ids[0]}x", "file-fe-000000000000000000000000"):
        teller.ask("DELETE", f"/files/{file_id}")
        teller.ask("GET", f"/files/{file_id}")
        teller.ask("DELETE", f"/files/{file_id}")
        teller.list()
        teller.list(purpose="batch")
        teller.list(create_after="20250101")
        teller.list(create_after="20250101", create_before="20270101")
        teller.list(limit=9)
    tell_limits(teller)


def tell_lifecycle(teller: Teller) -> None:
    ids = some_files(teller)
    for file_id in ids:
        for _ in range(3):
            teller.ask("GET", f"/files/{file_id}")
    teller.list()
    for number in range(25):
        teller.upload(f"p{number}.txt", b"many")
    for _ in range(120):
        teller.ask("GET", f"/files/{ids[0]}")
    teller.list()
    for file_id in (ids[1], ids[3], ids[1]):
        teller.ask("DELETE", f"/files/{file_id}")
        for kept in ids:
            teller.ask("GET", f"/files/{kept}")
        teller.list()
    for _ in range(30):
        teller.ask("GET", f"/files/{ids[1]}")
    teller.upload("again.txt", b"one")
    teller.ask("DELETE", f"/files/{ids[4]}")
    for _ in range(30):
        teller.ask("GET", f"/files/{ids[1]}")
    teller.list()
