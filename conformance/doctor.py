"""Everything that a person should know before a target is judged: asks a little more than a run does before it begins."""

import dataclasses

from conformance import diagnosis, notices, preflight
from conformance.client import Client
from conformance.errors import TargetError
from conformance.exchange import Exchange
from conformance.files import LARGEST_LIMIT
from conformance.notices import Level, Notice
from conformance.regions import region, regions
from conformance.trace import FILES

# An account of 10,000 files is read in so many pages.
PAGES = 5


def examine(client: Client, *, ask_other_region: bool = False) -> tuple[Notice, ...]:
    """Ask at most six questions where each is answered, and tell what the answers say.

    `ask_other_region` shows the key to the other region's host where this one refuses it.
    """
    target = client.target
    found = [notices.ok(f"The key for {target.region} is in the environment; the host is {target.base_url}.")]
    if proxy := diagnosis.proxy_of(target):
        found.append(notices.note(f"Requests go through the proxy {proxy} of the environment."))
    try:
        answers = preflight.check(client)
    except TargetError as error:
        found.append(notices.problem(str(error)))
        if ask_other_region and "(401)" in str(error) and target.name in regions():
            found.append(_other_region(client))
        return tuple(found)
    found.append(
        notices.ok(f"The host answers{' over TLS' * target.base_url.startswith('https:')}, and lets us in.")
    )
    pages = _pages(client, answers)
    found += diagnosis.seen([*answers, *pages])
    second = None
    if "second" in target.keys:
        second = client.send("GET", FILES, query=(("limit", str(LARGEST_LIMIT)),), account="second")
    found.append(diagnosis.second_key(target, second, [*answers, *pages]))
    return tuple(found)


def is_well(found: tuple[Notice, ...]) -> bool:
    """Whether the target can be judged."""
    return all(notice.level is not Level.PROBLEM for notice in found)


def _pages(client: Client, answers: tuple[Exchange, ...]) -> list[Exchange]:
    """Read on behind the page that is there, as far as the account's greatest list goes."""
    pages: list[Exchange] = []
    last = answers[-1]
    while last.succeeded and last.mapping().get("has_more") is True and len(pages) < PAGES - 1:
        data = last.mapping().get("data")
        name = data[-1].get("id") if isinstance(data, list) and data and isinstance(data[-1], dict) else None
        if not isinstance(name, str):
            break
        last = client.send("GET", FILES, query=(("limit", str(LARGEST_LIMIT)), ("after", name)))
        pages.append(last)
    return pages


def _other_region(client: Client) -> Notice:
    other = diagnosis.OTHER[client.target.region]
    elsewhere = dataclasses.replace(
        client.target, name=other, region=other, base_url=region(other).base_url(), second_key=""
    )
    with client.towards(elsewhere) as there:
        answer = there.send("GET", FILES, query=(("limit", "1"),))
    if answer.succeeded:
        return notices.note(
            f"The key opens the region {other}: use --target={other}, or a key of this region."
        )
    told = f"{answer.status}" if answer.answer else answer.trouble
    return notices.note(f"The region {other} does not let it in either ({told}): make a new key.")
