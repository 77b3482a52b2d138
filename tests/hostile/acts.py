"""The misbehaviours: what goes over the wire in place of a lawful answer."""

import base64
import json
import socket
import struct
import zlib
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from tests.hostile.server import BASE, Act, Asked
from tests.loopback import Speaker, answer

JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1><hr>nginx</body></html>"
MIB = 1024 * 1024
# Markup, commands for a terminal, letters that turn a line around, and templates of several kinds.
EVIL = (
    "</script><script>window.pwned=1</script><img src=x onerror=window.pwned=1>"
    "\x1b]0;pwned\x07\x1b[31mred \u202egnp.exe\u2066 \x00\x7f\x9b31m `|](javascript:window.pwned=1) ${7*7} {{7*7}}"
)


def says(*pieces: bytes) -> Act:
    """Say just these bytes, and hang up."""

    def talk(speaker: Speaker) -> None:
        for piece in pieces:
            if not speaker.say(piece):
                return

    return lambda _: talk


def endless(head: bytes, piece: bytes) -> Act:
    """Begin well, and never stop."""

    def talk(speaker: Speaker) -> None:
        speaker.say(head)
        while speaker.say(piece):
            pass

    return lambda _: talk


def drips(head: bytes, letter: bytes, seconds: float = 0.05) -> Act:
    """Begin well, and go on so slowly that no silence is ever long."""

    def talk(speaker: Speaker) -> None:
        speaker.say(head)
        while speaker.say(letter) and not speaker.closing.wait(seconds):
            pass

    return lambda _: talk


def falls_silent(head: bytes = b"") -> Act:
    """Begin, and say no more."""

    def talk(speaker: Speaker) -> None:
        speaker.say(head)
        speaker.wait_for_the_peer()

    return lambda _: talk


def resets(head: bytes = b"") -> Act:
    """Begin, and tear the connection down."""

    def talk(speaker: Speaker) -> None:
        speaker.say(head)
        linger = struct.pack("ii", 1, 0)
        speaker._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        speaker._connection.close()

    return lambda _: talk


def refuses(status: int, *headers: str, body: bytes = HTML, kind: str = "text/html") -> Act:
    """Answer with a page of somebody in between."""
    return lambda _: answer(body, status, *headers, kind=kind)


def now_and_then(act: Act, every: int) -> Act:
    """Misbehave each time in so many."""
    return lambda asked: act(asked) if asked.nth % every == 0 else asked.said.written()


def adds(*headers: str, without: str = "") -> Act:
    """Answer well, with headers that nobody asked for."""
    return lambda asked: asked.said.written(*headers, without=without)


def encoded(body: Callable[[bytes], bytes], *headers: str) -> Act:
    """Send the lawful body in other bytes."""
    return lambda asked: asked.said.written(*headers, body=body(asked.said.body))


def edited(edit: Callable[[Any, Asked], Any]) -> Act:
    """Send the lawful JSON, edited."""

    def act(asked: Asked) -> bytes:
        said = json.loads(asked.said.body)
        return asked.said.written(body=json.dumps(edit(said, asked)).encode())

    return act


def member(name: str, value: Any) -> Act:
    """Send another value of one member, of the object or of each item of its list."""

    def edit(said: Any, asked: Asked) -> Any:
        chosen = value(asked) if callable(value) else value
        for each in said["data"] if isinstance(said.get("data"), list) else [said]:
            if name in each:
                each[name] = chosen
        return said

    return edited(edit)


def written_member(name: str, literal: bytes) -> Act:
    """Send a member as no writer of JSON would write it."""

    def act(asked: Asked) -> bytes:
        said = json.loads(asked.said.body)
        for each in said["data"] if isinstance(said.get("data"), list) else [said]:
            if name in each:
                each[name] = "here it comes"
        return asked.said.written(body=json.dumps(said).encode().replace(b'"here it comes"', literal))

    return act


def redirects(status: int, where: Callable[[Asked], str]) -> Act:
    """Send away."""
    return lambda asked: answer(b"", status, f"Location: {where(asked)}")


def elsewhere(asked: Asked) -> str:
    """The second server, which must never be asked."""
    return asked.server.elsewhere.url + asked.request.target


def itself(asked: Asked) -> str:
    """The same address."""
    return asked.server.url + asked.request.target


def bomb() -> bytes:
    """A gibibyte of spaces in a mebibyte of gzip."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    # After a full flush each block stands alone, so that one may be sent again and again.
    begin, again = (packer.compress(b" " * MIB) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return begin + again * 1023


def page(*items: Any, has_more: bool = False) -> bytes:
    """Write a page of the list."""
    ids = [item["id"] for item in items if isinstance(item, dict)]
    return json.dumps(
        {"object": "list", "data": items, "has_more": has_more, "first_id": ids[:1], "last_id": ids[-1:]}
    ).encode()


def item(name: str, **more: Any) -> dict[str, Any]:
    """Give a lawful item of the list."""
    return {
        "id": name,
        "object": "file",
        "bytes": 5,
        "created_at": 1764000000,
        "filename": "a.txt",
        "purpose": "file-extract",
        "status": "processed",
    } | more


def new_pages(asked: Asked) -> bytes:
    """Give a page of files that nobody has seen before, and promise more."""
    names = [f"file-fe-{asked.nth:012x}{at:012x}" for at in range(100)]
    return asked.said.written(body=page(*map(item, names), has_more=True), status=200)


def echoes(spell: Callable[[str], str]) -> Act:
    """Repeat the key that was sent, in a refusal's message or in a header of all else."""

    def act(asked: Asked) -> bytes:
        key = spell(asked.key)
        if asked.said.status < 400:
            return asked.said.written(f"X-Debug: {key}")
        said = json.loads(asked.said.body)
        said["error"]["message"] = "Incorrect API key provided: HERE."
        return asked.said.written(body=json.dumps(said).replace("HERE", key).encode())

    return act


def in_base64(key: str) -> str:
    """As a proxy's log line."""
    return base64.b64encode(f"user:{key}".encode()).decode()


def in_json(key: str) -> str:
    """With each letter as JSON may write it."""
    return "".join(f"\\u{ord(letter):04x}" for letter in key)


def everywhere(asked: Asked) -> bytes:
    """Repeat the key as a header's name and value, in a cookie, and in two halves on a folded line."""
    key = asked.key
    half = len(key) // 2
    safe = "".join(letter for letter in key if letter.isalnum() or letter in "!#$%&'*+-.^_`|~")
    return asked.said.written(
        f"X-{safe}: {key}",
        f"X-Url: {quote(key, safe='')}",
        f"Set-Cookie: key={key}; Path=/",
        f"X-Folded: {key[:half]}\r\n {key[half:]}",
        f"Location: {BASE}/{quote(key)}",
    )
