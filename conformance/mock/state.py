"""The page at `/`: what this mock is, what its accounts hold, and what it was last asked. It is no part of the API."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from conformance.mock.batch_store import BatchQuery
from conformance.mock.clock import SECOND
from conformance.mock.journal import Journal
from conformance.mock.lawful import Lawful
from conformance.mock.records import Query
from conformance.mock.settings import BASE_PATH, GIGABYTE, MEGABYTE

SHOWN = 20
# A key is told apart by its ends; a short one has none to spare.
LONG_KEY = 12
MEDIA_TYPE = "text/html; charset=utf-8"
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def page(behaviour: Lawful, journal: Journal, crashes: Sequence[str]) -> bytes:
    """Show the state of a mock."""
    settings = behaviour.settings
    template = _templates().get_template("state.html")
    return template.render(
        settings=settings,
        base_path=BASE_PATH,
        now=behaviour.now(),
        limiting=behaviour.limiting,
        accounts=[_account(behaviour, key) for key in settings.keys],
        limits=[(each.name, getattr(settings.limits, each.name)) for each in fields(settings.limits)],
        requests=journal.requests,
        entries=journal.last(),
        crashes=len(crashes),
        shown=SHOWN,
    ).encode(errors="replace")


def masked(key: str) -> str:
    """Show as much of a key as tells it apart, and never enough to use it."""
    return f"{key[:3]}…{key[-3:]}" if len(key) >= LONG_KEY else "…"


def _account(behaviour: Lawful, key: str) -> dict[str, object]:
    store, name = behaviour.store, behaviour.settings.account(key)
    files, size = store.usage(name)
    return {
        "key": masked(key),
        "name": name,
        "files": files,
        "size": size,
        "newest": store.page(name, Query(limit=SHOWN), place=None, count=SHOWN),
        "batches": [
            (batch, behaviour.counts(batch))
            for batch in store.batches.page(name, BatchQuery(limit=SHOWN), place=None, count=SHOWN)
        ],
    }


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"moment": _moment, "size": _size, "number": "{:,}".format}
    return environment


def _moment(moment: int) -> str:
    return datetime.fromtimestamp(moment / SECOND, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _size(size: int) -> str:
    for unit, name in ((GIGABYTE, "GB"), (MEGABYTE, "MB"), (1024, "KB")):
        if size >= unit:
            return f"{size / unit:,.1f} {name}"
    return f"{size} bytes"
