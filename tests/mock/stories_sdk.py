"""The story of the official SDK, which says in its headers who it is and what it accepts."""

from tests.mock.stories_batches import tell_content
from tests.mock.stories_chat import tell_chat
from tests.mock.teller import Teller

MANNERS = {"x-stainless-lang": "python", "accept": "application/json"}


def tell_sdk(teller: Teller) -> None:
    teller.manners |= MANNERS
    ids = [teller.upload(f"{word}.txt") for word in ("one", "two", "three")]
    teller.list()
    teller.pages(2)
    teller.list(create_after="2025-01-01 00:00:00")
    for file_id in ids:
        teller.ask("GET", f"/files/{file_id}")
        teller.ask("DELETE", f"/files/{file_id}")
        teller.ask("GET", f"/files/{file_id}")
    tell_chat(teller)
    tell_content(teller)
    last = teller.ask("GET", "/batches?limit=1").get("last_id")
    teller.ask("GET", f"/batches?limit=1&after={last}")
